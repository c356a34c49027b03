/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"

#include "base/time.h"

/* X.690 8.1.3 and 10.1. Reads the length octets at `at`; 0 when they are not the shortest form. */
static size_t length_octets(struct ca_bytes in, size_t at, size_t *ret)
{
    size_t n;
    size_t len = 0;

    if (at >= in.len)
        return 0;
    if (in.ptr[at] < 0x80) {
        *ret = in.ptr[at];
        return 1;
    }
    n = in.ptr[at] & 0x7fU;
    if (n == 0 || n > 4 || in.len - at <= n || in.ptr[at + 1] == 0)
        return 0;
    for (size_t i = 1; i <= n; i++)
        len = len << 8 | in.ptr[at + i];
    if (len < 0x80)
        return 0;
    *ret = len;
    return n + 1;
}

CA_RC der_take(struct ca_bytes *in, unsigned tag, struct der *ret, struct ca_err *err)
{
    size_t len = 0;
    size_t head;

    if (in->len == 0)
        return CA_FAIL(err, CA_MALFORMED, "ends where tag 0x%02x belongs", tag);
    if (in->ptr[0] != tag)
        return CA_FAIL(err, CA_MALFORMED, "0x%02x is not tag 0x%02x", in->ptr[0] + 0U, tag);
    head = length_octets(*in, 1, &len);
    if (head == 0)
        return CA_FAIL(err, CA_MALFORMED, "length of tag 0x%02x is not DER", tag);
    head += 1;
    if (len > in->len - head)
        return CA_FAIL(err, CA_MALFORMED, "tag 0x%02x is cut short", tag);

    ret->all = (struct ca_bytes){in->ptr, head + len};
    ret->body = (struct ca_bytes){in->ptr + head, len};
    in->ptr += head + len;
    in->len -= head + len;
    return CA_OK;
}

CA_RC der_take_any(struct ca_bytes *in, unsigned *ret_tag, struct der *ret, struct ca_err *err)
{
    unsigned tag;

    if (in->len == 0)
        return CA_FAIL(err, CA_MALFORMED, "ends where an element belongs");
    tag = in->ptr[0];
    if ((tag & 0x1fU) == 0x1fU)
        return CA_FAIL(err, CA_MALFORMED, "tag of more than one octet");
    CA_TRY(der_take(in, tag, ret, err));
    *ret_tag = tag;
    return CA_OK;
}

bool der_next_is(struct ca_bytes in, unsigned tag)
{
    return in.len > 0 && in.ptr[0] == tag;
}

CA_RC der_take_octets_of_bits(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes rest = *in;
    struct der bits;

    CA_TRY(der_take(&rest, DER_BIT_STRING, &bits, err));
    if (bits.body.len < 1 || bits.body.ptr[0] != 0)
        return CA_FAIL(err, CA_MALFORMED, "BIT STRING is not whole octets");
    *in = rest;
    *ret = (struct ca_bytes){bits.body.ptr + 1, bits.body.len - 1};
    return CA_OK;
}

CA_RC der_take_bool(struct ca_bytes *in, bool *ret, struct ca_err *err)
{
    struct ca_bytes rest = *in;
    struct der v;

    CA_TRY(der_take(&rest, DER_BOOLEAN, &v, err));
    if (v.body.len != 1 || (v.body.ptr[0] != 0x00 && v.body.ptr[0] != 0xff))
        return CA_FAIL(err, CA_MALFORMED, "BOOLEAN is neither 00 nor ff");
    *in = rest;
    *ret = v.body.ptr[0] == 0xff;
    return CA_OK;
}

CA_RC der_take_unsigned(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes rest = *in;
    struct der v;
    struct ca_bytes n;

    CA_TRY(der_take(&rest, DER_INTEGER, &v, err));
    n = v.body;
    if (n.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "INTEGER without octets");
    if ((n.ptr[0] & 0x80U) != 0)
        return CA_FAIL(err, CA_MALFORMED, "INTEGER is negative");
    if (n.len > 1 && n.ptr[0] == 0) {
        if ((n.ptr[1] & 0x80U) == 0)
            return CA_FAIL(err, CA_MALFORMED, "INTEGER is not in its shortest form");
        n = (struct ca_bytes){n.ptr + 1, n.len - 1};
    }
    *in = rest;
    *ret = n;
    return CA_OK;
}

CA_RC der_take_uint(struct ca_bytes *in, uint64_t max, uint64_t *ret, struct ca_err *err)
{
    struct ca_bytes rest = *in;
    struct ca_bytes n;
    uint64_t v = 0;

    CA_TRY(der_take_unsigned(&rest, &n, err));
    if (n.len > sizeof(v))
        return CA_FAIL(err, CA_MALFORMED, "INTEGER of %zu octets is too large", n.len);
    for (size_t i = 0; i < n.len; i++)
        v = v << 8 | n.ptr[i];
    if (v > max)
        return CA_FAIL(err, CA_MALFORMED, "INTEGER is larger than allowed");
    *in = rest;
    *ret = v;
    return CA_OK;
}

static bool two_digits(const uint8_t *p, int *ret)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *ret = (p[0] - '0') * 10 + (p[1] - '0');
    return true;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ. */
static bool time_read(struct ca_bytes text, bool utc_time, int64_t *ret)
{
    int part[7] = {0}; /* century, year in it, month, day, hour, minute, second */
    size_t want = utc_time ? 13 : 15;
    size_t first = utc_time ? 1 : 0;
    struct ca_civil c;

    if (text.len != want || text.ptr[want - 1] != 'Z')
        return false;
    for (size_t i = first; i < CA_COUNT(part); i++) {
        if (!two_digits(text.ptr + 2 * (i - first), &part[i]))
            return false;
    }
    if (utc_time)
        part[0] = part[1] < 50 ? 20 : 19; /* RFC 5280 4.1.2.5.1 */
    c = (struct ca_civil){part[0] * 100 + part[1], part[2], part[3], part[4], part[5], part[6]};
    return ca_civil_to_time(&c, ret) && utc_time == (c.year >= 1950 && c.year < 2050);
}

CA_RC der_take_time(struct ca_bytes *in, int64_t *ret, struct ca_err *err)
{
    struct ca_bytes rest = *in;
    bool utc_time = der_next_is(rest, DER_UTC_TIME);
    struct der v;

    CA_TRY(der_take(&rest, utc_time ? DER_UTC_TIME : DER_GENERALIZED_TIME, &v, err));
    if (!time_read(v.body, utc_time, ret))
        return CA_FAIL(err, CA_MALFORMED, "not a time of RFC 5280 4.1.2.5");
    *in = rest;
    return CA_OK;
}

CA_RC der_done(struct ca_bytes in, struct ca_err *err)
{
    if (in.len != 0)
        return CA_FAIL(err, CA_MALFORMED, "left over: %zu octets", in.len);
    return CA_OK;
}
