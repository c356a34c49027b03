/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/output_internal.h"

/* Characters that make a spreadsheet or a reader of CSV see something else (RFC 4180 2.6). */
static void csv_cell(struct ca_bytes cell, struct ca_buf *to)
{
    bool quote = false;

    for (size_t i = 0; i < cell.len; i++)
        quote = quote || strchr("\",\r\n", (char)cell.ptr[i]) != NULL;
    if (quote)
        ca_buf_u8(to, '"');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"')
            ca_buf_u8(to, '"');
        ca_buf_u8(to, cell.ptr[i]);
    }
    if (quote)
        ca_buf_u8(to, '"');
}

void csv_write_heads(const struct columns *c, struct ca_buf *to)
{
    for (size_t i = 0; i < c->n; i++)
        ca_buf_printf(to, "%s%s", i > 0 ? "," : "", c->rows[i].path);
    ca_buf_str(to, "\r\n");
}

void csv_write(const struct columns *c, const json_t *row, struct ca_buf *to)
{
    CA_AUTO(buf) struct ca_buf cell = {0};

    for (size_t i = 0; i < c->n; i++) {
        ca_buf_reset(&cell);
        json_plain(json_at(row, c->rows[i].path), &cell);
        if (i > 0)
            ca_buf_u8(to, ',');
        csv_cell(ca_buf_view(&cell), to);
    }
    ca_buf_str(to, "\r\n");
}

/* What the API sends is at most five levels deep; a flow of JSON, which YAML 1.2 also is, stands
 * for what is deeper. */
enum { DEPTH_MAX = 6 };

static void indent(int depth, struct ca_buf *to)
{
    for (int i = 0; i < depth; i++)
        ca_buf_str(to, "  ");
}

static bool is_flow(const json_t *value, int depth)
{
    if (depth >= DEPTH_MAX)
        return true;
    return json_is_array(value) ? json_array_size(value) == 0
                                : !json_is_object(value) || json_object_size(value) == 0;
}

static void value_write(const json_t *value, int depth, struct ca_buf *to);

/* A member of an object, or an item when `name` is NULL.
 * NOLINTNEXTLINE(misc-no-recursion): is_flow ends it at DEPTH_MAX */
static void entry_write(const char *name, const json_t *value, int depth, struct ca_buf *to)
{
    struct ca_err ignored;

    indent(depth, to);
    if (name != NULL) {
        ca_buf_printf(to, "%s:", name);
    } else {
        ca_buf_u8(to, '-');
    }
    if (is_flow(value, depth)) {
        ca_buf_u8(to, ' ');
        (void)!json_write(value, false, to, &ignored); /* the buffer keeps the failure */
        ca_buf_u8(to, '\n');
        return;
    }
    ca_buf_u8(to, '\n');
    value_write(value, depth + 1, to);
}

/* NOLINTNEXTLINE(misc-no-recursion): see entry_write */
static void value_write(const json_t *value, int depth, struct ca_buf *to)
{
    size_t i;
    json_t *item;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)value, name, item) entry_write(name, item, depth, to);
    json_array_foreach(value, i, item) entry_write(NULL, item, depth, to);
}

void yaml_write(const json_t *value, struct ca_buf *to)
{
    struct ca_err ignored;

    if (!is_flow(value, 0)) {
        value_write(value, 0, to);
        return;
    }
    (void)!json_write(value, false, to, &ignored);
    ca_buf_u8(to, '\n');
}
