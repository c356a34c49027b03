/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/pem.h"
#include "base/text.h"
#include "cactl/ca.h"
#include "cactl/object.h"
#include "cactl/ocsp.h"
#include "cactl/source.h"

enum { CHAIN_MAX = 128 * 1024, SERIAL_MAX = 64, ANSWER_MAX = 64 * 1024, NONCE_LEN = 32 };

CA_AUTO_DEFINE(asn1_integer, ASN1_INTEGER *, ASN1_INTEGER_free);

static void talk_done(struct ocsp_talk t)
{
    x509_stack_free(t.chain);
    OCSP_CERTID_free(t.id);
    OCSP_REQUEST_free(t.request);
    OCSP_RESPONSE_free(t.response);
    OCSP_BASICRESP_free(t.basic);
}
CA_AUTO_DEFINE(talk, struct ocsp_talk, talk_done);

static CA_RC chain_load(struct app *app, const char *authority, struct ocsp_talk *t,
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf pem = {.max = CHAIN_MAX};

    t->chain = sk_X509_new_null();
    if (t->chain == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(ca_path(authority, "/chain", &path, err));
    CA_TRY(rest_content(app, ca_buf_cstr(&path), "application/pem-certificate-chain", &pem, err));
    return chain_read(ca_buf_view(&pem), t->chain, err);
}

static CA_RC serial_of_file(const char *file, ASN1_INTEGER **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {.max = CHAIN_MAX};
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(x509) X509 *cert = NULL;
    struct ca_bytes rest;

    CA_TRY(source_read(file, &text, err));
    rest = ca_buf_view(&text);
    if (pem_take(&rest, "CERTIFICATE", &der, err) != CA_OK)
        ca_buf_bytes(&der, ca_buf_view(&text));
    CA_TRY(chain_certificate(ca_buf_view(&der), &cert, err));
    *ret = ASN1_INTEGER_dup(X509_get0_serialNumber(cert));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC serial_of_text(const char *text, ASN1_INTEGER **ret, struct ca_err *err)
{
    CA_AUTO(bn) BIGNUM *number = NULL;
    uint8_t octets[SERIAL_MAX];
    size_t len = 0;
    struct ca_err why;

    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    if (ca_hex_parse(ca_bytes_str(text), octets, sizeof(octets), &len, &why) != CA_OK || len == 0)
        return CA_FAIL_USAGE(err, "'%.80s' is neither a file nor a serial number", text);
    number = BN_bin2bn(octets, (int)len, NULL);
    *ret = number != NULL ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC serial_find(const char *word, ASN1_INTEGER **ret, struct ca_err *err)
{
    bool file = strcmp(word, "-") == 0 || access(word, F_OK) == 0 || strchr(word, '/') != NULL;

    return file ? serial_of_file(word, ret, err) : serial_of_text(word, ret, err);
}

/* The request keeps one of the two CertIDs, the talk the other. */
static CA_RC request_make(struct app *app, struct ocsp_talk *t, struct ca_err *err)
{
    CA_AUTO(asn1_integer) ASN1_INTEGER *serial = NULL;
    CA_AUTO(ocsp_id) OCSP_CERTID *own = NULL;
    X509 *issuer = sk_X509_value(t->chain, 0);
    const EVP_MD *md = args_on(&app->args, "sha256") ? EVP_sha256() : EVP_sha1();

    CA_TRY(serial_find(app->args.words[1], &serial, err));
    t->id = OCSP_cert_id_new(md, X509_get_subject_name(issuer), X509_get0_pubkey_bitstr(issuer),
                             serial);
    own = t->id != NULL ? OCSP_CERTID_dup(t->id) : NULL;
    t->request = OCSP_REQUEST_new();
    if (own == NULL || t->request == NULL || OCSP_request_add0_id(t->request, own) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "no OCSP request");
    own = NULL;
    if (args_on(&app->args, "nonce") && OCSP_request_add1_nonce(t->request, NULL, NONCE_LEN) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no nonce");
    return CA_OK;
}

/* Where to ask: where certificates of the authority say. */
static CA_RC address_find(struct app *app, struct ca_buf *ret, struct ca_err *err)
{
    const char *given = args_text(&app->args, "ocsp-url");
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *authority = NULL;

    if (given == NULL) {
        CA_TRY(ca_path(app->args.words[0], "", &path, err));
        CA_TRY(rest_get(app, ca_buf_cstr(&path), &authority, err));
    }
    ca_buf_str(ret, given != NULL ? given : json_text(authority, "ocsp_url"));
    if (strncmp(ca_buf_cstr(ret), "http://", 7) != 0 && strncmp(ca_buf_cstr(ret), "https://", 8))
        return CA_FAIL(err, CA_NOT_FOUND, "the authority names no address of an OCSP responder");
    return ca_buf_check(ret, err);
}

static CA_RC request_send(struct app *app, struct ocsp_talk *t, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf address = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    struct http_ask ask = {.method = "POST",
                           .accept = "application/ocsp-response",
                           .type = "application/ocsp-request",
                           .max = ANSWER_MAX};
    uint8_t *der = NULL;
    int len = i2d_OCSP_REQUEST(t->request, &der);
    const uint8_t *at;
    enum ca_rc rc;

    if (len <= 0)
        return CA_FAIL_OSSL(err, CA_FAULT, "no OCSP request");
    ask.body = (struct ca_bytes){der, (size_t)len};
    rc = address_find(app, &address, err);
    ask.path = ca_buf_cstr(&address);
    if (rc == CA_OK)
        rc = rest_call(app, &ask, true, &answer, err);
    OPENSSL_free(der);
    if (rc != CA_OK)
        return rc;
    at = answer.body.ptr;
    t->response = d2i_OCSP_RESPONSE(NULL, &at, (long)answer.body.len);
    if (t->response == NULL || at != answer.body.ptr + answer.body.len)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "what was answered is no OCSP response");
    return CA_OK;
}

CA_RC ocsp_query(struct app *app, struct ca_err *err)
{
    CA_AUTO(talk) struct ocsp_talk t = {.chain = NULL};
    CA_AUTO(json) json_t *said = NULL;

    CA_TRY(chain_load(app, app->args.words[0], &t, err));
    CA_TRY(request_make(app, &t, err));
    CA_TRY(request_send(app, &t, err));
    if (OCSP_response_status(t.response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        return CA_FAIL(err, CA_UNAVAILABLE, "the responder says: %s",
                       OCSP_response_status_str(OCSP_response_status(t.response)));
    }
    t.basic = OCSP_response_get1_basic(t.response);
    if (t.basic == NULL)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "what was answered is no basic OCSP response");
    CA_TRY(ocsp_talk_judge(&t, &said, err));
    return output_object(app, &view_ocsp_answer, said, err);
}
