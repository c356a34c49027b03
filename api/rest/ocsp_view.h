/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* An authority's OCSP responder as the API shows it. */

struct rest_ocsp_signer {
    const char *subject;
    struct ca_bytes serial;
    struct ca_bytes fingerprint;
    int64_t not_before;
    int64_t not_after;
};
struct rest_ocsp_kept {
    int64_t good;
    int64_t revoked;
    int64_t unknown;
    int64_t next_update;
};
struct rest_ocsp {
    const char *authority;
    const char *url;
    struct rest_ocsp_signer *signer;
    struct rest_ocsp_kept *kept;
};

extern const struct json_schema rest_ocsp_schema;
