/* SPDX-License-Identifier: Apache-2.0 */
#include "db/webhook.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_webhook, id),         DB_FIELD(TEXT, db_webhook, url),
    DB_FIELD(TEXT, db_webhook, events),     DB_FIELD(BOOL, db_webhook, enabled),
    DB_FIELD(INT8, db_webhook, created_at), DB_FIELD(UUID, db_webhook, created_by),
    DB_FIELD(TEXT, db_webhook, creator),
};
static const struct db_fields fields = DB_FIELDS(columns, db_webhook);
enum { WRITTEN = 6 }; /* the first ones */
static const struct db_fields written = {columns, WRITTEN, sizeof(struct db_webhook)};

static const struct db_field update_columns[] = {
    DB_FIELD(UUID, db_webhook, id),
    DB_FIELD(TEXT, db_webhook, events),
    DB_FIELD(BOOL, db_webhook, enabled),
};
static const struct db_fields update_fields = DB_FIELDS(update_columns, db_webhook);

#define D(kind, member) DB_FIELD(kind, db_webhook_delivery, member)
static const struct db_field insert_columns[] = {
    D(UUID, id), D(UUID, webhook_id), D(TEXT, event), D(BYTES, body), D(INT8, created_at),
};
static const struct db_fields insert_fields = DB_FIELDS(insert_columns, db_webhook_delivery);
static const struct db_field take_columns[] = {
    D(UUID, id),    D(TEXT, url),        D(TEXT, event),
    D(BYTES, body), D(INT8, created_at), D(INT4, attempts),
};
static const struct db_fields take_fields = DB_FIELDS(take_columns, db_webhook_delivery);
static const struct db_field list_columns[] = {
    D(UUID, id),           D(TEXT, event),       D(BYTES, body),
    D(INT8, created_at),   D(TIME, next_at),     D(INT4, attempts),
    D(TIME, delivered_at), D(INT4, last_status), D(TEXT, last_error),
};
static const struct db_fields list_fields = DB_FIELDS(list_columns, db_webhook_delivery);

CA_RC db_webhook_insert(struct db *db, const struct db_webhook *w, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &written, w);
    return db_run_none(db, DB_webhook_insert, &p, err);
}

CA_RC db_webhook_update(struct db *db, const struct db_webhook *w, int64_t removed_at,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &update_fields, w);
    db_put_time(&p, removed_at);
    CA_TRY(db_run(db, DB_webhook_update, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such webhook");
    return CA_OK;
}

CA_RC db_webhook_list(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return db_run_rows(db, DB_webhook_list, &p, &fields, ret, err);
}

CA_RC db_webhook_sequence(struct db *db, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_webhook_sequence, NULL, &res, err));
    *ret = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_webhook_delivery_insert_batch(struct db *db, const struct db_webhook_delivery *rows,
                                       size_t n, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &insert_fields, rows, n, err));
    return db_run_none(db, DB_webhook_delivery_insert, &p, err);
}

CA_RC db_webhook_delivery_take(struct db *db, int64_t now, int64_t lease, size_t each, size_t most,
                               struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, now);
    db_put_int8(&p, lease);
    db_put_int8(&p, (int64_t)each);
    db_put_int8(&p, (int64_t)most);
    return db_run_rows(db, DB_webhook_delivery_take, &p, &take_fields, ret, err);
}

CA_RC db_webhook_delivery_end(struct db *db, const struct db_webhook_delivery *d,
                              struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, &d->id);
    db_put_int4(&p, d->attempts);
    db_put_time(&p, d->next_at);
    db_put_time(&p, d->delivered_at);
    db_put_int4(&p, d->last_status);
    db_put_text(&p, d->last_error);
    return db_run_none(db, DB_webhook_delivery_end, &p, err);
}

CA_RC db_webhook_delivery_list(struct db *db, const struct ca_uuid *webhook_id,
                               const struct ca_uuid *before, size_t limit, struct db_result *ret,
                               struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, webhook_id);
    db_put_uuid(&p, before);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_webhook_delivery_list, &p, &list_fields, ret, err);
}

CA_RC db_webhook_delivery_trim(struct db *db, int64_t before, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, before);
    return db_run_none(db, DB_webhook_delivery_trim, &p, err);
}
