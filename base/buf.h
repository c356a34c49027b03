/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* Bytes that grow up to a bound. A write that does not fit or finds no memory marks the buffer as
 * failed and every later one does nothing, so callers write on and ask once, at the end. */
struct ca_buf {
    uint8_t *ptr; /* NULL until the first write */
    size_t len;
    size_t cap;
    size_t max; /* most octets it may hold; 0: CA_BUF_MAX */
    enum { CA_BUF_FINE, CA_BUF_TOO_LONG, CA_BUF_NO_MEMORY } state;
};

enum { CA_BUF_MAX = 64 * 1024 * 1024 };

void ca_buf_add(struct ca_buf *b, const void *ptr, size_t len);
void ca_buf_bytes(struct ca_buf *b, struct ca_bytes bytes);
void ca_buf_str(struct ca_buf *b, const char *s);
void ca_buf_u8(struct ca_buf *b, uint8_t v);
void ca_buf_printf(struct ca_buf *b, const char *fmt, ...) CA_PRINTF(2, 3);

/* Makes room for `len` more octets and returns where they go; NULL once failed. */
uint8_t *ca_buf_room(struct ca_buf *b, size_t len);

/* Moves what stands from `at` on `len` octets up; the gap holds nothing yet. False once failed. */
bool ca_buf_gap(struct ca_buf *b, size_t at, size_t len);

/* CA_OK, or CA_LIMIT (longer than max), or CA_FAULT (no memory). */
CA_RC ca_buf_check(const struct ca_buf *b, struct ca_err *err);

struct ca_bytes ca_buf_view(const struct ca_buf *b); /* borrowed until the next write */
const char *ca_buf_cstr(struct ca_buf *b);           /* NUL added; "" once failed; borrowed */
void ca_buf_reset(struct ca_buf *b);                 /* empty again, memory kept */
void ca_buf_done(struct ca_buf *b);                  /* frees; the struct can be used again */

static inline void ca_buf_done_value(struct ca_buf b)
{
    ca_buf_done(&b);
}
CA_AUTO_DEFINE(buf, struct ca_buf, ca_buf_done_value); /* CA_AUTO(buf) struct ca_buf b = {0}; */
