/* SPDX-License-Identifier: Apache-2.0 */
#include "db/named_list.h"

#include "db/statement_internal.h"

#define L(kind, member) DB_FIELD(kind, db_named_list, member)
static const struct db_field columns[] = {
    L(UUID, id),         L(TIME, authority_id), L(INT8, created_at),   L(UUID, created_by),
    L(INT8, expires_at), L(TIME, named),        L(BYTES, digest),      L(INT4, parts),
    L(TIME, unknown_n),  L(TEXT, unknown),      L(BYTES, seal),        L(TEXT, authority),
    L(TEXT, creator),    L(INT8, pieces),       L(INT8, pieces_named),
};
static const struct db_fields fields = DB_FIELDS(columns, db_named_list);
static const struct db_field insert_columns[] = {
    L(UUID, id),         L(TIME, authority_id), L(INT8, created_at),
    L(UUID, created_by), L(INT8, expires_at),   L(BYTES, seal),
};
static const struct db_fields insert_fields = DB_FIELDS(insert_columns, db_named_list);
static const struct db_field complete_columns[] = {
    L(UUID, id),        L(INT8, expires_at), L(INT8, named), L(BYTES, digest), L(INT4, parts),
    L(INT8, unknown_n), L(TEXT, unknown),    L(BYTES, seal), L(INT8, pieces),
};
static const struct db_fields complete_fields = DB_FIELDS(complete_columns, db_named_list);

#define P(kind, member) DB_FIELD(kind, db_list_piece, member)
static const struct db_field piece_columns[] = {
    P(UUID, list_id), P(INT4, number),    P(INT4, named),   P(BYTES, names),
    P(BYTES, ids),    P(INT4, unknown_n), P(TEXT, unknown), P(BYTES, seal),
};
static const struct db_fields piece_fields = DB_FIELDS(piece_columns, db_list_piece);

#define T(kind, member) DB_FIELD(kind, db_list_part, member)
static const struct db_field part_columns[] = {
    T(UUID, list_id), T(INT4, number), T(BYTES, ids), T(UUID, last), T(BYTES, seal),
};
static const struct db_fields part_fields = DB_FIELDS(part_columns, db_list_part);

/* A statement that answers a row when it has done what it is for. */
static CA_RC done_or(struct db *db, enum db_id id, struct db_params *p, bool *ret,
                     struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, id, p, &res, err));
    *ret = PQntuples(res) == 1;
    return CA_OK;
}

CA_RC db_named_list_insert(struct db *db, const struct db_named_list *l, int64_t most_own,
                           int64_t most, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    bool done = false;

    db_put_row(&p, &insert_fields, l);
    db_put_int8(&p, most_own);
    db_put_int8(&p, most);
    CA_TRY(done_or(db, DB_named_list_insert, &p, &done, err));
    if (!done)
        return CA_FAIL(err, CA_CONFLICT,
                       "there are %jd lists of this operator or %jd in all: drop one first",
                       (intmax_t)most_own, (intmax_t)most);
    return CA_OK;
}

CA_RC db_named_list_get(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return db_run_rows(db, DB_named_list_get, &p, &fields, ret, err);
}

CA_RC db_named_list_lock(struct db *db, const struct ca_uuid *id, int64_t now, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    bool done = false;

    db_put_uuid(&p, id);
    db_put_int8(&p, now);
    CA_TRY(done_or(db, DB_named_list_lock, &p, &done, err));
    if (!done)
        return CA_FAIL(err, CA_CONFLICT, "the list is complete or expired: it takes no more");
    return CA_OK;
}

CA_RC db_named_list_complete(struct db *db, const struct db_named_list *l, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    bool done = false;

    db_put_row(&p, &complete_fields, l);
    CA_TRY(done_or(db, DB_named_list_complete, &p, &done, err));
    if (!done)
        return CA_FAIL(err, CA_CONFLICT, "the list changed meanwhile");
    return CA_OK;
}

CA_RC db_named_list_drop(struct db *db, const struct ca_uuid *id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    bool done = false;

    db_put_uuid(&p, id);
    CA_TRY(done_or(db, DB_named_list_drop, &p, &done, err));
    if (!done)
        return CA_FAIL(err, CA_CONFLICT, "a revocation job works on the list");
    return CA_OK;
}

CA_RC db_named_list_trim(struct db *db, int64_t now, int64_t ended, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, now);
    db_put_int8(&p, ended);
    return db_run_none(db, DB_named_list_trim, &p, err);
}

CA_RC db_list_piece_insert(struct db *db, const struct db_list_piece *piece, int64_t most,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    bool done = false;

    db_put_row(&p, &piece_fields, piece);
    db_put_int8(&p, most);
    CA_TRY(done_or(db, DB_named_list_piece_insert, &p, &done, err));
    if (!done)
        return CA_FAIL(err, CA_LIMIT, "the list would name more than %jd", (intmax_t)most);
    return CA_OK;
}

CA_RC db_list_piece_get(struct db *db, const struct ca_uuid *list_id, int32_t number,
                        struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, list_id);
    db_put_int4(&p, number);
    return db_run_rows(db, DB_named_list_piece_get, &p, &piece_fields, ret, err);
}

CA_RC db_list_part_put(struct db *db, const struct db_list_part *part, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &part_fields, part);
    return db_run_none(db, DB_named_list_part_put, &p, err);
}

CA_RC db_list_part_next(struct db *db, const struct ca_uuid *list_id, const struct ca_uuid *after,
                        struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, list_id);
    db_put_uuid(&p, after);
    return db_run_rows(db, DB_named_list_part_next, &p, &part_fields, ret, err);
}
