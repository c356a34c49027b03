/* SPDX-License-Identifier: Apache-2.0 */
#include "db/field_internal.h"
#include "db/kind_internal.h"

/* The place for another parameter; NULL when there is none left, which db_run reports. */
static int *param_next(struct db_params *p)
{
    if (p->n == DB_PARAMS_MAX) {
        p->too_many = true;
        return NULL;
    }
    return &p->lengths[p->n];
}

static void put(struct db_params *p, const void *ptr, size_t len)
{
    int *length = param_next(p);

    if (length == NULL)
        return;
    *length = (int)len;
    p->values[p->n++] = ptr;
}

static void put_value(struct db_params *p, enum db_kind kind, const char *const *labels,
                      const void *at)
{
    struct db_value v = {0};

    db_kinds[kind].encode(at, labels, &v);
    if (v.ptr == v.own && p->n < DB_PARAMS_MAX) {
        memcpy(p->scalars[p->n], v.own, sizeof(v.own));
        v.ptr = p->scalars[p->n];
    }
    put(p, v.ptr, v.len);
}

void db_params_done(struct db_params *p)
{
    for (size_t i = 0; i < CA_COUNT(p->arrays); i++)
        ca_buf_done(&p->arrays[i]);
    p->n = 0;
}

void db_put_int4(struct db_params *p, int32_t v)
{
    put_value(p, DB_INT4, NULL, &v);
}

void db_put_int8(struct db_params *p, int64_t v)
{
    put_value(p, DB_INT8, NULL, &v);
}

void db_put_time(struct db_params *p, int64_t v)
{
    put_value(p, DB_TIME, NULL, &v);
}

void db_put_text(struct db_params *p, const char *v)
{
    put(p, v, v == NULL ? 0 : strlen(v));
}

void db_put_bytes(struct db_params *p, struct ca_bytes v)
{
    put_value(p, DB_BYTES, NULL, &v);
}

void db_put_uuid(struct db_params *p, const struct ca_uuid *v)
{
    if (v == NULL) {
        put(p, NULL, 0);
    } else {
        put_value(p, DB_UUID, NULL, v);
    }
}

void db_put_row(struct db_params *p, const struct db_fields *f, const void *row)
{
    for (size_t i = 0; i < f->n; i++)
        put_value(p, f->at[i].kind, f->at[i].labels, (const uint8_t *)row + f->at[i].offset);
}

static void put_be32(struct ca_buf *b, uint32_t v)
{
    const uint8_t octets[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
                               (uint8_t)v};

    ca_buf_add(b, octets, sizeof(octets));
}

/* array_send's form: dimensions, "may hold NULL", element type, length, lower bound, elements. */
static void array_write(struct ca_buf *b, const struct db_field *f, const uint8_t *at, size_t size,
                        size_t n)
{
    put_be32(b, 1);
    put_be32(b, 1);
    put_be32(b, db_kinds[f->kind].oid);
    put_be32(b, (uint32_t)n);
    put_be32(b, 1);
    for (size_t i = 0; i < n; i++) {
        struct db_value v = {0};

        db_kinds[f->kind].encode(at + i * size + f->offset, f->labels, &v);
        put_be32(b, v.ptr == NULL ? UINT32_MAX : (uint32_t)v.len);
        if (v.ptr != NULL)
            ca_buf_add(b, v.ptr, v.len);
    }
}

CA_RC db_put_rows(struct db_params *p, const struct db_fields *f, const void *rows, size_t n,
                  struct ca_err *err)
{
    for (size_t i = 0; i < f->n && param_next(p) != NULL; i++) {
        struct ca_buf *b = &p->arrays[p->n];

        b->max = (size_t)4 * CA_BUF_MAX;
        array_write(b, &f->at[i], rows, f->size, n);
        CA_TRY(ca_buf_check(b, err));
        put(p, b->ptr, b->len);
    }
    return CA_OK;
}
