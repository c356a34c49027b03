/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/inspect.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <stdio.h>

#include "base/pem.h"
#include "cactl/app.h"
#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/source.h"

enum { INSPECT_MAX = 64 * 1024 * 1024 };

CA_AUTO_DEFINE(pkcs7, PKCS7 *, PKCS7_free);

static CA_RC append(json_t *list, json_t *object, struct ca_err *err)
{
    return json_array_append_new(list, object) == 0 ? CA_OK : CA_FAIL_NOMEM(err);
}

/* Each reads all of the DER, or answers CA_NOT_FOUND: it is something else. */
static CA_RC certificate_read(struct ca_bytes der, json_t *list, struct ca_err *err)
{
    const unsigned char *p = der.ptr;
    CA_AUTO(x509) X509 *cert = d2i_X509(NULL, &p, (long)der.len);
    json_t *object = NULL;

    if (cert == NULL || p != der.ptr + der.len)
        return CA_NOT_FOUND;
    CA_TRY(inspect_certificate(cert, &object, err));
    return append(list, object, err);
}

static CA_RC crl_read(struct ca_bytes der, json_t *list, struct ca_err *err)
{
    const unsigned char *p = der.ptr;
    CA_AUTO(x509_crl) X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)der.len);
    json_t *object = NULL;

    if (crl == NULL || p != der.ptr + der.len)
        return CA_NOT_FOUND;
    CA_TRY(inspect_crl(crl, &object, err));
    return append(list, object, err);
}

static CA_RC csr_read(struct ca_bytes der, json_t *list, struct ca_err *err)
{
    const unsigned char *p = der.ptr;
    CA_AUTO(x509_req) X509_REQ *csr = d2i_X509_REQ(NULL, &p, (long)der.len);
    json_t *object = NULL;

    if (csr == NULL || p != der.ptr + der.len)
        return CA_NOT_FOUND;
    CA_TRY(inspect_csr(csr, &object, err));
    return append(list, object, err);
}

static CA_RC pkcs7_read(struct ca_bytes der, json_t *list, struct ca_err *err)
{
    const unsigned char *p = der.ptr;
    CA_AUTO(pkcs7) PKCS7 *pkcs7 = d2i_PKCS7(NULL, &p, (long)der.len);
    json_t *object = NULL;

    if (pkcs7 == NULL || p != der.ptr + der.len || !PKCS7_type_is_signed(pkcs7))
        return CA_NOT_FOUND;
    for (int i = 0; i < sk_X509_num(pkcs7->d.sign->cert); i++) {
        CA_TRY(inspect_certificate(sk_X509_value(pkcs7->d.sign->cert, i), &object, err));
        CA_TRY(append(list, object, err));
    }
    for (int i = 0; i < sk_X509_CRL_num(pkcs7->d.sign->crl); i++) {
        CA_TRY(inspect_crl(sk_X509_CRL_value(pkcs7->d.sign->crl, i), &object, err));
        CA_TRY(append(list, object, err));
    }
    return CA_OK;
}

typedef CA_RC (*reader_fn)(struct ca_bytes der, json_t *list, struct ca_err *err);

static CA_RC der_read(struct ca_bytes der, json_t *list, struct ca_err *err)
{
    static const reader_fn readers[] = {certificate_read, crl_read, csr_read, pkcs7_read};

    for (size_t i = 0; i < CA_COUNT(readers); i++) {
        enum ca_rc rc = readers[i](der, list, err);

        ERR_clear_error();
        if (rc != CA_NOT_FOUND)
            return rc;
    }
    return CA_FAIL(err, CA_NOT_FOUND, "neither certificate, CRL, request nor PKCS#7");
}

CA_RC inspect_bytes(struct ca_bytes file, json_t *list, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf der = {.max = INSPECT_MAX};
    enum ca_rc rc;

    if (!pem_is(file)) {
        rc = der_read(file, list, err);
        return rc == CA_NOT_FOUND ? CA_MALFORMED : rc; /* the text is there */
    }
    while ((rc = pem_take(&file, NULL, &der, err)) == CA_OK) {
        rc = der_read(ca_buf_view(&der), list, err);
        if (rc == CA_NOT_FOUND) {
            rc = append(list, json_pack("{s:s, s:I}", "type", "other", "size", (json_int_t)der.len),
                        err);
        }
        CA_TRY(rc);
        ca_buf_reset(&der);
    }
    return rc == CA_NOT_FOUND ? CA_OK : rc;
}

static CA_RC inspect(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf file = {.max = INSPECT_MAX};
    CA_AUTO(json) json_t *list = json_array();
    size_t i;
    json_t *object;

    CA_TRY(source_read(app->args.words[0], &file, err));
    CA_TRY(inspect_bytes(ca_buf_view(&file), list, err));
    if (app->format != OUTPUT_TABLE)
        return output_list(app, &view_inspected, list, err);
    json_array_foreach(list, i, object)
    {
        if (i > 0)
            (void)puts("");
        CA_TRY(output_object(app, &view_inspected, object, err));
    }
    return CA_OK;
}

/* clang-format off */
static const struct verb verbs[] = {
    {
        .name = "", .arguments = "FILE|-", .least = 1, .most = 1, .completes = "file",
        .line = "Decode certificates, CRLs, requests and PKCS#7, PEM or DER, on this machine",
        .notes = "No server is asked. Keys are named, not shown.",
        .examples = {{"cactl inspect chain.pem", NULL}, {"curl -s http://ca.example/crl/ca.crl | cactl inspect - -o json", NULL}},
        .run = inspect,
    },
};
/* clang-format on */

const struct noun noun_inspect = {"inspect", "Decode a file", verbs, 1, false};
