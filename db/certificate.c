/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_internal.h"

const char *const db_certificate_states[] = {"valid", "held", "revoked", "burned", NULL};

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_certificate, id),
    DB_FIELD(INT8, db_certificate, authority_id),
    DB_FIELD(TEXT, db_certificate, authority),
    DB_FIELD(BYTES, db_certificate, serial),
    DB_FIELD_LABEL(db_certificate, state, db_certificate_states),
    DB_FIELD(BYTES, db_certificate, der),
    DB_FIELD(BYTES, db_certificate, fingerprint),
    DB_FIELD(BYTES, db_certificate, spki_hash),
    DB_FIELD(TEXT, db_certificate, subject),
    DB_FIELD(TEXT, db_certificate, common_name),
    DB_FIELD(TEXT, db_certificate, names),
    DB_FIELD(INT8, db_certificate, not_before),
    DB_FIELD(INT8, db_certificate, not_after),
    DB_FIELD(TEXT, db_certificate, profile),
    DB_FIELD(BYTES, db_certificate, profile_version),
    DB_FIELD(UUID, db_certificate, request_id),
    DB_FIELD(UUID, db_certificate, requester_id),
    DB_FIELD(TEXT, db_certificate, requester),
    DB_FIELD(INT8, db_certificate, issued_at),
    DB_FIELD(INT4, db_certificate, reason),
    DB_FIELD(TIME, db_certificate, revoked_at),
    DB_FIELD(TIME, db_certificate, invalidity_date),
    DB_FIELD(TEXT, db_certificate, comment),
};
const struct db_fields db_certificate_fields = DB_FIELDS(columns, db_certificate);

static const struct db_field insert_columns[] = {
    DB_FIELD(INT4, db_certificate_row, period),
    DB_FIELD(UUID, db_certificate_row, c.id),
    DB_FIELD(INT8, db_certificate_row, c.authority_id),
    DB_FIELD(BYTES, db_certificate_row, c.serial),
    DB_FIELD_LABEL(db_certificate_row, c.state, db_certificate_states),
    DB_FIELD(BYTES, db_certificate_row, c.der),
    DB_FIELD(BYTES, db_certificate_row, c.fingerprint),
    DB_FIELD(BYTES, db_certificate_row, c.spki_hash),
    DB_FIELD(TEXT, db_certificate_row, c.subject),
    DB_FIELD(TEXT, db_certificate_row, c.common_name),
    DB_FIELD(TEXT, db_certificate_row, c.names),
    DB_FIELD(TEXT, db_certificate_row, search),
    DB_FIELD(INT8, db_certificate_row, c.not_before),
    DB_FIELD(INT8, db_certificate_row, c.not_after),
    DB_FIELD(TEXT, db_certificate_row, c.profile),
    DB_FIELD(BYTES, db_certificate_row, c.profile_version),
    DB_FIELD(UUID, db_certificate_row, c.request_id),
    DB_FIELD(UUID, db_certificate_row, c.requester_id),
    DB_FIELD(INT8, db_certificate_row, c.issued_at),
    DB_FIELD(INT4, db_certificate_row, c.reason),
    DB_FIELD(TIME, db_certificate_row, c.revoked_at),
    DB_FIELD(TIME, db_certificate_row, c.invalidity_date),
    DB_FIELD(TEXT, db_certificate_row, c.comment),
    DB_FIELD(INT4, db_certificate_row, c.crl_shard),
};
static const struct db_fields insert_fields = DB_FIELDS(insert_columns, db_certificate_row);

const char *db_certificate_state_name(enum db_certificate_state state)
{
    return db_certificate_states[state];
}

/* Joined with newlines, which no clean text holds; several arrays in one array have to be equally
 * long. */
static CA_RC search_join(struct ca_buf *b, const struct db_certificate *c, struct ca_err *err)
{
    for (size_t i = 0; i < c->search_n; i++) {
        if (!ca_text_is_clean(ca_bytes_str(c->search[i])))
            return CA_FAIL(err, CA_MALFORMED, "a name with a control character");
        ca_buf_printf(b, "%s%s", i == 0 ? "" : "\n", c->search[i]);
    }
    ca_buf_u8(b, '\0');
    return CA_OK;
}

