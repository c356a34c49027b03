/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/cms.h>
#include <openssl/x509.h>

#include "base/der.h"
#include "base/ossl.h"
#include "ca/authority_change_internal.h"
#include "ca/rollover_internal.h"

CA_AUTO_DEFINE(cms, CMS_ContentInfo *, CMS_ContentInfo_free);

static CA_RC certificate_make(struct ca_bytes der, OSSL_LIB_CTX *ctx, X509 **ret,
                              struct ca_err *err)
{
    CA_AUTO(x509) X509 *cert = X509_new_ex(ctx, NULL);
    const uint8_t *at = der.ptr;

    if (cert == NULL || d2i_X509(&cert, &at, (long)der.len) == NULL || at != der.ptr + der.len)
        return CA_FAIL_OSSL(err, CA_FAULT, "a certificate of ours cannot be read");
    *ret = CA_MOVE(cert);
    return CA_OK;
}

static CA_RC certificates_add(CMS_ContentInfo *cms, struct ca_bytes list, struct ca_err *err)
{
    while (list.len > 0) {
        CA_AUTO(x509) X509 *cert = NULL;
        struct der one;

        CA_TRY(der_take(&list, DER_SEQUENCE, &one, err));
        CA_TRY(certificate_make(one.all, NULL, &cert, err));
        if (CMS_add1_cert(cms, cert) != 1)
            return CA_FAIL_OSSL(err, CA_FAULT, "a certificate is not taken into CMS");
    }
    return CA_OK;
}

static CA_RC cms_write(CMS_ContentInfo *cms, struct ca_buf *ret, struct ca_err *err)
{
    uint8_t *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);

    if (n <= 0)
        return CA_FAIL_OSSL(err, CA_FAULT, "CMS cannot be written");
    ca_buf_add(ret, der, (size_t)n);
    OPENSSL_free(der);
    return ca_buf_check(ret, err);
}

/* The inner one: SignedData without signers, without content (RFC 8894 3.4). */
static CA_RC certs_only(const struct authority *next, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(cms)
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_DETACHED | CMS_PARTIAL);

    if (cms == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "CMS cannot be made");
    CA_TRY(certificates_add(cms, ca_buf_view(&next->certificate), err));
    CA_TRY(certificates_add(cms, ca_buf_view(&next->chain), err));
    return cms_write(cms, ret, err);
}

static CA_RC outer_sign(const struct authority *current, BIO *content, CMS_ContentInfo **ret,
                        struct ca_err *err)
{
    OSSL_LIB_CTX *ctx = hsm_key_libctx(current->key);
    const char *digest = ca_signature_info(current->signature)->digest;
    CA_AUTO(x509) X509 *signer = NULL;
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;
    CA_AUTO(hsm_guard) struct hsm_guard *guard = NULL;

    CA_TRY(certificate_make(ca_buf_view(&current->certificate), ctx, &signer, err));
    cms = CMS_sign_ex(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL, ctx, NULL);
    if (cms == NULL || CMS_add1_signer(cms, signer, hsm_key_provider_pkey(current->key),
                                       EVP_get_digestbyname(digest != NULL ? digest : "SHA256"),
                                       CMS_BINARY | CMS_NOSMIMECAP) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "GetNextCACert has no signer");
    guard = hsm_guard_begin(current->key, "CMS_final");
    if (CMS_final(cms, content, NULL, CMS_BINARY) != 1)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "the token does not sign GetNextCACert");
    *ret = CA_MOVE(cms);
    return CA_OK;
}

static bool may_sign_messages(const struct authority *a)
{
    struct ca_err ignored;
    uint32_t ku = 0;

    return cert_key_usage(&a->cert, &ku, &ignored) == CA_OK &&
           (ku & CERT_KU_DIGITAL_SIGNATURE) != 0;
}

CA_RC rollover_bundle(struct signer *s, const struct authority *current,
                      const struct authority *next, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf inner = {0};
    CA_AUTO(bio) BIO *content = NULL;
    CA_AUTO(cms) CMS_ContentInfo *outer = NULL;

    if (!may_sign_messages(current))
        return CA_OK;
    CA_TRY(authority_online(current, err));
    CA_TRY(certs_only(next, &inner, err));
    content = BIO_new_mem_buf(inner.ptr, (int)inner.len);
    if (content == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(authority_token_rc(s, outer_sign(current, content, &outer, err), err));
    return cms_write(outer, ret, err);
}
