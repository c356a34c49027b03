/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"

/* The digest of a signature, apart from the kind of key that signs. Bits. */
enum digest_bit {
    DIGEST_MD5 = 1,
    DIGEST_SHA1 = 2,
    DIGEST_SHA224 = 4,
    DIGEST_SHA256 = 8,
    DIGEST_SHA384 = 16,
    DIGEST_SHA512 = 32,
};
enum { DIGESTS_WEAK = DIGEST_MD5 | DIGEST_SHA1 };

/* "sha256": of one bit. */
const char *digest_name(unsigned bit);
/* "SHA256", "sha-256": 0 when there is no such digest. */
unsigned digest_find(const char *name);

/* The bit of this signature's digest; 0: the algorithm hashes by itself (Ed25519). */
unsigned signature_digest(enum ca_signature sig);
/* The signature of the same key and padding with another digest; false: there is none. */
bool signature_with(enum ca_signature sig, unsigned digest, enum ca_signature *ret);
