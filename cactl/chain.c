/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/chain.h"

#include "base/pem.h"
#include "cactl/ca.h"

enum { CRL_MAX = 512 * 1024 * 1024 };

void x509_stack_free(x509_stack s)
{
    sk_X509_pop_free(s, X509_free);
}

CA_RC chain_certificate(struct ca_bytes der, X509 **ret, struct ca_err *err)
{
    const unsigned char *p = der.ptr;
    CA_AUTO(x509) X509 *cert = NULL;

    if (der.len > LONG_MAX / 2)
        return CA_FAIL(err, CA_LIMIT, "a certificate of %zu octets", der.len);
    cert = d2i_X509(NULL, &p, (long)der.len);
    if (cert == NULL)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "no certificate");
    if (p != der.ptr + der.len)
        return CA_FAIL(err, CA_MALFORMED, "octets are left over behind the certificate");
    *ret = CA_MOVE(cert);
    return CA_OK;
}

CA_RC chain_read(struct ca_bytes pem, x509_stack to, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    enum ca_rc rc;

    while ((rc = pem_take(&pem, "CERTIFICATE", &der, err)) == CA_OK) {
        CA_AUTO(x509) X509 *cert = NULL;

        CA_TRY(chain_certificate(ca_buf_view(&der), &cert, err));
        if (sk_X509_push(to, cert) <= 0)
            return CA_FAIL_NOMEM(err);
        cert = NULL;
        ca_buf_reset(&der);
    }
    if (rc != CA_NOT_FOUND)
        return rc;
    return sk_X509_num(to) > 0 ? CA_OK : CA_FAIL(err, CA_MALFORMED, "no certificate in PEM");
}

CA_RC chain_name(const X509_NAME *name, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(bio) BIO *bio = BIO_new(BIO_s_mem());
    unsigned long flags = (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    const char *text = NULL;
    long len;

    if (bio == NULL || X509_NAME_print_ex(bio, name, 0, flags) < 0)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "a name cannot be shown");
    len = BIO_get_mem_data(bio, &text);
    ca_buf_add(ret, text, (size_t)len);
    return ca_buf_check(ret, err);
}

static CA_RC crl_check(struct ca_bytes der, X509 *issuer, X509_CRL **ret, struct ca_err *err)
{
    const unsigned char *p = der.ptr;
    CA_AUTO(x509_crl) X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)der.len);

    if (crl == NULL || p != der.ptr + der.len)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "what stands at the CRL's address is no CRL");
    if (X509_CRL_verify(crl, X509_get0_pubkey(issuer)) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the CRL is not signed by the authority");
    if (X509_cmp_current_time(X509_CRL_get0_nextUpdate(crl)) < 0)
        return CA_FAIL(err, CA_MALFORMED, "the CRL is out of date");
    *ret = CA_MOVE(crl);
    return CA_OK;
}

static CA_RC issuer_fetch(struct app *app, const char *authority, X509 **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf der = {0};

    CA_TRY(ca_path(authority, "/certificate", &path, err));
    CA_TRY(rest_content(app, ca_buf_cstr(&path), "application/pkix-cert", &der, err));
    return chain_certificate(ca_buf_view(&der), ret, err);
}

static CA_RC crl_fetch(struct app *app, const char *url, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(http_answer) struct http_answer answer = {0};
    const struct http_ask ask = {
        .method = "GET", .path = url, .accept = "application/pkix-crl", .max = CRL_MAX};

    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return CA_FAIL(err, CA_NOT_FOUND, "the authority names no address of its CRL");
    CA_TRY(rest_call(app, &ask, false, &answer, err));
    ret->max = CRL_MAX;
    ca_buf_bytes(ret, ca_buf_view(&answer.body));
    return ca_buf_check(ret, err);
}

CA_RC chain_crl(struct app *app, const char *authority, struct ca_buf *ret, X509_CRL **ret_crl,
                struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *object = NULL;
    CA_AUTO(x509) X509 *issuer = NULL;
    CA_AUTO(x509_crl) X509_CRL *crl = NULL;

    CA_TRY(ca_path(authority, "", &path, err));
    CA_TRY(rest_get(app, ca_buf_cstr(&path), &object, err));
    CA_TRY(issuer_fetch(app, authority, &issuer, err));
    CA_TRY(crl_fetch(app, json_text(object, "crl_url"), ret, err));
    CA_TRY(crl_check(ca_buf_view(ret), issuer, &crl, err));
    if (ret_crl != NULL)
        *ret_crl = CA_MOVE(crl);
    return CA_OK;
}
