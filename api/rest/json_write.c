/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "api/rest/json.h"
#include "base/text.h"
#include "base/time.h"

/* Written by hand, not by jansson: every answer of the hot path goes through here. */

static void escape(uint8_t c, struct ca_buf *ret)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *at = c != 0 ? strchr(from, c) : NULL;

    if (at != NULL) {
        ca_buf_add(ret, (const char[]){'\\', to[at - from]}, 2);
    } else {
        ca_buf_printf(ret, "\\u%04x", c);
    }
}

static void write_octets(struct ca_bytes text, struct ca_buf *ret)
{
    size_t from = 0;

    ca_buf_u8(ret, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];

        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        ca_buf_add(ret, text.ptr + from, i - from);
        escape(c, ret);
        from = i + 1;
    }
    ca_buf_add(ret, text.len > 0 ? text.ptr + from : NULL, text.len - from);
    ca_buf_u8(ret, '"');
}

void json_write_text(const char *text, struct ca_buf *ret)
{
    if (text == NULL) {
        ca_buf_str(ret, "null");
    } else {
        write_octets(ca_bytes_str(text), ret);
    }
}

static void write_number(int64_t v, struct ca_buf *ret)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, v);
    ca_buf_str(ret, text);
}

/* What a kind's member of the struct looks like, one view for each shape. */
union member {
    const char *text;
    bool truth;
    enum json_switch position;
    int64_t number;
    struct ca_uuid uuid;
    struct ca_bytes bytes;
    struct json_list list;
    const void *object;
};
typedef bool (*member_there_fn)(const union member *m);
typedef void (*member_write_fn)(const union member *m, struct ca_buf *ret);

static bool text_there(const union member *m)
{
    return m->text != NULL && m->text[0] != '\0';
}
static bool bool_there(const union member *m)
{
    (void)m;
    return true;
}
static bool switch_there(const union member *m)
{
    return m->position != JSON_NEITHER;
}
static bool int_there(const union member *m)
{
    return m->number >= 0;
}
static bool time_there(const union member *m)
{
    return m->number != 0;
}
static bool uuid_there(const union member *m)
{
    return !ca_uuid_is_nil(&m->uuid);
}
static bool bytes_there(const union member *m)
{
    return m->bytes.len > 0;
}
static bool list_there(const union member *m)
{
    return m->list.given;
}
static bool object_there(const union member *m)
{
    return m->object != NULL;
}

static void text_write(const union member *m, struct ca_buf *ret)
{
    json_write_text(m->text, ret);
}
static void bool_write(const union member *m, struct ca_buf *ret)
{
    ca_buf_str(ret, m->truth ? "true" : "false");
}
static void switch_write(const union member *m, struct ca_buf *ret)
{
    ca_buf_str(ret, m->position == JSON_ON ? "true" : "false");
}
static void int_write(const union member *m, struct ca_buf *ret)
{
    write_number(m->number, ret);
}

static void time_write(const union member *m, struct ca_buf *ret)
{
    char text[CA_TIME_TEXT];

    json_write_text(ca_time_text(m->number, text), ret);
}

static void uuid_write(const union member *m, struct ca_buf *ret)
{
    char text[CA_UUID_TEXT];

    json_write_text(ca_uuid_text(&m->uuid, text), ret);
}

static void hex_write(const union member *m, struct ca_buf *ret)
{
    uint8_t *at = ca_buf_room(ret, 2 * m->bytes.len + 2);

    if (at == NULL)
        return;
    at[0] = '"';
    (void)ca_hex(m->bytes, (char *)at + 1); /* its NUL is where the quote goes */
    at[2 * m->bytes.len + 1] = '"';
}

/* Octets that are text already: PEM. */
static void pem_write(const union member *m, struct ca_buf *ret)
{
    write_octets(m->bytes, ret);
}

static void texts_write(const union member *m, struct ca_buf *ret)
{
    const struct wire_text *texts = m->list.items;

    ca_buf_u8(ret, '[');
    for (uint32_t i = 0; i < m->list.n; i++) {
        if (i > 0)
            ca_buf_u8(ret, ',');
        json_write_text(texts[i].text, ret);
    }
    ca_buf_u8(ret, ']');
}

