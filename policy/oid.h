/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Object identifiers between dotted text and content octets (X.690 8.19). */

/* "2.23.140.1.2.1": appends its content octets. CA_MALFORMED not an OID, or an arc above 2^32. */
CA_RC oid_parse(const char *text, struct ca_buf *ret, struct ca_err *err);

/* Are these the content octets of an OID: shortest form, last arc complete? */
bool oid_is_valid(struct ca_bytes oid);

/* Appends the dotted text; "?" for what is not an OID or has an arc above 2^64. */
void oid_text(struct ca_bytes oid, struct ca_buf *ret);
