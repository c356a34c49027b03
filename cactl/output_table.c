/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "base/time.h"
#include "cactl/output_internal.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, LABEL_WIDTH = 22 };

/* Characters of UTF-8. */
static size_t width(struct ca_bytes text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.ptr[i] & 0xc0) != 0x80;
    return n;
}

static void spaces(struct ca_buf *to, size_t n)
{
    while (n-- > 0)
        ca_buf_u8(to, ' ');
}

static void time_write(const char *text, int64_t at, struct ca_buf *to)
{
    struct ca_civil t;

    (void)text;
    ca_time_to_civil(at, &t);
    ca_buf_printf(to, "%04d-%02d-%02d %02d:%02d UTC", t.year, t.month, t.day, t.hour, t.minute);
}

/* " (in 7 days)", " (2 hours ago)" */
static void distance_write(int64_t at, struct ca_buf *to)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {
        {DAY,    "day"   },
        {HOUR,   "hour"  },
        {MINUTE, "minute"},
        {1,      "second"}
    };
    int64_t d = at - ca_time_now();
    int64_t away = d < 0 ? -d : d;
    size_t i = 0;

    while (i + 1 < CA_COUNT(units) && away < 2 * units[i].seconds)
        i++;
    away /= units[i].seconds;
    ca_buf_printf(to, " (%s%lld %s%s%s)", d < 0 ? "" : "in ", (long long)away, units[i].name,
                  away == 1 ? "" : "s", d < 0 ? " ago" : "");
}

static void letters_write(const json_t *list, struct ca_buf *to)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) json_plain(item, to);
}

void cell_write(const struct column *column, const json_t *row, struct ca_buf *to)
{
    const json_t *value = json_at(row, column->path);
    const char *text = json_string_value(value);
    bool is_time = column->kind == COLUMN_TIME || column->kind == COLUMN_UNTIL;
    struct ca_err ignored;
    int64_t at = 0;

    if (column->kind == COLUMN_LETTERS) {
        letters_write(value, to);
    } else if (is_time && text != NULL &&
               ca_time_parse(ca_bytes_str(text), &at, &ignored) == CA_OK) {
        time_write(text, at, to);
        if (column->kind == COLUMN_UNTIL)
            distance_write(at, to);
    } else if (value == NULL || (text != NULL && text[0] == '\0')) {
        ca_buf_u8(to, '-');
    } else {
        json_plain(value, to);
    }
}

static const char *colour_of(const char *status)
{
    static const struct {
        const char *status;
        const char *code;
    } colours[] = {
        {"valid",    "32"},
        {"online",   "32"},
        {"ok",       "32"},
        {"issued",   "32"},
        {"held",     "33"},
        {"pending",  "33"},
        {"warning",  "33"},
        {"expired",  "2" },
        {"revoked",  "31"},
        {"offline",  "31"},
        {"critical", "31"},
        {"failed",   "31"},
        {"denied",   "31"},
    };

    for (size_t i = 0; i < CA_COUNT(colours); i++) {
        if (strcmp(colours[i].status, status) == 0)
            return colours[i].code;
    }
    return NULL;
}

static void widths_grow(const struct columns *c, size_t widths[COLUMNS_MAX], bool heads,
                        const json_t *items)
{
    CA_AUTO(buf) struct ca_buf cell = {0};
    size_t row;
    json_t *item;

    for (size_t i = 0; i < c->n; i++) {
        size_t head = heads ? strlen(c->rows[i].header) : 0;

        widths[i] = head > widths[i] ? head : widths[i];
        json_array_foreach(items, row, item)
        {
            ca_buf_reset(&cell);
            cell_write(&c->rows[i], item, &cell);
            if (width(ca_buf_view(&cell)) > widths[i])
                widths[i] = width(ca_buf_view(&cell));
        }
    }
}

/* A cell and what fills it up, but not at the end of the line. */
static void padded(const struct columns *c, size_t i, struct ca_bytes cell, size_t wide,
                   struct ca_buf *to)
{
    ca_buf_bytes(to, cell);
    if (i + 1 < c->n)
        spaces(to, wide - width(cell) + 2);
}

static void row_write(const struct columns *c, const size_t widths[COLUMNS_MAX], const json_t *row,
                      struct ca_buf *to)
{
    CA_AUTO(buf) struct ca_buf cell = {0};

    for (size_t i = 0; i < c->n; i++) {
        const char *colour = NULL;

        ca_buf_reset(&cell);
        cell_write(&c->rows[i], row, &cell);
        if (c->colour && c->rows[i].kind == COLUMN_STATUS)
            colour = colour_of(ca_buf_cstr(&cell));
        if (colour != NULL)
            ca_buf_printf(to, "\033[%sm", colour);
        ca_buf_bytes(to, ca_buf_view(&cell));
        if (colour != NULL)
            ca_buf_str(to, "\033[0m");
        if (i + 1 < c->n)
            spaces(to, widths[i] - width(ca_buf_view(&cell)) + 2);
    }
    ca_buf_u8(to, '\n');
}

void table_write(const struct columns *c, size_t widths[COLUMNS_MAX], bool heads,
                 const json_t *items, struct ca_buf *to)
{
    size_t i;
    json_t *item;

    widths_grow(c, widths, heads, items);
    for (size_t head = 0; heads && head < c->n; head++)
        padded(c, head, ca_bytes_str(c->rows[head].header), widths[head], to);
    if (heads)
        ca_buf_u8(to, '\n');
    json_array_foreach(items, i, item) row_write(c, widths, item, to);
}

/* "Not after:" of "not_after". */
static void label_write(const char *name, struct ca_buf *to)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++) {
        int c = name[i] == '_' ? ' ' : name[i];

        ca_buf_u8(to, (uint8_t)(i == 0 ? toupper(c) : c));
    }
    ca_buf_u8(to, ':');
    spaces(to, len + 1 < LABEL_WIDTH ? LABEL_WIDTH - len - 1 : 1);
}

/* A text of several lines stands below its label. */
static void lines_write(const char *text, struct ca_buf *to)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        ca_buf_str(to, "\n    ");
        for (size_t i = 0; i < len; i++) {
            unsigned char c = (unsigned char)text[i];

            ca_buf_u8(to, c < ' ' || c == 0x7f ? '?' : c);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

static void items_write(const json_t *list, struct ca_buf *to)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        ca_buf_str(to, "\n    ");
        json_plain(item, to);
    }
}

static void member_write(const char *name, const json_t *value, struct ca_buf *to)
{
    static const char *const until[] = {"not_after", "next_update"};
    struct column column = {"", "", COLUMN_TIME, false};
    const char *text = json_string_value(value);

    for (size_t i = 0; i < CA_COUNT(until); i++) {
        if (strcmp(name, until[i]) == 0)
            column.kind = COLUMN_UNTIL;
    }
    label_write(name, to);
    if (text != NULL && strchr(text, '\n') != NULL) {
        lines_write(text, to);
    } else if (json_is_object(json_array_get(value, 0)) && json_array_size(value) > 0 &&
               json_at(json_array_get(value, 0), "value") == NULL) {
        items_write(value, to);
    } else if (text != NULL) {
        cell_write(&column, value, to);
    } else {
        json_plain(value, to);
    }
    ca_buf_u8(to, '\n');
}

void table_write_object(const json_t *object, struct ca_buf *to)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        bool empty = json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);

        if (!empty && strcmp(name, "allowed_actions") != 0 && strcmp(name, "tbs") != 0)
            member_write(name, value, to);
    }
}
