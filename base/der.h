/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"

/* A strict reader of DER (X.690 8.1 and 10): one-octet tags, definite and
 * shortest lengths, nothing beyond the end. It copies nothing. */

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0a,
    DER_UTF8_STRING = 0x0c,
    DER_PRINTABLE_STRING = 0x13,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,   /* [n], primitive: DER_CONTEXT + n */
    DER_CONTEXT_0 = 0xa0, /* [n], constructed: DER_CONTEXT_0 + n */
    DER_CONTEXT_3 = 0xa3,
};

struct der {
    struct ca_bytes all;  /* tag, length and content */
    struct ca_bytes body; /* content */
};

/* Takes the next element off the front of `in`. `tag` is an enum der_tag, or DER_CONTEXT + n.
 * CA_MALFORMED not DER, or an element with another tag; `in` and *ret are then untouched. */
CA_RC der_take(struct ca_bytes *in, unsigned tag, struct der *ret, struct ca_err *err);

/* As der_take, whatever the tag is; *ret_tag is its octet. */
CA_RC der_take_any(struct ca_bytes *in, unsigned *ret_tag, struct der *ret, struct ca_err *err);

/* Is the next element one with this tag? False at the end. */
bool der_next_is(struct ca_bytes in, unsigned tag);

/* As der_take, for a BIT STRING of whole octets (no unused bits). */
CA_RC der_take_octets_of_bits(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err);

/* A BOOLEAN (0x00 or 0xff, X.690 11.1). */
CA_RC der_take_bool(struct ca_bytes *in, bool *ret, struct ca_err *err);

/* An INTEGER from 0 to `max`, in its shortest form. */
CA_RC der_take_uint(struct ca_bytes *in, uint64_t max, uint64_t *ret, struct ca_err *err);

/* An INTEGER of any size, 0 or positive, in its shortest form; *ret are the octets of its value,
 * without a leading zero octet (one zero octet for the value 0). */
CA_RC der_take_unsigned(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err);

/* Time (RFC 5280 4.1.2.5): UTCTime up to 2049, GeneralizedTime from 2050, with seconds, Zulu.
 * Also 99991231235959Z. *ret in seconds since 1970, UTC. */
CA_RC der_take_time(struct ca_bytes *in, int64_t *ret, struct ca_err *err);

/* CA_MALFORMED when bytes are left over. */
CA_RC der_done(struct ca_bytes in, struct ca_err *err);
