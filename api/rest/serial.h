/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "db/certificate.h"

/* A serial number as people write it. */
struct rest_serial {
    uint8_t octets[DB_SERIAL_MAX]; /* value, big-endian, no leading zero */
    size_t len;
};

/* Hexadecimal of either case, with colons or spaces or not, with "0x" in front or not, of any
 * number of digits; false: not that, or more than DB_SERIAL_MAX octets, or zero. */
bool rest_serial_hex(const char *text, struct rest_serial *ret);
/* Decimal digits. "123" is both: ask for hexadecimal first, it is how we write serials. */
bool rest_serial_decimal(const char *text, struct rest_serial *ret);

/* The first octets of a fingerprint: at least 8 hexadecimal digits, an even number, colons or not.
 */
struct rest_fingerprint {
    uint8_t octets[32];
    size_t len;
};
bool rest_fingerprint(const char *text, struct rest_fingerprint *ret);
