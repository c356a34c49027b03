/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cactl/rest.h"

/* Finds a certificate by UUID, serial (hexadecimal with colons, 0x or not; decimal) or the first 8
 * or more digits of its fingerprint. CA_NOT_FOUND; CA_MALFORMED "usage" nothing of these, or
 * several fit. *ret: the object. */
CA_RC resolve_certificate(struct app *app, const char *id, json_t **ret, struct ca_err *err);

/* Only its UUID: without a call when `id` is one. CA_UUID_TEXT octets. */
CA_RC resolve_certificate_id(struct app *app, const char *id, char *ret, struct ca_err *err);
