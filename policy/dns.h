/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"

/* Names of the DNS as certificates carry them: A-labels, no trailing dot. */
enum { DNS_NAME_MAX = 253 };

/* Host name of RFC 1034 3.5 with RFC 1123 2.1: letters, digits and inner hyphens, labels of 1 to
 * 63, at most DNS_NAME_MAX characters; the last label is not a number. */
bool dns_is_host(struct ca_bytes name);

/* Is every label that starts with xn-- a valid A-label (RFC 5891 5.4)? */
bool dns_a_labels_valid(struct ca_bytes name);

/* Does an A-label (or a name as people write it) mix Latin letters with Cyrillic or Greek ones? */
bool dns_mixes_scripts(struct ca_bytes name);

/* A suffix under which the public registers names (publicsuffix.org): "com", "co.uk". With
 * `private_too`, also those of companies ("github.io"). Unknown top-level names are none. */
bool dns_is_public_suffix(struct ca_bytes name, bool private_too);

/* Is it `suffix` itself or a name under it? Case does not count. */
bool dns_is_under(struct ca_bytes name, const char *suffix);

/* Appends the A-label form of a name that people write ("bücher.example"). CA_MALFORMED. */
CA_RC dns_to_ascii(const char *text, struct ca_buf *ret, struct ca_err *err);
