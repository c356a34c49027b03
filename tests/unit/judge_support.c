/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/judge_support.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/der.h"
#include "base/ossl.h"
#include "base/time.h"

static const uint8_t serial[] = {0x31, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
const struct ca_bytes serial_bytes = {serial, sizeof(serial)};

struct profile_set *profiles = NULL;

const struct profile *profile(const char *name)
{
    const struct profile *p = NULL;
    struct ca_err err = {0};

    if (profile_set_find(profiles, name, &p, &err) != CA_OK)
        fail_msg("%s", err.text);
    return p;
}

static void sign(struct authority *ca, struct ca_bytes tbs, struct ca_buf *ret)
{
    const struct ca_signature_info *sig = ca_signature_info(ca->signature);
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    struct der_writer w = {0};
    uint8_t signature[1024];
    size_t len = sizeof(signature);

    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, sig->digest, NULL, NULL, ca->key, NULL), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len, tbs.ptr, tbs.len), 1);
    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, tbs);
    der_put_raw(&w, sig->algorithm);
    der_put_bits(&w, (struct ca_bytes){signature, len});
    der_close(&w);
    *ret = w.buf;
}

/* A CSR for `key`, as OpenSSL makes it. */
struct csr *csr_of(EVP_PKEY *key, const char *cn)
{
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    X509_NAME *name = X509_REQ_get_subject_name(req);
    struct csr *csr = NULL;
    struct ca_err err = {0};
    uint8_t *der = NULL;
    int len;

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)cn, -1, -1, 0);
    X509_REQ_set_pubkey(req, key);
    X509_REQ_sign(req, key, EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256());
    len = i2d_X509_REQ(req, &der);
    if (len < 0 || csr_parse((struct ca_bytes){der, (size_t)len}, &csr, &err) != CA_OK)
        fail_msg("%s", err.text);
    OPENSSL_free(der);
    return csr;
}

struct verdict *judge(const struct judge_input *in)
{
    struct verdict *v = NULL;
    struct ca_err err = {0};

    if (judge_request(in, &v, &err) != CA_OK)
        fail_msg("%s", err.text);
    return v;
}

static const struct issuer nobody = {.not_before = INT64_MIN,
                                     .not_after = INT64_MAX,
                                     .path_length = -1,
                                     .crl_url = "",
                                     .aia_url = "",
                                     .ocsp_url = ""};

static void authority_make(struct authority *ca, EVP_PKEY *key, enum ca_signature signature)
{
    CA_AUTO(csr) struct csr *csr = csr_of(key, "Test Root");
    struct issuer self = nobody;
    CA_AUTO(verdict) struct verdict *v = NULL;
    CA_AUTO(buf) struct ca_buf tbs = {0};
    struct ca_err err = {0};

    ca->key = key;
    ca->signature = self.signature = signature;
    v = judge(&(struct judge_input){
        .profile = profile("root"), .issuer = &self, .csr = csr, .now = NOW - DAY});
    if (v->outcome != OUTCOME_ISSUE)
        fail_msg("%s: %s", v->findings[0].rule, v->findings[0].text);
    assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
    sign(ca, ca_buf_view(&tbs), &ca->cert);
    assert_int_equal(cert_read(ca_buf_view(&ca->cert), &ca->read, &err), CA_OK);
    assert_int_equal(cert_subject_key_identifier(&ca->read, &ca->key_id, &err), CA_OK);
}

struct authority root_ec, root_rsa, root_ed;

struct issuer issuer_of(const struct authority *ca)
{
    return (struct issuer){.subject = ca->read.subject,
                           .key_id = ca->key_id,
                           .signature = ca->signature,
                           .not_before = ca->read.not_before,
                           .not_after = ca->read.not_after,
                           .path_length = -1,
                           .crl_url = "http://ca.example.org/crl/root.crl",
                           .aia_url = "http://ca.example.org/aia/root.cer",
                           .ocsp_url = "http://ca.example.org/ocsp/root"};
}

int group_setup(void **state)
{
    struct ca_err err = {0};

    (void)state;
    if (profile_set_new(&profiles, &err) != CA_OK)
        return -1;
    authority_make(&root_ec, EVP_EC_gen("P-256"), CA_SIG_ECDSA_SHA256);
    authority_make(&root_rsa, EVP_RSA_gen(2048), CA_SIG_RSA_SHA256);
    authority_make(&root_ed, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), CA_SIG_ED25519);
    return 0;
}

int group_teardown(void **state)
{
    struct authority *all[] = {&root_ec, &root_rsa, &root_ed};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(all); i++) {
        EVP_PKEY_free(all[i]->key);
        ca_buf_done(&all[i]->cert);
    }
    profile_set_free(profiles);
    profiles = NULL;
    return 0;
}

