/* SPDX-License-Identifier: Apache-2.0 */
#include "db/blocked_key.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(BYTES, db_blocked_key, spki_hash),   DB_FIELD(INT4, db_blocked_key, reason),
    DB_FIELD(TEXT, db_blocked_key, comment),      DB_FIELD(INT8, db_blocked_key, blocked_at),
    DB_FIELD(UUID, db_blocked_key, blocked_by),   DB_FIELD(TEXT, db_blocked_key, blocker),
    DB_FIELD(INT8, db_blocked_key, certificates),
};
static const struct db_fields fields = DB_FIELDS(columns, db_blocked_key);
enum { WRITTEN = 5 }; /* the first ones */
static const struct db_fields written = {columns, WRITTEN, sizeof(struct db_blocked_key)};
static const struct db_fields hash_fields = {columns, 1, sizeof(struct db_blocked_key)};

static const struct db_field certificate_columns[] = {
    DB_FIELD(UUID, db_key_certificate, id),
    DB_FIELD(INT8, db_key_certificate, authority_id),
    DB_FIELD(BYTES, db_key_certificate, fingerprint),
};
static const struct db_fields certificate_fields =
    DB_FIELDS(certificate_columns, db_key_certificate);

CA_RC db_blocked_key_put(struct db *db, const struct db_blocked_key *row, bool *ret_new,
                         struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &written, row);
    CA_TRY(db_run(db, DB_blocked_key_put, &p, &res, err));
    *ret_new = PQntuples(res) == 1;
    return CA_OK;
}

CA_RC db_blocked_key_remove(struct db *db, struct ca_bytes spki_hash, int64_t at,
                            struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_bytes(&p, spki_hash);
    db_put_int8(&p, at);
    CA_TRY(db_run(db, DB_blocked_key_remove, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "this key is not blocked");
    return CA_OK;
}

CA_RC db_blocked_key_hashes(struct db *db, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_blocked_key *rows;

    CA_TRY(db_run_rows(db, DB_blocked_key_hashes, &p, &hash_fields, &result, err));
    rows = result.rows;
    for (size_t i = 0; i < result.count; i++)
        ca_buf_bytes(ret, rows[i].spki_hash);
    return ca_buf_check(ret, err);
}

CA_RC db_blocked_key_sequence(struct db *db, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_blocked_key_sequence, NULL, &res, err));
    *ret = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_blocked_key_list(struct db *db, struct ca_bytes spki_hash, struct ca_bytes after,
                          size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_bytes(&p, spki_hash);
    db_put_bytes(&p, after);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_blocked_key_list, &p, &fields, ret, err);
}

CA_RC db_certificate_by_spki(struct db *db, struct ca_bytes spki_hash, int64_t now, size_t limit,
                             struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_bytes(&p, spki_hash);
    db_put_int8(&p, now);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_certificate_by_spki, &p, &certificate_fields, ret, err);
}
