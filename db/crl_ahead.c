/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl_ahead.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(INT8, db_crl, authority_id), DB_FIELD(TEXT, db_crl, authority),
    DB_FIELD(INT4, db_crl, shard),        DB_FIELD(INT8, db_crl, number),
    DB_FIELD(INT8, db_crl, this_update),  DB_FIELD(INT8, db_crl, next_update),
    DB_FIELD(INT8, db_crl, entries),      DB_FIELD(INT8, db_crl, size),
    DB_FIELD(BYTES, db_crl, sha256),      DB_FIELD(TEXT, db_crl, node),
};
static const struct db_fields fields = DB_FIELDS(columns, db_crl);

static void scope_put(struct db_params *p, int64_t authority_id, int32_t shard)
{
    db_put_int8(p, authority_id);
    db_put_int4(p, shard);
}

CA_RC db_crl_ahead_reserve(struct db *db, int64_t authority_id, int32_t shard, int64_t *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    if (db->in_tx) /* a rollback would give the number out twice */
        return CA_FAIL(err, CA_FAULT, "a CRL number reserved inside a transaction");
    scope_put(&p, authority_id, shard);
    db_put_int8(&p, DB_CRL_AHEAD_ABOVE);
    CA_TRY(db_run(db, DB_crl_ahead_reserve, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no CRL to sign another one beside");
    *ret = db_get_int8(res, 0);
    return CA_OK;
}

static CA_RC stage(struct db *db, const struct db_crl *crl, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    scope_put(&p, crl->authority_id, crl->shard);
    return db_run_none(db, DB_crl_ahead_stage, &p, err);
}

CA_RC db_crl_ahead_chunk_insert(struct db *db, const struct db_crl *crl, int32_t sequence,
                                struct ca_bytes bytes, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    if (sequence == 0)
        CA_TRY(stage(db, crl, err));
    scope_put(&p, crl->authority_id, crl->shard);
    db_put_int8(&p, crl->number);
    db_put_int4(&p, sequence);
    db_put_bytes(&p, bytes);
    return db_run_none(db, DB_crl_ahead_chunk_insert, &p, err);
}

CA_RC db_crl_ahead_put(struct db *db, const struct db_crl *crl, int64_t beside, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    scope_put(&p, crl->authority_id, crl->shard);
    db_put_int8(&p, crl->number);
    db_put_int8(&p, beside);
    db_put_int8(&p, crl->this_update);
    db_put_int8(&p, crl->next_update);
    db_put_int8(&p, crl->entries);
    db_put_int8(&p, crl->size);
    db_put_bytes(&p, crl->sha256);
    db_put_text(&p, crl->node);
    CA_TRY(db_run(db, DB_crl_ahead_put, &p, &res, err));
    if (PQntuples(res) != 1) {
        return CA_FAIL(err, CA_CONFLICT, "CRL %jd is not held: octets are missing",
                       (intmax_t)crl->number);
    }
    return CA_OK;
}

CA_RC db_crl_ahead_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_crl_ahead_list, NULL, &fields, ret, err);
}

static CA_RC chunk_read(struct db *db, const struct db_crl *crl, int32_t sequence, PGresult **ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    scope_put(&p, crl->authority_id, crl->shard);
    db_put_int8(&p, crl->number);
    db_put_int4(&p, sequence);
    CA_TRY(db_run(db, DB_crl_ahead_chunk_read, &p, &res, err));
    if (PQntuples(res) == 0) {
        return CA_FAIL(err, CA_CONFLICT, "octets of CRL %jd are missing", (intmax_t)crl->number);
    }
    *ret = CA_MOVE(res);
    return CA_OK;
}

CA_RC db_crl_ahead_read(struct db *db, const struct db_crl *crl, db_chunk_fn fn, void *arg,
                        struct ca_err *err)
{
    int64_t seen = 0;

    for (int32_t sequence = 0; seen < crl->size; sequence++) {
        CA_AUTO(pg_result) PGresult *res = NULL;
        struct ca_bytes bytes;

        CA_TRY(chunk_read(db, crl, sequence, &res, err));
        bytes.ptr = (const uint8_t *)PQgetvalue(res, 0, 0);
        bytes.len = (size_t)PQgetlength(res, 0, 0);
        seen += (int64_t)bytes.len;
        CA_TRY(fn(arg, bytes, err));
    }
    return CA_OK;
}

CA_RC db_crl_ahead_publish(struct db *db, const struct db_crl *crl, int64_t now, int64_t build_s,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    scope_put(&p, crl->authority_id, crl->shard);
    db_put_int8(&p, crl->number);
    db_put_int8(&p, now);
    db_put_int8(&p, build_s);
    CA_TRY(db_run(db, DB_crl_ahead_publish, &p, &res, err));
    if (PQntuples(res) != 1) {
        return CA_FAIL(err, CA_CONFLICT,
                       "emergency CRL %jd is not published: it is over or held no more, or what "
                       "is published lists certificates that it does not",
                       (intmax_t)crl->number);
    }
    return CA_OK;
}

CA_RC db_crl_ahead_drop(struct db *db, int64_t authority_id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, authority_id);
    return db_run_none(db, DB_crl_ahead_drop, &p, err);
}
