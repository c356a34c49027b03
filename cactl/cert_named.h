/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rc.h"
#include "cactl/json.h"

/* Certificates that somebody names one by one, for mass revocations. */
enum { CERT_PART_MAX = 10000 }; /* that one job takes by name */

/* A certificate a line, the first word of it; what follows, empty lines and # are for people.
 * Appends to the array `ret`. CA_MALFORMED there is none, or there are more than a million. */
CA_RC cert_named_read(const char *file, json_t *ret, struct ca_err *err);
/* The body of each job: the criteria of `body`, and as many of its "certificates" as one takes. One
 * where nothing is named. *ret: an array, for json_decref. */
CA_RC cert_parts_make(const json_t *body, json_t **ret, struct ca_err *err);
