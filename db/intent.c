/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_internal.h"
#include "db/request_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(INT8, db_intent, authority_id), DB_FIELD(BYTES, db_intent, serial),
    DB_FIELD(UUID, db_intent, request_id),   DB_FIELD(UUID, db_intent, certificate_id),
    DB_FIELD(BYTES, db_intent, tbs),         DB_FIELD(BYTES, db_intent, profile_version),
    DB_FIELD(TEXT, db_intent, node),         DB_FIELD(INT8, db_intent, created_at),
    DB_FIELD(INT8, db_intent, deadline_at),
};
static const struct db_fields fields = DB_FIELDS(columns, db_intent);

CA_RC db_intent_insert_batch(struct db *db, const struct db_intent *rows, size_t n,
                             struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &fields, rows, n, err));
    return db_run_none(db, DB_intent_insert, &p, err);
}

CA_RC db_intent_open(struct db *db, const char *node, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, node);
    return db_run_rows(db, DB_intent_open, &p, &fields, ret, err);
}

CA_RC db_intent_count(struct db *db, int64_t now, uint64_t *ret_open, uint64_t *ret_overdue,
                      struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, now);
    CA_TRY(db_run(db, DB_intent_count, &p, &res, err));
    *ret_open = (uint64_t)db_get_int8(res, 0);
    *ret_overdue = (uint64_t)db_get_int8(res, 1);
    return CA_OK;
}

struct burn {
    const struct db_certificate_rows *rows;
    int state; /* enum db_request_state */
};

static CA_RC intent_burn(struct db *db, void *arg, struct ca_err *err)
{
    struct burn *burn = arg;
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_certificate_rows_put(&p, burn->rows, err));
    CA_TRY(db_run(db, DB_intent_burn, &p, &res, err));
    if (db_get_int8(res, 0) != 1)
        return CA_FAIL(err, CA_CONFLICT, "the intent is not open");
    burn->state = DB_REQUEST_FAILED;
    if (ca_uuid_is_nil(&burn->rows->at[0].c.request_id))
        return CA_OK;
    if (db_get_int8(res, 1) != 1)
        return CA_FAIL(err, CA_CONFLICT, "the request is not issuing");
    return db_get_label(res, 2, db_request_states, &burn->state, err);
}

CA_RC db_intent_burn(struct db *db, const struct db_intent *intent,
                     const struct db_certificate *row, enum db_request_state *ret_state,
                     struct ca_err *err)
{
    CA_AUTO(db_certificate_rows) struct db_certificate_rows rows = {0};
    struct db_certificate own = *row;
    struct burn burn = {.rows = &rows};

    own.id = intent->certificate_id;
    own.authority_id = intent->authority_id;
    own.serial = intent->serial;
    own.request_id = intent->request_id;
    own.state = DB_CERT_BURNED;
    CA_TRY(db_certificate_rows_new(&own, 1, &rows, err));
    CA_TRY(db_atomic(db, intent_burn, &burn, err));
    *ret_state = (enum db_request_state)burn.state;
    return CA_OK;
}
