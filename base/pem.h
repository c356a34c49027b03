/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Textual encodings (RFC 7468). */

/* Does the input look like PEM, after white space and comment lines? */
bool pem_is(struct ca_bytes in);

/* Takes the next block with this label ("CERTIFICATE", …; NULL: any) off the front of `in` and
 * appends its DER to `ret`. Text before a block is passed over, other labels too.
 * CA_NOT_FOUND none left; CA_MALFORMED bad base64 or no end line; or as ca_buf_check. */
CA_RC pem_take(struct ca_bytes *in, const char *label, struct ca_buf *ret, struct ca_err *err);
/* The same for every block with this label, one behind the other. CA_OK also where there is none.
 */
CA_RC pem_take_all(struct ca_bytes in, const char *label, struct ca_buf *ret, struct ca_err *err);

/* Appends one block with lines of 64 characters. */
void pem_put(struct ca_buf *to, const char *label, struct ca_bytes der);
