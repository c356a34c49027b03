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
