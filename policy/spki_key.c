/* SPDX-License-Identifier: Apache-2.0 */
/* Software keys of what spki_read has read. */
#include <openssl/core_names.h>
#include <stdatomic.h>

#include "base/ossl.h"
#include "base/text.h"
#include "policy/spki.h"

static CA_RC key_from(const char *type, int selection, OSSL_PARAM *params, EVP_PKEY **ret,
                      struct ca_err *err)
{
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "key of type %s", type);
    if (EVP_PKEY_fromdata(ctx, ret, selection, params) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "not a %s key", type);
    return CA_OK;
}

static CA_RC push_rsa(OSSL_PARAM_BLD *bld, BIGNUM *n, BIGNUM *e, struct ca_err *err)
{
    if (n == NULL || e == NULL || OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
        OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "RSA key");
    return CA_OK;
}

static CA_RC rsa_key(const struct spki_info *info, EVP_PKEY **ret, struct ca_err *err)
{
    CA_AUTO(bn) BIGNUM *n = BN_bin2bn(info->modulus.ptr, (int)info->modulus.len, NULL);
    CA_AUTO(bn) BIGNUM *e = BN_bin2bn(info->exponent.ptr, (int)info->exponent.len, NULL);
    CA_AUTO(ossl_param_bld) OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    CA_AUTO(ossl_params) OSSL_PARAM *params = NULL;

    if (bld == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "RSA key");
    CA_TRY(push_rsa(bld, n, e, err));
    params = OSSL_PARAM_BLD_to_param(bld);
    return key_from("RSA", EVP_PKEY_PUBLIC_KEY, params, ret, err);
}

static CA_RC ed25519_key(const struct spki_info *info, EVP_PKEY **ret, struct ca_err *err)
{
    *ret = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, info->key.ptr, info->key.len);
    if (*ret == NULL)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "not a ED25519 key");
    return CA_OK;
}

/* Keys that have a curve and no point. OpenSSL 3 builds the group anew for each EVP_PKEY_fromdata,
 * 20 us on P-256; a copy of one of these costs 5. Made at first use, never changed nor freed. */
static _Atomic(EVP_PKEY *) curves[CA_KEY__COUNT];

static CA_RC curve_make(const struct ca_key_info *row, EVP_PKEY **ret, struct ca_err *err)
{
    char group[32]; /* OSSL_PARAM takes what it could write to */
    OSSL_PARAM params[2];

    if (!ca_text_copy(group, sizeof(group), ca_bytes_str(row->group)))
        return CA_FAIL(err, CA_FAULT, "name of a curve is too long");
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
    params[1] = OSSL_PARAM_construct_end();
    return key_from(row->type, EVP_PKEY_KEY_PARAMETERS, params, ret, err);
}

static CA_RC curve_take(enum ca_key_kind kind, EVP_PKEY **ret, struct ca_err *err)
{
    EVP_PKEY *curve = atomic_load(&curves[kind]);
    CA_AUTO(evp_pkey) EVP_PKEY *fresh = NULL;

    if (curve == NULL) {
        CA_TRY(curve_make(ca_key_info(kind), &fresh, err));
        if (atomic_compare_exchange_strong(&curves[kind], &curve, fresh))
            curve = CA_MOVE(fresh); /* else another thread was faster: it is in `curve` now */
    }
    *ret = curve;
    return CA_OK;
}

static CA_RC ec_key(const struct spki_info *info, EVP_PKEY **ret, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    EVP_PKEY *curve;

    CA_TRY(curve_take(info->kind, &curve, err));
    key = EVP_PKEY_dup(curve);
    if (key == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "EC key");
    /* This also checks that the point lies on the curve. */
    if (EVP_PKEY_set1_encoded_public_key(key, info->key.ptr, info->key.len) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "not a EC key");
    *ret = CA_MOVE(key);
    return CA_OK;
}

CA_RC spki_info_key(const struct spki_info *info, EVP_PKEY **ret, struct ca_err *err)
{
    if (info->kind == CA_KEY_RSA)
        return rsa_key(info, ret, err);
    if (info->kind == CA_KEY_ED25519)
        return ed25519_key(info, ret, err);
    return ec_key(info, ret, err);
}

CA_RC spki_key(struct ca_bytes spki, EVP_PKEY **ret, struct ca_err *err)
{
    struct spki_info info;

    CA_TRY(spki_read(spki, &info, err));
    return spki_info_key(&info, ret, err);
}
