/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <openssl/evp.h>

#include "base/der.h"
#include "base/der_write.h"
#include "base/time.h"
#include "hsm/hsm_internal.h"

/* C_Sign on sessions of our own, not EVP_PKEY_sign through pkcs11-provider: somewhat faster
 * (measure_tells_signatures_a_second in tests/unit/test_hsm.c prints both), every answer of the
 * token is seen as it is, and each call is watched. */

enum {
    SIGNATURE_MAX = 2048, /* RSA of 16384 bits */
    INPUT_MAX = EVP_MAX_MD_SIZE + 32,
};

/* DigestInfo (RFC 8017 9.2, note 1) up to the digest itself. */
#define DIGEST_INFO(n, len)                                                                        \
    {                                                                                              \
        0x30, 0x11 + (len), 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,      \
            0x02, n, 0x05, 0x00, 0x04, len                                                         \
    }
#define MD5_INFO                                                                                   \
    {                                                                                              \
        0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05,  \
            0x00, 0x04, 0x10                                                                       \
    }
#define SHA1_INFO                                                                                  \
    {                                                                                              \
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14   \
    }
enum { DIGEST_INFO_MAX = 19 };

/* The weak ones are for certificates of legacy profiles; no default and no choice leads to them
 * (base/algorithm.h). */
static const struct digest {
    const char *name;
    size_t len;
    uint8_t info[DIGEST_INFO_MAX];
    size_t info_len;
    CK_MECHANISM_TYPE mechanism; /* for PSS */
    CK_RSA_PKCS_MGF_TYPE mgf;
} digests[] = {
    {"MD5",             16,        MD5_INFO, 18,         0,               0},
    {        "SHA1",               20, SHA1_INFO,       15,          0,               0 },
    { "SHA224", 28,       DIGEST_INFO(0x04,       28), 19, CKM_SHA224,  CKG_MGF1_SHA224},
    { "SHA256", 32,       DIGEST_INFO(0x01,       32), 19, CKM_SHA256,  CKG_MGF1_SHA256},
    { "SHA384", 48,       DIGEST_INFO(0x02,       48), 19, CKM_SHA384,  CKG_MGF1_SHA384},
    { "SHA512", 64,       DIGEST_INFO(0x03,       64), 19, CKM_SHA512,  CKG_MGF1_SHA512},
};

/* One signature as the token is asked for it. */
struct order {
    CK_MECHANISM mechanism;
    CK_RSA_PKCS_PSS_PARAMS pss;
    uint8_t own[INPUT_MAX];
    struct ca_bytes input; /* in `own`, or the caller's */
};

static const struct digest *digest_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < CA_COUNT(digests); i++) {
        if (strcmp(digests[i].name, name) == 0)
            return &digests[i];
    }
    return NULL;
}

static void order_pkcs1(struct order *o, const struct digest *d, struct ca_bytes digest)
{
    assert(d != NULL && digest.ptr != NULL);
    o->mechanism.mechanism = CKM_RSA_PKCS;
    memcpy(o->own, d->info, d->info_len);
    memcpy(o->own + d->info_len, digest.ptr, digest.len);
    o->input = (struct ca_bytes){o->own, d->info_len + digest.len};
}

static void order_pss(struct order *o, const struct digest *d, struct ca_bytes digest)
{
    o->pss = (CK_RSA_PKCS_PSS_PARAMS){d->mechanism, d->mgf, d->len};
    o->mechanism = (CK_MECHANISM){CKM_RSA_PKCS_PSS, &o->pss, sizeof(o->pss)};
    o->input = digest;
}

/* The leftmost bits of a digest that is longer than the order of the group (FIPS 186-4 6.4): not
 * every token cuts by itself. Curves that are no whole number of octets are longer than any. */
static void order_ecdsa(struct order *o, struct ca_key_spec spec, struct ca_bytes digest)
{
    size_t most = (spec.bits + 7) / 8;

    o->mechanism.mechanism = CKM_ECDSA;
    o->input = (struct ca_bytes){digest.ptr, digest.len < most ? digest.len : most};
}

static CA_RC order_fill(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes digest,
                        struct order *ret, struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(sig);
    const struct digest *d = digest_find(info->digest);

    if (strcmp(info->type, ca_key_info(key->spec.kind)->type) != 0)
        return CA_FAIL(err, CA_FAULT, "%s with a key of another type", info->name);
    if (info->digest == NULL)
        return CA_FAIL(err, CA_FAULT, "%s signs no digest", info->name);
    if (d == NULL)
        return CA_FAIL(err, CA_FAULT, "%s is not made here", info->name);
    if (digest.len != d->len) {
        return CA_FAIL(err, CA_FAULT, "digest of %zu octets, %s has %zu", digest.len, d->name,
                       d->len);
    }
    if (info->pss) {
        order_pss(ret, d, digest);
    } else if (key->spec.kind == CA_KEY_RSA) {
        order_pkcs1(ret, d, digest);
    } else {
        order_ecdsa(ret, key->spec, digest);
    }
    return CA_OK;
}

