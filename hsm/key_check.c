/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>

#include "base/ossl.h"
#include "hsm/hsm_internal.h"

/* I14: what a CA key must be. A usage that the token does not know of for this kind of key is one
 * that it cannot have; a protection that it does not tell is one that nobody can rely on. */
static const struct {
    CK_ATTRIBUTE_TYPE type;
    const char *name;
    bool must;
    bool may_be_absent;
} rules[] = {
    {CKA_SENSITIVE,         "SENSITIVE",         true,  false},
    {CKA_ALWAYS_SENSITIVE,  "ALWAYS_SENSITIVE",  true,  false},
    {CKA_NEVER_EXTRACTABLE, "NEVER_EXTRACTABLE", true,  false},
    {CKA_LOCAL,             "LOCAL",             true,  false},
    {CKA_SIGN,              "SIGN",              true,  false},
    {CKA_EXTRACTABLE,       "EXTRACTABLE",       false, false},
    {CKA_DECRYPT,           "DECRYPT",           false, true },
    {CKA_UNWRAP,            "UNWRAP",            false, true },
    {CKA_DERIVE,            "DERIVE",            false, true },
    {CKA_SIGN_RECOVER,      "SIGN_RECOVER",      false, true },
};

CA_RC key_findings(struct hsm *hsm, CK_OBJECT_HANDLE private_key, struct ca_buf *ret,
                   struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(rules); i++) {
        CA_AUTO(buf) struct ca_buf value = {0};
        const char *is = NULL;
        bool has;

        CA_TRY(object_attribute(hsm, private_key, rules[i].type, &value, &has, err));
        if (!has || value.len != sizeof(CK_BBOOL)) {
            is = rules[i].may_be_absent ? NULL : "unknown";
        } else if ((value.ptr[0] != CK_FALSE) != rules[i].must) {
            is = rules[i].must ? "false" : "true";
        }
        if (is != NULL)
            ca_buf_printf(ret, "%s%s is %s", ret->len > 0 ? ", " : "", rules[i].name, is);
    }
    return ca_buf_check(ret, err);
}

static bool verifies(EVP_PKEY *key, enum ca_signature sig, struct ca_bytes tbs,
                     struct ca_bytes signature)
{
    const struct ca_signature_info *info = ca_signature_info(sig);
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL &&
              EVP_DigestVerifyInit_ex(ctx, NULL, info->digest, NULL, NULL, key, NULL) == 1 &&
              EVP_DigestVerify(ctx, signature.ptr, signature.len, tbs.ptr, tbs.len) == 1;

    ERR_clear_error();
    return ok;
}

CA_RC key_prove(const struct hsm_key *key, struct ca_err *err)
{
    static const struct ca_bytes tbs = {(const uint8_t *)"ca-server: does this key sign?", 30};
    CA_AUTO(buf) struct ca_buf signature = {0};
    enum ca_signature sig = ca_signature_default(key->spec, false);

    CA_TRY(hsm_sign(key, sig, tbs, &signature, err));
    if (!verifies(key->software, sig, tbs, ca_buf_view(&signature))) {
        return CA_FAIL_AS(err, CA_DENIED, "key-policy",
                          "a signature of key '%s' does not verify with the public key beside it",
                          key->label);
    }
    return CA_OK;
}

CA_RC hsm_key_check(struct hsm *hsm, const struct hsm_key *key, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf findings = {.max = 1024};

    CA_TRY(key_findings(hsm, key->private_key, &findings, err));
    if (findings.len > 0) {
        return CA_FAIL_AS(err, CA_DENIED, "key-policy", "key '%s': %s", key->label,
                          ca_buf_cstr(&findings));
    }
    return key_prove(key, err);
}

static CA_RC session_alive(struct hsm *hsm, struct ca_err *err)
{
    CK_SESSION_INFO session;
    CK_TOKEN_INFO token;

    MODULE_TRY(&hsm->module, err, C_GetTokenInfo, hsm->slot, &token);
    MODULE_TRY(&hsm->module, err, C_GetSessionInfo, hsm->anchor, &session);
    if (session.state != CKS_RW_USER_FUNCTIONS)
        return CA_FAIL(err, CA_UNAVAILABLE, "token '%s' has logged out", hsm->token.label);
    return CA_OK;
}

CA_RC hsm_key_alive(const struct hsm_key *key, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf value = {0};
    bool has = false;

    if (session_alive(key->hsm, err) == CA_OK &&
        object_attribute(key->hsm, key->private_key, CKA_SIGN, &value, &has, err) == CA_OK && !has)
        ca_fail_at(err, "", __FILE__, __LINE__, "key '%s' is not there any more", key->label);
    if (has)
        return CA_OK;
    err->problem[0] = '\0'; /* nobody's PIN or request is to blame */
    return CA_UNAVAILABLE;
}
