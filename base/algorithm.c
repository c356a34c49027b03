/* SPDX-License-Identifier: Apache-2.0 */
#include "base/algorithm.h"

#include <limits.h>
#include <stdio.h>
#include <strings.h>

#include "base/der.h"

/* Object identifiers, whole elements. */
#define OID_RSA_ENCRYPTION 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01
#define OID_EC_PUBLIC_KEY  0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01
#define OID_P256           0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
#define OID_P384           0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22
#define OID_P521           0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23
#define OID_SECP256K1      0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a
#define OID_BRAINPOOL(n)   0x06, 0x09, 0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, n
#define OID_ED25519        0x06, 0x03, 0x2b, 0x65, 0x70
#define OID_PKCS1(n)       0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, n
#define OID_SHA2(n)        0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, n
#define OID_ECDSA_SHA2(n)  0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, n

#define ID_NULL    0x05, 0x00
#define ID_RSA(n)  0x30, 0x0d, OID_PKCS1(n), ID_NULL
#define ID_SHA2(n) 0x30, 0x0d, OID_SHA2(n), ID_NULL

/* RSASSA-PSS-params (RFC 4055 3.1): [0] digest, [1] MGF1 with it, [2] salt length; the trailer
 * field has its default and so is absent. */
#define ID_PSS(n, salt)                                                                            \
    0x30, 0x41, OID_PKCS1(0x0a), 0x30, 0x34, 0xa0, 0x0f, ID_SHA2(n), 0xa1, 0x1c, 0x30, 0x1a,       \
        OID_PKCS1(0x08), ID_SHA2(n), 0xa2, 0x03, 0x02, 0x01, salt

/* clang-format off */
static const struct ca_key_info keys[] = {
    [CA_KEY_RSA] = {"rsa", "RSA", NULL,
        CA_BYTES(0x30, 0x0d, OID_RSA_ENCRYPTION, ID_NULL), {NULL, 0}, 0},
    [CA_KEY_P256] = {"ec:P-256", "EC", "P-256",
        CA_BYTES(0x30, 0x13, OID_EC_PUBLIC_KEY, OID_P256), CA_BYTES(OID_P256), 256},
    [CA_KEY_P384] = {"ec:P-384", "EC", "P-384",
        CA_BYTES(0x30, 0x10, OID_EC_PUBLIC_KEY, OID_P384), CA_BYTES(OID_P384), 384},
    [CA_KEY_P521] = {"ec:P-521", "EC", "P-521",
        CA_BYTES(0x30, 0x10, OID_EC_PUBLIC_KEY, OID_P521), CA_BYTES(OID_P521), 521},
    [CA_KEY_SECP256K1] = {"ec:secp256k1", "EC", "secp256k1",
        CA_BYTES(0x30, 0x10, OID_EC_PUBLIC_KEY, OID_SECP256K1), CA_BYTES(OID_SECP256K1), 256},
    [CA_KEY_BRAINPOOL_P256R1] = {"ec:brainpoolP256r1", "EC", "brainpoolP256r1",
        CA_BYTES(0x30, 0x14, OID_EC_PUBLIC_KEY, OID_BRAINPOOL(0x07)),
        CA_BYTES(OID_BRAINPOOL(0x07)), 256},
    [CA_KEY_BRAINPOOL_P384R1] = {"ec:brainpoolP384r1", "EC", "brainpoolP384r1",
        CA_BYTES(0x30, 0x14, OID_EC_PUBLIC_KEY, OID_BRAINPOOL(0x0b)),
        CA_BYTES(OID_BRAINPOOL(0x0b)), 384},
    [CA_KEY_BRAINPOOL_P512R1] = {"ec:brainpoolP512r1", "EC", "brainpoolP512r1",
        CA_BYTES(0x30, 0x14, OID_EC_PUBLIC_KEY, OID_BRAINPOOL(0x0d)),
        CA_BYTES(OID_BRAINPOOL(0x0d)), 512},
    [CA_KEY_ED25519] = {"ed25519", "ED25519", NULL,
        CA_BYTES(0x30, 0x05, OID_ED25519), {NULL, 0}, 255},
};
_Static_assert(CA_COUNT(keys) == CA_KEY__COUNT, "a row for each kind of key");

