/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

/* The kinds of keys and signatures that the tree knows, as tables. hsm/ makes and uses them,
 * policy/ reads and judges them; what has no row is refused before OpenSSL sees it. */

enum ca_key_kind {
    CA_KEY_RSA, /* any size: the modulus says */
    CA_KEY_P256,
    CA_KEY_P384,
    CA_KEY_P521,
    CA_KEY_SECP256K1,
    CA_KEY_BRAINPOOL_P256R1,
    CA_KEY_BRAINPOOL_P384R1,
    CA_KEY_BRAINPOOL_P512R1,
    CA_KEY_ED25519,
    CA_KEY__COUNT
};

struct ca_key_info {
    const char *name;           /* "rsa", "ec:P-256", "ed25519": in profiles, API and CLI */
    const char *type;           /* OpenSSL's key type: "RSA", "EC", "ED25519" */
    const char *group;          /* OpenSSL's group name; NULL: not EC */
    struct ca_bytes algorithm;  /* AlgorithmIdentifier of the SPKI, whole element */
    struct ca_bytes parameters; /* CKA_EC_PARAMS: namedCurve OID, whole element; len 0: not EC */
    unsigned bits;              /* of the field; 0 for RSA */
};
const struct ca_key_info *ca_key_info(enum ca_key_kind kind);

/* A key to make: "rsa:3072", "ec:P-384", "ed25519". Aliases: "prime256v1", "secp256r1",
 * "secp384r1", "secp521r1", "secp256k1", "brainpoolP256r1", … with or without "ec:". */
struct ca_key_spec {
    enum ca_key_kind kind;
    unsigned bits; /* RSA: 2048, 3072, 4096 or 8192; else as in the table */
};
bool ca_key_spec_parse(const char *text, struct ca_key_spec *ret);
enum { CA_KEY_SPEC_TEXT = 32 };
const char *ca_key_spec_text(struct ca_key_spec spec, char *ret); /* returns ret */

enum ca_signature {
    CA_SIG_RSA_SHA224,
    CA_SIG_RSA_SHA256,
    CA_SIG_RSA_SHA384,
    CA_SIG_RSA_SHA512,
    CA_SIG_PSS_SHA256, /* RSASSA-PSS, MGF1 with the same digest, salt as long as the digest */
    CA_SIG_PSS_SHA384,
    CA_SIG_PSS_SHA512,
    CA_SIG_ECDSA_SHA224,
    CA_SIG_ECDSA_SHA256,
    CA_SIG_ECDSA_SHA384,
    CA_SIG_ECDSA_SHA512,
    CA_SIG_ED25519,
    CA_SIG_RSA_MD5, /* only to be named when refused, or behind a legacy switch */
    CA_SIG_RSA_SHA1,
    CA_SIG_ECDSA_SHA1,
    CA_SIG__COUNT
};

struct ca_signature_info {
    const char *name;          /* "sha256WithRSAEncryption", "rsassaPss-sha256", … */
    const char *type;          /* key type that makes it: "RSA", "EC", "ED25519" */
    const char *digest;        /* OpenSSL's name; NULL: the algorithm hashes by itself */
    struct ca_bytes algorithm; /* AlgorithmIdentifier, whole element */
    bool pss;
    bool weak; /* MD5 or SHA-1 */
};
const struct ca_signature_info *ca_signature_info(enum ca_signature sig);

/* Finds the row of a whole AlgorithmIdentifier. For SHA*WithRSAEncryption absent parameters are
 * taken as NULL (RFC 4055 5: a reader accepts both). False: no such row. */
bool ca_signature_find(struct ca_bytes algorithm, enum ca_signature *ret);

/* The signature that a CA with such a key makes unless told otherwise: digest as strong as the key
 * (RSA to 3072 and P-256: SHA-256; P-384: SHA-384; P-521: SHA-512; …). */
enum ca_signature ca_signature_default(struct ca_key_spec key, bool pss);
/* As above with a digest by name ("SHA256", "sha-384", …); false: not one for this kind of key, or
 * weak. NULL digest: the default. */
bool ca_signature_choose(struct ca_key_spec key, bool pss, const char *digest,
                         enum ca_signature *ret);
