/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_internal.h"

/* Integers are copied bit by bit, whatever their sign: `size` octets of memory at `from`. */
static uint64_t int_load(const uint8_t *from, size_t size)
{
    uint8_t one;
    uint32_t four;
    uint64_t eight;

    if (size == sizeof(one)) {
        memcpy(&one, from, sizeof(one));
        return one;
    }
    if (size == sizeof(four)) {
        memcpy(&four, from, sizeof(four));
        return four;
    }
    memcpy(&eight, from, sizeof(eight));
    return eight;
}

static void int_store(uint64_t v, uint8_t *to, size_t size)
{
    uint8_t one = (uint8_t)v;
    uint32_t four = (uint32_t)v;

    if (size == sizeof(one)) {
        memcpy(to, &one, sizeof(one));
    } else if (size == sizeof(four)) {
        memcpy(to, &four, sizeof(four));
    } else {
        memcpy(to, &v, sizeof(v));
    }
}

static void be_put(struct ca_buf *ret, uint64_t v, size_t size)
{
    uint8_t octets[8];

    for (size_t i = 0; i < size; i++)
        octets[i] = (uint8_t)(v >> (8 * (size - 1 - i)));
    ca_buf_add(ret, octets, size);
}

/* Takes `len` octets off the front of the payload. */
static CA_RC octets_take(const struct wire_field *f, struct wire_arena *a, size_t len,
                         struct ca_bytes *ret, struct ca_err *err)
{
    if (len > a->in.len)
        return CA_FAIL(err, CA_MALFORMED, "%s: cut short", f->name);
    *ret = (struct ca_bytes){a->in.ptr, len};
    a->in.ptr += len;
    a->in.len -= len;
    return CA_OK;
}

static CA_RC be_take(const struct wire_field *f, struct wire_arena *a, size_t size, uint64_t *ret,
                     struct ca_err *err)
{
    struct ca_bytes octets = {0};
    uint64_t v = 0;

    CA_TRY(octets_take(f, a, size, &octets, err));
    for (size_t i = 0; i < size; i++)
        v = v << 8 | octets.ptr[i];
    *ret = v;
    return CA_OK;
}

void wire_u32_put(struct ca_buf *ret, uint32_t v)
{
    be_put(ret, v, sizeof(v));
}

CA_RC wire_u32_take(const struct wire_field *f, struct wire_arena *a, uint32_t *ret,
                    struct ca_err *err)
{
    uint64_t v = 0;

    CA_TRY(be_take(f, a, sizeof(*ret), &v, err));
    *ret = (uint32_t)v;
    return CA_OK;
}

/* Does an integer's value fit its type and row? One octet is all that has a smaller range. */
static bool int_fits(const struct wire_field *f, uint64_t v)
{
    if (f->type == FIELD_BOOL)
        return v <= 1;
    if (f->type == FIELD_RC)
        return v >= 1 && v <= f->bound;
    return f->type != FIELD_U8 || v <= f->bound;
}

static CA_RC int_put(const struct wire_field *f, const uint8_t *from, struct ca_buf *ret,
                     struct ca_err *err)
{
    size_t size = wire_field_size(f->type);
    uint64_t v = int_load(from, size);

    if (!int_fits(f, v))
        return CA_FAIL(err, CA_FAULT, "%s: out of bounds", f->name);
    be_put(ret, v, size);
    return CA_OK;
}

static CA_RC int_take(const struct wire_field *f, struct wire_arena *a, uint8_t *to,
                      struct ca_err *err)
{
    size_t size = wire_field_size(f->type);
    uint64_t v = 0;

    CA_TRY(be_take(f, a, size, &v, err));
    if (!int_fits(f, v))
        return CA_FAIL(err, CA_MALFORMED, "%s: out of bounds", f->name);
    int_store(v, to, size);
    return CA_OK;
}

static CA_RC uuid_put(const struct wire_field *f, const uint8_t *from, struct ca_buf *ret,
                      struct ca_err *err)
{
    (void)f;
    (void)err;
    ca_buf_add(ret, from, CA_UUID_LEN);
    return CA_OK;
}

static CA_RC uuid_take(const struct wire_field *f, struct wire_arena *a, uint8_t *to,
                       struct ca_err *err)
{
    struct ca_bytes octets = {0};

    CA_TRY(octets_take(f, a, CA_UUID_LEN, &octets, err));
    memcpy(to, octets.ptr, CA_UUID_LEN);
    return CA_OK;
}

