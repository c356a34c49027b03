/* SPDX-License-Identifier: Apache-2.0 */
#include "db/status.h"

#include "db/certificate_internal.h"

static const struct db_field find_columns[] = {
    DB_FIELD(BYTES, db_status, serial),   DB_FIELD_LABEL(db_status, state, db_certificate_states),
    DB_FIELD(INT4, db_status, reason),    DB_FIELD(TIME, db_status, revoked_at),
    DB_FIELD(INT8, db_status, not_after),
};
static const struct db_fields find_fields = DB_FIELDS(find_columns, db_status);

static const struct db_field newest_columns[] = {
    DB_FIELD(UUID, db_status_newest, id),
    DB_FIELD(INT8, db_status_newest, authority_id),
    DB_FIELD(TEXT, db_status_newest, authority),
    DB_FIELD(BYTES, db_status_newest, serial),
};
static const struct db_fields newest_fields = DB_FIELDS(newest_columns, db_status_newest);

static const struct db_field change_columns[] = {
    DB_FIELD(INT8, db_status_change, authority_id), DB_FIELD(TEXT, db_status_change, authority),
    DB_FIELD(BYTES, db_status_change, serial),      DB_FIELD(INT8, db_status_change, at),
    DB_FIELD(INT8, db_status_change, transaction),  DB_FIELD(INT8, db_status_change, id),
};
static const struct db_fields change_fields = DB_FIELDS(change_columns, db_status_change);

/* A serial number as the statement wants it. */
struct asked {
    struct ca_bytes serial;
    int32_t period;
};
static const struct db_field asked_columns[] = {
    DB_FIELD(BYTES, asked, serial),
    DB_FIELD(INT4, asked, period),
};
static const struct db_fields asked_fields = DB_FIELDS(asked_columns, asked);

CA_RC db_status_find(struct db *db, int64_t authority_id, const struct db_status_serial *serials,
                     size_t n, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    struct asked *asked = calloc(n + 1, sizeof(*asked)); /* never calloc(0) */
    enum ca_rc rc;

    if (asked == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++)
        asked[i] = (struct asked){serials[i].serial, db_period_of_serial(serials[i].serial)};
    db_put_int8(&p, authority_id);
    rc = db_put_rows(&p, &asked_fields, asked, n, err);
    free(asked); /* the parameters have copies */
    CA_TRY(rc);
    return db_run_rows(db, DB_status_find, &p, &find_fields, ret, err);
}

CA_RC db_status_newest(struct db *db, const struct ca_uuid *before, int64_t now, size_t limit,
                       struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, before);
    db_put_int8(&p, now);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_status_newest, &p, &newest_fields, ret, err);
}

void db_status_cursor_done(struct db_status_cursor *c)
{
    ca_buf_done(&c->told);
    ca_buf_done(&c->reading);
    *c = (struct db_status_cursor){.told_at = 0};
}

/* How much earlier than rows are trimmed a reader is taken for lost. */
enum { SLACK_S = 3600 };

/* Begins a reading: what is to be told is what this snapshot shows and the one before does not. */
static CA_RC reading_begin(struct db *db, struct db_status_cursor *c, bool *ret_lost,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;
    bool follows;

    db_put_text(&p, c->told.len == 0 ? NULL : ca_buf_cstr(&c->told));
    CA_TRY(db_run(db, DB_status_snapshot, &p, &res, err));
    ca_buf_reset(&c->reading);
    ca_buf_str(&c->reading, PQgetvalue(res, 0, 0));
    c->reading_at = db_get_int8(res, 1);
    follows = db_get_bool(res, 2);
    c->last_transaction = 0;
    c->last_id = 0;
    *ret_lost = !follows || c->reading_at - c->told_at > DB_STATUS_KEPT_S - SLACK_S;
    return ca_buf_check(&c->reading, err);
}

static void reading_end(struct db_status_cursor *c)
{
    struct ca_buf old = c->told;

    c->told = c->reading;
    c->told_at = c->reading_at;
    c->reading = old;
    ca_buf_reset(&c->reading);
}

static CA_RC changes_read(struct db *db, struct db_status_cursor *c, size_t limit,
                          struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    const struct db_status_change *rows;

    db_put_text(&p, ca_buf_cstr(&c->told));
    db_put_text(&p, ca_buf_cstr(&c->reading));
    db_put_int8(&p, c->last_transaction);
    db_put_int8(&p, c->last_id);
    db_put_int8(&p, (int64_t)limit);
    CA_TRY(db_run_rows(db, DB_status_changes, &p, &change_fields, ret, err));
    if (ret->count < limit) {
        reading_end(c);
        return CA_OK;
    }
    rows = ret->rows;
    c->last_transaction = rows[ret->count - 1].transaction;
    c->last_id = rows[ret->count - 1].id;
    return CA_OK;
}

CA_RC db_status_changes(struct db *db, struct db_status_cursor *c, size_t limit,
                        struct db_result *ret, bool *ret_lost, struct ca_err *err)
{
    enum ca_rc rc = CA_OK;

    *ret_lost = false;
    *ret = (struct db_result){.count = 0};
    if (c->reading.len == 0)
        rc = reading_begin(db, c, ret_lost, err);
    if (rc != CA_OK) {
        ca_buf_reset(&c->reading); /* begun again next time */
        return rc;
    }
    if (*ret_lost) {
        reading_end(c);
        return CA_OK;
    }
    return changes_read(db, c, limit, ret, err);
}

CA_RC db_status_trim(struct db *db, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, DB_STATUS_KEPT_S);
    return db_run_none(db, DB_status_trim, &p, err);
}
