/* SPDX-License-Identifier: Apache-2.0 */
#include "db/group.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(TEXT, db_group, name),
    DB_FIELD(TEXT, db_group, members),
    DB_FIELD(INT8, db_group, updated_at),
    DB_FIELD(BYTES, db_group, seal),
};
static const struct db_fields fields = DB_FIELDS(columns, db_group);

CA_RC db_group_list(struct db *db, const char *name, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    return db_run_rows(db, DB_group_list, &p, &fields, ret, err);
}

CA_RC db_group_insert(struct db *db, const struct db_group *g, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &fields, g);
    return db_run_none(db, DB_group_insert, &p, err);
}

CA_RC db_group_update(struct db *db, const struct db_group *g, struct ca_bytes seen,
                      struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &fields, g);
    db_put_bytes(&p, seen);
    CA_TRY(db_run(db, DB_group_update, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the group was changed by somebody else");
    return CA_OK;
}
