/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <sys/random.h>

#include "base/time.h"

bool ca_text_copy(char *ret, size_t size, struct ca_bytes from)
{
    ret[0] = '\0';
    if (from.len >= size || (from.len > 0 && memchr(from.ptr, 0, from.len) != NULL))
        return false;
    if (from.len > 0)
        memcpy(ret, from.ptr, from.len);
    ret[from.len] = '\0';
    return true;
}

/* One character of UTF-8 at `p`; how many octets it takes, 0 when it is none (RFC 3629 4). */
static size_t utf8_take(const uint8_t *p, size_t left, uint32_t *ret)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80   ? 1
               : p[0] < 0xc2 ? 0
               : p[0] < 0xe0 ? 2
               : p[0] < 0xf0 ? 3
               : p[0] < 0xf5 ? 4
                             : 0;
    uint32_t c;

    if (n == 0 || n > left)
        return 0;
    c = n == 1 ? p[0] : p[0] & (0x7fU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0U) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fU);
    }
    if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *ret = c;
    return n;
}

bool ca_text_is_clean(struct ca_bytes text)
{
    size_t at = 0;

    while (at < text.len) {
        uint32_t c = 0;
        size_t n = utf8_take(text.ptr + at, text.len - at, &c);

        if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0))
            return false;
        at += n;
    }
    return true;
}

const char *ca_hex(struct ca_bytes bytes, char *ret)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        ret[2 * i] = digits[bytes.ptr[i] >> 4];
        ret[2 * i + 1] = digits[bytes.ptr[i] & 0x0fU];
    }
    ret[2 * bytes.len] = '\0';
    return ret;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

CA_RC ca_hex_parse(struct ca_bytes text, uint8_t *ret, size_t size, size_t *ret_len,
                   struct ca_err *err)
{
    size_t len = 0;
    size_t at = 0;

    while (at < text.len) {
        int high = hex_digit(text.ptr[at]);
        int low = at + 1 < text.len ? hex_digit(text.ptr[at + 1]) : -1;

        if (high < 0 || low < 0)
            return CA_FAIL(err, CA_MALFORMED, "not pairs of hexadecimal digits");
        if (len == size)
            return CA_FAIL(err, CA_LIMIT, "more than %zu octets", size);
        ret[len++] = (uint8_t)(high << 4 | low);
        at += 2;
        if (at + 1 < text.len && text.ptr[at] == ':')
            at++;
    }
    *ret_len = len;
    return CA_OK;
}

CA_RC ca_uuid_new(struct ca_uuid *ret, struct ca_err *err)
{
    int64_t ms = ca_time_now_us() / 1000;

    /* The kernel's: each request makes two, and OpenSSL's generator takes ten times as long. */
    if (getrandom(ret->octets, sizeof(ret->octets), 0) != (ssize_t)sizeof(ret->octets))
        return CA_FAIL(err, CA_FAULT, "no random octets");
    for (size_t i = 0; i < 6; i++)
        ret->octets[i] = (uint8_t)(ms >> (40 - 8 * i));
    ret->octets[6] = (uint8_t)((ret->octets[6] & 0x0fU) | 0x70U);
    ret->octets[8] = (uint8_t)((ret->octets[8] & 0x3fU) | 0x80U);
    return CA_OK;
}

int64_t ca_uuid_time_ms(const struct ca_uuid *u)
{
    int64_t ms = 0;

    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | u->octets[i];
    return ms;
}

bool ca_uuid_is_nil(const struct ca_uuid *u)
{
    static const struct ca_uuid nil;

    return memcmp(u->octets, nil.octets, CA_UUID_LEN) == 0;
}

const char *ca_uuid_text(const struct ca_uuid *u, char *ret)
{
    static const size_t groups[] = {4, 2, 2, 2, 6};
    const uint8_t *from = u->octets;
    char *to = ret;

    for (size_t g = 0; g < CA_COUNT(groups); g++) {
        if (g > 0)
            *to++ = '-';
        (void)ca_hex((struct ca_bytes){from, groups[g]}, to);
        from += groups[g];
        to += 2 * groups[g];
    }
    return ret;
}

CA_RC ca_uuid_parse(struct ca_bytes text, struct ca_uuid *ret, struct ca_err *err)
{
    struct ca_uuid u;
    size_t len = 0;
    char digits[2 * CA_UUID_LEN];

    if (text.len != CA_UUID_TEXT - 1)
        return CA_FAIL(err, CA_MALFORMED, "not a UUID");
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash != (text.ptr[i] == '-'))
            return CA_FAIL(err, CA_MALFORMED, "not a UUID");
        if (!dash)
            digits[len++] = (char)text.ptr[i];
    }
    if (ca_hex_parse((struct ca_bytes){(const uint8_t *)digits, sizeof(digits)}, u.octets,
                     sizeof(u.octets), &len, err) != CA_OK)
        return CA_FAIL(err, CA_MALFORMED, "not a UUID");
    *ret = u;
    return CA_OK;
}

/* Letters to change, add or drop (Levenshtein), for names of at most 63 letters. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64];
    size_t nb = strlen(b);

    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < nb; j++) {
            size_t best = corner + (a[i] == b[j] ? 0 : 1);

            corner = row[j + 1];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = corner + 1 < best ? corner + 1 : best;
            row[j + 1] = best;
        }
    }
    return row[nb];
}

const char *ca_text_nearest(const char *name, const char *const *names, size_t n)
{
    const char *nearest = NULL;
    size_t best = strlen(name) / 3 + 1;

    for (size_t i = 0; i < n; i++) {
        size_t d = strlen(names[i]) < 64 ? distance(name, names[i]) : best;

        if (d < best || (d == best && nearest == NULL && d <= strlen(name) / 3)) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
