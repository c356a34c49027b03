/* SPDX-License-Identifier: Apache-2.0 */
/* A secret key that stays in the token, and what is derived from it by HMAC. */
#include <openssl/crypto.h>

#include "hsm/hsm_internal.h"

enum { KEY_LEN = 32, MAC_LEN = 32 };

static CA_RC secret_find(struct hsm *hsm, struct ca_buf *label, CK_OBJECT_HANDLE *ret,
                         size_t *ret_n, struct ca_err *err)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_OBJECT_HANDLE found[2];
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class,     sizeof(class)},
        {CKA_LABEL, label->ptr, label->len   },
    };

    CA_TRY(object_find(hsm, template, CA_COUNT(template), found, CA_COUNT(found), ret_n, err));
    if (*ret_n > 1) {
        return CA_FAIL(err, CA_CONFLICT, "several secret keys '%s' in token '%s'",
                       ca_buf_cstr(label), hsm->token.label);
    }
    if (*ret_n == 1)
        *ret = found[0];
    return CA_OK;
}

static CA_RC secret_make(struct hsm *hsm, struct ca_buf *label, CK_OBJECT_HANDLE *ret,
                         struct ca_err *err)
{
    CK_MECHANISM mechanism = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_ULONG len = KEY_LEN;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS,       &class,     sizeof(class)},
        {CKA_KEY_TYPE,    &type,      sizeof(type) },
        {CKA_VALUE_LEN,   &len,       sizeof(len)  },
        {CKA_TOKEN,       &yes,       sizeof(yes)  },
        {CKA_PRIVATE,     &yes,       sizeof(yes)  },
        {CKA_SENSITIVE,   &yes,       sizeof(yes)  },
        {CKA_EXTRACTABLE, &no,        sizeof(no)   },
        {CKA_COPYABLE,    &no,        sizeof(no)   },
        {CKA_MODIFIABLE,  &no,        sizeof(no)   },
        {CKA_SIGN,        &yes,       sizeof(yes)  },
        {CKA_VERIFY,      &no,        sizeof(no)   },
        {CKA_ENCRYPT,     &no,        sizeof(no)   },
        {CKA_DECRYPT,     &no,        sizeof(no)   },
        {CKA_WRAP,        &no,        sizeof(no)   },
        {CKA_UNWRAP,      &no,        sizeof(no)   },
        {CKA_DERIVE,      &no,        sizeof(no)   },
        {CKA_LABEL,       label->ptr, label->len   },
    };

    CA_TRY(mechanism_need(hsm, CKM_GENERIC_SECRET_KEY_GEN, CKF_GENERATE, 0, err));
    /* The anchor is the one session that may write; hsm->generating keeps it for one caller. */
    MODULE_TRY(&hsm->module, err, C_GenerateKey, hsm->anchor, &mechanism, template,
               CA_COUNT(template), ret);
    return hsm_storage_sync(hsm, err); /* as for pairs */
}

/* What a private key must be (I14) a secret one must be too: nobody else can have its value. */
static CA_RC secret_check(struct hsm *hsm, struct ca_buf *label, CK_OBJECT_HANDLE key,
                          struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf findings = {.max = 1024};

    CA_TRY(key_findings(hsm, key, &findings, err));
    if (findings.len > 0) {
        return CA_FAIL_AS(err, CA_DENIED, "key-policy", "secret key '%s': %s", ca_buf_cstr(label),
                          ca_buf_cstr(&findings));
    }
    return CA_OK;
}

static CA_RC secret_open(struct hsm *hsm, struct ca_buf *label, CK_OBJECT_HANDLE *ret,
                         struct ca_err *err)
{
    size_t n = 0;

    CA_TRY(secret_find(hsm, label, ret, &n, err));
    if (n == 0)
        CA_TRY(secret_make(hsm, label, ret, err));
    return secret_check(hsm, label, *ret, err);
}

static CA_RC mac_in(struct hsm *hsm, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key,
                    const char *context, uint8_t ret[MAC_LEN], struct ca_err *err)
{
    CK_MECHANISM mechanism = {CKM_SHA256_HMAC, NULL, 0};
    CK_ULONG len = MAC_LEN;
    struct ca_bytes in = ca_bytes_str(context);

    MODULE_TRY(&hsm->module, err, C_SignInit, session, &mechanism, key);
    MODULE_TRY(&hsm->module, err, C_Sign, session, (CK_BYTE *)(uintptr_t)in.ptr, in.len, ret, &len);
    if (len != MAC_LEN)
        return CA_FAIL(err, CA_UNAVAILABLE, "the token gave an HMAC of %lu octets", len);
    return CA_OK;
}

static CA_RC mac(struct hsm *hsm, CK_OBJECT_HANDLE key, const char *context, uint8_t ret[MAC_LEN],
                 struct ca_err *err)
{
    CK_SESSION_HANDLE session;
    enum ca_rc rc;

    CA_TRY(session_take(hsm, &session, err));
    rc = mac_in(hsm, session, key, context, ret, err);
    if (rc == CA_OK) {
        session_give(hsm, session);
    } else {
        session_drop(hsm);
    }
    return rc;
}

CA_RC hsm_secret_derive(struct hsm *hsm, const char *label, const char *context,
                        struct ca_secret **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf copy = {0}; /* PKCS#11 templates are not const */
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    uint8_t derived[MAC_LEN] = {0};
    enum ca_rc rc;

    ca_buf_str(&copy, label);
    CA_TRY(ca_buf_check(&copy, err));
    CA_TRY(mechanism_need(hsm, CKM_SHA256_HMAC, CKF_SIGN, 0, err));
    (void)pthread_mutex_lock(&hsm->generating);
    rc = secret_open(hsm, &copy, &key, err);
    (void)pthread_mutex_unlock(&hsm->generating);
    CA_TRY(rc);
    rc = mac(hsm, key, context, derived, err);
    if (rc == CA_OK)
        rc = ca_secret_from_bytes((struct ca_bytes){derived, sizeof(derived)}, ret, err);
    OPENSSL_cleanse(derived, sizeof(derived));
    return rc;
}
