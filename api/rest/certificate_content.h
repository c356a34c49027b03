/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* Certificates as files. */

/* Which row of the formats: by suffix of the path, or, NULL, by Accept (a chain when it says
 * nothing). CA_NOT_FOUND no such suffix; CA_MALFORMED, problem "not-acceptable". */
CA_RC rest_content_choose(const struct request *rq, const char *suffix, size_t *ret,
                          struct ca_err *err);

/* Appends certs-only CMS SignedData (RFC 5652 5.1, RFC 8551 3.8): the leaf, then its issuers (DER,
 * one behind the other). */
CA_RC rest_certs_only(struct ca_bytes leaf, struct ca_bytes issuers, struct ca_buf *ret,
                      struct ca_err *err);
