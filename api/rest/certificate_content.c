/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/certificate_content.h"

#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/certificate_view.h"
#include "api/rest/issuer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "base/der.h"
#include "base/der_write.h"
#include "base/pem.h"
#include "base/text.h"

/* SEQUENCE { OID data }: nothing is inside (RFC 5652 5.1, certificates only). */
static const uint8_t no_content[] = {0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48,
                                     0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const struct ca_bytes signed_data = CA_BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2);

CA_RC rest_certs_only(struct ca_bytes leaf, struct ca_bytes issuers, struct ca_buf *ret,
                      struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {.depth = 0};

    der_open(&w, DER_SEQUENCE);
    der_put(&w, DER_OID, signed_data);
    der_open(&w, DER_CONTEXT_0);
    der_open(&w, DER_SEQUENCE);
    der_put_uint(&w, 1);
    der_open(&w, DER_SET); /* digestAlgorithms */
    der_close(&w);
    der_put_raw(&w, (struct ca_bytes){no_content, sizeof(no_content)});
    der_open(&w, DER_CONTEXT_0);
    der_put_raw(&w, leaf);
    der_put_raw(&w, issuers);
    der_close(&w);
    der_open(&w, DER_SET); /* signerInfos */
    der_close(&w);
    der_close(&w);
    der_close(&w);
    der_close(&w);
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(ret, der_writer_view(&w));
    return ca_buf_check(ret, err);
}

/* What a certificate is sent as. */
struct content {
    struct ca_bytes der;
    const struct authority_card *issuer; /* NULL: not needed */
};
typedef CA_RC (*content_fn)(const struct content *c, struct ca_buf *ret, struct ca_err *err);

static CA_RC pem_content(const struct content *c, struct ca_buf *ret, struct ca_err *err)
{
    pem_put(ret, "CERTIFICATE", c->der);
    return ca_buf_check(ret, err);
}

static CA_RC der_content(const struct content *c, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_bytes(ret, c->der);
    return ca_buf_check(ret, err);
}

static CA_RC chain_content(const struct content *c, struct ca_buf *ret, struct ca_err *err)
{
    pem_put(ret, "CERTIFICATE", c->der);
    ca_buf_bytes(ret, c->issuer->chain_pem);
    return ca_buf_check(ret, err);
}

static CA_RC p7c_content(const struct content *c, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf issuers = {0};

    ca_buf_bytes(&issuers, c->issuer->certificate);
    ca_buf_bytes(&issuers, c->issuer->issuers);
    CA_TRY(ca_buf_check(&issuers, err));
    return rest_certs_only(c->der, ca_buf_view(&issuers), ret, err);
}

static const struct format {
    const char *suffix; /* of the path; NULL: only by Accept */
    const char *type;   /* asked for by Accept, and what is answered; "": only by suffix */
    const char *answer;
    bool issuer;
    content_fn write;
} formats[] = {
    {"chain.pem", "application/pem-certificate-chain", "application/pem-certificate-chain",             true,
     chain_content                                                                                                        },
    {"der",       "application/pkix-cert",             "application/pkix-cert",                         false, der_content},
    {"p7c",       "application/pkcs7-mime",            "application/pkcs7-mime; smime-type=certs-only", true,
     p7c_content                                                                                                          },
    {"pem",       "application/x-pem-file",            "application/x-pem-file",                        false, pem_content},
};

static CA_RC format_by_suffix(const char *suffix, size_t *ret, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(formats); i++) {
        if (strcmp(formats[i].suffix, suffix) == 0) {
            *ret = i;
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_NOT_FOUND, "content ends with .pem, .der, .chain.pem or .p7c");
}

CA_RC rest_content_choose(const struct request *rq, const char *suffix, size_t *ret,
                          struct ca_err *err)
{
    const char *types[CA_COUNT(formats)];

    if (suffix != NULL)
        return format_by_suffix(suffix, ret, err);
    for (size_t i = 0; i < CA_COUNT(formats); i++)
        types[i] = formats[i].type;
    return request_accept(rq, types, CA_COUNT(types), ret, err);
}

static CA_RC content_answer(struct request *rq, struct response *rs, const struct format *format,
                            const struct content *content, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf body = {0};

    CA_TRY(format->write(content, &body, err));
    return rest_answer_octets(rq, rs, 200, format->answer, ca_buf_view(&body), err);
}

/* "attachment; filename=SERIAL.SUFFIX": what a browser saves it as. */
static void name_file(struct response *rs, struct ca_bytes serial, const char *suffix)
{
    char text[2 * DB_SERIAL_MAX + 80] = "attachment; filename=\"";
    size_t at = strlen(text);

    if (serial.len > DB_SERIAL_MAX)
        return;
    (void)ca_hex(serial, text + at);
    (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), ".%s\"", suffix);
    response_header(rs, "Content-Disposition", text);
}

/* GET /api/v1/certificates/{id}/content and …/content.{format} */
CA_RC rest_certificate_content(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(authority_cards) struct authority_cards *cards = NULL;
    const struct db_certificate *row = NULL;
    struct content content = {.issuer = NULL};
    size_t format = 0;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_content_choose(rq, request_var(rq, "format"), &format, err));
    CA_TRY(rest_certificate_load(rq, &found, &row, err));
    if (row->state == DB_CERT_BURNED)
        return CA_FAIL(err, CA_NOT_FOUND, "no certificate: its serial was never answered");
    content.der = row->der;
    if (formats[format].issuer)
        CA_TRY(rest_issuer_find(rq, row->authority, &cards, &content.issuer, err));
    response_header(rs, "Vary", "Accept");
    name_file(rs, row->serial, formats[format].suffix);
    return content_answer(rq, rs, &formats[format], &content, err);
}
