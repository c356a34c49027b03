/* SPDX-License-Identifier: Apache-2.0 */
#include "db/request.h"

#include "db/request_internal.h"
#include "db/statement_internal.h"

const char *const db_request_states[] = {"pending",   "approved", "issuing", "issued", "denied",
                                         "withdrawn", "expired",  "failed",  NULL};
_Static_assert(CA_COUNT(db_request_states) == DB_REQUEST__COUNT + 1, "a name for each state");

static const struct db_field insert_columns[] = {
    DB_FIELD(UUID, db_request, id),
    DB_FIELD_LABEL(db_request, state, db_request_states),
    DB_FIELD(UUID, db_request, requester_id),
    DB_FIELD(TEXT, db_request, channel),
    DB_FIELD(TEXT, db_request, idempotency_key),
    DB_FIELD(BYTES, db_request, content_hash),
    DB_FIELD(TEXT, db_request, profile),
    DB_FIELD(BYTES, db_request, profile_version),
    DB_FIELD(INT8, db_request, authority_id),
    DB_FIELD(BYTES, db_request, csr),
    DB_FIELD(BYTES, db_request, overrides),
    DB_FIELD(TEXT, db_request, comment),
    DB_FIELD(TEXT, db_request, subject),
    DB_FIELD(BYTES, db_request, plan_digest),
    DB_FIELD(INT8, db_request, created_at),
    DB_FIELD(TIME, db_request, decided_at),
};
static const struct db_fields insert_fields = DB_FIELDS(insert_columns, db_request);

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_request, id),
    DB_FIELD_LABEL(db_request, state, db_request_states),
    DB_FIELD(UUID, db_request, requester_id),
    DB_FIELD(TEXT, db_request, requester),
    DB_FIELD(TEXT, db_request, channel),
    DB_FIELD(TEXT, db_request, idempotency_key),
    DB_FIELD(BYTES, db_request, content_hash),
    DB_FIELD(TEXT, db_request, profile),
    DB_FIELD(BYTES, db_request, profile_version),
    DB_FIELD(INT8, db_request, authority_id),
    DB_FIELD(TEXT, db_request, authority),
    DB_FIELD(BYTES, db_request, csr),
    DB_FIELD(BYTES, db_request, overrides),
    DB_FIELD(TEXT, db_request, comment),
    DB_FIELD(TEXT, db_request, subject),
    DB_FIELD(BYTES, db_request, plan_digest),
    DB_FIELD(UUID, db_request, certificate_id),
    DB_FIELD(BYTES, db_request, serial),
    DB_FIELD(INT8, db_request, created_at),
    DB_FIELD(TIME, db_request, decided_at),
    DB_FIELD(INT4, db_request, interrupted),
};
static const struct db_fields fields = DB_FIELDS(columns, db_request);

const char *db_request_state_name(enum db_request_state state)
{
    return db_request_states[state];
}

bool db_request_state_parse(const char *name, enum db_request_state *ret)
{
    for (unsigned i = 0; i < DB_REQUEST__COUNT; i++) {
        if (strcmp(name, db_request_states[i]) == 0) {
            *ret = (enum db_request_state)i;
            return true;
        }
    }
    return false;
}

/* The ids that came back are those of the rows, in their order, without the refused ones. */
static void inserted_mark(const PGresult *res, const struct db_request *rows, size_t n, bool *ret)
{
    int next = 0;

    for (size_t i = 0; i < n; i++) {
        ret[i] = next < PQntuples(res) &&
                 memcmp(PQgetvalue(res, next, 0), rows[i].id.octets, CA_UUID_LEN) == 0;
        next += ret[i];
    }
}

CA_RC db_request_insert_batch(struct db *db, const struct db_request *rows, size_t n,
                              bool *ret_inserted, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_put_rows(&p, &insert_fields, rows, n, err));
    CA_TRY(db_run(db, DB_request_insert, &p, &res, err));
    inserted_mark(res, rows, n, ret_inserted);
    return CA_OK;
}

CA_RC db_request_by_key(struct db *db, const struct ca_uuid *requester_id, const char *key,
                        struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, requester_id);
    db_put_text(&p, key);
    return db_run_rows(db, DB_request_by_key, &p, &fields, ret, err);
}

CA_RC db_request_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return db_run_rows(db, DB_request_by_id, &p, &fields, ret, err);
}

CA_RC db_request_replay(struct db *db, const char *profile, const struct ca_uuid *after,
                        size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, profile);
    db_put_uuid(&p, after);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_request_replay, &p, &fields, ret, err);
}

CA_RC db_request_approved(struct db *db, size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_request_approved, &p, &fields, ret, err);
}

CA_RC db_request_move(struct db *db, const struct ca_uuid *id, enum db_request_state from,
                      enum db_request_state to, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, id);
    db_put_text(&p, db_request_states[from]);
    db_put_text(&p, db_request_states[to]);
    CA_TRY(db_run(db, DB_request_move, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the request is not %s any more", db_request_states[from]);
    return CA_OK;
}

CA_RC db_request_list(struct db *db, const struct db_request_filter *filter, size_t limit,
                      struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    enum db_request_state known;

    if (filter->state != NULL && !db_request_state_parse(filter->state, &known))
        return CA_FAIL(err, CA_MALFORMED, "no request is ever '%s'", filter->state);
    db_put_text(&p, filter->state);
    db_put_uuid(&p, filter->requester);
    db_put_text(&p, filter->profile);
    db_put_uuid(&p, &filter->before);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_request_list, &p, &fields, ret, err);
}

CA_RC db_request_revise(struct db *db, const struct db_request *row, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, &row->id);
    db_put_bytes(&p, row->profile_version);
    db_put_bytes(&p, row->csr);
    db_put_bytes(&p, row->overrides);
    db_put_text(&p, row->comment);
    db_put_text(&p, row->subject);
    db_put_bytes(&p, row->plan_digest);
    CA_TRY(db_run(db, DB_request_revise, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the request is not pending any more");
    return CA_OK;
}