static const struct ca_signature_info signatures[] = {
    [CA_SIG_RSA_SHA224] = {"sha224WithRSAEncryption", "RSA", "SHA224",
        CA_BYTES(ID_RSA(0x0e)), false, false},
    [CA_SIG_RSA_SHA256] = {"sha256WithRSAEncryption", "RSA", "SHA256",
        CA_BYTES(ID_RSA(0x0b)), false, false},
    [CA_SIG_RSA_SHA384] = {"sha384WithRSAEncryption", "RSA", "SHA384",
        CA_BYTES(ID_RSA(0x0c)), false, false},
    [CA_SIG_RSA_SHA512] = {"sha512WithRSAEncryption", "RSA", "SHA512",
        CA_BYTES(ID_RSA(0x0d)), false, false},
    [CA_SIG_PSS_SHA256] = {"rsassaPss-sha256", "RSA", "SHA256",
        CA_BYTES(ID_PSS(0x01, 32)), true, false},
    [CA_SIG_PSS_SHA384] = {"rsassaPss-sha384", "RSA", "SHA384",
        CA_BYTES(ID_PSS(0x02, 48)), true, false},
    [CA_SIG_PSS_SHA512] = {"rsassaPss-sha512", "RSA", "SHA512",
        CA_BYTES(ID_PSS(0x03, 64)), true, false},
    [CA_SIG_ECDSA_SHA224] = {"ecdsa-with-SHA224", "EC", "SHA224",
        CA_BYTES(0x30, 0x0a, OID_ECDSA_SHA2(0x01)), false, false},
    [CA_SIG_ECDSA_SHA256] = {"ecdsa-with-SHA256", "EC", "SHA256",
        CA_BYTES(0x30, 0x0a, OID_ECDSA_SHA2(0x02)), false, false},
    [CA_SIG_ECDSA_SHA384] = {"ecdsa-with-SHA384", "EC", "SHA384",
        CA_BYTES(0x30, 0x0a, OID_ECDSA_SHA2(0x03)), false, false},
    [CA_SIG_ECDSA_SHA512] = {"ecdsa-with-SHA512", "EC", "SHA512",
        CA_BYTES(0x30, 0x0a, OID_ECDSA_SHA2(0x04)), false, false},
    [CA_SIG_ED25519] = {"ed25519", "ED25519", NULL,
        CA_BYTES(0x30, 0x05, OID_ED25519), false, false},
    [CA_SIG_RSA_MD5] = {"md5WithRSAEncryption", "RSA", "MD5",
        CA_BYTES(ID_RSA(0x04)), false, true},
    [CA_SIG_RSA_SHA1] = {"sha1WithRSAEncryption", "RSA", "SHA1",
        CA_BYTES(ID_RSA(0x05)), false, true},
    [CA_SIG_ECDSA_SHA1] = {"ecdsa-with-SHA1", "EC", "SHA1",
        CA_BYTES(0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01), false, true},
};
_Static_assert(CA_COUNT(signatures) == CA_SIG__COUNT, "a row for each signature");

static const struct {
    const char *text;
    struct ca_key_spec spec;
} spellings[] = {
    {"rsa:2048",        {CA_KEY_RSA, 2048}},
    {"rsa:3072",        {CA_KEY_RSA, 3072}},
    {"rsa:4096",        {CA_KEY_RSA, 4096}},
    {"rsa:8192",        {CA_KEY_RSA, 8192}},
    {"P-256",           {CA_KEY_P256, 256}},
    {"prime256v1",      {CA_KEY_P256, 256}},
    {"secp256r1",       {CA_KEY_P256, 256}},
    {"P-384",           {CA_KEY_P384, 384}},
    {"secp384r1",       {CA_KEY_P384, 384}},
    {"P-521",           {CA_KEY_P521, 521}},
    {"secp521r1",       {CA_KEY_P521, 521}},
    {"secp256k1",       {CA_KEY_SECP256K1, 256}},
    {"brainpoolP256r1", {CA_KEY_BRAINPOOL_P256R1, 256}},
    {"brainpoolP384r1", {CA_KEY_BRAINPOOL_P384R1, 384}},
    {"brainpoolP512r1", {CA_KEY_BRAINPOOL_P512R1, 512}},
    {"ed25519",         {CA_KEY_ED25519, 255}},
};

