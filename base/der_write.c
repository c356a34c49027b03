/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der_write.h"

#include <assert.h>

#include "base/der.h"
#include "base/time.h"

size_t der_head_len(size_t len)
{
    size_t n = 2;

    if (len < 0x80)
        return n;
    for (; len > 0; len >>= 8)
        n++;
    return n;
}

size_t der_head(unsigned tag, size_t len, uint8_t *ret)
{
    size_t n = der_head_len(len);

    assert(n <= 6);
    ret[0] = (uint8_t)tag;
    if (n == 2) {
        ret[1] = (uint8_t)len;
        return n;
    }
    ret[1] = (uint8_t)(0x80U | (n - 2));
    for (size_t i = n - 1; i >= 2; i--, len >>= 8)
        ret[i] = (uint8_t)len;
    return n;
}

void der_open(struct der_writer *w, unsigned tag)
{
    assert(w->depth < DER_DEPTH_MAX);
    ca_buf_u8(&w->buf, (uint8_t)tag);
    w->open[w->depth++] = w->buf.len;
}

void der_close(struct der_writer *w)
{
    size_t start;
    size_t len;
    uint8_t head[6];
    size_t n;

    assert(w->depth > 0);
    start = w->open[--w->depth];
    if (w->buf.state != CA_BUF_FINE)
        return;
    len = w->buf.len - start;
    n = der_head(0, len, head) - 1; /* the tag stands already */
    if (ca_buf_gap(&w->buf, start, n))
        memcpy(w->buf.ptr + start, head + 1, n);
}

void der_put(struct der_writer *w, unsigned tag, struct ca_bytes content)
{
    uint8_t head[6];

    ca_buf_add(&w->buf, head, der_head(tag, content.len, head));
    ca_buf_bytes(&w->buf, content);
}

void der_put_raw(struct der_writer *w, struct ca_bytes elements)
{
    ca_buf_bytes(&w->buf, elements);
}

void der_put_bool(struct der_writer *w, bool v)
{
    uint8_t octet = v ? 0xff : 0x00;

    der_put(w, DER_BOOLEAN, (struct ca_bytes){&octet, 1});
}

void der_put_uint(struct der_writer *w, uint64_t v)
{
    uint8_t octets[8];

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)(v >> (56 - 8 * i));
    der_put_unsigned(w, DER_INTEGER, (struct ca_bytes){octets, sizeof(octets)});
}

void der_put_unsigned(struct der_writer *w, unsigned tag, struct ca_bytes number)
{
    uint8_t head[6];
    bool pad;

    while (number.len > 0 && number.ptr[0] == 0)
        number = (struct ca_bytes){number.ptr + 1, number.len - 1};
    pad = number.len == 0 || (number.ptr[0] & 0x80U) != 0;
    ca_buf_add(&w->buf, head, der_head(tag, number.len + (pad ? 1 : 0), head));
    if (pad)
        ca_buf_u8(&w->buf, 0);
    ca_buf_bytes(&w->buf, number);
}

void der_put_bits(struct der_writer *w, struct ca_bytes octets)
{
    uint8_t head[6];

    ca_buf_add(&w->buf, head, der_head(DER_BIT_STRING, octets.len + 1, head));
    ca_buf_u8(&w->buf, 0);
    ca_buf_bytes(&w->buf, octets);
}

void der_put_named_bits(struct der_writer *w, uint32_t bits)
{
    uint8_t content[5] = {0};
    size_t last = 0; /* 1 + the highest bit that is set */

    for (size_t i = 0; i < 32; i++) {
        if ((bits >> i & 1U) == 0)
            continue;
        content[1 + i / 8] |= (uint8_t)(0x80U >> i % 8);
        last = i + 1;
    }
    content[0] = (uint8_t)((8 - last % 8) % 8); /* unused bits */
    der_put(w, DER_BIT_STRING, (struct ca_bytes){content, 1 + (last + 7) / 8});
}

static void two_digits(uint8_t *ret, int v)
{
    ret[0] = (uint8_t)('0' + v / 10 % 10);
    ret[1] = (uint8_t)('0' + v % 10);
}

/* A CRL has a million of them, so no printf. */
static size_t time_as(const struct ca_civil *c, bool utc_time, uint8_t *ret)
{
    const int part[] = {c->year / 100, c->year % 100, c->month, c->day,
                        c->hour,       c->minute,     c->second};
    size_t n = 2;

    assert(c->year >= 0 && c->year <= 9999);
    for (size_t i = utc_time ? 1 : 0; i < CA_COUNT(part); i++, n += 2)
        two_digits(ret + n, part[i]);
    ret[0] = (uint8_t)(utc_time ? DER_UTC_TIME : DER_GENERALIZED_TIME);
    ret[1] = (uint8_t)(n - 1);
    ret[n] = 'Z';
    return n + 1;
}

size_t der_time(int64_t at, uint8_t ret[DER_TIME_MAX])
{
    struct ca_civil c;

    ca_time_to_civil(at, &c);
    return time_as(&c, c.year >= 1950 && c.year < 2050, ret);
}

size_t der_generalized_time(int64_t at, uint8_t ret[DER_TIME_MAX])
{
    struct ca_civil c;

    ca_time_to_civil(at, &c);
    return time_as(&c, false, ret);
}

void der_put_time(struct der_writer *w, int64_t at)
{
    uint8_t octets[DER_TIME_MAX];

    ca_buf_add(&w->buf, octets, der_time(at, octets));
}

void der_put_generalized_time(struct der_writer *w, int64_t at)
{
    uint8_t octets[DER_TIME_MAX];

    ca_buf_add(&w->buf, octets, der_generalized_time(at, octets));
}

CA_RC der_writer_check(const struct der_writer *w, struct ca_err *err)
{
    if (w->depth != 0)
        return CA_FAIL(err, CA_FAULT, "DER element left open");
    return ca_buf_check(&w->buf, err);
}

struct ca_bytes der_writer_view(const struct der_writer *w)
{
    return ca_buf_view(&w->buf);
}

void der_writer_done(struct der_writer *w)
{
    ca_buf_done(&w->buf);
    w->depth = 0;
}
