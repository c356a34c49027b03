/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "hsm/admin.h"
#include "hsm/hsm_internal.h"

#define CKM(name)                                                                                  \
    {                                                                                              \
        name, #name                                                                                \
    }
static const struct {
    CK_MECHANISM_TYPE type;
    const char *name;
} names[] = {
    CKM(CKM_RSA_PKCS_KEY_PAIR_GEN),
    CKM(CKM_RSA_PKCS),
    CKM(CKM_RSA_X_509),
    CKM(CKM_RSA_PKCS_OAEP),
    CKM(CKM_RSA_PKCS_PSS),
    CKM(CKM_SHA1_RSA_PKCS),
    CKM(CKM_SHA224_RSA_PKCS),
    CKM(CKM_SHA256_RSA_PKCS),
    CKM(CKM_SHA384_RSA_PKCS),
    CKM(CKM_SHA512_RSA_PKCS),
    CKM(CKM_SHA1_RSA_PKCS_PSS),
    CKM(CKM_SHA224_RSA_PKCS_PSS),
    CKM(CKM_SHA256_RSA_PKCS_PSS),
    CKM(CKM_SHA384_RSA_PKCS_PSS),
    CKM(CKM_SHA512_RSA_PKCS_PSS),
    CKM(CKM_EC_KEY_PAIR_GEN),
    CKM(CKM_ECDSA),
    CKM(CKM_ECDSA_SHA1),
    CKM(CKM_ECDSA_SHA224),
    CKM(CKM_ECDSA_SHA256),
    CKM(CKM_ECDSA_SHA384),
    CKM(CKM_ECDSA_SHA512),
    CKM(CKM_ECDH1_DERIVE),
    CKM(CKM_EC_EDWARDS_KEY_PAIR_GEN),
    CKM(CKM_EDDSA),
    CKM(CKM_DSA_KEY_PAIR_GEN),
    CKM(CKM_DSA),
    CKM(CKM_AES_KEY_GEN),
    CKM(CKM_AES_CBC),
    CKM(CKM_AES_CBC_PAD),
    CKM(CKM_AES_GCM),
    CKM(CKM_AES_KEY_WRAP),
    CKM(CKM_GENERIC_SECRET_KEY_GEN),
    CKM(CKM_SHA_1),
    CKM(CKM_SHA224),
    CKM(CKM_SHA256),
    CKM(CKM_SHA384),
    CKM(CKM_SHA512),
    CKM(CKM_SHA256_HMAC),
    CKM(CKM_SHA384_HMAC),
    CKM(CKM_SHA512_HMAC),
};

static const struct {
    CK_FLAGS flag;
    const char *name;
} abilities[] = {
    {CKF_SIGN,              "sign"         },
    {CKF_VERIFY,            "verify"       },
    {CKF_GENERATE_KEY_PAIR, "generate pair"},
    {CKF_GENERATE,          "generate"     },
    {CKF_ENCRYPT,           "encrypt"      },
    {CKF_DECRYPT,           "decrypt"      },
    {CKF_WRAP,              "wrap"         },
    {CKF_UNWRAP,            "unwrap"       },
    {CKF_DERIVE,            "derive"       },
    {CKF_DIGEST,            "digest"       },
};

const char *ckm_text(CK_MECHANISM_TYPE type, char *ret)
{
    (void)snprintf(ret, CKM_TEXT, "0x%08lx", type);
    for (size_t i = 0; i < CA_COUNT(names); i++) {
        if (names[i].type == type)
            (void)snprintf(ret, CKM_TEXT, "%s", names[i].name);
    }
    return ret;
}

static void mechanism_describe(CK_MECHANISM_TYPE type, const CK_MECHANISM_INFO *info,
                               struct ca_buf *ret)
{
    char text[CKM_TEXT];
    const char *comma = " ";

    ca_buf_str(ret, ckm_text(type, text));
    for (size_t i = 0; i < CA_COUNT(abilities); i++) {
        if ((info->flags & abilities[i].flag) == 0)
            continue;
        ca_buf_printf(ret, "%s%s", comma, abilities[i].name);
        comma = ", ";
    }
    if (info->ulMaxKeySize > 0)
        ca_buf_printf(ret, "%s%lu-%lu bits", comma, info->ulMinKeySize, info->ulMaxKeySize);
    ca_buf_u8(ret, '\n');
}

CA_RC hsm_mechanism_list(struct hsm *hsm, struct ca_buf *ret, struct ca_err *err)
{
    CK_MECHANISM_TYPE types[512];
    CK_ULONG n = CA_COUNT(types);

    MODULE_TRY(&hsm->module, err, C_GetMechanismList, hsm->slot, types, &n);
    for (CK_ULONG i = 0; i < n; i++) {
        CK_MECHANISM_INFO info;

        MODULE_TRY(&hsm->module, err, C_GetMechanismInfo, hsm->slot, types[i], &info);
        mechanism_describe(types[i], &info, ret);
    }
    return ca_buf_check(ret, err);
}

/* The names of what the token has for this purpose. */
static CA_RC offers(struct hsm *hsm, CK_FLAGS flag, struct ca_buf *ret, struct ca_err *err)
{
    CK_MECHANISM_TYPE types[512];
    CK_ULONG n = CA_COUNT(types);
    char text[CKM_TEXT];

    MODULE_TRY(&hsm->module, err, C_GetMechanismList, hsm->slot, types, &n);
    for (CK_ULONG i = 0; i < n; i++) {
        CK_MECHANISM_INFO info;

        if (MODULE_CALL(&hsm->module, C_GetMechanismInfo, hsm->slot, types[i], &info) == CKR_OK &&
            (info.flags & flag) != 0)
            ca_buf_printf(ret, "%s%s", ret->len > 0 ? ", " : "", ckm_text(types[i], text));
    }
    return ca_buf_check(ret, err);
}

CA_RC mechanism_need(struct hsm *hsm, CK_MECHANISM_TYPE type, CK_FLAGS flag, unsigned bits,
                     struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf there = {.max = 8192};
    CK_MECHANISM_INFO info = {0};
    char text[CKM_TEXT];
    CK_RV rv = MODULE_CALL(&hsm->module, C_GetMechanismInfo, hsm->slot, type, &info);

    if (rv != CKR_OK && rv != CKR_MECHANISM_INVALID)
        return hsm_fail(err, "C_GetMechanismInfo", rv);
    if (rv == CKR_OK && (info.flags & flag) != 0) {
        if (bits == 0 || (bits >= info.ulMinKeySize && bits <= info.ulMaxKeySize))
            return CA_OK;
        return CA_FAIL_AS(err, CA_DENIED, "mechanism-missing",
                          "%s of token '%s' takes %lu to %lu bits, not %u", ckm_text(type, text),
                          hsm->token.label, info.ulMinKeySize, info.ulMaxKeySize, bits);
    }
    CA_TRY(offers(hsm, flag, &there, err));
    return CA_FAIL_AS(err, CA_DENIED, "mechanism-missing", "token '%s' has no %s; it offers %s",
                      hsm->token.label, ckm_text(type, text), ca_buf_cstr(&there));
}