/* The digest that matches the strength of the key (NIST SP 800-57 part 1, table 2). */
static const struct {
    const char *type;
    bool pss;
    unsigned bits; /* keys of up to so many bits */
    enum ca_signature sig;
} defaults[] = {
    {"RSA",     false, 3072,     CA_SIG_RSA_SHA256},
    {"RSA",     false, 7680,     CA_SIG_RSA_SHA384},
    {"RSA",     false, UINT_MAX, CA_SIG_RSA_SHA512},
    {"RSA",     true,  3072,     CA_SIG_PSS_SHA256},
    {"RSA",     true,  7680,     CA_SIG_PSS_SHA384},
    {"RSA",     true,  UINT_MAX, CA_SIG_PSS_SHA512},
    {"EC",      false, 256,      CA_SIG_ECDSA_SHA256},
    {"EC",      false, 384,      CA_SIG_ECDSA_SHA384},
    {"EC",      false, UINT_MAX, CA_SIG_ECDSA_SHA512},
    {"ED25519", false, UINT_MAX, CA_SIG_ED25519},
};
/* clang-format on */

const struct ca_key_info *ca_key_info(enum ca_key_kind kind)
{
    return &keys[kind];
}

const struct ca_signature_info *ca_signature_info(enum ca_signature sig)
{
    return &signatures[sig];
}

bool ca_key_spec_parse(const char *text, struct ca_key_spec *ret)
{
    bool ec = strncasecmp(text, "ec:", 3) == 0;

    for (size_t i = 0; i < CA_COUNT(spellings); i++) {
        bool row_ec = keys[spellings[i].spec.kind].group != NULL;

        if (strcasecmp(text + (ec ? 3 : 0), spellings[i].text) != 0 || (ec && !row_ec))
            continue;
        *ret = spellings[i].spec;
        return true;
    }
    return false;
}

const char *ca_key_spec_text(struct ca_key_spec spec, char *ret)
{
    if (spec.kind == CA_KEY_RSA) {
        (void)snprintf(ret, CA_KEY_SPEC_TEXT, "rsa:%u", spec.bits);
    } else {
        (void)snprintf(ret, CA_KEY_SPEC_TEXT, "%s", keys[spec.kind].name);
    }
    return ret;
}

/* What RSASSA-PSS-params say, whether or not the hash identifiers carry a NULL (RFC 4055 2.1: both
 * are legal and equal). */
struct pss {
    struct ca_bytes hash; /* OID, content */
    struct ca_bytes mgf_hash;
    uint64_t salt;
};

static CA_RC hash_take(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct der id;
    struct der oid;
    struct der null;

    CA_TRY(der_take(in, DER_SEQUENCE, &id, err));
    CA_TRY(der_take(&id.body, DER_OID, &oid, err));
    if (der_next_is(id.body, DER_NULL)) {
        CA_TRY(der_take(&id.body, DER_NULL, &null, err));
        CA_TRY(der_done(null.body, err));
    }
    CA_TRY(der_done(id.body, err));
    *ret = oid.body;
    return CA_OK;
}

static const struct ca_bytes pss_oid = CA_BYTES(OID_PKCS1(0x0a));
static const struct ca_bytes mgf1_oid = CA_BYTES(OID_PKCS1(0x08));

