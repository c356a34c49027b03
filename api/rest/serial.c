/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/serial.h"

#include <ctype.h>

#include "base/rc.h"
#include "base/text.h"

enum { DIGITS_MAX = 64 };

/* Hexadecimal digits without what stands between them; false: something else is there, or a colon
 * at either end or beside another. */
static bool digits_take(const char *text, char ret[DIGITS_MAX + 1], size_t *ret_n)
{
    size_t n = 0;
    bool between = true;

    for (; *text != '\0'; text++) {
        bool separator = *text == ':' || *text == ' ';

        if (separator ? between : !isxdigit((unsigned char)*text) || n == DIGITS_MAX)
            return false;
        if (!separator)
            ret[n++] = *text;
        between = separator;
    }
    ret[n] = '\0';
    *ret_n = n;
    return n > 0 && !between;
}

/* Takes leading zeros off; false when nothing is left. */
static bool serial_trim(struct rest_serial *serial)
{
    size_t zeros = 0;

    while (zeros < serial->len && serial->octets[zeros] == 0)
        zeros++;
    serial->len -= zeros;
    memmove(serial->octets, serial->octets + zeros, serial->len);
    return serial->len > 0;
}

bool rest_serial_hex(const char *text, struct rest_serial *ret)
{
    struct rest_serial serial = {.len = 0};
    char digits[DIGITS_MAX + 2] = "0";
    const char *from = digits + 1;
    struct ca_err ignored;
    size_t n = 0;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        text += 2;
    if (!digits_take(text, digits + 1, &n))
        return false;
    while (n > 1 && *from == '0') {
        from++;
        n--;
    }
    if (n % 2 == 1) { /* the digit before is '0' */
        from--;
        n++;
    }
    if (ca_hex_parse((struct ca_bytes){(const uint8_t *)from, n}, serial.octets,
                     sizeof(serial.octets), &serial.len, &ignored) != CA_OK ||
        !serial_trim(&serial))
        return false;
    *ret = serial;
    return true;
}

/* serial = serial * 10 + digit; false when it no longer fits. */
static bool shift_in(struct rest_serial *serial, unsigned digit)
{
    unsigned carry = digit;

    for (size_t i = sizeof(serial->octets); i-- > 0;) {
        unsigned v = serial->octets[i] * 10U + carry;

        serial->octets[i] = (uint8_t)(v & 0xffU);
        carry = v >> 8;
    }
    return carry == 0;
}

bool rest_serial_decimal(const char *text, struct rest_serial *ret)
{
    struct rest_serial serial = {.len = sizeof(serial.octets)};

    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || !shift_in(&serial, (unsigned)(*p - '0')))
            return false;
    }
    if (!serial_trim(&serial))
        return false;
    *ret = serial;
    return true;
}

bool rest_fingerprint(const char *text, struct rest_fingerprint *ret)
{
    struct rest_fingerprint found = {.len = 0};
    char digits[DIGITS_MAX + 1];
    struct ca_err ignored;
    size_t n = 0;

    if (!digits_take(text, digits, &n) || n < 8 || n % 2 == 1 ||
        ca_hex_parse((struct ca_bytes){(const uint8_t *)digits, n}, found.octets,
                     sizeof(found.octets), &found.len, &ignored) != CA_OK)
        return false;
    *ret = found;
    return true;
}
