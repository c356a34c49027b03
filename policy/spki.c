/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/spki.h"

#include <openssl/core_names.h>

#include "base/der.h"
#include "base/ossl.h"

#define BYTES(...)                                                                                 \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})                           \
    }

/* AlgorithmIdentifier, whole: what is not in a table is refused. */
/* clang-format off */
static const struct key_kind {
    struct ca_bytes algorithm;
    const char *type;
    const char *group; /* NULL: not an elliptic curve of RFC 5480 */
} key_kinds[] = {
    {BYTES(0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
           0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07),            "EC",      "P-256"},
    {BYTES(0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
           0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22),                              "EC",      "P-384"},
    {BYTES(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
           0x01, 0x01, 0x05, 0x00),                                                "RSA",     NULL},
    {BYTES(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70),                              "ED25519", NULL},
};

static const struct signature_kind {
    struct ca_bytes algorithm;
    const char *type;
    const char *digest; /* NULL: the algorithm hashes by itself */
} signature_kinds[] = {
    {BYTES(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02), "EC",      "SHA256"},
    {BYTES(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03), "EC",      "SHA384"},
    {BYTES(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
           0x01, 0x0b, 0x05, 0x00),                                                "RSA",     "SHA256"},
    {BYTES(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70),                              "ED25519", NULL},
};
/* clang-format on */

static CA_RC push_rsa(OSSL_PARAM_BLD *bld, struct ca_bytes bits, BIGNUM **n, BIGNUM **e,
                      struct ca_err *err)
{
    struct ca_bytes in = bits;
    struct der seq;
    struct der modulus;
    struct der exponent;

    CA_TRY(der_take(&in, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(in, err));
    in = seq.body;
    CA_TRY(der_take(&in, DER_INTEGER, &modulus, err));
    CA_TRY(der_take(&in, DER_INTEGER, &exponent, err));
    CA_TRY(der_done(in, err));
    *n = BN_bin2bn(modulus.body.ptr, (int)modulus.body.len, NULL);
    *e = BN_bin2bn(exponent.body.ptr, (int)exponent.body.len, NULL);
    if (*n == NULL || *e == NULL || OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, *n) != 1 ||
        OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, *e) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "RSA key");
    return CA_OK;
}

static CA_RC push_point(OSSL_PARAM_BLD *bld, const struct key_kind *kind, struct ca_bytes bits,
                        struct ca_err *err)
{
    if (kind->group != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "key group");
    if (OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, bits.ptr, bits.len) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "key octets");
    return CA_OK;
}

static CA_RC key_make(const struct key_kind *kind, struct ca_bytes bits, EVP_PKEY **ret,
                      struct ca_err *err)
{
    CA_AUTO(bn) BIGNUM *n = NULL;
    CA_AUTO(bn) BIGNUM *e = NULL;
    CA_AUTO(ossl_param_bld) OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    CA_AUTO(ossl_params) OSSL_PARAM *params = NULL;
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind->type, NULL);

    if (bld == NULL || ctx == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "key of type %s", kind->type);
    if (strcmp(kind->type, "RSA") == 0) {
        CA_TRY(push_rsa(bld, bits, &n, &e, err));
    } else {
        CA_TRY(push_point(bld, kind, bits, err));
    }
    params = OSSL_PARAM_BLD_to_param(bld);
    if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "key of type %s", kind->type);
    if (EVP_PKEY_fromdata(ctx, ret, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "not a %s key", kind->type);
    return CA_OK;
}

CA_RC spki_key(struct ca_bytes spki, EVP_PKEY **ret, struct ca_err *err)
{
    struct ca_bytes in = spki;
    struct ca_bytes bits;
    struct der seq;
    struct der algorithm;

    CA_TRY(der_take(&in, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(in, err));
    in = seq.body;
    CA_TRY(der_take(&in, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&in, &bits, err));
    CA_TRY(der_done(in, err));
    for (size_t i = 0; i < CA_COUNT(key_kinds); i++) {
        if (ca_bytes_equal(algorithm.all, key_kinds[i].algorithm))
            return key_make(&key_kinds[i], bits, ret, err);
    }
    return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "this kind of key is not taken");
}

static CA_RC digest_verify(EVP_PKEY *key, const struct signature_kind *kind, struct ca_bytes tbs,
                           struct ca_bytes signature, struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestVerifyInit_ex(ctx, NULL, kind->digest, NULL, NULL, key, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "verify with %s", kind->type);
    if (EVP_DigestVerify(ctx, signature.ptr, signature.len, tbs.ptr, tbs.len) != 1)
        return CA_FAIL_OSSL(err, CA_DENIED, "the signature does not verify");
    return CA_OK;
}

CA_RC spki_verify(EVP_PKEY *key, struct ca_bytes algorithm, struct ca_bytes tbs,
                  struct ca_bytes signature, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(signature_kinds); i++) {
        const struct signature_kind *kind = &signature_kinds[i];

        if (!ca_bytes_equal(algorithm, kind->algorithm))
            continue;
        if (EVP_PKEY_is_a(key, kind->type) != 1)
            return CA_FAIL(err, CA_DENIED, "signature algorithm does not fit the key");
        return digest_verify(key, kind, tbs, signature, err);
    }
    return CA_FAIL(err, CA_DENIED, "signature algorithm is not taken");
}
