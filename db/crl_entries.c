/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl.h"

#include "db/statement_internal.h"

#include "db/kind_internal.h"

/* PostgreSQL's binary COPY format: a header of 19 octets before the first row, then for each row a
 * 16-bit number of columns, and for each column a 32-bit length (-1: NULL) and its octets; a number
 * of -1 ends it. Integers are big-endian. */
enum { COPY_HEADER = 19, COPY_COLUMNS = 4 };
static const char copy_signature[] = "PGCOPY\n\377\r\n"; /* and a NUL */

static const struct db_field columns[COPY_COLUMNS] = {
    DB_FIELD(BYTES, db_crl_entry, serial),
    DB_FIELD(INT4, db_crl_entry, reason),
    DB_FIELD(TIME, db_crl_entry, revoked_at),
    DB_FIELD(TIME, db_crl_entry, invalidity_date),
};

static bool copy_take(struct ca_bytes *in, size_t n, struct ca_bytes *ret)
{
    if (in->len < n)
        return false;
    *ret = (struct ca_bytes){in->ptr, n};
    in->ptr += n;
    in->len -= n;
    return true;
}

static bool copy_number(struct ca_bytes *in, size_t octets, uint32_t *ret)
{
    struct ca_bytes b;

    if (!copy_take(in, octets, &b))
        return false;
    *ret = 0;
    for (size_t i = 0; i < octets; i++)
        *ret = *ret << 8 | b.ptr[i];
    return true;
}

static bool column_read(struct ca_bytes *in, const struct db_field *f, struct db_crl_entry *entry)
{
    struct ca_bytes value;
    uint32_t len;

    if (!copy_number(in, 4, &len))
        return false;
    if (len == UINT32_MAX)
        return true;
    return copy_take(in, len, &value) &&
           db_kinds[f->kind].decode(value, NULL, (uint8_t *)entry + f->offset);
}

static bool entry_read(struct ca_bytes *in, struct db_crl_entry *entry)
{
    for (size_t i = 0; i < COPY_COLUMNS; i++) {
        if (!column_read(in, &columns[i], entry))
            return false;
    }
    return in->len == 0;
}

/* The header comes with the first row or before it. */
static bool header_skip(struct ca_bytes *in)
{
    struct ca_bytes header;
    uint32_t extension;

    if (in->len < COPY_HEADER || memcmp(in->ptr, copy_signature, sizeof(copy_signature)) != 0)
        return true;
    return copy_take(in, COPY_HEADER - 4, &header) && copy_number(in, 4, &extension) &&
           copy_take(in, extension, &header);
}

static CA_RC row_give(struct ca_bytes row, db_crl_entry_fn fn, void *arg, struct ca_err *err)
{
    struct db_crl_entry entry = {.reason = -1};
    uint32_t n = 0;

    if (!header_skip(&row))
        return CA_FAIL(err, CA_FAULT, "COPY: header");
    if (row.len == 0)
        return CA_OK;
    if (!copy_number(&row, 2, &n))
        return CA_FAIL(err, CA_FAULT, "COPY: short row");
    if (n == UINT16_MAX && row.len == 0) /* the end */
        return CA_OK;
    if (n != COPY_COLUMNS || !entry_read(&row, &entry))
        return CA_FAIL(err, CA_FAULT, "COPY: a row of %u columns", n);
    return fn(arg, &entry, err);
}

static CA_RC rows_give(struct db *db, db_crl_entry_fn fn, void *arg, struct ca_err *err)
{
    for (;;) {
        char *row = NULL;
        int len = 0;
        enum ca_rc rc;

        CA_TRY(db_io_copy_row(db, &row, &len, err));
        if (row == NULL)
            return CA_OK;
        rc = row_give((struct ca_bytes){(const uint8_t *)row, (size_t)len}, fn, arg, err);
        PQfreemem(row);
        CA_TRY(rc);
    }
}

/* The COPY's own end: what made it stop early, such as a timeout, is here. */
static CA_RC copy_finish(struct db *db, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_io_result(db, &res, err));
    if (PQresultStatus(res) != PGRES_COMMAND_OK)
        return db_fail(res, "crl_entries", err);
    return CA_OK;
}

struct entries {
    int64_t authority_id;
    int64_t previous_this_update;
    db_crl_entry_fn fn;
    void *arg;
};

static CA_RC entries_copy(struct db *db, const struct entries *e, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    enum ca_rc rc;

    db_put_int8(&p, e->authority_id);
    db_put_int8(&p, e->previous_this_update);
    CA_TRY(db_run_none(db, DB_crl_begin, &p, err));
    CA_TRY(db_run_none(db, DB_crl_entries, NULL, err));
    rc = rows_give(db, e->fn, e->arg, err);
    if (rc == CA_OK)
        return copy_finish(db, err);
    db->lost = true; /* the rest of the rows is still on its way: cheaper to drop than to read */
    return rc;
}

/* Nothing is written, so there is nothing to settle: the transaction is only the snapshot. */
CA_RC db_crl_entries(struct db *db, int64_t authority_id, int64_t previous_this_update,
                     db_crl_entry_fn fn, void *arg, struct ca_err *err)
{
    const struct entries e = {authority_id, previous_this_update, fn, arg};
    struct ca_err ignored = {0};
    enum ca_rc rc;

    if (db->in_tx)
        return CA_FAIL(err, CA_FAULT, "a snapshot inside a transaction");
    CA_TRY(db_io_command(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, err));
    db->in_tx = true;
    rc = entries_copy(db, &e, err);
    if (!db_lost(db) && db_io_command(db, "ROLLBACK", NULL, &ignored) != CA_OK)
        db->lost = true;
    db->in_tx = false;
    return rc;
}