/* In the order of enum json_kind. Subjects are only read; objects and lists open a frame. */
static const struct kind {
    size_t size;
    member_there_fn there;
    member_write_fn write;
} kinds[] = {
    {sizeof(const char *),     text_there,   text_write  },
    {sizeof(const char *),     text_there,   text_write  },
    {sizeof(const char *),     text_there,   text_write  },
    {sizeof(bool),             bool_there,   bool_write  },
    {sizeof(enum json_switch), switch_there, switch_write},
    {sizeof(int64_t),          int_there,    int_write   },
    {sizeof(int64_t),          time_there,   time_write  },
    {sizeof(struct ca_uuid),   uuid_there,   uuid_write  },
    {sizeof(struct ca_bytes),  bytes_there,  hex_write   },
    {sizeof(struct ca_bytes),  bytes_there,  pem_write   },
    {sizeof(struct ca_bytes),  bytes_there,  pem_write   },
    {sizeof(struct json_list), list_there,   NULL        },
    {sizeof(struct json_list), list_there,   texts_write },
    {sizeof(const void *),     object_there, NULL        },
    {sizeof(struct json_list), list_there,   NULL        },
};
_Static_assert(CA_COUNT(kinds) == JSON__COUNT, "one row a kind");

/* An object that is being written, or a list: `left` items after this one. */
struct frame {
    const struct json_schema *schema;
    const char *from;
    size_t field;
    uint32_t left;
    bool list;
    bool comma;
};
struct writer {
    struct frame frames[JSON_DEPTH_MAX];
    size_t depth;
    struct ca_buf *to;
};

static void frame_open(struct writer *w, const struct json_schema *schema, const void *from)
{
    assert(w->depth < JSON_DEPTH_MAX); /* our own schemas */
    w->frames[w->depth++] = (struct frame){.schema = schema, .from = from};
    ca_buf_u8(w->to, '{');
}

static void list_open(struct writer *w, const struct json_schema *schema, struct json_list list)
{
    ca_buf_u8(w->to, '[');
    if (list.n == 0) {
        ca_buf_u8(w->to, ']');
        return;
    }
    frame_open(w, schema, list.items);
    w->frames[w->depth - 1].list = true;
    w->frames[w->depth - 1].left = list.n - 1;
}

static void frame_close(struct writer *w)
{
    struct frame *f = &w->frames[w->depth - 1];

    ca_buf_u8(w->to, '}');
    if (f->left > 0) {
        f->left--;
        f->from += f->schema->size;
        f->field = 0;
        f->comma = false;
        ca_buf_str(w->to, ",{");
        return;
    }
    if (f->list)
        ca_buf_u8(w->to, ']');
    w->depth--;
}

static void name_write(struct frame *f, const char *name, struct ca_buf *ret)
{
    ca_buf_str(ret, f->comma ? ",\"" : "\"");
    ca_buf_str(ret, name);
    ca_buf_str(ret, "\":");
    f->comma = true;
}

/* A required member that is empty is still written: "", [] or null. */
static void absent_write(const struct json_field *field, struct ca_buf *ret)
{
    const char *type = json_kind_type(field->kind);

    if ((field->flags & JSON_NULLABLE) != 0) {
        ca_buf_str(ret, "null");
    } else {
        ca_buf_str(ret, strcmp(type, "string") == 0 ? "\"\"" : type[0] == 'a' ? "[]" : "null");
    }
}

static void member_write(struct writer *w, struct frame *f, const struct json_field *field)
{
    const struct kind *kind = &kinds[field->kind];
    union member m = {0};

    memcpy(&m, f->from + field->offset, kind->size);
    if (!kind->there(&m)) {
        if (field->flags != 0) {
            name_write(f, field->name, w->to);
            absent_write(field, w->to);
        }
        return;
    }
    name_write(f, field->name, w->to);
    if (field->kind == JSON_NESTED) {
        frame_open(w, field->schema, m.object);
    } else if (field->kind == JSON_LIST) {
        list_open(w, field->schema, m.list);
    } else {
        kind->write(&m, w->to);
    }
}

void json_write(const struct json_schema *schema, const void *from, struct ca_buf *ret)
{
    struct writer w = {.to = ret};

    frame_open(&w, schema, from);
    while (w.depth > 0) {
        struct frame *f = &w.frames[w.depth - 1];

        if (f->field == f->schema->n) {
            frame_close(&w);
        } else {
            member_write(&w, f, &f->schema->fields[f->field++]);
        }
    }
}
