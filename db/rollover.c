/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rollover.h"

#include "db/statement_internal.h"

static const char *const states[] = {"pending", "active", "retired", NULL};

#define R(kind, member) DB_FIELD(kind, db_rollover, member)
static const struct db_field columns[] = {
    R(INT8, authority_id),
    R(INT8, next_id),
    R(INT8, prepared_at),
    R(UUID, prepared_by),
    R(TIME, published_at),
    R(BYTES, bundle),
    R(TIME, switch_at),
    R(TIME, cancelled_at),
    R(BYTES, seal),
    R(TEXT, authority),
    R(TEXT, next),
    R(TEXT, preparer),
    DB_FIELD_LABEL(db_rollover, state, states),
};
static const struct db_fields fields = DB_FIELDS(columns, db_rollover);
enum { WRITTEN = 9 }; /* the first ones */
static const struct db_fields written = {columns, WRITTEN, sizeof(struct db_rollover)};

CA_RC db_rollover_put(struct db *db, const struct db_rollover *row, struct ca_bytes seen,
                      struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &written, row);
    db_put_bytes(&p, seen);
    CA_TRY(db_run(db, DB_rollover_put, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the rollover was changed meanwhile: look again");
    return CA_OK;
}

CA_RC db_rollover_list(struct db *db, const char *authority, struct db_result *ret,
                       struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, authority);
    return db_run_rows(db, DB_rollover_list, &p, &fields, ret, err);
}

CA_RC db_rollover_ends(struct db *db, int64_t authority_id, int64_t *ret_certificate,
                       int64_t *ret_crl, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, authority_id);
    CA_TRY(db_run(db, DB_rollover_ends, &p, &res, err));
    if (PQntuples(res) != 1)
        return CA_FAIL(err, CA_FAULT, "ends without a row");
    *ret_certificate = db_get_int8(res, 0);
    *ret_crl = db_get_int8(res, 1);
    return CA_OK;
}

CA_RC db_authority_retire(struct db *db, int64_t id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, id);
    CA_TRY(db_run(db, DB_authority_retire, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the authority is not active");
    return CA_OK;
}
