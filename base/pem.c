/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pem.h"

#include <ctype.h>

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";

enum { LINE_OCTETS = 48 }; /* 64 characters */

static const uint8_t *find(struct ca_bytes in, const char *what)
{
    return in.len > 0 ? memmem(in.ptr, in.len, what, strlen(what)) : NULL;
}

static struct ca_bytes from(struct ca_bytes in, const uint8_t *at)
{
    return (struct ca_bytes){at, (size_t)(in.ptr + in.len - at)};
}

bool pem_is(struct ca_bytes in)
{
    const uint8_t *at = find(in, begin_mark);

    if (at == NULL)
        return false;
    for (const uint8_t *p = in.ptr; p < at; p++) {
        if (*p >= 0x80 || (*p < ' ' && !isspace(*p)))
            return false;
    }
    return true;
}

static int sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648 4, white space passed over. */
static bool base64_read(struct ca_bytes text, struct ca_buf *ret)
{
    uint32_t bits = 0;
    unsigned digits = 0;
    unsigned pads = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        int v = sextet(c);

        if (isspace(c))
            continue;
        if (c == '=' && digits % 4 >= 2) {
            pads++;
            continue;
        }
        if (v < 0 || pads > 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        digits++;
        if (digits % 4 == 0) {
            const uint8_t three[] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
            ca_buf_add(ret, three, sizeof(three));
            bits = 0;
        }
    }
    if ((digits + pads) % 4 != 0 || pads > 2)
        return false;
    if (pads == 2)
        ca_buf_u8(ret, (uint8_t)(bits >> 4));
    if (pads == 1) {
        ca_buf_u8(ret, (uint8_t)(bits >> 10));
        ca_buf_u8(ret, (uint8_t)(bits >> 2));
    }
    return pads == 0 || (bits & (pads == 2 ? 0x0fU : 0x03U)) == 0;
}

/* -----BEGIN LABEL----- at the front of `in`: takes the line, gives the label. */
static bool label_take(struct ca_bytes *in, struct ca_bytes *ret)
{
    struct ca_bytes rest = from(*in, in->ptr + sizeof(begin_mark) - 1);
    const uint8_t *dashes = find(rest, "-----");

    if (dashes == NULL || dashes - rest.ptr > 64 ||
        memchr(rest.ptr, '\n', (size_t)(dashes - rest.ptr)))
        return false;
    *ret = (struct ca_bytes){rest.ptr, (size_t)(dashes - rest.ptr)};
    *in = from(rest, dashes + 5);
    return true;
}

CA_RC pem_take(struct ca_bytes *in, const char *label, struct ca_buf *ret, struct ca_err *err)
{
    for (;;) {
        const uint8_t *begin = find(*in, begin_mark);
        const uint8_t *end;
        struct ca_bytes rest;
        struct ca_bytes name;
        struct ca_bytes tail;

        if (begin == NULL)
            return CA_FAIL(err, CA_NOT_FOUND, "no PEM block%s%s", label ? " " : "",
                           label ? label : "");
        rest = from(*in, begin);
        if (!label_take(&rest, &name))
            return CA_FAIL(err, CA_MALFORMED, "PEM begin line is broken");
        end = find(rest, end_mark);
        if (end == NULL)
            return CA_FAIL(err, CA_MALFORMED, "PEM block without an end line");
        tail = from(rest, end + sizeof(end_mark) - 1);
        if (tail.len < name.len + 5 || memcmp(tail.ptr, name.ptr, name.len) != 0 ||
            memcmp(tail.ptr + name.len, "-----", 5) != 0)
            return CA_FAIL(err, CA_MALFORMED, "PEM end line does not fit its begin line");
        *in = from(tail, tail.ptr + name.len + 5);
        if (label != NULL && !ca_bytes_is_str(name, label))
            continue;
        if (!base64_read((struct ca_bytes){rest.ptr, (size_t)(end - rest.ptr)}, ret))
            return CA_FAIL(err, CA_MALFORMED, "PEM block is not base64");
        return ca_buf_check(ret, err);
    }
}

void pem_put(struct ca_buf *to, const char *label, struct ca_bytes der)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    ca_buf_printf(to, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < der.len; at += 3) {
        size_t left = der.len - at < 3 ? der.len - at : 3;
        uint32_t v = 0;
        char four[4];

        for (size_t i = 0; i < 3; i++)
            v = v << 8 | (i < left ? der.ptr[at + i] : 0U);
        for (size_t i = 0; i < 4; i++)
            four[i] = i <= left ? digits[v >> (18 - 6 * i) & 0x3fU] : '=';
        ca_buf_add(to, four, sizeof(four));
        if (at % LINE_OCTETS == LINE_OCTETS - 3 || at + 3 >= der.len)
            ca_buf_u8(to, '\n');
    }
    ca_buf_printf(to, "-----END %s-----\n", label);
}
