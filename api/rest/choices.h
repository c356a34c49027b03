/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/json.h"

/* Values that fields take, with words for people: GET /choices/{kind}. */
extern const struct json_choices rest_countries; /* ISO 3166-1 alpha-2: countries.c */
extern const struct json_choices rest_keys;
extern const struct json_choices rest_digests;
extern const struct json_choices rest_ekus;
extern const struct json_choices rest_kus; /* bit n of KeyUsage (RFC 5280 4.2.1.3) is row n */
extern const struct json_choices rest_reasons;
extern const struct json_choices rest_san_types;

/* CRLReason (RFC 5280 5.3.1) of a row of rest_reasons, and back; "unspecified" for what has no row.
 */
uint8_t rest_reason_code(const char *value);
const char *rest_reason_name(int32_t code);

/* Content octets of an extended key usage's OID: its row, or NULL. */
const struct json_choice *rest_eku_find(struct ca_bytes oid);
