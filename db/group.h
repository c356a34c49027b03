/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* A named group of operators, for approval rules. */
struct db_group {
    const char *name;
    const char *members; /* ids as text, a line each */
    int64_t updated_at;
    struct ca_bytes seal;
};

/* One group, NULL all; struct db_group by name. A name that is not there: no row. */
CA_RC db_group_list(struct db *db, const char *name, struct db_result *ret, struct ca_err *err);
/* CA_CONFLICT the name is taken. */
CA_RC db_group_insert(struct db *db, const struct db_group *g, struct ca_err *err);
/* Compare-and-set, where the seal is still `seen`. CA_CONFLICT, problem "stale". */
CA_RC db_group_update(struct db *db, const struct db_group *g, struct ca_bytes seen,
                      struct ca_err *err);
