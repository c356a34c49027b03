/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Certificates that somebody names one by one in a file, for mass revocations. */
enum { CERT_PART_MAX = 10000 }; /* that one call takes by name */

struct cert_name {
    uint32_t at;   /* where its text begins */
    uint32_t line; /* of the file, from 1 */
};
/* Zeroed before use. */
struct cert_names {
    const char *file;
    struct ca_buf text; /* one behind the other, each with its NUL */
    struct ca_buf rows; /* struct cert_name */
    size_t n;
};
void cert_names_done(struct cert_names *names);
static inline void ca_auto_cert_names(struct cert_names *names)
{
    cert_names_done(names);
}

/* A certificate a line, the first word of it: an id, a serial number or a SHA-256; what follows,
 * empty lines and # are for people. CA_MALFORMED names the line that is none of these; or there are
 * none, or more than a million. */
CA_RC cert_names_read(const char *file, struct cert_names *ret, struct ca_err *err);
/* As the server writes it: lower case, whole octets, nothing between, no zeros in front. */
const char *cert_names_text(const struct cert_names *names, size_t i);
/* The first line that has this name; 0: none. What follows a space in `text` is no part of it. */
uint32_t cert_names_line(const struct cert_names *names, const char *text);
/* How many there are, each once, and the SHA-256 of their lines in order of octets, in hexadecimal
 * digits: `sort -u FILE | sha256sum`. */
CA_RC cert_names_digest(const struct cert_names *names, size_t *ret_n, char ret[65],
                        struct ca_err *err);
