/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

enum { FIRST_CAP = 256 };

/* Room for `more` octets and a NUL. */
static bool grow(struct ca_buf *b, size_t more)
{
    size_t max = b->max != 0 ? b->max : CA_BUF_MAX;
    size_t cap = b->cap != 0 ? b->cap : FIRST_CAP;
    uint8_t *ptr;

    if (b->state != CA_BUF_FINE)
        return false;
    if (more > max - b->len) {
        b->state = CA_BUF_TOO_LONG;
        return false;
    }
    if (b->ptr != NULL && b->len + more < b->cap)
        return true;
    while (cap <= b->len + more)
        cap *= 2;
    ptr = realloc(b->ptr, cap);
    if (ptr == NULL) {
        b->state = CA_BUF_NO_MEMORY;
        return false;
    }
    b->ptr = ptr;
    b->cap = cap;
    return true;
}

uint8_t *ca_buf_room(struct ca_buf *b, size_t len)
{
    uint8_t *at;

    if (!grow(b, len))
        return NULL;
    at = b->ptr + b->len;
    b->len += len;
    return at;
}

void ca_buf_add(struct ca_buf *b, const void *ptr, size_t len)
{
    uint8_t *at = ca_buf_room(b, len);

    if (at != NULL && len > 0)
        memcpy(at, ptr, len);
}

void ca_buf_bytes(struct ca_buf *b, struct ca_bytes bytes)
{
    ca_buf_add(b, bytes.ptr, bytes.len);
}

void ca_buf_str(struct ca_buf *b, const char *s)
{
    ca_buf_add(b, s, strlen(s));
}

void ca_buf_u8(struct ca_buf *b, uint8_t v)
{
    ca_buf_add(b, &v, 1);
}

void ca_buf_printf(struct ca_buf *b, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof(text)) {
        if (b->state == CA_BUF_FINE)
            b->state = CA_BUF_TOO_LONG;
        return;
    }
    ca_buf_add(b, text, (size_t)n);
}

bool ca_buf_gap(struct ca_buf *b, size_t at, size_t len)
{
    size_t tail = b->len - at;

    if (ca_buf_room(b, len) == NULL)
        return false;
    memmove(b->ptr + at + len, b->ptr + at, tail);
    return true;
}

CA_RC ca_buf_check(const struct ca_buf *b, struct ca_err *err)
{
    if (b->state == CA_BUF_TOO_LONG)
        return CA_FAIL(err, CA_LIMIT, "longer than %zu octets", b->max != 0 ? b->max : CA_BUF_MAX);
    if (b->state == CA_BUF_NO_MEMORY)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

struct ca_bytes ca_buf_view(const struct ca_buf *b)
{
    return (struct ca_bytes){b->ptr, b->len};
}

const char *ca_buf_cstr(struct ca_buf *b)
{
    if (!grow(b, 0))
        return "";
    b->ptr[b->len] = '\0';
    return (const char *)b->ptr;
}

void ca_buf_reset(struct ca_buf *b)
{
    b->len = 0;
    b->state = CA_BUF_FINE;
}

void ca_buf_done(struct ca_buf *b)
{
    free(b->ptr);
    *b = (struct ca_buf){.max = b->max};
}
