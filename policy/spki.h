/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "base/algorithm.h"
#include "base/bytes.h"
#include "base/rc.h"

/* Subject public keys (RFC 5280 4.1.2.7, RFC 5480, RFC 8410) and the signatures made with them.
 * Reads the DER itself: explicit curve parameters never reach OpenSSL. */

enum { SPKI_RSA_BITS_MIN = 2048, SPKI_RSA_BITS_MAX = 8192, SPKI_RSA_BITS_LEGACY_MIN = 1024 };

struct spki_info {
    enum ca_key_kind kind;
    unsigned bits;            /* of the modulus or the field */
    struct ca_bytes key;      /* octets of the BIT STRING */
    struct ca_bytes modulus;  /* RSA only, without leading zero octet */
    struct ca_bytes exponent; /* RSA only */
};

/* Reads one SubjectPublicKeyInfo without OpenSSL; views into `spki`. An RSA modulus has 2048 to
 * 8192 bits, a multiple of 8, and is odd; the exponent is odd, at least 65537 and below 2^256; an
 * EC point is uncompressed.
 * CA_MALFORMED not a SubjectPublicKeyInfo, CA_DENIED a kind of key that this CA does not take. */
CA_RC spki_read(struct ca_bytes spki, struct spki_info *ret, struct ca_err *err);

/* As spki_read, also an RSA key from 1024 bits on: only for who judges it with rule_key, which
 * takes such keys for profiles that say legacy. */
CA_RC spki_read_legacy(struct ca_bytes spki, struct spki_info *ret, struct ca_err *err);

/* Makes a software key of one SubjectPublicKeyInfo; *ret is for EVP_PKEY_free. As spki_read, and
 * CA_MALFORMED a point that is not on its curve. */
CA_RC spki_key(struct ca_bytes spki, EVP_PKEY **ret, struct ca_err *err);

/* The same of one that spki_read has read. */
CA_RC spki_info_key(const struct spki_info *info, EVP_PKEY **ret, struct ca_err *err);

/* Checks `signature` over `tbs`.
 *   algorithm  AlgorithmIdentifier, whole element
 * CA_DENIED unknown algorithm, a weak one (problem weak-signature), one that does not fit the key,
 * or a wrong signature. */
CA_RC spki_verify(EVP_PKEY *key, struct ca_bytes algorithm, struct ca_bytes tbs,
                  struct ca_bytes signature, struct ca_err *err);

/* As spki_verify, also signatures with these digests (bits of enum digest_bit), though weak. */
CA_RC spki_verify_legacy(EVP_PKEY *key, struct ca_bytes algorithm, struct ca_bytes tbs,
                         struct ca_bytes signature, unsigned weak, struct ca_err *err);

/* SHA-1 over the octets of the BIT STRING: the key identifier of RFC 5280 4.2.1.2, method 1. */
enum { SPKI_KEY_ID_LEN = 20 };
CA_RC spki_key_id(struct ca_bytes key, uint8_t ret[SPKI_KEY_ID_LEN], struct ca_err *err);