/* Clean between its tabs and newlines. UTF-8 has neither inside a character. */
static bool lines_are_clean(struct ca_bytes text)
{
    size_t from = 0;

    for (size_t at = 0; at <= text.len; at++) {
        if (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\t')
            continue;
        if (!ca_text_is_clean((struct ca_bytes){text.ptr + from, at - from}))
            return false;
        from = at + 1;
    }
    return true;
}

static CA_RC content_check(const struct wire_field *f, struct ca_bytes content, struct ca_err *err)
{
    if (content.len == 0 || f->type == FIELD_BYTES)
        return CA_OK;
    if (f->type == FIELD_TEXT ? !ca_text_is_clean(content) : !lines_are_clean(content))
        return CA_FAIL(err, CA_MALFORMED, "%s: not UTF-8, or a control character", f->name);
    return CA_OK;
}

static CA_RC content_put(const struct wire_field *f, struct ca_bytes content, struct ca_buf *ret,
                         struct ca_err *err)
{
    if (content.len > f->bound)
        return CA_FAIL(err, CA_LIMIT, "%s: %zu octets, at most %u", f->name, content.len, f->bound);
    CA_TRY(content_check(f, content, err));
    wire_u32_put(ret, (uint32_t)content.len);
    ca_buf_bytes(ret, content);
    return CA_OK;
}

/* Copies the content into the arena: its length's four octets pay for the NUL. */
static CA_RC content_take(const struct wire_field *f, struct wire_arena *a, struct ca_bytes *ret,
                          struct ca_err *err)
{
    struct ca_bytes content = {0};
    uint32_t len = 0;

    CA_TRY(wire_u32_take(f, a, &len, err));
    if (len > f->bound)
        return CA_FAIL(err, CA_MALFORMED, "%s: %u octets, at most %u", f->name, len, f->bound);
    CA_TRY(octets_take(f, a, len, &content, err));
    CA_TRY(content_check(f, content, err));
    if (len > 0)
        memcpy(a->octets, content.ptr, len);
    a->octets[len] = '\0';
    *ret = (struct ca_bytes){a->octets, len};
    a->octets += len + 1;
    return CA_OK;
}

static CA_RC text_put(const struct wire_field *f, const uint8_t *from, struct ca_buf *ret,
                      struct ca_err *err)
{
    const char *text;

    memcpy(&text, from, sizeof(text));
    return content_put(f, ca_bytes_str(text != NULL ? text : ""), ret, err);
}

static CA_RC text_take(const struct wire_field *f, struct wire_arena *a, uint8_t *to,
                       struct ca_err *err)
{
    struct ca_bytes content = {0};
    const char *text;

    CA_TRY(content_take(f, a, &content, err));
    text = (const char *)content.ptr;
    memcpy(to, &text, sizeof(text));
    return CA_OK;
}

static CA_RC bytes_put(const struct wire_field *f, const uint8_t *from, struct ca_buf *ret,
                       struct ca_err *err)
{
    struct ca_bytes content;

    memcpy(&content, from, sizeof(content));
    return content_put(f, content, ret, err);
}

static CA_RC bytes_take(const struct wire_field *f, struct wire_arena *a, uint8_t *to,
                        struct ca_err *err)
{
    struct ca_bytes content = {0};

    CA_TRY(content_take(f, a, &content, err));
    memcpy(to, &content, sizeof(content));
    return CA_OK;
}

/* clang-format off */
static const struct type {
    size_t size;
    size_t least;
    enum ca_rc (*put)(const struct wire_field *, const uint8_t *, struct ca_buf *, struct ca_err *);
    enum ca_rc (*take)(const struct wire_field *, struct wire_arena *, uint8_t *, struct ca_err *);
} types[FIELD__COUNT] = {
    [FIELD_BOOL]  = {sizeof(bool),            1,           int_put,   int_take},
    [FIELD_U8]    = {sizeof(uint8_t),         1,           int_put,   int_take},
    [FIELD_RC]    = {sizeof(uint8_t),         1,           int_put,   int_take},
    [FIELD_U32]   = {sizeof(uint32_t),        4,           int_put,   int_take},
    [FIELD_I32]   = {sizeof(int32_t),         4,           int_put,   int_take},
    [FIELD_U64]   = {sizeof(uint64_t),        8,           int_put,   int_take},
    [FIELD_I64]   = {sizeof(int64_t),         8,           int_put,   int_take},
    [FIELD_UUID]  = {sizeof(struct ca_uuid),  CA_UUID_LEN, uuid_put,  uuid_take},
    [FIELD_TEXT]  = {sizeof(const char *),    4,           text_put,  text_take},
    [FIELD_LINES] = {sizeof(const char *),    4,           text_put,  text_take},
    [FIELD_BYTES] = {sizeof(struct ca_bytes), 4,           bytes_put, bytes_take},
    [FIELD_LIST]  = {sizeof(const void *),    4,           NULL,      NULL}, /* ca/wire.c */
};
/* clang-format on */

size_t wire_field_size(enum wire_type type)
{
    return types[type].size;
}

size_t wire_field_least(enum wire_type type)
{
    return types[type].least;
}

CA_RC wire_field_put(const struct wire_field *f, const uint8_t *from, struct ca_buf *ret,
                     struct ca_err *err)
{
    return types[f->type].put(f, from, ret, err);
}

CA_RC wire_field_take(const struct wire_field *f, struct wire_arena *a, uint8_t *to,
                      struct ca_err *err)
{
    return types[f->type].take(f, a, to, err);
}
