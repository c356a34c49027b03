/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl_entries_internal.h"

#include <stdlib.h>

#include "db/statement_internal.h"

/* PostgreSQL's binary COPY format: a header of 19 octets before the first row, then for each row a
 * 16-bit number of columns, and for each column a 32-bit length (-1: NULL) and its octets; a number
 * of -1 ends it. Integers are big-endian. */
enum {
    COPY_HEADER = 19,
    COPY_COLUMNS = 3,
    REASON_BITS = 5, /* of the number that time and reason share */
};
static const char copy_signature[] = "PGCOPY\n\377\r\n"; /* and a NUL */

static bool copy_take(struct ca_bytes *in, size_t n, struct ca_bytes *ret)
{
    if (in->len < n)
        return false;
    *ret = (struct ca_bytes){in->ptr, n};
    in->ptr += n;
    in->len -= n;
    return true;
}

static bool copy_number(struct ca_bytes *in, size_t octets, uint64_t *ret)
{
    struct ca_bytes b;

    if (!copy_take(in, octets, &b))
        return false;
    *ret = 0;
    for (size_t i = 0; i < octets; i++)
        *ret = *ret << 8 | b.ptr[i];
    return true;
}

/* A column and whether it is there. */
static bool column_take(struct ca_bytes *in, struct ca_bytes *ret, bool *ret_null)
{
    uint64_t len;

    if (!copy_number(in, 4, &len))
        return false;
    *ret_null = len == UINT32_MAX;
    return *ret_null || copy_take(in, (size_t)len, ret);
}

/* An eight-octet integer; *ret stays where it is NULL and may be. */
static bool int8_take(struct ca_bytes *in, bool may_be_null, int64_t *ret)
{
    struct ca_bytes value;
    uint64_t v;
    bool null;

    if (!column_take(in, &value, &null))
        return false;
    if (null)
        return may_be_null;
    if (value.len != 8 || !copy_number(&value, 8, &v))
        return false;
    *ret = (int64_t)v;
    return true;
}

static bool entry_read(struct ca_bytes *in, struct db_crl_entry *entry)
{
    int64_t both = 0;
    bool null;

    if (!column_take(in, &entry->serial, &null) || null || !int8_take(in, false, &both) ||
        both < 0 || !int8_take(in, true, &entry->invalidity_date))
        return false;
    entry->revoked_at = both >> REASON_BITS;
    entry->reason = (int32_t)(both & ((1 << REASON_BITS) - 1)) - 1;
    return in->len == 0;
}

/* The header comes with the first row or before it. */
static bool header_skip(struct ca_bytes *in)
{
    struct ca_bytes header;
    uint64_t extension;

    if (in->len < COPY_HEADER || memcmp(in->ptr, copy_signature, sizeof(copy_signature)) != 0)
        return true;
    return copy_take(in, COPY_HEADER - 4, &header) && copy_number(in, 4, &extension) &&
           copy_take(in, (size_t)extension, &header);
}

static CA_RC row_give(struct ca_bytes row, struct db_crl_reading *r, struct ca_err *err)
{
    struct db_crl_entry entry = {.reason = -1};
    uint64_t n = 0;

    if (!header_skip(&row))
        return CA_FAIL(err, CA_FAULT, "COPY: header");
    if (row.len == 0)
        return CA_OK;
    if (!copy_number(&row, 2, &n))
        return CA_FAIL(err, CA_FAULT, "COPY: short row");
    if (n == UINT16_MAX && row.len == 0) /* the end */
        return CA_OK;
    if (n != COPY_COLUMNS || !entry_read(&row, &entry))
        return CA_FAIL(err, CA_FAULT, "COPY: a row of %u columns", (unsigned)n);
    r->given++;
    return r->fn(r->arg, &entry, err);
}

static CA_RC rows_give(struct db *db, struct db_crl_reading *r, struct ca_err *err)
{
    for (;;) {
        char *row = NULL;
        int len = 0;
        enum ca_rc rc;

        CA_TRY(db_io_copy_row(db, &row, &len, err));
        if (row == NULL)
            return CA_OK;
        rc = row_give((struct ca_bytes){(const uint8_t *)row, (size_t)len}, r, err);
        PQfreemem(row);
        CA_TRY(rc);
    }
}

/* The COPY's own end: what made it stop early, such as a timeout, is here; so is how many it sent.
 */
static CA_RC copy_finish(struct db *db, int64_t given, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_io_result(db, &res, err));
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        return db_fail(res, "crl_entries", err);
    if (strtoll(PQcmdTuples(res), NULL, 10) != given) {
        return CA_FAIL(err, CA_FAULT, "COPY: %jd rows of %s came", (intmax_t)given,
                       PQcmdTuples(res));
    }
    return CA_OK;
}

static const struct ca_bytes lowest = CA_BYTES(0); /* of serial numbers */

static CA_RC settings_put(struct db *db, const struct db_crl_reading *r, struct ca_err *err)
{
    uint8_t octets[DB_SERIAL_MAX + 1];
    const struct ca_bytes end = {memset(octets, 0xff, sizeof(octets)), sizeof(octets)};
    const struct db_crl_selection *s = r->selection;
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, s->authority_id);
    db_put_int4(&p, s->shard);
    db_put_int8(&p, s->previous_this_update);
    db_put_int8(&p, s->since);
    db_put_bytes(&p, r->from.len > 0 ? r->from : lowest);
    db_put_bytes(&p, r->before.len > 0 ? r->before : end);
    return db_run_none(db, DB_crl_begin, &p, err);
}

CA_RC db_crl_reading_begin(struct db *db, struct ca_err *err)
{
    if (db->in_tx)
        return CA_FAIL(err, CA_FAULT, "a snapshot inside a transaction");
    CA_TRY(db_io_command(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, err));
    db->in_tx = true;
    return CA_OK;
}

CA_RC db_crl_reading_run(struct db *db, struct db_crl_reading *r, struct ca_err *err)
{
    const struct db_crl_selection *s = r->selection;
    enum ca_rc rc;

    CA_TRY(settings_put(db, r, err));
    CA_TRY(db_run_none(db,
                       s->delta   ? DB_crl_entries_delta
                       : s->whole ? DB_crl_entries_whole
                                  : DB_crl_entries,
                       NULL, err));
    rc = rows_give(db, r, err);
    if (rc == CA_OK)
        return copy_finish(db, r->given, err);
    if (!db_lost(db))
        db_drop(db); /* the rest of the rows is still on its way: cheaper to drop than to read */
    return rc;
}

void db_crl_reading_end(struct db *db)
{
    struct ca_err ignored = {0};

    if (db->in_tx && !db_lost(db) && db_io_command(db, "ROLLBACK", NULL, &ignored) != CA_OK)
        db->lost = true;
    db->in_tx = false;
}

CA_RC db_crl_entries(struct db *db, const struct db_crl_selection *selection, db_crl_entry_fn fn,
                     void *arg, struct ca_err *err)
{
    struct db_crl_reading r = {.selection = selection, .fn = fn, .arg = arg};
    enum ca_rc rc;

    CA_TRY(db_crl_reading_begin(db, err));
    rc = db_crl_reading_run(db, &r, err);
    db_crl_reading_end(db);
    return rc;
}
