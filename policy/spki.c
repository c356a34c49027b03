/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/spki.h"

#include <openssl/core_names.h>
#include <openssl/sha.h>

#include "base/der.h"
#include "base/ossl.h"
#include "policy/signature.h"

static const struct ca_bytes ec_public_key = CA_BYTES(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);

static bool kind_find(struct ca_bytes algorithm, enum ca_key_kind *ret)
{
    for (int i = 0; i < CA_KEY__COUNT; i++) {
        if (ca_bytes_equal(algorithm, ca_key_info((enum ca_key_kind)i)->algorithm)) {
            *ret = (enum ca_key_kind)i;
            return true;
        }
    }
    return false;
}

/* Says why an AlgorithmIdentifier has no row. */
static enum ca_rc kind_refuse(struct ca_bytes algorithm, struct ca_err *err)
{
    struct ca_bytes in = algorithm;
    struct der id;
    struct der oid;

    CA_TRY(der_take(&in, DER_SEQUENCE, &id, err));
    CA_TRY(der_take(&id.body, DER_OID, &oid, err));
    if (!ca_bytes_equal(oid.body, ec_public_key))
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "this kind of key is not taken");
    if (der_next_is(id.body, DER_SEQUENCE)) {
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken",
                          "EC key with explicit curve parameters is not taken: name the curve");
    }
    return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "EC key on a curve that is not taken");
}

static CA_RC modulus_check(struct spki_info *info, unsigned min, struct ca_err *err)
{
    struct ca_bytes n = info->modulus;
    unsigned bits = (unsigned)(n.len * 8);

    for (unsigned top = n.ptr[0]; n.len < 4096 && (top & 0x80U) == 0 && bits > 0; top <<= 1)
        bits--;
    if (bits < min || n.len * 8 > SPKI_RSA_BITS_MAX) {
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "RSA key of %u bits: from %u to %d",
                          bits, min, SPKI_RSA_BITS_MAX);
    }
    if (bits % 8 != 0) {
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken",
                          "RSA key of %u bits, which is not a multiple of 8", bits);
    }
    if ((n.ptr[n.len - 1] & 1U) == 0)
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "RSA modulus is even");
    info->bits = bits;
    return CA_OK;
}

static CA_RC exponent_check(struct ca_bytes e, struct ca_err *err)
{
    bool small = e.len < 3 || (e.len == 3 && e.ptr[0] == 1 && e.ptr[1] == 0 && e.ptr[2] == 0);

    if ((e.ptr[e.len - 1] & 1U) == 0)
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "RSA exponent is even");
    if (small)
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "RSA exponent is below 65537");
    if (e.len > 32)
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "RSA exponent is not below 2^256");
    return CA_OK;
}

static CA_RC rsa_read(struct spki_info *info, unsigned min, struct ca_err *err)
{
    struct ca_bytes in = info->key;
    struct der seq;

    CA_TRY(der_take(&in, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take_unsigned(&seq.body, &info->modulus, err));
    CA_TRY(der_take_unsigned(&seq.body, &info->exponent, err));
    CA_TRY(der_done(seq.body, err));
    CA_TRY(modulus_check(info, min, err));
    return exponent_check(info->exponent, err);
}

/* RFC 5480 2.2; only the uncompressed form. */
static CA_RC point_read(struct spki_info *info, struct ca_err *err)
{
    size_t field = (ca_key_info(info->kind)->bits + 7) / 8;

    if (info->key.len > 0 && (info->key.ptr[0] == 0x02 || info->key.ptr[0] == 0x03))
        return CA_FAIL_AS(err, CA_DENIED, "key-not-taken", "compressed EC points are not taken");
    if (info->key.len != 1 + 2 * field || info->key.ptr[0] != 0x04)
        return CA_FAIL(err, CA_MALFORMED, "not a point of %s", ca_key_info(info->kind)->group);
    return CA_OK;
}

static CA_RC read_with(struct ca_bytes spki, unsigned rsa_min, struct spki_info *ret,
                       struct ca_err *err)
{
    struct spki_info info = {0};
    struct der seq;
    struct der algorithm;

    CA_TRY(der_take(&spki, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(spki, err));
    CA_TRY(der_take(&seq.body, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&seq.body, &info.key, err));
    CA_TRY(der_done(seq.body, err));
    if (!kind_find(algorithm.all, &info.kind))
        return kind_refuse(algorithm.all, err);

    info.bits = ca_key_info(info.kind)->bits;
    if (info.kind == CA_KEY_RSA) {
        CA_TRY(rsa_read(&info, rsa_min, err));
    } else if (info.kind == CA_KEY_ED25519) {
        if (info.key.len != 32)
            return CA_FAIL(err, CA_MALFORMED, "Ed25519 key of %zu octets", info.key.len);
    } else {
        CA_TRY(point_read(&info, err));
    }
    *ret = info;
    return CA_OK;
}

CA_RC spki_read(struct ca_bytes spki, struct spki_info *ret, struct ca_err *err)
{
    return read_with(spki, SPKI_RSA_BITS_MIN, ret, err);
}

CA_RC spki_read_legacy(struct ca_bytes spki, struct spki_info *ret, struct ca_err *err)
{
    return read_with(spki, SPKI_RSA_BITS_LEGACY_MIN, ret, err);
}

static CA_RC digest_verify(EVP_PKEY *key, const struct ca_signature_info *sig, struct ca_bytes tbs,
                           struct ca_bytes signature, struct ca_err *err)
{
    static char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
    static char as_digest[] = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pss, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, as_digest, 0),
        OSSL_PARAM_construct_end(),
    };
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestVerifyInit_ex(ctx, NULL, sig->digest, NULL, NULL, key,
                                               sig->pss ? params : NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "verify with %s", sig->name);
    if (EVP_DigestVerify(ctx, signature.ptr, signature.len, tbs.ptr, tbs.len) != 1)
        return CA_FAIL_OSSL(err, CA_DENIED, "the signature does not verify");
    return CA_OK;
}

CA_RC spki_verify_legacy(EVP_PKEY *key, struct ca_bytes algorithm, struct ca_bytes tbs,
                         struct ca_bytes signature, unsigned weak, struct ca_err *err)
{
    const struct ca_signature_info *sig;
    enum ca_signature kind;

    if (!ca_signature_find(algorithm, &kind))
        return CA_FAIL(err, CA_DENIED, "signature algorithm is not taken");
    sig = ca_signature_info(kind);
    if (sig->weak && (signature_digest(kind) & weak) == 0) {
        return CA_FAIL_AS(err, CA_DENIED, "weak-signature",
                          "signed with %s, which is weak: "
                          "sign again with SHA-256 or better",
                          sig->name);
    }
    if (EVP_PKEY_is_a(key, sig->type) != 1)
        return CA_FAIL(err, CA_DENIED, "signature algorithm %s does not fit the key", sig->name);
    return digest_verify(key, sig, tbs, signature, err);
}

CA_RC spki_verify(EVP_PKEY *key, struct ca_bytes algorithm, struct ca_bytes tbs,
                  struct ca_bytes signature, struct ca_err *err)
{
    return spki_verify_legacy(key, algorithm, tbs, signature, 0, err);
}

CA_RC spki_key_id(struct ca_bytes key, uint8_t ret[SPKI_KEY_ID_LEN], struct ca_err *err)
{
    if (SHA1(key.ptr, key.len, ret) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "SHA-1");
    return CA_OK;
}
