/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"
#include "db/field_internal.h"
#include "db/kind_internal.h"

static struct ca_bytes row_value(const PGresult *res, int row, int column)
{
    return (struct ca_bytes){(const uint8_t *)PQgetvalue(res, row, column),
                             (size_t)PQgetlength(res, row, column)};
}

/* A text that is NULL reads "", so that nobody has to ask. */
static void row_null(const struct db_field *f, uint8_t *row)
{
    if (f->kind == DB_TEXT)
        *(const char **)(void *)(row + f->offset) = "";
}

static CA_RC row_read(const PGresult *res, int n, const struct db_fields *f, uint8_t *row,
                      struct ca_err *err)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct db_field *field = &f->at[i];

        if (PQgetisnull(res, n, (int)i)) {
            row_null(field, row);
        } else if (!db_kinds[field->kind].decode(row_value(res, n, (int)i), field->labels,
                                                 row + field->offset)) {
            return CA_FAIL(err, CA_FAULT, "column %s is not of its kind", PQfname(res, (int)i));
        }
    }
    return CA_OK;
}

CA_RC db_rows_read(PGresult *from, const struct db_fields *f, struct db_result *ret,
                   struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = from;
    CA_AUTO(db_result) struct db_result rows = {0};
    int n = PQntuples(res);

    if (PQnfields(res) != (int)f->n)
        return CA_FAIL(err, CA_FAULT, "%d columns, not %zu", PQnfields(res), f->n);
    rows.rows = calloc((size_t)n + 1, f->size); /* never calloc(0) */
    if (rows.rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (int i = 0; i < n; i++)
        CA_TRY(row_read(res, i, f, (uint8_t *)rows.rows + (size_t)i * f->size, err));
    rows.count = (size_t)n;
    *ret = rows;
    ret->owner = CA_MOVE(res);
    /* NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the cleanup reads it */
    rows = (struct db_result){0};
    return CA_OK;
}

void db_result_free(struct db_result r)
{
    PQclear(r.owner);
    free(r.rows);
}

int64_t db_get_int8(const PGresult *res, int column)
{
    int64_t v8 = 0;
    int32_t v4 = 0;

    if (db_kinds[DB_INT8].decode(row_value(res, 0, column), NULL, &v8))
        return v8;
    return db_kinds[DB_INT4].decode(row_value(res, 0, column), NULL, &v4) ? v4 : 0;
}

bool db_get_bool(const PGresult *res, int column)
{
    bool v = false;

    return db_kinds[DB_BOOL].decode(row_value(res, 0, column), NULL, &v) && v;
}

CA_RC db_get_label(const PGresult *res, int column, const char *const *labels, int *ret,
                   struct ca_err *err)
{
    unsigned v = 0;

    if (!db_kinds[DB_LABEL].decode(row_value(res, 0, column), labels, &v))
        return CA_FAIL(err, CA_FAULT, "an unknown state in column %d", column);
    *ret = (int)v;
    return CA_OK;
}
