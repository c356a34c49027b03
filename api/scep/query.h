/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* The query of a SCEP address (RFC 8894 4.1), in any order and with anything else beside it. Views
 * into the text. */
struct scep_query {
    struct ca_bytes operation; /* as sent; len 0: none */
    struct ca_bytes message;   /* as sent, percent-encoded */
};
/* CA_MALFORMED one of the two is given twice. */
CA_RC scep_query_read(const char *query, struct scep_query *ret, struct ca_err *err);

/* The message of a PKIOperation by GET, as clients send it: base64 or base64url, percent-encoded or
 * not, in lines or not, padded or not; a space is a plus that somebody decoded. Appends the octets.
 * CA_MALFORMED, CA_LIMIT. */
CA_RC scep_query_message(struct ca_bytes message, struct ca_buf *ret, struct ca_err *err);
