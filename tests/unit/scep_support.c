/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/scep_support.h"

#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/ossl.h"
#include "base/time.h"

enum { WAIT_MS = 30000 };

static void octets_take(struct octets *ret, uint8_t *der, int len)
{
    assert_true(len > 0 && len <= SCEP_DER_MAX);
    memcpy(ret->at, der, (size_t)len);
    ret->len = (size_t)len;
    OPENSSL_free(der);
}

static void name_put(X509_NAME *name, const char *cn)
{
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0), 1);
}

static void sans_put(X509_REQ *req, const char *sans)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, sans);

    assert_non_null(ext);
    (void)sk_X509_EXTENSION_push(list, ext);
    assert_int_equal(X509_REQ_add_extensions(req, list), 1);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}

/* Each character in two octets. */
static void challenge_put_bmp(X509_REQ *req, const char *text)
{
    uint8_t wide[2 * SCEP_TEXT_MAX] = {0};
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        wide[2 * i + 1] = (uint8_t)text[i];
    assert_int_equal(X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword, V_ASN1_BMPSTRING,
                                               wide, (int)(2 * len)),
                     1);
}

void scep_csr(const struct csr_ask *ask, struct octets *ret)
{
    X509_REQ *req = X509_REQ_new();
    uint8_t *der = NULL;
    int len;

    name_put(X509_REQ_get_subject_name(req), ask->cn);
    assert_int_equal(X509_REQ_set_pubkey(req, ask->key), 1);
    if (ask->sans != NULL)
        sans_put(req, ask->sans);
    if (ask->challenge != NULL && ask->type == V_ASN1_BMPSTRING) {
        challenge_put_bmp(req, ask->challenge);
    } else if (ask->challenge != NULL) {
        assert_int_equal(X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword,
                                                   ask->type != 0 ? ask->type : MBSTRING_ASC,
                                                   (const uint8_t *)ask->challenge,
                                                   (int)strlen(ask->challenge)),
                         1);
    }
    assert_true(X509_REQ_sign(req, ask->key, EVP_sha256()) > 0);
    len = i2d_X509_REQ(req, &der);
    octets_take(ret, der, len);
    X509_REQ_free(req);
}

void scep_self_signed(EVP_PKEY *key, struct octets *ret)
{
    X509 *cert = X509_new(); /* version 1: old devices have such */
    uint8_t *der = NULL;
    int len;

    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
    name_put(X509_get_subject_name(cert), "self");
    (void)X509_set_issuer_name(cert, X509_get_subject_name(cert));
    (void)X509_set_pubkey(cert, key);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    len = i2d_X509(cert, &der);
    octets_take(ret, der, len);
    X509_free(cert);
}

struct enrolled scep_enrol(struct office *o, const struct enrol_ask *ask)
{
    const struct wire_scep_enrol question = {
        .caller = {.channel = "scep",  .request_id = "test-scep"},
        .endpoint = ask->endpoint,
        .transaction_id = ask->transaction,
        .message_type = (uint8_t)ask->type,
        .csr = {ask->csr->at,       ask->csr->len            },
        .signed_by = {ask->signed_by->at, ask->signed_by->len      },
        .proof = ask->proof != NULL ? ask->proof : "",
        .denied = ask->denied != NULL ? ask->denied : "",
        .remote = "192.0.2.7",
    };
    struct enrolled ret = {.state = ""};
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    const struct wire_issued *issued;

    ret.rc = client_call(o->client, WIRE_SCEP_ENROL, &question, ca_mono_ms() + WAIT_MS, &answer,
                         &ret.err);
    if (ret.rc != CA_OK)
        return ret;
    assert_int_equal(answer->kind, WIRE_ISSUED);
    issued = answer->body;
    (void)snprintf(ret.state, sizeof(ret.state), "%s", issued->state);
    ret.repeated = issued->repeated;
    ret.request_id = issued->request_id;
    assert_true(issued->certificate.len <= SCEP_DER_MAX);
    memcpy(ret.certificate.at, issued->certificate.ptr, issued->certificate.len);
    ret.certificate.len = issued->certificate.len;
    return ret;
}

void scep_endpoint(struct office *o, const char *name, const char *profile, uint32_t modes,
                   uint32_t switches)
{
    struct wire_scep_endpoint_put ask = {.name = name,
                                         .profile = profile,
                                         .authority = "issuing",
                                         .modes_given = true,
                                         .modes = modes,
                                         .switches_given = true,
                                         .switches = switches,
                                         .webhook_url_given = true,
                                         .webhook_url = "https://mdm.test/decide"};
    struct said said = office_put(o, ADMIN, WIRE_SCEP_ENDPOINT_PUT, &ask);

    test_ok(said.rc, &said.err);
    assert_int_equal(said.kind, WIRE_SCEP_ENDPOINT);
}

struct ca_uuid scep_challenge(struct office *o, const char *endpoint, const char *kind,
                              const char *cn, const char *dns, char ret[SCEP_TEXT_MAX])
{
    const struct wire_pair subject = {"common_name", cn};
    const struct wire_pair san = {"dns", dns};
    bool shared = strcmp(kind, "static") == 0 || strcmp(kind, "webhook") == 0;
    struct wire_scep_challenge_create ask = {.endpoint = endpoint,
                                             .kind = kind,
                                             .subject = &subject,
                                             .subject_n = cn != NULL,
                                             .sans = &san,
                                             .sans_n = dns != NULL,
                                             .any_name = cn == NULL && dns == NULL && !shared,
                                             .comment = "for a test"};
    struct ca_err err = {0};
    enum ca_rc rc;
    CA_AUTO(wire_message)
    struct wire_message *answer =
        office_ask(o, shared ? ADMIN : OFFICER1, WIRE_SCEP_CHALLENGE_CREATE, &ask, &rc, &err);
    const struct wire_scep_challenge *made;

    test_ok(rc, &err);
    made = answer->body;
    assert_true(ca_text_copy(ret, SCEP_TEXT_MAX, made->secret));
    return made->id;
}
