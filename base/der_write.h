/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Writes DER. Elements that hold others are opened and closed; the length octets go in at the
 * close. Failures stick to the buffer (base/buf.h): ask der_writer_check once, at the end. */
enum { DER_DEPTH_MAX = 16 };

struct der_writer {
    struct ca_buf buf;
    size_t open[DER_DEPTH_MAX]; /* where the content of each open element starts */
    unsigned depth;
};

void der_open(struct der_writer *w, unsigned tag);
void der_close(struct der_writer *w);

void der_put(struct der_writer *w, unsigned tag, struct ca_bytes content);
void der_put_raw(struct der_writer *w, struct ca_bytes elements); /* whole elements, as they are */
void der_put_bool(struct der_writer *w, bool v);
void der_put_uint(struct der_writer *w, uint64_t v);

/* INTEGER of an unsigned number in big-endian octets; leading zeros are taken off, and one is put
 * in front where the top bit is set. */
void der_put_unsigned(struct der_writer *w, unsigned tag, struct ca_bytes number);

/* BIT STRING of whole octets. */
void der_put_bits(struct der_writer *w, struct ca_bytes octets);

/* BIT STRING of named bits (X.690 11.2.2): bit n of `bits` is bit n of the string; trailing zero
 * bits are left out. */
void der_put_named_bits(struct der_writer *w, uint32_t bits);

/* UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5). */
void der_put_time(struct der_writer *w, int64_t at);

/* GeneralizedTime in every year (RFC 5280 5.3.2). */
void der_put_generalized_time(struct der_writer *w, int64_t at);

/* The same two without a writer: whole elements, answering how many octets they are. */
enum { DER_TIME_MAX = 17 };
size_t der_time(int64_t at, uint8_t ret[DER_TIME_MAX]);
size_t der_generalized_time(int64_t at, uint8_t ret[DER_TIME_MAX]);

/* CA_FAULT when an element is still open; else as ca_buf_check. */
CA_RC der_writer_check(const struct der_writer *w, struct ca_err *err);

struct ca_bytes der_writer_view(const struct der_writer *w); /* borrowed until the next write */
void der_writer_done(struct der_writer *w);

static inline void der_writer_done_value(struct der_writer w)
{
    der_writer_done(&w);
}
CA_AUTO_DEFINE(der_writer, struct der_writer, der_writer_done_value);

/* Octets that tag and length of an element with `len` octets of content take. */
size_t der_head_len(size_t len);

/* Writes tag and length; `ret` takes 6 octets; returns how many it wrote. */
size_t der_head(unsigned tag, size_t len, uint8_t *ret);
