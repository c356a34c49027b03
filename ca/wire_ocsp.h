/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_parts.h"

/* What is said of certificates (RFC 6960); the caller is nobody, on channel "ocsp". A part of
 * ca/wire.h. */

/* So that as many answers fit into a frame. */
enum { WIRE_OCSP_IDS_MAX = 50, WIRE_OCSP_RESPONSE_MAX = 10000 };
struct wire_ocsp_id {
    struct ca_bytes serial; /* as in the CertID: content octets of the INTEGER */
};
struct wire_ocsp_sign {
    struct wire_caller caller;
    const char *authority;
    const char *digest;    /* of the CertIDs: "sha1", "sha256" */
    bool together;         /* one answer to all, else one to each */
    struct ca_bytes nonce; /* of the answer to all; len 0: none */
    const struct wire_ocsp_id *ids;
    uint32_t ids_n;
};
struct wire_ocsp_answer {
    struct ca_bytes serial;   /* len 0: the answer to all */
    struct ca_bytes response; /* OCSPResponse, DER */
    int64_t this_update;
    int64_t next_update;
    uint8_t status; /* 0 good, 1 revoked, 2 unknown (RFC 6960 4.2.1); of all: the highest */
};
struct wire_ocsp_signed { /* in the order of the question */
    const struct wire_ocsp_answer *answers;
    uint32_t answers_n;
};
