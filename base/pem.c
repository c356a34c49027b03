/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pem.h"

#include <ctype.h>

#include "base/base64.h"

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

        if (begin == NULL) {
            return CA_FAIL(err, CA_NOT_FOUND, "no PEM block%s%s", label ? " " : "",
                           label ? label : "");
        }
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
        if (!ca_base64_read((struct ca_bytes){rest.ptr, (size_t)(end - rest.ptr)}, ret))
            return CA_FAIL(err, CA_MALFORMED, "PEM block is not base64");
        return ca_buf_check(ret, err);
    }
}

void pem_put(struct ca_buf *to, const char *label, struct ca_bytes der)
{
    ca_buf_printf(to, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < der.len; at += LINE_OCTETS) {
        size_t left = der.len - at < LINE_OCTETS ? der.len - at : LINE_OCTETS;

        ca_base64_put(to, (struct ca_bytes){der.ptr + at, left});
        ca_buf_u8(to, '\n');
    }
    ca_buf_printf(to, "-----END %s-----\n", label);
}

CA_RC pem_take_all(struct ca_bytes in, const char *label, struct ca_buf *ret, struct ca_err *err)
{
    enum ca_rc rc;

    do
        rc = pem_take(&in, label, ret, err);
    while (rc == CA_OK);
    return rc == CA_NOT_FOUND ? CA_OK : rc;
}
