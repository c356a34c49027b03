/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/approval_guard_internal.h"
#include "ca/seal_internal.h"
#include "ca/signer_internal.h"
#include "db/revocation_job.h"

/* Revocations of many certificates at once: chosen by what they have in common or by name, looked
 * at in a dry run, agreed to by others, then worked off in batches that leave room for issuance. */

enum { MASS_MOST = 2000000, MASS_SAMPLE = 10, MASS_UNKNOWN_SHOWN = 100, MASS_LISTED_MAX = 10000 };

/* ca/mass_list.c: certificates that were named one by one. Zeroed before use. */
struct mass_list {
    struct ca_buf ids; /* in order, each once */
    struct ca_buf
        unknown; /* a line each, the first MASS_UNKNOWN_SHOWN: as named, and what is wrong */
    uint64_t listed;
    uint64_t unknown_n;
};
/* Reads what struct wire_mass_revoke calls `listed` and looks for it; `authority_id` 0: any.
 * CA_MALFORMED. */
CA_RC mass_list_read(struct db *db, struct ca_bytes listed, int64_t authority_id,
                     struct mass_list *ret, struct ca_err *err);
void mass_ids_sort(struct ca_buf *ids); /* and each once */

/* ca/mass_select.c */
/* A caller whose token is for a part of all certificates is refused: CA_DENIED. */
CA_RC mass_scope_check(const struct actor *actor, struct ca_err *err);
/* *ret 0: any; CA_NOT_FOUND. */
CA_RC mass_authority_find(struct signer *s, const char *name, int64_t *ret, struct ca_err *err);
/* What a question means now. Zeroed before use. */
struct mass_choice {
    struct db_selection selection; /* views of the question and of `list` */
    struct db_selection_count count;
    struct mass_list list;
    struct db_result named; /* the struct db_named_list that is meant, or none */
};
void mass_choice_done(struct mass_choice *c);
static inline void ca_auto_mass_choice(struct mass_choice *c)
{
    mass_choice_done(c);
}
/* Nothing is refused for what it is that is not refused for everybody: CA_MALFORMED no criterion, a
 * reason that revokes nothing; CA_NOT_FOUND an unknown authority; CA_DENIED an authority's own
 * certificate among them, or a caller whose token is for a part of all certificates; CA_LIMIT more
 * than MASS_MOST. */
CA_RC mass_choose(struct signer *s, const struct actor *actor, const struct wire_mass_revoke *ask,
                  struct mass_choice *ret, struct ca_err *err);
/* May it be done as asked? CA_CONFLICT, problem "selection-changed": it is not what the dry run
 * saw; CA_NOT_FOUND some that were named are not there; problem "empty-selection". */
CA_RC mass_check(struct signer *s, const struct wire_mass_revoke *ask, const struct mass_choice *c,
                 struct ca_err *err);
/* What it is, for people. */
void mass_describe(const struct wire_mass_revoke *ask, const struct mass_choice *c, char *ret,
                   size_t size);

/* ca/mass_row.c: the seal of what was agreed to; how far it is is not in it. */
CA_RC mass_seal(const struct seal *s, struct db_revocation_job *row, uint8_t seal[SEAL_LEN],
                struct ca_err *err);
CA_RC mass_seal_check(const struct seal *s, const struct db_revocation_job *row,
                      struct ca_err *err);

/* ca/mass_run.c: the thread that works jobs off, one node at a time. A crash, of this node too, is
 * where the next batch begins. */
CA_RC mass_runner_start(struct signer *s, struct mass_runner **ret, struct ca_err *err);
void mass_runner_stop(struct mass_runner *r); /* NULL is fine */
void mass_runner_wake(struct mass_runner *r); /* NULL is fine: a job was made */
