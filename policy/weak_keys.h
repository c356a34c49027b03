/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* The compact filter of weak RSA keys (docs/reference/weak-keys.md): sorted hashes behind a header.
 * The hash is that of the package openssl-blacklist: the last 20 hexadecimal digits of SHA-1 over
 * "Modulus=", the modulus in upper-case hexadecimal, and a line feed. */

enum { WEAK_KEY_HASH_LEN = 10, WEAK_KEYS_HEADER_LEN = 56 };

/* Of a modulus, big-endian. Else CA_FAULT. */
CA_RC weak_key_hash(struct ca_bytes modulus, uint8_t ret[WEAK_KEY_HASH_LEN], struct ca_err *err);

/* Reads one line of a text list, without its end: a hash of 20 digits, a whole SHA-1 of 40 digits,
 * or "Modulus=" and the modulus in hexadecimal. Empty lines and those that begin with '#' have
 * none. CA_MALFORMED says what the line is instead. */
CA_RC weak_key_line(struct ca_bytes line, uint8_t ret[WEAK_KEY_HASH_LEN], bool *ret_there,
                    struct ca_err *err);

/* Sorts `n` hashes in place, drops repeated ones, and appends the filter. */
CA_RC weak_keys_write(uint8_t *hashes, size_t n, struct ca_buf *ret, size_t *ret_count,
                      struct ca_err *err);

/* The hashes of a filter: views into `file`. CA_MALFORMED another format, cut, changed, or not in
 * ascending order. */
CA_RC weak_keys_read(struct ca_bytes file, struct ca_bytes *ret, struct ca_err *err);

/* Is `key` one of these keys of `len` octets each, in ascending order? */
bool sorted_has(struct ca_bytes sorted, const uint8_t *key, size_t len);
/* Are they, and whole? */
bool sorted_check(struct ca_bytes sorted, size_t len);
