/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"
#include "db/approval.h"
#include "db/operator.h"
#include "policy/approval.h"

/* Something that waits, or waited, for the consent of others: its row, its votes, and how they
 * count now. What the signer decides by is counted there, again. */
struct rest_matter {
    const struct db_approval *row;
    struct db_result found;        /* holds the row, where rest_matter_find read it */
    struct db_result votes;        /* struct db_approval_vote, of all revisions */
    struct approval_policy policy; /* step_n 0: its text cannot be read */
    struct approval_count count;
    bool own;      /* the caller asked for it */
    bool wrote;    /* the caller wrote this revision */
    bool voted;    /* the caller has voted on this revision */
    bool eligible; /* the caller may vote in the step that waits */
    bool ever;     /* … or in another one */
};
static inline void rest_matter_done(struct rest_matter m)
{
    db_result_free(m.votes);
    db_result_free(m.found);
}
CA_AUTO_DEFINE(rest_matter, struct rest_matter, rest_matter_done);

/* Of a row that somebody else keeps. */
CA_RC rest_matter_load(struct request *rq, const struct db_approval *row, struct rest_matter *ret,
                       struct ca_err *err);
/* By id; *ret stays without row when there is none. */
CA_RC rest_matter_find(struct request *rq, const struct ca_uuid *id, struct rest_matter *ret,
                       struct ca_err *err);

/* Is it for his eyes? Officers, administrators and auditors see all; others what they asked for and
 * what they may vote on. */
bool rest_matter_visible(const struct request *rq, const struct rest_matter *matter);

/* Votes for step `k` that count. */
unsigned rest_matter_have(const struct rest_matter *matter, unsigned k);
