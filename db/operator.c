/* SPDX-License-Identifier: Apache-2.0 */
#include "db/operator.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_operator, id),      DB_FIELD(TEXT, db_operator, name),
    DB_FIELD(INT4, db_operator, roles),   DB_FIELD(BYTES, db_operator, fingerprint),
    DB_FIELD(BOOL, db_operator, enabled), DB_FIELD(INT8, db_operator, created_at),
};
static const struct db_fields fields = DB_FIELDS(columns, db_operator);

static const struct db_field found_columns[] = {
    DB_FIELD(UUID, db_operator_found, who.id),
    DB_FIELD(TEXT, db_operator_found, who.name),
    DB_FIELD(INT4, db_operator_found, who.roles),
    DB_FIELD(BYTES, db_operator_found, who.fingerprint),
    DB_FIELD(BOOL, db_operator_found, who.enabled),
    DB_FIELD(INT8, db_operator_found, who.created_at),
    DB_FIELD(BOOL, db_operator_found, certificate_revoked),
};
static const struct db_fields found_fields = DB_FIELDS(found_columns, db_operator_found);

CA_RC db_operator_insert(struct db *db, const struct db_operator *o, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &fields, o);
    return db_run_none(db, DB_operator_insert, &p, err);
}

static CA_RC operator_find(struct db *db, enum db_id id, struct db_params *p, struct db_result *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};

    CA_TRY(db_run_rows(db, id, p, &found_fields, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such operator");
    *ret = found;
    found = (struct db_result){0};
    return CA_OK;
}

CA_RC db_operator_by_fingerprint(struct db *db, struct ca_bytes fingerprint, struct db_result *ret,
                                 struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_bytes(&p, fingerprint);
    return operator_find(db, DB_operator_by_fingerprint, &p, ret, err);
}

CA_RC db_operator_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return operator_find(db, DB_operator_by_id, &p, ret, err);
}

CA_RC db_operator_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_operator_list, NULL, &fields, ret, err);
}