struct csr *csr_load(const char *file)
{
    CA_AUTO(sample) struct sample s = sample_load("csr", file);
    struct csr *csr = NULL;
    struct ca_err err = {0};

    if (csr_parse(s.bytes, &csr, &err) != CA_OK)
        fail_msg("%s: %s", file, err.text);
    return csr;
}

const struct finding *finding_of(const struct verdict *v, const char *rule, bool refuses)
{
    for (size_t i = 0; i < v->finding_n; i++) {
        if (strcmp(v->findings[i].rule, rule) == 0 && v->findings[i].refuses == refuses)
            return &v->findings[i];
    }
    return NULL;
}

void show(const struct verdict *v)
{
    for (size_t i = 0; i < v->finding_n; i++)
        print_message("      %s %s %s '%s': %s\n", v->findings[i].refuses ? "refuse" : "note",
                      v->findings[i].rule, v->findings[i].pointer, v->findings[i].value,
                      v->findings[i].text);
}

static int ex_flags_strict(X509_STORE *store)
{
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);

    X509_VERIFY_PARAM_set_time(param, NOW);
    return X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
}

/* OpenSSL, in its strictest mode, must take the certificate. */
static void openssl_verifies(const struct authority *ca, struct ca_bytes cert)
{
    const uint8_t *at = ca->cert.ptr;
    CA_AUTO(x509) X509 *anchor = d2i_X509(NULL, &at, (long)ca->cert.len);
    CA_AUTO(x509) X509 *leaf = NULL;
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    at = cert.ptr;
    leaf = d2i_X509(NULL, &at, (long)cert.len);
    assert_non_null(leaf);
    assert_ptr_equal(at, cert.ptr + cert.len);
    assert_int_equal(X509_STORE_add_cert(store, anchor), 1);
    assert_int_equal(ex_flags_strict(store), 1);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
    if (X509_verify_cert(ctx) != 1)
        fail_msg("OpenSSL: %s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

void issue(const struct authority *ca, const struct verdict *v, const struct issuer *issuer,
           const struct profile *p)
{
    CA_AUTO(buf) struct ca_buf tbs = {0};
    CA_AUTO(buf) struct ca_buf cert = {0};
    struct verdict *again = calloc(1, sizeof(*again));
    struct authority copy = *ca;
    struct cert read;
    struct ca_err err = {0};

    assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
    again->outcome = OUTCOME_ISSUE;
    assert_int_equal(judge_tbs(p, issuer, ca_buf_view(&tbs), NOW, again, &err), CA_OK);
    show(again);
    assert_int_equal(again->outcome, OUTCOME_ISSUE);
    verdict_free(again);
    sign(&copy, ca_buf_view(&tbs), &cert);
    assert_int_equal(cert_read(ca_buf_view(&cert), &read, &err), CA_OK);
    if (cert_issued_by(&read, &ca->read, &err) != CA_OK)
        fail_msg("%s", err.text);
    openssl_verifies(ca, ca_buf_view(&cert));
}

struct profile *profile_of(const char *yaml)
{
    struct profile *p = NULL;
    struct ca_err err = {0};

    if (profile_compile_in(profiles, ca_bytes_str(yaml), &p, &err) != CA_OK)
        fail_msg("%s", err.text);
    return p;
}

static void subject_put(X509_REQ *req, const char *subject)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct ca_err err = {0};
    const uint8_t *at;
    X509_NAME *name;

    if (name_parse(subject, &own, values, &n, &err) != CA_OK ||
        name_write(&w, values, n, &err) != CA_OK)
        fail_msg("%s: %s", subject, err.text);
    at = w.buf.ptr;
    name = d2i_X509_NAME(NULL, &at, (long)w.buf.len);
    assert_non_null(name);
    assert_int_equal(X509_REQ_set_subject_name(req, name), 1);
    X509_NAME_free(name);
}

static void sans_put(X509_REQ *req, const char *sans)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, sans);

    if (ext == NULL)
        fail_msg("%s", sans);
    sk_X509_EXTENSION_push(list, ext);
    assert_int_equal(X509_REQ_add_extensions(req, list), 1);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
}

struct csr *csr_with(const char *subject, const char *sans)
{
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    struct csr *csr = NULL;
    struct ca_err err = {0};
    uint8_t *der = NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    int len;

    subject_put(req, subject);
    if (sans != NULL)
        sans_put(req, sans);
    X509_REQ_set_pubkey(req, key);
    X509_REQ_sign(req, key, EVP_sha256());
    len = i2d_X509_REQ(req, &der);
    if (len < 0 || csr_parse((struct ca_bytes){der, (size_t)len}, &csr, &err) != CA_OK)
        fail_msg("%s %s: %s", subject, sans, err.text);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    return csr;
}
