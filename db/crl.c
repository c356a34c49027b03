/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl.h"

#include "db/statement_internal.h"

static const struct db_field insert_columns[] = {
    DB_FIELD(INT8, db_crl, authority_id), DB_FIELD(INT4, db_crl, shard),
    DB_FIELD(INT8, db_crl, number),       DB_FIELD(TIME, db_crl, base_number),
    DB_FIELD(INT8, db_crl, this_update),  DB_FIELD(INT8, db_crl, next_update),
    DB_FIELD(INT8, db_crl, entries),      DB_FIELD(INT8, db_crl, size),
    DB_FIELD(BYTES, db_crl, sha256),      DB_FIELD(TEXT, db_crl, node),
};
static const struct db_fields insert_fields = DB_FIELDS(insert_columns, db_crl);

static const struct db_field columns[] = {
    DB_FIELD(INT8, db_crl, id),          DB_FIELD(INT8, db_crl, authority_id),
    DB_FIELD(TEXT, db_crl, authority),   DB_FIELD(INT4, db_crl, shard),
    DB_FIELD(INT8, db_crl, number),      DB_FIELD(TIME, db_crl, base_number),
    DB_FIELD(INT8, db_crl, this_update), DB_FIELD(INT8, db_crl, next_update),
    DB_FIELD(INT8, db_crl, entries),     DB_FIELD(INT8, db_crl, size),
    DB_FIELD(BYTES, db_crl, sha256),     DB_FIELD(TEXT, db_crl, node),
    DB_FIELD(BOOL, db_crl, emergency),
};
static const struct db_fields fields = DB_FIELDS(columns, db_crl);

CA_RC db_crl_reserve(struct db *db, int64_t authority_id, int32_t shard, int64_t *ret_number,
                     int64_t *ret_previous_this_update, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    if (db->in_tx) /* a rollback would give the number out twice */
        return CA_FAIL(err, CA_FAULT, "a CRL number reserved inside a transaction");
    db_put_int8(&p, authority_id);
    db_put_int4(&p, shard);
    CA_TRY(db_run(db, DB_crl_reserve, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such authority");
    *ret_number = db_get_int8(res, 0);
    *ret_previous_this_update = db_get_int8(res, 1);
    return CA_OK;
}

CA_RC db_crl_base(struct db *db, int64_t authority_id, int32_t shard, int64_t oldest,
                  int64_t *ret_number, int64_t *ret_this_update, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, authority_id);
    db_put_int4(&p, shard);
    db_put_int8(&p, oldest);
    CA_TRY(db_run(db, DB_crl_base, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no complete CRL to build a delta on");
    *ret_number = db_get_int8(res, 0);
    *ret_this_update = db_get_int8(res, 1);
    return CA_OK;
}

CA_RC db_crl_insert(struct db *db, const struct db_crl *crl, int64_t *ret_id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &insert_fields, crl);
    CA_TRY(db_run(db, DB_crl_insert, &p, &res, err));
    if (PQntuples(res) == 0) {
        return CA_FAIL(err, CA_CONFLICT, "CRL %lld or a later one is published",
                       (long long)crl->number);
    }
    *ret_id = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_crl_chunk_insert(struct db *db, int64_t crl_id, int32_t sequence, struct ca_bytes bytes,
                          struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, crl_id);
    db_put_int4(&p, sequence);
    db_put_bytes(&p, bytes);
    return db_run_none(db, DB_crl_chunk_insert, &p, err);
}

CA_RC db_crl_trim(struct db *db, const struct db_crl *like, int32_t keep, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, like->authority_id);
    db_put_int4(&p, like->shard);
    db_put_int4(&p, like->base_number != 0);
    db_put_int4(&p, keep);
    return db_run_none(db, DB_crl_trim, &p, err);
}

CA_RC db_crl_newest(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_crl_newest, NULL, &fields, ret, err);
}

CA_RC db_crl_list(struct db *db, int64_t authority_id, size_t limit, struct db_result *ret,
                  struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, authority_id);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_crl_list, &p, &fields, ret, err);
}

/* One chunk and the size of the whole. CA_NOT_FOUND there is no such CRL, or not its octets. */
static CA_RC chunk_read(struct db *db, int64_t crl_id, int32_t sequence, PGresult **ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, crl_id);
    db_put_int4(&p, sequence);
    CA_TRY(db_run(db, DB_crl_chunk_read, &p, &res, err));
    if (PQntuples(res) == 0 || PQgetisnull(res, 0, 0))
        return CA_FAIL(err, CA_NOT_FOUND, "the octets of this CRL are not kept");
    *ret = CA_MOVE(res);
    return CA_OK;
}

CA_RC db_crl_read(struct db *db, int64_t crl_id, db_chunk_fn fn, void *arg, struct ca_err *err)
{
    int64_t size = 1;
    int64_t seen = 0;

    for (int32_t sequence = 0; seen < size; sequence++) {
        CA_AUTO(pg_result) PGresult *res = NULL;
        struct ca_bytes bytes;

        CA_TRY(chunk_read(db, crl_id, sequence, &res, err));
        size = db_get_int8(res, 1);
        bytes.ptr = (const uint8_t *)PQgetvalue(res, 0, 0);
        bytes.len = (size_t)PQgetlength(res, 0, 0);
        seen += (int64_t)bytes.len;
        CA_TRY(fn(arg, bytes, err));
    }
    return CA_OK;
}
