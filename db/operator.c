/* SPDX-License-Identifier: Apache-2.0 */
#include "db/operator.h"

#include "db/operator_internal.h"
#include "db/statement_internal.h"

static const struct db_field columns[] = {DB_OPERATOR_COLUMNS(db_operator, )};
static const struct db_fields fields = DB_FIELDS(columns, db_operator);

static const struct db_field update_columns[] = {
    DB_FIELD(UUID, db_operator, id),         DB_FIELD(INT4, db_operator, roles),
    DB_FIELD(TEXT, db_operator, names),      DB_FIELD(BOOL, db_operator, enabled),
    DB_FIELD(INT8, db_operator, updated_at), DB_FIELD(BYTES, db_operator, seal),
};
static const struct db_fields update_fields = DB_FIELDS(update_columns, db_operator);

static const struct db_field unsealed_columns[] = {
    DB_OPERATOR_COLUMNS(db_operator_unsealed, who.),
    DB_FIELD(BYTES, db_operator_unsealed, key_hash),
};
static const struct db_fields unsealed_fields = DB_FIELDS(unsealed_columns, db_operator_unsealed);

CA_RC db_operator_insert(struct db *db, const struct db_operator *o, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &fields, o);
    return db_run_none(db, DB_operator_insert, &p, err);
}

CA_RC db_operator_update(struct db *db, const struct db_operator *o, struct ca_bytes seen,
                         struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &update_fields, o);
    db_put_bytes(&p, seen);
    CA_TRY(db_run(db, DB_operator_update, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL_AS(err, CA_CONFLICT, "stale", "the operator was changed by somebody else");
    return CA_OK;
}

static CA_RC operator_find(struct db *db, enum db_id id, struct db_params *p, struct db_result *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};

    CA_TRY(db_run_rows(db, id, p, &fields, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such operator");
    *ret = found;
    found = (struct db_result){0};
    return CA_OK;
}

CA_RC db_operator_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return operator_find(db, DB_operator_by_id, &p, ret, err);
}

CA_RC db_operator_by_name(struct db *db, const char *name, struct db_result *ret,
                          struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    return operator_find(db, DB_operator_by_name, &p, ret, err);
}

CA_RC db_operator_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_operator_list, NULL, &fields, ret, err);
}

CA_RC db_operator_lock(struct db *db, struct ca_err *err)
{
    return db_run_none(db, DB_operator_lock, NULL, err);
}

CA_RC db_operator_admins(struct db *db, const struct ca_uuid *but, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, but);
    CA_TRY(db_run(db, DB_operator_admins, &p, &res, err));
    *ret = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_operator_unsealed(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_operator_unsealed, NULL, &unsealed_fields, ret, err);
}
