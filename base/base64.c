/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <ctype.h>

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void group_put(uint8_t *to, const uint8_t *from, size_t left, const char *digits)
{
    uint32_t v = (uint32_t)from[0] << 16;

    v |= left > 1 ? (uint32_t)from[1] << 8 : 0;
    v |= left > 2 ? (uint32_t)from[2] : 0;
    for (size_t i = 0; i <= left; i++)
        to[i] = (uint8_t)digits[v >> (18 - 6 * i) & 0x3fU];
}

static void put(struct ca_buf *to, struct ca_bytes bytes, const char *digits, bool pad)
{
    size_t whole = bytes.len / 3;
    size_t left = bytes.len % 3;
    size_t rest = left == 0 ? 0 : pad ? 4 : left + 1;
    uint8_t *at = ca_buf_room(to, whole * 4 + rest);

    if (at == NULL)
        return;
    for (size_t i = 0; i < whole; i++)
        group_put(at + 4 * i, bytes.ptr + 3 * i, 3, digits);
    at += 4 * whole;
    if (left == 0)
        return;
    memset(at, '=', rest);
    group_put(at, bytes.ptr + 3 * whole, left, digits);
}

void ca_base64_put(struct ca_buf *to, struct ca_bytes bytes)
{
    put(to, bytes, plain, true);
}

void ca_base64url_put(struct ca_buf *to, struct ca_bytes bytes)
{
    put(to, bytes, url, false);
}

int ca_base64_sextet(int c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    return c >= '0' && c <= '9' ? c - '0' + 52 : -1;
}

static int sextet(uint8_t c, const char *digits)
{
    int value = ca_base64_sextet(c);

    if (value >= 0)
        return value;
    return c == (uint8_t)digits[62] ? 62 : c == (uint8_t)digits[63] ? 63 : -1;
}

/* What is left after the last whole group: two digits are one octet, three are two. */
static bool read_rest(uint32_t bits, unsigned digits, struct ca_buf *ret)
{
    if (digits == 1)
        return false;
    if (digits == 2)
        ca_buf_u8(ret, (uint8_t)(bits >> 4));
    if (digits == 3) {
        ca_buf_u8(ret, (uint8_t)(bits >> 10));
        ca_buf_u8(ret, (uint8_t)(bits >> 2));
    }
    return digits == 0 || (bits & (digits == 2 ? 0x0fU : 0x03U)) == 0;
}

static bool read_digits(struct ca_bytes text, const char *digits, struct ca_buf *ret)
{
    uint32_t bits = 0;
    unsigned n = 0;

    for (size_t i = 0; i < text.len; i++) {
        int v = sextet(text.ptr[i], digits);

        if (v < 0 && digits == plain && isspace(text.ptr[i]))
            continue;
        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        if (++n % 4 == 0) {
            const uint8_t three[] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
            ca_buf_add(ret, three, sizeof(three));
            bits = 0;
        }
    }
    return read_rest(bits, n % 4, ret);
}

/* Takes the padding off the end; how many signs it were. */
static size_t padding_take(struct ca_bytes *text)
{
    size_t pads = 0;

    while (text->len > 0) {
        uint8_t c = text->ptr[text->len - 1];

        if (c != '=' && !isspace(c))
            break;
        pads += c == '=' ? 1 : 0;
        text->len--;
    }
    return pads;
}

static size_t count_digits(struct ca_bytes text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += isspace(text.ptr[i]) ? 0 : 1;
    return n;
}

bool ca_base64_read(struct ca_bytes text, struct ca_buf *ret)
{
    size_t pads = padding_take(&text);

    return pads == (4 - count_digits(text) % 4) % 4 && read_digits(text, plain, ret);
}

bool ca_base64url_read(struct ca_bytes text, struct ca_buf *ret)
{
    return read_digits(text, url, ret);
}
