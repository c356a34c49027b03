/* SPDX-License-Identifier: Apache-2.0 */
#include "api/url_base64.h"

#include "base/base64.h"

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int url_base64_take(struct ca_bytes *in)
{
    int c = in->ptr[0];
    size_t used = 1;

    if (c == '%') {
        int high = in->len > 2 ? hex_digit(in->ptr[1]) : -1;
        int low = in->len > 2 ? hex_digit(in->ptr[2]) : -1;

        c = high < 0 || low < 0 ? -1 : high * 16 + low;
        used = in->len > 2 ? 3 : in->len;
    }
    in->ptr += used;
    in->len -= used;
    return c;
}

int url_base64_digit(int c)
{
    int value = ca_base64_sextet(c);

    if (value >= 0)
        return value;
    if (c == '+' || c == ' ' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}
