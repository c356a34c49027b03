/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Base64 (RFC 4648 4) and its URL-safe form without padding (RFC 4648 5). */

/* What a letter or a digit stands for, 0 to 61, in either form; -1: it is neither. */
int ca_base64_sextet(int c);

/* Appends `bytes` as text on one line. */
void ca_base64_put(struct ca_buf *to, struct ca_bytes bytes);
void ca_base64url_put(struct ca_buf *to, struct ca_bytes bytes);

/* Appends the octets. White space is passed over; padding is wanted; bits that mean nothing must be
 * zero. False: not base64. Ask ca_buf_check for the rest. */
bool ca_base64_read(struct ca_bytes text, struct ca_buf *ret);
/* The same for the URL-safe form: no padding, no white space. */
bool ca_base64url_read(struct ca_bytes text, struct ca_buf *ret);