/* What follows from the rest: the period, and what the state says of the revocation. */
static void row_fill(struct db_certificate_row *row, const struct db_certificate *from)
{
    row->c = *from;
    row->period = db_period_of_serial(from->serial);
    if (from->state == DB_CERT_VALID) {
        row->c.reason = -1;
        row->c.revoked_at = 0;
    } else if (from->revoked_at == 0) {
        row->c.revoked_at = from->issued_at;
    }
}

CA_RC db_certificate_rows_new(const struct db_certificate *from, size_t n,
                              struct db_certificate_rows *ret, struct ca_err *err)
{
    CA_AUTO(db_certificate_rows) struct db_certificate_rows rows = {0};
    const char *text;

    rows.at = calloc(n + 1, sizeof(*rows.at)); /* never calloc(0) */
    if (rows.at == NULL)
        return CA_FAIL_NOMEM(err);
    rows.n = n;
    for (size_t i = 0; i < n; i++) {
        row_fill(&rows.at[i], &from[i]);
        CA_TRY(search_join(&rows.text, &from[i], err));
    }
    CA_TRY(ca_buf_check(&rows.text, err));
    text = (const char *)rows.text.ptr; /* it does not move any more */
    for (size_t i = 0; i < n; i++) {
        rows.at[i].search = text;
        text += strlen(text) + 1;
    }
    *ret = rows;
    /* NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
    rows = (struct db_certificate_rows){0};
    return CA_OK;
}

void db_certificate_rows_done(struct db_certificate_rows r)
{
    free(r.at);
    ca_buf_done(&r.text);
}

CA_RC db_certificate_rows_put(struct db_params *p, const struct db_certificate_rows *rows,
                              struct ca_err *err)
{
    return db_put_rows(p, &insert_fields, rows->at, rows->n, err);
}

/* Of an authority's own certificate there is no request. */
static int64_t rows_of_requests(const struct db_certificate_rows *rows)
{
    int64_t n = 0;

    for (size_t i = 0; i < rows->n; i++)
        n += !ca_uuid_is_nil(&rows->at[i].c.request_id);
    return n;
}

static CA_RC certificate_insert(struct db *db, void *arg, struct ca_err *err)
{
    const struct db_certificate_rows *rows = arg;
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_certificate_rows_put(&p, rows, err));
    CA_TRY(db_run(db, DB_certificate_insert, &p, &res, err));
    if (db_get_int8(res, 0) != (int64_t)rows->n || db_get_int8(res, 1) != (int64_t)rows->n)
        return CA_FAIL(err, CA_CONFLICT, "an intent is not open");
    if (db_get_int8(res, 2) != rows_of_requests(rows))
        return CA_FAIL(err, CA_CONFLICT, "a request is not issuing");
    return CA_OK;
}

CA_RC db_certificate_insert_batch(struct db *db, const struct db_certificate *rows, size_t n,
                                  struct ca_err *err)
{
    CA_AUTO(db_certificate_rows) struct db_certificate_rows own = {0};

    CA_TRY(db_certificate_rows_new(rows, n, &own, err));
    return db_atomic(db, certificate_insert, &own, err);
}

CA_RC db_certificate_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    db_put_periods(&p, id);
    return db_run_rows(db, DB_certificate_by_id, &p, &db_certificate_fields, ret, err);
}

CA_RC db_certificate_by_serial(struct db *db, int64_t authority_id, struct ca_bytes serial,
                               struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, authority_id);
    db_put_bytes(&p, serial);
    db_put_int4(&p, db_period_of_serial(serial));
    return db_run_rows(db, DB_certificate_by_serial, &p, &db_certificate_fields, ret, err);
}

CA_RC db_certificate_of_key(struct db *db, struct ca_bytes spki_hash, const char *profile,
                            struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_bytes(&p, spki_hash);
    db_put_text(&p, profile);
    return db_run_rows(db, DB_certificate_of_key, &p, &db_certificate_fields, ret, err);
}
