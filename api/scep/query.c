/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/query.h"

#include "api/url_base64.h"

static CA_RC take(struct ca_bytes pair, const char *name, struct ca_bytes *ret, struct ca_err *err)
{
    size_t n = strlen(name);

    if (pair.len <= n || memcmp(pair.ptr, name, n) != 0 || pair.ptr[n] != '=')
        return CA_OK;
    if (ret->ptr != NULL)
        return CA_FAIL(err, CA_MALFORMED, "'%s' is given twice", name);
    *ret = (struct ca_bytes){pair.ptr + n + 1, pair.len - n - 1};
    return CA_OK;
}

CA_RC scep_query_read(const char *query, struct scep_query *ret, struct ca_err *err)
{
    struct scep_query q = {0};

    while (*query != '\0') {
        size_t n = strcspn(query, "&");
        struct ca_bytes pair = {(const uint8_t *)query, n};

        CA_TRY(take(pair, "operation", &q.operation, err));
        CA_TRY(take(pair, "message", &q.message, err));
        query += n;
        if (*query == '&')
            query++;
    }
    *ret = q;
    return CA_OK;
}

struct bits {
    uint32_t value;
    size_t digits; /* so far */
    size_t padding;
};

/* False: it does not belong here. */
static bool digit_add(struct bits *b, int c, struct ca_buf *ret)
{
    int v = url_base64_digit(c);

    if (c == '\r' || c == '\n')
        return true;
    if (c == '=')
        return ++b->padding <= 2;
    if (v < 0 || b->padding > 0)
        return false;
    b->value = b->value << 6 | (uint32_t)v;
    b->digits++;
    switch (b->digits % 4) {
    case 2:
        ca_buf_u8(ret, (uint8_t)(b->value >> 4));
        break;
    case 3:
        ca_buf_u8(ret, (uint8_t)(b->value >> 2));
        break;
    case 0:
        ca_buf_u8(ret, (uint8_t)b->value);
        break;
    default:
        break; /* not an octet yet */
    }
    return true;
}

/* Bits that mean nothing are zero, padding is whole or missing. */
static bool ends_well(const struct bits *b)
{
    size_t rest = b->digits % 4;
    uint32_t spare = rest == 2 ? 0xf : rest == 3 ? 0x3 : 0;

    if (rest == 1 || (b->value & spare) != 0)
        return false;
    return b->padding == 0 || (rest > 0 && rest + b->padding == 4);
}

CA_RC scep_query_message(struct ca_bytes message, struct ca_buf *ret, struct ca_err *err)
{
    struct bits b = {0};

    while (message.len > 0) {
        if (!digit_add(&b, url_base64_take(&message), ret))
            return CA_FAIL(err, CA_MALFORMED, "'message' is not base64");
    }
    if (!ends_well(&b))
        return CA_FAIL(err, CA_MALFORMED, "'message' ends in the middle of base64");
    return ca_buf_check(ret, err);
}
