/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "base/bytes.h"
#include "base/rc.h"

/* Subject public keys (RFC 5280 4.1.2.7, RFC 5480, RFC 8410) and the signatures made with them.
 * Reads the DER itself: explicit curve parameters never reach OpenSSL. */

/* Makes a software key of one SubjectPublicKeyInfo; *ret is for EVP_PKEY_free.
 * CA_MALFORMED not a SubjectPublicKeyInfo, CA_DENIED a kind of key that this CA does not take. */
CA_RC spki_key(struct ca_bytes spki, EVP_PKEY **ret, struct ca_err *err);

/* Checks `signature` over `tbs`.
 *   algorithm  AlgorithmIdentifier, whole element
 * CA_DENIED unknown algorithm, one that does not fit the key, or a wrong signature. */
CA_RC spki_verify(EVP_PKEY *key, struct ca_bytes algorithm, struct ca_bytes tbs,
                  struct ca_bytes signature, struct ca_err *err);