/* AlgorithmIdentifier: id-RSASSA-PSS with all parameters but the trailer field written out. */
static CA_RC pss_read(struct ca_bytes in, struct pss *ret, struct ca_err *err)
{
    struct der id;
    struct der oid;
    struct der params;
    struct der part;
    struct der mgf;

    CA_TRY(der_take(&in, DER_SEQUENCE, &id, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&id.body, DER_OID, &oid, err));
    if (!ca_bytes_equal(oid.all, pss_oid))
        return CA_FAIL(err, CA_NOT_FOUND, "not RSASSA-PSS");
    CA_TRY(der_take(&id.body, DER_SEQUENCE, &params, err));
    CA_TRY(der_done(id.body, err));

    CA_TRY(der_take(&params.body, DER_CONTEXT_0, &part, err));
    CA_TRY(hash_take(&part.body, &ret->hash, err));
    CA_TRY(der_done(part.body, err));

    CA_TRY(der_take(&params.body, DER_CONTEXT_0 + 1, &part, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &mgf, err));
    CA_TRY(der_done(part.body, err));
    CA_TRY(der_take(&mgf.body, DER_OID, &oid, err));
    if (!ca_bytes_equal(oid.all, mgf1_oid))
        return CA_FAIL(err, CA_NOT_FOUND, "not MGF1");
    CA_TRY(hash_take(&mgf.body, &ret->mgf_hash, err));
    CA_TRY(der_done(mgf.body, err));

    CA_TRY(der_take(&params.body, DER_CONTEXT_0 + 2, &part, err));
    CA_TRY(der_take_uint(&part.body, 255, &ret->salt, err));
    CA_TRY(der_done(part.body, err));
    return der_done(params.body, err);
}

static bool pss_equal(struct ca_bytes a, struct ca_bytes b)
{
    struct pss pa;
    struct pss pb;
    struct ca_err err;

    return pss_read(a, &pa, &err) == CA_OK && pss_read(b, &pb, &err) == CA_OK &&
           ca_bytes_equal(pa.hash, pb.hash) && ca_bytes_equal(pa.mgf_hash, pb.mgf_hash) &&
           pa.salt == pb.salt;
}

/* Is it the PKCS#1 identifier of `row` with its NULL left out? */
static bool rsa_without_null(struct ca_bytes in, struct ca_bytes row)
{
    return in.len == row.len - 2 && in.ptr[0] == DER_SEQUENCE && in.ptr[1] == row.ptr[1] - 2 &&
           memcmp(in.ptr + 2, row.ptr + 2, in.len - 2) == 0;
}

static bool signature_is(struct ca_bytes in, const struct ca_signature_info *row)
{
    if (ca_bytes_equal(in, row->algorithm))
        return true;
    if (row->pss)
        return pss_equal(in, row->algorithm);
    return strcmp(row->type, "RSA") == 0 && rsa_without_null(in, row->algorithm);
}

bool ca_signature_find(struct ca_bytes algorithm, enum ca_signature *ret)
{
    for (size_t i = 0; i < CA_COUNT(signatures); i++) {
        if (signature_is(algorithm, &signatures[i])) {
            *ret = (enum ca_signature)i;
            return true;
        }
    }
    return false;
}

enum ca_signature ca_signature_default(struct ca_key_spec key, bool pss)
{
    size_t i = 0;

    pss = pss && key.kind == CA_KEY_RSA;
    while (strcmp(defaults[i].type, keys[key.kind].type) != 0 || defaults[i].pss != pss ||
           key.bits > defaults[i].bits)
        i++; /* each type ends with a row for any size */
    return defaults[i].sig;
}

/* Do they name one digest? Hyphens and case do not count. */
static bool digest_equal(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "-");
        b += strspn(b, "-");
        if (strncasecmp(a, b, 1) != 0)
            return false;
        if (*a == '\0')
            return true;
    }
}

bool ca_signature_choose(struct ca_key_spec key, bool pss, const char *digest,
                         enum ca_signature *ret)
{
    if (pss && key.kind != CA_KEY_RSA)
        return false;
    if (digest == NULL) {
        *ret = ca_signature_default(key, pss);
        return true;
    }
    for (size_t i = 0; i < CA_COUNT(signatures); i++) {
        const struct ca_signature_info *row = &signatures[i];

        if (row->weak || row->pss != pss || row->digest == NULL ||
            strcmp(row->type, keys[key.kind].type) != 0 || !digest_equal(row->digest, digest))
            continue;
        *ret = (enum ca_signature)i;
        return true;
    }
    return false;
}
