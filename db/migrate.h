/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* db/migrations/NNNN_what.sql, embedded in the program: append-only, each in one transaction, under
 * an advisory lock, its SHA-256 kept beside its number. Runs as the owner (DB_OWNER). */

/* CA_CONFLICT a migration on record has another checksum, or is not known to this program. */
CA_RC db_migrate(struct db *db, unsigned *ret_applied, struct ca_err *err);

struct db_migration_row {
    char name[64];
    bool applied;
    int64_t applied_at; /* 0: not yet */
};
/* *ret is for free(). */
CA_RC db_migration_list(struct db *db, struct db_migration_row **ret, size_t *ret_n,
                        struct ca_err *err);
