/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/query.h"

#include "api/url_base64.h"

/* What is taken so far: `bits` of the last `held` digits that are no whole octet yet. */
struct sextets {
    uint32_t bits;
    unsigned held;
    bool ended; /* padding has begun */
};

static bool digit_add(struct sextets *s, int c, uint8_t *ret, size_t *n)
{
    int v = url_base64_digit(c);

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
        int c = url_base64_take(&text);

        if (c < 0 || !digit_add(&s, c, ret, &n))
            return CA_FAIL(err, CA_MALFORMED, "the path holds no base64");
    }
    if (s.held >= 6 || (s.bits & ((1U << s.held) - 1)) != 0)
        return CA_FAIL(err, CA_MALFORMED, "base64 is cut short");
    *ret_len = n;
    return CA_OK;
}
