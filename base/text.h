/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

/* Copies `from` and a NUL into `ret` of `size` octets. False, and "" in ret, when it does not fit
 * or holds a NUL. */
bool ca_text_copy(char *ret, size_t size, struct ca_bytes from);

/* Is it UTF-8 (RFC 3629: shortest forms, no surrogates) without control characters and NUL? */
bool ca_text_is_clean(struct ca_bytes text);

/* Lower-case hexadecimal and a NUL; `ret` takes 2 * bytes.len + 1 octets; returns ret. */
const char *ca_hex(struct ca_bytes bytes, char *ret);

/* Reads hexadecimal of either case, with or without a colon between octets, an even number of
 * digits. CA_MALFORMED; CA_LIMIT when longer than `size`. */
CA_RC ca_hex_parse(struct ca_bytes text, uint8_t *ret, size_t size, size_t *ret_len,
                   struct ca_err *err);

/* UUID (RFC 9562). */
enum { CA_UUID_LEN = 16, CA_UUID_TEXT = 37 };
struct ca_uuid {
    uint8_t octets[CA_UUID_LEN];
};
/* Version 7: 48 bits of Unix milliseconds, then 74 random bits, so that ids sort by age.
 * CA_FAULT no random octets. */
CA_RC ca_uuid_new(struct ca_uuid *ret, struct ca_err *err);
int64_t ca_uuid_time_ms(const struct ca_uuid *u);
bool ca_uuid_is_nil(const struct ca_uuid *u);
const char *ca_uuid_text(const struct ca_uuid *u, char *ret); /* CA_UUID_TEXT octets; returns ret */
CA_RC ca_uuid_parse(struct ca_bytes text, struct ca_uuid *ret, struct ca_err *err);

/* The row of `names` that is nearest to `name` (at most a third of its letters differ), or NULL. */
const char *ca_text_nearest(const char *name, const char *const *names, size_t n);
