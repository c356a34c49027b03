/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* A strict reader of certificates (RFC 5280 4.1). Views only; nothing is judged or verified. */

enum { CERT_EXTENSIONS_MAX = 32, CERT_DER_MAX = 64 * 1024 };

struct cert_extension {
    struct ca_bytes all;   /* whole element */
    struct ca_bytes oid;   /* content octets */
    struct ca_bytes value; /* content of extnValue */
    bool critical;
};

struct cert {
    struct ca_bytes der;           /* Certificate; len 0 when only the TBS was read */
    struct ca_bytes tbs;           /* TBSCertificate, whole element */
    struct ca_bytes serial;        /* value octets without leading zero */
    struct ca_bytes tbs_algorithm; /* AlgorithmIdentifier inside the TBS */
    struct ca_bytes issuer;        /* Name, whole element */
    int64_t not_before;
    int64_t not_after;
    struct ca_bytes subject;                               /* Name, whole element */
    struct ca_bytes spki;                                  /* whole element */
    struct cert_extension extensions[CERT_EXTENSIONS_MAX]; /* no OID twice */
    size_t extension_n;
    struct ca_bytes algorithm; /* of the signature; equal to tbs_algorithm */
    struct ca_bytes signature; /* octets of the BIT STRING */
};

/* CA_MALFORMED not a version 3 certificate in DER, bytes left over, an extension twice, too many.
 */
CA_RC cert_read(struct ca_bytes der, struct cert *ret, struct ca_err *err);
CA_RC cert_read_tbs(struct ca_bytes tbs, struct cert *ret, struct ca_err *err);

/* The extension of this kind, or NULL; borrowed. */
enum cert_extension_kind {
    EXT_BASIC_CONSTRAINTS,
    EXT_KEY_USAGE,
    EXT_EXTENDED_KEY_USAGE,
    EXT_SUBJECT_ALT_NAME,
    EXT_SUBJECT_KEY_IDENTIFIER,
    EXT_AUTHORITY_KEY_IDENTIFIER,
    EXT_CRL_DISTRIBUTION_POINTS,
    EXT_FRESHEST_CRL,
    EXT_AUTHORITY_INFO_ACCESS,
    EXT_CERTIFICATE_POLICIES,
    EXT_NAME_CONSTRAINTS,
    EXT_OCSP_NO_CHECK,
    EXT_TLS_FEATURE,             /* RFC 7633 */
    EXT_MICROSOFT_TEMPLATE,      /* version 2: object identifier and numbers */
    EXT_MICROSOFT_TEMPLATE_NAME, /* version 1 */
    EXT_MICROSOFT_SID,
    EXT__COUNT
};
struct cert_extension_info {
    const char *name;    /* "basic_constraints": profiles, API */
    struct ca_bytes oid; /* content octets */
};
const struct cert_extension_info *cert_extension_info(enum cert_extension_kind kind);
const struct cert_extension *cert_extension(const struct cert *cert, enum cert_extension_kind kind);

/* Bits of KeyUsage (RFC 5280 4.2.1.3): bit n of the number is bit n of the string. */
enum cert_key_usage_bit {
    CERT_KU_DIGITAL_SIGNATURE = 1 << 0,
    CERT_KU_CONTENT_COMMITMENT = 1 << 1,
    CERT_KU_KEY_ENCIPHERMENT = 1 << 2,
    CERT_KU_DATA_ENCIPHERMENT = 1 << 3,
    CERT_KU_KEY_AGREEMENT = 1 << 4,
    CERT_KU_KEY_CERT_SIGN = 1 << 5,
    CERT_KU_CRL_SIGN = 1 << 6,
    CERT_KU_ENCIPHER_ONLY = 1 << 7,
    CERT_KU_DECIPHER_ONLY = 1 << 8,
};

/* Decoded values, CA_NOT_FOUND when the certificate has no such extension, CA_MALFORMED. */
CA_RC cert_basic_constraints(const struct cert *cert, bool *ret_ca, int *ret_path_length,
                             struct ca_err *err); /* path length -1: none */
CA_RC cert_key_usage(const struct cert *cert, uint32_t *ret_bits, struct ca_err *err);
CA_RC cert_subject_key_identifier(const struct cert *cert, struct ca_bytes *ret,
                                  struct ca_err *err);
CA_RC cert_authority_key_identifier(const struct cert *cert, struct ca_bytes *ret,
                                    struct ca_err *err);

/* One step of a chain: names chain, the issuer is a CA that may sign certificates, path length,
 * key identifiers agree, the signature verifies (software). CA_DENIED says what does not fit. */
CA_RC cert_issued_by(const struct cert *cert, const struct cert *issuer, struct ca_err *err);
/* certs[0] first, each issued by the next, the last self-signed; all valid at `at`. `certs_der`:
 * DER one behind the other. CA_DENIED, CA_MALFORMED. */
CA_RC cert_chain_check(struct ca_bytes certs_der, int64_t at, struct ca_err *err);
