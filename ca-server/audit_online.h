/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca-server/audit_check.h"
#include "db/db.h"

/* Checkpoints of the database, as a source. */
struct audit_table {
    struct db *db;
    const struct checkpoint_key *key; /* NULL: the one that each row names */
    struct audit_check *check;
    char chain[CHECKPOINT_CHAIN_MAX + 1];
    int64_t size; /* of the last one that was read */
};
CA_RC audit_table_begin(void *table, const char *chain, struct ca_err *err);
CA_RC audit_table_next(void *table, struct checkpoint *ret, bool *ret_there, struct ca_err *err);
/* Chains with checkpoints and without lines. */
CA_RC audit_table_expect(struct audit_table *table, struct ca_err *err);

/* Gives all lines of all chains to the check. */
CA_RC audit_online_lines(struct db *db, struct audit_check *check, struct ca_err *err);

/* Compares lines certificate.issue with certificates: by id, and by digest. *ret_text: a table of
 * the periods, appended. */
CA_RC audit_online_certificates(struct db *db, struct audit_check *check, struct ca_buf *ret_text,
                                struct ca_err *err);
