/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/query.h"

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20U; /* lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes one octet off the front, a percent code as what it stands for. False: a bad code. */
static bool octet_take(struct ca_bytes *in, uint8_t *ret)
{
    size_t n = 1;

    *ret = in->ptr[0];
    if (*ret == '%') {
        int high = in->len > 2 ? hex_digit(in->ptr[1]) : -1;
        int low = in->len > 2 ? hex_digit(in->ptr[2]) : -1;

        if (high < 0 || low < 0)
            return false;
        *ret = (uint8_t)(high * 16 + low);
        n = 3;
    }
    in->ptr += n;
    in->len -= n;
    return true;
}

/* Both alphabets of RFC 4648; a blank is a '+' that somebody decoded as in a query. -1: none. */
static int sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-' || c == ' ')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* What is taken so far: `bits` of the last `held` digits that are no whole octet yet. */
struct sextets {
    uint32_t bits;
    unsigned held;
    bool ended; /* padding has begun */
};

static bool digit_add(struct sextets *s, uint8_t c, uint8_t *ret, size_t *n)
{
    int v = sextet(c);

    if (c == '\r' || c == '\n')
        return true;
    if (c == '=') {
        s->ended = true;
        return true;
    }
    if (v < 0 || s->ended)
        return false;
    s->bits = s->bits << 6 | (uint32_t)v;
    s->held += 6;
    if (s->held >= 8) {
        s->held -= 8;
        ret[(*n)++] = (uint8_t)(s->bits >> s->held);
    }
    return true;
}

CA_RC ocsp_path_read(struct ca_bytes text, uint8_t *ret, size_t *ret_len, struct ca_err *err)
{
    struct sextets s = {0};
    size_t n = 0;

    /* An address that ends with '/' gets one more; a SEQUENCE begins with 'M'. */
    while (text.len > 0 && text.ptr[0] == '/') {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0) {
        uint8_t c;

        if (!octet_take(&text, &c) || !digit_add(&s, c, ret, &n))
            return CA_FAIL(err, CA_MALFORMED, "the path holds no base64");
    }
    if (s.held >= 6 || (s.bits & ((1U << s.held) - 1)) != 0)
        return CA_FAIL(err, CA_MALFORMED, "base64 is cut short");
    *ret_len = n;
    return CA_OK;
}
