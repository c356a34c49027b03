/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl_stage.h"

#include "db/statement_internal.h"

CA_RC db_crl_stage(struct db *db, int64_t authority_id, int32_t shard, const char *node,
                   int64_t *ret_id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, authority_id);
    db_put_int4(&p, shard);
    db_put_text(&p, node);
    CA_TRY(db_run(db, DB_crl_stage, &p, &res, err));
    if (PQntuples(res) != 1)
        return CA_FAIL(err, CA_FAULT, "no id for a CRL");
    *ret_id = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_crl_publish(struct db *db, const struct db_crl *crl, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, crl->id);
    db_put_int8(&p, crl->authority_id);
    db_put_int4(&p, crl->shard);
    db_put_int8(&p, crl->number);
    db_put_time(&p, crl->base_number);
    db_put_int8(&p, crl->this_update);
    db_put_int8(&p, crl->next_update);
    db_put_int8(&p, crl->entries);
    db_put_int8(&p, crl->size);
    db_put_bytes(&p, crl->sha256);
    db_put_text(&p, crl->node);
    CA_TRY(db_run(db, DB_crl_publish, &p, &res, err));
    if (PQntuples(res) != 1) {
        return CA_FAIL(err, CA_CONFLICT,
                       "CRL %jd is not published: a newer one is, or another node stages one",
                       (intmax_t)crl->number);
    }
    return CA_OK;
}

static const struct db_field state_columns[] = {
    DB_FIELD(INT8, db_crl_state, authority_id), DB_FIELD(INT4, db_crl_state, shard),
    DB_FIELD(BOOL, db_crl_state, delta),        DB_FIELD(INT8, db_crl_state, reserved),
    DB_FIELD(TIME, db_crl_state, number),       DB_FIELD(TIME, db_crl_state, base_number),
    DB_FIELD(TIME, db_crl_state, this_update),  DB_FIELD(TIME, db_crl_state, next_update),
    DB_FIELD(TIME, db_crl_state, entries),      DB_FIELD(TIME, db_crl_state, size),
    DB_FIELD(BOOL, db_crl_state, emergency),    DB_FIELD(TIME, db_crl_state, ahead_until),
    DB_FIELD(BOOL, db_crl_state, behind),
};
static const struct db_fields state_fields = DB_FIELDS(state_columns, db_crl_state);

CA_RC db_crl_state(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_crl_state, NULL, &state_fields, ret, err);
}

CA_RC db_crl_reserved(struct db *db, int64_t authority_id, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, authority_id);
    CA_TRY(db_run(db, DB_crl_reserved, &p, &res, err));
    if (PQntuples(res) != 1)
        return CA_FAIL(err, CA_NOT_FOUND, "no authority %jd", (intmax_t)authority_id);
    *ret = db_get_int8(res, 0);
    return CA_OK;
}
