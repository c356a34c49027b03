/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/blocklist_internal.h"
#include "ca/signer_internal.h"
#include "ca/wish_internal.h"
#include "db/request.h"
#include "policy/csr.h"
#include "policy/profile_shelf.h"

/* What policy says of a request, without issuing anything: for explanations and replays. Zeroed
 * before use; everything that `in` points to is here or borrowed from the question. */
struct judging {
    struct wire_message *message; /* of a request on record */
    const struct wire_issue *ask;
    struct actor requester;
    struct requester who;
    struct profile_loan *profiles;
    struct blocklist_loan *keys;
    struct authority_set *authorities;
    const struct authority *authority;
    struct csr *csr;
    struct wish_read wish;
    struct judge_input in; /* for judge_request */
};
void judging_done(struct judging *j);
static inline void ca_auto_judging(struct judging *j) /* CA_AUTO_DEFINE would copy it */
{
    judging_done(j);
}

/* One that somebody asks now. CA_MALFORMED, CA_DENIED, CA_NOT_FOUND as an issuance would say before
 * the profile is asked.
 *   ask        borrowed; its CSR too
 *   requester  who asks
 *   draft      takes the place of the profile in force; NULL: none */
CA_RC judging_new_request(struct signer *s, const struct wire_issue *ask,
                          const struct actor *requester, const struct profile *draft,
                          struct judging *ret, struct ca_err *err);
/* Who asked, looked up once for many requests. Zeroed before use. */
struct judging_people {
    struct actor rows[16];
    size_t n; /* ever added */
};
/* One on record, judged at the time of its submission and for who asked then, as far as he is still
 * enrolled. `row` is borrowed; `people` may be NULL. */
CA_RC judging_recorded(struct signer *s, const struct db_request *row, const struct profile *draft,
                       struct judging_people *people, struct judging *ret, struct ca_err *err);

/* Compiled beside the profiles in force; its name is its own affair. */
CA_RC judging_draft(struct signer *s, struct ca_bytes yaml, struct profile **ret,
                    struct ca_err *err);

/* WIRE_EXPLAIN (ca/explain.c) and WIRE_REPLAY (ca/replay.c): answer_fn of ca/signer_internal.h. */
CA_RC explain_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                     struct ca_err *err);
CA_RC replay_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                    struct ca_err *err);