static CA_RC token_sign(const struct hsm_key *key, CK_SESSION_HANDLE session, struct order *order,
                        uint8_t *ret, CK_ULONG *ret_len, struct ca_err *err)
{
    struct module *m = &key->hsm->module;

    MODULE_TRY(m, err, C_SignInit, session, &order->mechanism, key->private_key);
    MODULE_TRY(m, err, C_Sign, session, (CK_BYTE *)(uintptr_t)order->input.ptr, order->input.len,
               ret, ret_len);
    return CA_OK;
}

/* In a signature everything but CKR_OK means that the token failed: what it can do was tried when
 * the key was made or checked. */
static CA_RC order_run(const struct hsm_key *key, struct order *order, uint8_t *ret,
                       CK_ULONG *ret_len, struct ca_err *err)
{
    CK_SESSION_HANDLE session;

    CA_TRY(session_take(key->hsm, &session, err));
    if (token_sign(key, session, order, ret, ret_len, err) != CA_OK) {
        session_drop(key->hsm);
        err->problem[0] = '\0'; /* nobody's PIN or request is to blame */
        return CA_UNAVAILABLE;
    }
    session_give(key->hsm, session);
    return CA_OK;
}

/* ECDSA-Sig-Value (RFC 3279 2.2.3) from r and s, which the token gives one after the other. */
static CA_RC ecdsa_put(struct ca_bytes raw, struct ca_key_spec spec, struct ca_buf *ret,
                       struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    size_t half = raw.len / 2;

    if (raw.len != 2 * (size_t)((spec.bits + 7) / 8)) {
        return CA_FAIL(err, CA_UNAVAILABLE, "the token gave an ECDSA signature of %zu octets",
                       raw.len);
    }
    der_open(&w, DER_SEQUENCE);
    der_put_unsigned(&w, DER_INTEGER, (struct ca_bytes){raw.ptr, half});
    der_put_unsigned(&w, DER_INTEGER, (struct ca_bytes){raw.ptr + half, half});
    der_close(&w);
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(ret, der_writer_view(&w));
    return ca_buf_check(ret, err);
}

static CA_RC order_finish(const struct hsm_key *key, struct order *order, struct ca_buf *ret,
                          struct ca_err *err)
{
    struct hsm *hsm = key->hsm;
    uint8_t raw[SIGNATURE_MAX];
    CK_ULONG len = sizeof(raw);
    int64_t start_us = ca_mono_us();
    enum ca_rc rc = order_run(key, order, raw, &len, err);

    atomic_fetch_add_explicit(rc == CA_OK ? &hsm->signatures : &hsm->failures, 1,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&hsm->busy_us, (uint64_t)(ca_mono_us() - start_us),
                              memory_order_relaxed);
    if (rc != CA_OK)
        return rc;
    if (order->mechanism.mechanism == CKM_ECDSA)
        return ecdsa_put((struct ca_bytes){raw, len}, key->spec, ret, err);
    ca_buf_add(ret, raw, len);
    return ca_buf_check(ret, err);
}

static CA_RC digest_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes digest,
                         struct ca_buf *ret, struct ca_err *err)
{
    struct order order = {0};

    CA_TRY(order_fill(key, sig, digest, &order, err));
    return order_finish(key, &order, ret, err);
}

CA_RC hsm_sign_digest(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes digest,
                      struct ca_buf *ret, struct ca_err *err)
{
    if (ca_signature_info(sig)->weak) {
        return CA_FAIL(err, CA_DENIED, "%s is too weak: never made here",
                       ca_signature_info(sig)->name);
    }
    return digest_sign(key, sig, digest, ret, err);
}

CA_RC hsm_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes tbs,
               struct ca_buf *ret, struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(sig);
    struct order order = {.mechanism = {.mechanism = CKM_EDDSA}, .input = tbs};
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len;

    if (sig == CA_SIG_ED25519 && key->spec.kind == CA_KEY_ED25519)
        return order_finish(key, &order, ret, err);
    if (info->digest == NULL)
        return digest_sign(key, sig, (struct ca_bytes){NULL, 0}, ret, err); /* says why not */
    if (EVP_Q_digest(NULL, info->digest, NULL, tbs.ptr, tbs.len, digest, &len) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot make a %s digest", info->digest);
    return digest_sign(key, sig, (struct ca_bytes){digest, len}, ret, err);
}
