/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/blocked_key.h"

/* Blocked keys as the API shows and takes them. */

struct rest_blocked_key {
    struct ca_bytes spki_sha256;
    const char *reason;
    const char *comment;
    int64_t blocked_at;
    const char *blocked_by;
    int64_t certificates;
    struct json_list allowed_actions;
};

/* What was done. */
struct rest_key_change {
    struct ca_bytes spki_sha256;
    bool existed;
    int64_t revoked;
    bool more;
    int64_t crl_due;
};

/* Exactly one of the first five says which key. */
struct rest_key_block {
    struct ca_bytes spki_sha256;
    struct ca_uuid certificate_id;
    struct ca_bytes certificate;
    struct ca_bytes csr;
    const char *public_key; /* PEM */
    const char *reason;
    const char *comment;
    bool revoke;
};

extern const struct json_schema rest_blocked_key_schema;
extern const struct json_schema rest_blocked_key_page;
extern const struct json_schema rest_key_change_schema;
extern const struct json_schema rest_key_block_schema;
