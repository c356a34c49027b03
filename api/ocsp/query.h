/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* A strict reader of OCSPRequest (RFC 6960 4.1.1). Views only; it says nothing about who may ask,
 * and a signature is passed over. */

enum { OCSP_IDS_MAX = 50, OCSP_NONCE_MAX = 128, OCSP_SERIAL_MAX = 64 };

/* Of the hashes in a CertID. OTHER: well formed, but nobody here has such hashes. */
enum ocsp_digest { OCSP_SHA1, OCSP_SHA256, OCSP_DIGESTS, OCSP_OTHER = OCSP_DIGESTS };
const char *ocsp_digest_name(enum ocsp_digest digest); /* "sha1"; OTHER: "" */

struct ocsp_id { /* CertID */
    enum ocsp_digest digest;
    struct ca_bytes name_hash; /* of the issuer's Name */
    struct ca_bytes key_hash;  /* of its key, without tag, length and unused bits */
    struct ca_bytes serial;    /* content octets of the INTEGER, 1 to OCSP_SERIAL_MAX */
};

struct ocsp_query {
    struct ca_bytes nonce; /* content, 1 to OCSP_NONCE_MAX octets (RFC 9654 2.1); len 0: none */
    size_t ids_n;          /* 1 to OCSP_IDS_MAX */
    struct ocsp_id ids[OCSP_IDS_MAX];
};

/* CA_MALFORMED not DER, octets left over, nobody asked for, a critical extension that is not known,
 * a nonce that RFC 9654 does not allow. CA_LIMIT more than OCSP_IDS_MAX certificates: none beyond
 * is looked at. */
CA_RC ocsp_query_read(struct ca_bytes der, struct ocsp_query *ret, struct ca_err *err);

/* The request in the path of a GET (RFC 6960 A.1, RFC 5019 5): base64, with or without percent
 * codes, padding and line ends; '+' may have become a blank on the way, and there may be slashes
 * before it. `text` as sent; `ret` takes text.len octets. CA_MALFORMED. */
CA_RC ocsp_path_read(struct ca_bytes text, uint8_t *ret, size_t *ret_len, struct ca_err *err);
