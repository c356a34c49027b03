/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/judge.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/der.h"
#include "base/ossl.h"
#include "base/time.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

enum { NOW = 1795000000, DAY = 86400 };

/* An authority with a software key: what the signer does with the token, in small. */
struct authority {
    EVP_PKEY *key;
    enum ca_signature signature;
    struct ca_buf cert; /* DER, self-signed */
    struct cert read;
    struct ca_bytes key_id;
};

static const uint8_t serial[] = {0x31, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
static const struct ca_bytes serial_bytes = {serial, sizeof(serial)};

static struct profile_set *profiles = NULL;

static const struct profile *profile(const char *name)
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
static struct csr *csr_of(EVP_PKEY *key, const char *cn)
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

static struct verdict *judge(const struct judge_input *in)
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

static struct authority root_ec, root_rsa, root_ed;

static struct issuer issuer_of(const struct authority *ca)
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

static int group_setup(void **state)
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

static int group_teardown(void **state)
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

static struct csr *csr_load(const char *file)
{
    CA_AUTO(sample) struct sample s = sample_load("csr", file);
    struct csr *csr = NULL;
    struct ca_err err = {0};

    if (csr_parse(s.bytes, &csr, &err) != CA_OK)
        fail_msg("%s: %s", file, err.text);
    return csr;
}

static const struct finding *finding_of(const struct verdict *v, const char *rule, bool refuses)
{
    for (size_t i = 0; i < v->finding_n; i++) {
        if (strcmp(v->findings[i].rule, rule) == 0 && v->findings[i].refuses == refuses)
            return &v->findings[i];
    }
    return NULL;
}

static void show(const struct verdict *v)
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

static void issue(const struct authority *ca, const struct verdict *v, const struct issuer *issuer,
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

#define SAN(kind, text)                                                                            \
    {                                                                                              \
        kind,                                                                                      \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }
#define VALUE(kind, text)                                                                          \
    {                                                                                              \
        kind, DER_UTF8_STRING,                                                                     \
        {                                                                                          \
            (const uint8_t *)(text), sizeof(text) - 1                                              \
        }                                                                                          \
    }

static const struct name_value subject[] = {VALUE(NAME_O, "Acme"),
                                            VALUE(NAME_CN, "www.example.org")};

static const struct san no_sans[1];

static bool takes_dns(const struct profile *p)
{
    static const char *const names[] = {"approved",  "device",   "https-ecc",
                                        "https-rsa", "operator", "tls-server-self"};

    for (size_t i = 0; i < CA_COUNT(names); i++) {
        if (strcmp(names[i], profile_name(p)) == 0)
            return true;
    }
    return false;
}

/* Domain validated: the profile lets nothing but the common name through. */
static bool hosts_only(const struct profile *p)
{
    return strncmp(profile_name(p), "https-", 6) == 0 || strcmp(profile_name(p), "approved") == 0;
}

/* Each profile with each kind of key, under authorities of three kinds. */
static void i07_each_profile_makes_what_openssl_verifies(void **state)
{
    static const char *const keys[] = {"p256",         "p384",        "p521",      "rsa2048",
                                       "rsa4096",      "ed25519",     "secp256k1", "brainpool256",
                                       "brainpool384", "brainpool512"};
    const struct authority *const authorities[] = {&root_ec, &root_rsa, &root_ed};
    size_t issued = 0;

    (void)state;
    for (size_t i = 0; i < profile_set_count(profiles); i++) {
        const struct profile *p = profile_set_at(profiles, i);

        for (size_t k = 0; k < CA_COUNT(keys) && strcmp(profile_name(p), "root") != 0; k++) {
            char file[64];
            CA_AUTO(csr) struct csr *csr = NULL;
            const struct authority *ca = authorities[(i + k) % CA_COUNT(authorities)];
            struct issuer issuer = issuer_of(ca);
            struct wish wish = {.subject = hosts_only(p) ? NULL : subject,
                                .subject_n = hosts_only(p) ? 0 : CA_COUNT(subject),
                                .sans = takes_dns(p) ? NULL : no_sans,
                                .path_length = -1};
            CA_AUTO(verdict) struct verdict *v = NULL;

            (void)snprintf(file, sizeof(file), "%s.der", keys[k]);
            csr = csr_load(file);
            v = judge(&(struct judge_input){
                .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
            if (finding_of(v, "key.allow", true) != NULL)
                continue;
            test_note(profile_name(p));
            show(v);
            assert_int_equal(v->outcome,
                             profile_approvals(p)->step_n > 0 ? OUTCOME_WAIT : OUTCOME_ISSUE);
            issue(ca, v, &issuer, p);
            issued++;
        }
    }
    assert_int_equal(issued, 55);
}

static const struct judge_case {
    const char *csr, *profile;
    enum outcome outcome;
    const char *rule,
        *pointer; /* of the finding that must be there; NULL: none but what is left out */
} judge_cases[] = {
    {"p256",                 "https-ecc",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"rsa2048",              "https-rsa",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"ip",                   "https-ecc",    OUTCOME_REFUSE, "subject.common_name_in_san",         "/csr/subject/common_name" },
    {"empty-subject",        "https-ecc",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"tool-openssl",         "https-ecc",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"tool-cfssl",           "https-ecc",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"tool-keytool",         "https-rsa",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"tool-strongswan",      "https-ecc",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"tool-certtool",        "https-rsa",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"reverse-order",        "https-ecc",    OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"person",               "client",       OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"rsa2048",              "https-ecc",    OUTCOME_REFUSE, "key.allow",                          "/csr/key"                 },
    {"p256",                 "https-rsa",    OUTCOME_REFUSE, "key.allow",                          "/csr/key"                 },
    {"p256",                 "scep-ra",      OUTCOME_REFUSE, "key.allow",                          "/csr/key"                 },
    {"secp256k1",            "https-ecc",    OUTCOME_REFUSE, "key.allow",                          "/csr/key"                 },
    {"wildcard",             "https-ecc",    OUTCOME_REFUSE, "subject_alt_name.dns.wildcard",      "/csr/sans/0"              },
    {"public-suffix",        "https-ecc",    OUTCOME_REFUSE, "subject_alt_name.dns.public_suffix",
     "/csr/sans/0"                                                                                                            },
    {"public-suffix",        "device",       OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"bad-punycode",         "https-ecc",    OUTCOME_REFUSE, "subject_alt_name.a_label",           "/csr/sans/0"              },
    {"email",                "https-ecc",    OUTCOME_REFUSE, "subject_alt_name.email",             "/csr/sans/0"              },
    {"email",                "client",       OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"other-name",           "client",       OUTCOME_REFUSE, "subject_alt_name.upn",               "/csr/sans/0"              },
    {"no-attributes",        "https-ecc",    OUTCOME_REFUSE, "subject_alt_name.required",          "/csr/sans"                },
    {"empty-subject-no-san", "https-ecc",    OUTCOME_REFUSE, "subject.empty",                      "/csr/subject"             },
    {"empty-subject",        "device",       OUTCOME_REFUSE, "subject.required",                   "/csr/subject/common_name" },
    {"cn-not-in-san",        "https-ecc",    OUTCOME_REFUSE, "subject.common_name_in_san",
     "/csr/subject/common_name"                                                                                               },
    {"cn-not-in-san",        "device",       OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"ca-true",              "https-ecc",    OUTCOME_REFUSE, "basic_constraints.ca",
     "/csr/extensions/basic_constraints"                                                                                      },
    {"ca-true",              "device",       OUTCOME_REFUSE, "basic_constraints.ca",
     "/csr/extensions/basic_constraints"                                                                                      },
    {"p256",                 "https-ecc",    OUTCOME_ISSUE,  "subject.unlisted",                   "/csr/subject/country"     },
    {"more-usages",          "https-ecc",    OUTCOME_ISSUE,  "key_usage",                          "/csr/extensions/key_usage"},
    {"more-usages",          "https-ecc",    OUTCOME_ISSUE,  "extended_key_usage",
     "/csr/extensions/extended_key_usage"                                                                                     },
    {"more-usages",          "https-ecc",    OUTCOME_ISSUE,  "extensions",                         "/csr/extensions"          },
    {"unlisted-attributes",  "https-ecc",    OUTCOME_ISSUE,  "subject.unlisted",                   "/csr/subject/title"       },
    {"person",               "code-signing", OUTCOME_ISSUE,  NULL,                                 NULL                       },
    {"empty-subject",        "code-signing", OUTCOME_REFUSE, "subject.required",
     "/csr/subject/organization"                                                                                              },
    {"p256",                 "code-signing", OUTCOME_ISSUE,  "subject_alt_name",                   "/csr/sans"                },
    {"multi-valued-rdn",     "device",       OUTCOME_REFUSE, "subject",                            "/csr/subject"             },
    {"long-common-name",     "device",       OUTCOME_REFUSE, "subject.value",                      "/csr/subject/common_name" },
    {"lower-case-country",   "device",       OUTCOME_REFUSE, "subject.value",                      "/csr/subject/country"     },
    {"p256",                 "subca",        OUTCOME_REFUSE, "subject_alt_name.dns",               "/csr/sans/0"              },
    {"person",               "subca",        OUTCOME_ISSUE,  NULL,                                 NULL                       },
};

/* What browsers think of names inside an enterprise, told and no more. */
static bool is_forum_note(const struct finding *f)
{
    return !f->refuses && strncmp(f->rule, "cabf.br.", 8) == 0;
}

/* Nothing to say but that the profile leaves an attribute of the CSR out. */
static void assert_only_left_out(const struct verdict *v)
{
    for (size_t i = 0; i < v->finding_n; i++) {
        assert_false(v->findings[i].refuses);
        if (!is_forum_note(&v->findings[i]))
            assert_string_equal(v->findings[i].rule, "subject.unlisted");
    }
}

static void i07_each_request_gets_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(judge_cases); i++) {
        const struct judge_case *c = &judge_cases[i];
        char file[64];
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = NULL;
        CA_AUTO(verdict) struct verdict *v = NULL;
        const struct finding *f;

        (void)snprintf(file, sizeof(file), "%s.der", c->csr);
        csr = csr_load(file);
        v = judge(&(struct judge_input){
            .profile = profile(c->profile), .issuer = &issuer, .csr = csr, .now = NOW});
        print_message("    %s %s\n", c->csr, c->profile);
        show(v);
        assert_int_equal(v->outcome, c->outcome);
        assert_true((v->plan != NULL) == (c->outcome == OUTCOME_ISSUE));
        if (c->rule == NULL) {
            assert_only_left_out(v);
            continue;
        }
        f = finding_of(v, c->rule, c->outcome == OUTCOME_REFUSE);
        if (f == NULL) {
            fail_msg("no finding %s", c->rule);
            return;
        }
        assert_string_equal(f->pointer, c->pointer);
        assert_true(f->text[0] != '\0');
    }
}

static const struct san wished_sans[] = {SAN(SAN_DNS, "a.example.org"),
                                         SAN(SAN_DNS, "A.example.org"), SAN(SAN_IP, "\300\0\2\1")};
static const struct san wished_wildcard[] = {SAN(SAN_DNS, "a.example.org"),
                                             SAN(SAN_DNS, "*.example.org")};
static const struct san wished_bad_ip[] = {SAN(SAN_IP, "\300\0\2\1\1")};
static const struct san wished_nul[] = {SAN(SAN_DNS, "a\0.example.org")};
static const struct name_value wished_title[] = {VALUE(NAME_TITLE, "Dr")};
static const struct name_value wished_host[] = {VALUE(NAME_CN, "b.example.org")};
static const struct name_value wished_two[] = {VALUE(NAME_CN, "Alice"), VALUE(NAME_CN, "Bob")};
static const struct name_value wished_nul_name[] = {VALUE(NAME_CN, "a\0b")};
static const char *const wished_dns[] = {"example.org"};
static const char *const wished_bad_dns[] = {".example.org"};

static const struct wish_case {
    const char *profile;
    struct wish wish;
    enum outcome outcome;
    const char *rule, *pointer;
} wish_cases[] = {
    {"https-ecc",
     {.sans = wished_sans, .san_n = 3, .subject = wished_title, .subject_n = 0, .path_length = -1},
     OUTCOME_ISSUE,                                                                                                NULL,
     NULL                                                                                                                                               },
    {"https-ecc",
     {.sans = wished_wildcard, .san_n = 2, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject_alt_name.dns.wildcard",
     "/sans/1"                                                                                                                                          },
    {"device",
     {.sans = wished_bad_ip, .san_n = 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject_alt_name",
     "/sans"                                                                                                                                            },
    {"device",
     {.sans = wished_nul, .san_n = 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject_alt_name.host",
     "/sans/0"                                                                                                                                          },
    {"https-ecc",
     {.subject = wished_title, .subject_n = 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject.attributes",
     "/subject/title"                                                                                                                                   },
    {"https-ecc",
     {.subject = wished_host, .subject_n = 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject.common_name_in_san",
     "/subject/common_name"                                                                                                                             },
    {"device",
     {.subject = wished_two, .subject_n = 2, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject.max",
     "/subject/common_name"                                                                                                                             },
    {"device",
     {.subject = wished_nul_name, .subject_n = 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "subject.value",
     "/subject/common_name"                                                                                                                             },
    {"https-ecc", {.validity_s = 398LL * DAY, .path_length = -1},                                   OUTCOME_ISSUE, NULL,                            NULL},
    {"https-ecc",
     {.validity_s = 398LL * DAY + 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "validity.max",
     "/validity/days"                                                                                                                                   },
    {"https-ecc",
     {.validity_s = INT64_MAX, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "validity.max",
     "/validity/days"                                                                                                                                   },
    {"https-ecc",
     {.validity_s = -5, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "validity.not_after",
     "/validity/days"                                                                                                                                   },
    {"https-ecc",
     {.not_after = NOW - 1, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "validity.not_after",
     "/not_after"                                                                                                                                       },
    {"https-ecc",
     {.not_after = NOW - 3600 + 398LL * DAY - 1, .path_length = -1},
     OUTCOME_ISSUE,                                                                                                NULL,
     NULL                                                                                                                                               },
    {"https-ecc",
     {.not_after = NOW - 3600 + 398LL * DAY, .path_length = -1},
     OUTCOME_REFUSE,                                                                                               "validity.max",
     "/not_after"                                                                                                                                       },
    {"https-ecc",
     {.path_length = 0},
     OUTCOME_REFUSE,                                                                                               "basic_constraints.path_length",
     "/path_length"                                                                                                                                     },
    {"https-ecc",
     {.path_length = -1, .crl_url = "http://evil.example/crl"},
     OUTCOME_REFUSE,                                                                                               "crl_distribution_points",
     "/crl_url"                                                                                                                                         },
    {"https-ecc",
     {.path_length = -1, .permitted_dns = wished_dns, .permitted_dns_n = 1},
     OUTCOME_REFUSE,                                                                                               "name_constraints",
     "/name_constraints/permitted_dns"                                                                                                                  },
    {"subca",
     {.sans = wished_sans,
      .path_length = 4,
      .permitted_dns = wished_dns,
      .permitted_dns_n = 1,
      .excluded_dns = wished_dns,
      .excluded_dns_n = 1},
     OUTCOME_ISSUE,                                                                                                NULL,
     NULL                                                                                                                                               },
    {"subca",
     {.sans = wished_sans, .path_length = 5},
     OUTCOME_REFUSE,                                                                                               "basic_constraints.path_length",
     "/path_length"                                                                                                                                     },
    {"subca",
     {.sans = wished_sans, .path_length = -1, .excluded_dns = wished_bad_dns, .excluded_dns_n = 1},
     OUTCOME_REFUSE,                                                                                               "name_constraints",
     "/name_constraints/excluded_dns"                                                                                                                   },
};

static void i07_each_wish_gets_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(wish_cases); i++) {
        const struct wish_case *c = &wish_cases[i];
        const struct profile *p = profile(c->profile);
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &c->wish, .now = NOW});
        const struct finding *f;

        print_message("    wish %zu for %s\n", i, c->profile);
        show(v);
        assert_int_equal(v->outcome, c->outcome);
        if (c->rule == NULL) {
            assert_only_left_out(v);
            issue(&root_ec, v, &issuer, p);
            continue;
        }
        f = finding_of(v, c->rule, true);
        if (f == NULL) {
            fail_msg("no finding %s", c->rule);
            return;
        }
        assert_string_equal(f->pointer, c->pointer);
    }
}

static void plan_says_what_it_is(void **state)
{
    static const struct wish wish = {.sans = wished_sans, .san_n = 3, .path_length = -1};
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    CA_AUTO(verdict)
    struct verdict *v = judge(&(struct judge_input){
        .profile = profile("device"), .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
    const char *const *words;
    size_t n = 0;

    (void)state;
    assert_int_equal(v->outcome, OUTCOME_ISSUE);
    assert_string_equal(plan_subject(v->plan), "CN=www.example.org,O=Acme,C=DE");
    assert_string_equal(plan_common_name(v->plan), "www.example.org");
    assert_string_equal(plan_names(v->plan), "DNS:a.example.org,IP:192.0.2.1");
    words = plan_search(v->plan, &n);
    assert_int_equal(n, 3);
    assert_string_equal(words[0], "www.example.org");
    assert_string_equal(words[1], "a.example.org");
    assert_string_equal(words[2], "192.0.2.1");
    assert_true(ca_bytes_equal(plan_spki(v->plan), csr_spki(csr)));
}

/* Approvals are bound to what will be signed, not to the hour in which it is. */
static void i10_digest_follows_the_content(void **state)
{
    static const struct wish longer = {.validity_s = 100LL * DAY, .path_length = -1};
    static const struct wish other = {.sans = wished_sans, .san_n = 1, .path_length = -1};
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    const struct profile *p = profile("device");
    struct judge_input in = {.profile = p, .issuer = &issuer, .csr = csr, .now = NOW};
    CA_AUTO(verdict) struct verdict *a = judge(&in);
    CA_AUTO(verdict) struct verdict *b = NULL;
    CA_AUTO(verdict) struct verdict *c = NULL;
    CA_AUTO(verdict) struct verdict *d = NULL;

    (void)state;
    in.now += DAY;
    b = judge(&in);
    in.wish = &longer;
    c = judge(&in);
    in.wish = &other;
    d = judge(&in);
    assert_true(ca_bytes_equal(plan_digest(a->plan), plan_digest(b->plan)));
    assert_false(ca_bytes_equal(plan_digest(a->plan), plan_digest(c->plan)));
    assert_false(ca_bytes_equal(plan_digest(a->plan), plan_digest(d->plan)));
}

static void i08_validity_lies_inside_the_issuers(void **state)
{
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    struct judge_input in = {
        .profile = profile("device"), .issuer = &issuer, .csr = csr, .now = NOW};
    CA_AUTO(verdict) struct verdict *clipped = NULL;
    CA_AUTO(verdict) struct verdict *late = NULL;
    CA_AUTO(verdict) struct verdict *early = NULL;

    (void)state;
    issuer.not_before = NOW - 10;
    issuer.not_after = NOW + DAY;
    clipped = judge(&in);
    assert_int_equal(clipped->outcome, OUTCOME_ISSUE);
    assert_non_null(finding_of(clipped, "validity.clip", false));
    assert_int_equal(plan_not_before(clipped->plan), NOW - 10);
    assert_int_equal(plan_not_after(clipped->plan), NOW + DAY);
    in.now = NOW + 2 * DAY; /* the issuer has expired */
    late = judge(&in);
    assert_int_equal(late->outcome, OUTCOME_REFUSE);
    in.now = NOW - DAY; /* a clock that went back before the issuer's first second */
    early = judge(&in);
    assert_int_equal(early->outcome, OUTCOME_REFUSE);
}

static void i08_both_ends_of_the_validity_count(void **state)
{
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    CA_AUTO(verdict)
    struct verdict *v = judge(&(struct judge_input){
        .profile = profile("https-ecc"), .issuer = &issuer, .csr = csr, .now = NOW});

    (void)state;
    assert_int_equal(v->outcome, OUTCOME_ISSUE);
    assert_int_equal(plan_not_before(v->plan), NOW - 3600);
    assert_int_equal(plan_not_after(v->plan) - plan_not_before(v->plan) + 1, 90 * DAY);
}

static void a_path_length_never_exceeds_the_issuers(void **state)
{
    static const struct {
        int issuer, asked;
        enum outcome outcome;
    } cases[] = {
        {-1, -1, OUTCOME_ISSUE },
        {1,  -1, OUTCOME_ISSUE },
        {0,  -1, OUTCOME_REFUSE},
        {2,  1,  OUTCOME_ISSUE },
        {2,  2,  OUTCOME_REFUSE},
        {0,  0,  OUTCOME_REFUSE}
    };
    CA_AUTO(csr) struct csr *csr = csr_load("person.der");

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct issuer issuer = issuer_of(&root_ec);
        struct wish wish = {.path_length = cases[i].asked};
        CA_AUTO(verdict) struct verdict *v = NULL;

        issuer.path_length = cases[i].issuer;
        v = judge(&(struct judge_input){
            .profile = profile("subca"), .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        assert_int_equal(v->outcome, cases[i].outcome);
    }
}

/* judge_tbs trusts nothing of how the bytes came about: each line changes one thing in them. */
struct tbs_parts {
    struct ca_bytes serial, algorithm, issuer, subject, spki;
    int64_t not_before, not_after;
    struct ca_bytes extensions; /* whole Extension elements */
};

static void tbs_write(const struct tbs_parts *t, struct ca_buf *ret)
{
    struct der_writer w = {0};
    struct ca_err err = {0};

    der_open(&w, DER_SEQUENCE);
    der_open(&w, DER_CONTEXT_0);
    der_put_uint(&w, 2);
    der_close(&w);
    der_put_unsigned(&w, DER_INTEGER, t->serial);
    der_put_raw(&w, t->algorithm);
    der_put_raw(&w, t->issuer);
    der_open(&w, DER_SEQUENCE);
    der_put_time(&w, t->not_before);
    der_put_time(&w, t->not_after);
    der_close(&w);
    der_put_raw(&w, t->subject);
    der_put_raw(&w, t->spki);
    der_open(&w, DER_CONTEXT_3);
    der_open(&w, DER_SEQUENCE);
    der_put_raw(&w, t->extensions);
    der_close(&w);
    der_close(&w);
    der_close(&w);
    assert_int_equal(der_writer_check(&w, &err), CA_OK);
    *ret = w.buf;
}

static bool tbs_passes(const char *name, const struct issuer *issuer, const struct tbs_parts *t,
                       const char *rule)
{
    CA_AUTO(buf) struct ca_buf tbs = {0};
    CA_AUTO(verdict) struct verdict *v = calloc(1, sizeof(*v));
    struct ca_err err = {0};

    tbs_write(t, &tbs);
    v->outcome = OUTCOME_ISSUE;
    assert_int_equal(judge_tbs(profile(name), issuer, ca_buf_view(&tbs), NOW, v, &err), CA_OK);
    if (rule != NULL && finding_of(v, rule, true) == NULL) {
        show(v);
        fail_msg("no finding %s", rule);
    }
    return v->outcome == OUTCOME_ISSUE;
}

struct fixture {
    struct csr *csr;
    struct issuer issuer;
    struct verdict *verdict;
    struct ca_buf tbs;
    struct cert cert;
    struct tbs_parts parts;
};

static void fixture_make(struct fixture *f, const char *file, const char *name)
{
    struct ca_err err = {0};

    f->csr = csr_load(file);
    f->issuer = issuer_of(&root_ec);
    f->verdict = judge(&(struct judge_input){
        .profile = profile(name), .issuer = &f->issuer, .csr = f->csr, .now = NOW});
    f->tbs = (struct ca_buf){0};
    assert_non_null(f->verdict->plan);
    assert_int_equal(plan_tbs(f->verdict->plan, serial_bytes, &f->tbs, &err), CA_OK);
    assert_int_equal(cert_read_tbs(ca_buf_view(&f->tbs), &f->cert, &err), CA_OK);
    f->parts = (struct tbs_parts){
        serial_bytes, f->cert.tbs_algorithm, f->cert.issuer,    f->cert.subject,
        f->cert.spki, f->cert.not_before,    f->cert.not_after, {f->cert.extensions[0].all.ptr, 0}
    };
    for (size_t i = 0; i < f->cert.extension_n; i++)
        f->parts.extensions.len += f->cert.extensions[i].all.len;
}

static void fixture_done(struct fixture *f)
{
    csr_free(f->csr);
    verdict_free(f->verdict);
    ca_buf_done(&f->tbs);
}

static void i06_serials_without_enough_octets_are_refused(void **state)
{
    static const uint8_t long_one[21] = {1};
    struct fixture f;

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    assert_true(tbs_passes("https-ecc", &f.issuer, &f.parts, NULL));
    f.parts.serial = (struct ca_bytes){serial, 8};
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "serial"));
    f.parts.serial = (struct ca_bytes){(const uint8_t *)"", 1};
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "serial"));
    f.parts.serial = (struct ca_bytes){long_one, sizeof(long_one)};
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "serial"));
    fixture_done(&f);
}

static void i08_final_dates_are_checked(void **state)
{
    static const struct {
        int64_t not_before, not_after;
        const char *rule;
    } cases[] = {
        {NOW - 3600,      NOW - 3600 + 398LL * DAY,  "validity.max"       },
        {NOW - 3600,      NOW - 3600 + 7000LL * DAY, "validity.max"       },
        {NOW + 10,        NOW + DAY,                 "validity.not_before"},
        {NOW - 5LL * DAY, NOW + DAY,                 "validity.not_before"},
        {NOW - 5LL * DAY, NOW + DAY,                 "validity.issuer"    },
        {NOW - 3600,      NOW - 1,                   "validity.not_after" },
        {NOW - 3600,      NOW - 7200,                "validity.not_after" },
    };
    struct fixture f;

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        f.parts.not_before = cases[i].not_before;
        f.parts.not_after = cases[i].not_after;
        assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, cases[i].rule));
    }
    fixture_done(&f);
}

static void final_names_and_algorithms_are_checked(void **state)
{
    struct fixture f;
    struct tbs_parts good;

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    good = f.parts;
    f.parts.issuer = f.cert.subject;
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "issuer"));
    f.parts = good;
    f.parts.subject = f.cert.issuer;
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "subject.issuer"));
    f.parts = good;
    f.parts.algorithm = ca_signature_info(CA_SIG_ECDSA_SHA384)->algorithm;
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "signature"));
    f.parts.algorithm = ca_signature_info(CA_SIG_ECDSA_SHA1)->algorithm;
    f.issuer.signature = CA_SIG_ECDSA_SHA1;
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "signature"));
    f.issuer.signature = CA_SIG_ECDSA_SHA256;
    f.parts = good;
    f.parts.spki = root_ec.read.spki;
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "key.issuer"));
    assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "subject_key_identifier"));
    assert_false(tbs_passes("https-rsa", &f.issuer, &good, "key.allow"));
    fixture_done(&f);
}

/* I7: leaving out, repeating from another profile or adding any extension is seen. */
static void i07_extensions_are_a_closed_list(void **state)
{
    static const uint8_t foreign[] = {0x30, 0x09, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x04, 0x02, 5, 0};
    struct fixture f;

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    for (size_t skip = 0; skip <= f.cert.extension_n; skip++) {
        CA_AUTO(buf) struct ca_buf some = {0};

        for (size_t i = 0; i < f.cert.extension_n; i++) {
            if (i != skip)
                ca_buf_bytes(&some, f.cert.extensions[i].all);
        }
        f.parts.extensions = ca_buf_view(&some);
        assert_int_equal(tbs_passes("https-ecc", &f.issuer, &f.parts, NULL),
                         skip == f.cert.extension_n);
        ca_buf_add(&some, foreign, sizeof(foreign));
        f.parts.extensions = ca_buf_view(&some);
        assert_false(tbs_passes("https-ecc", &f.issuer, &f.parts, "extensions"));
    }
    fixture_done(&f);
}

static void i07_changed_extensions_are_refused(void **state)
{
    struct fixture f;
    CA_AUTO(buf) struct ca_buf changed = {0};
    size_t seen = 0;

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    /* Flip the lowest bit of each octet in turn: but for letters of names nothing may pass. */
    for (size_t i = 0; i < f.parts.extensions.len; i++) {
        struct tbs_parts parts = f.parts;
        const struct cert_extension *san = cert_extension(&f.cert, EXT_SUBJECT_ALT_NAME);
        const uint8_t *at = f.parts.extensions.ptr + i;

        if (at >= san->value.ptr && at < san->value.ptr + san->value.len)
            continue;
        ca_buf_reset(&changed);
        ca_buf_bytes(&changed, f.parts.extensions);
        changed.ptr[i] ^= 1;
        parts.extensions = ca_buf_view(&changed);
        if (tbs_passes("https-ecc", &f.issuer, &parts, NULL))
            fail_msg("octet %zu", i);
        seen++;
    }
    assert_true(seen > 250);
    fixture_done(&f);
}

static void a_certificate_of_one_profile_is_none_of_another(void **state)
{
    static const char *const others[] = {"device",      "client",          "subca",
                                         "ocsp-signer", "scep-ra",         "operator",
                                         "root",        "tls-server-self", "code-signing"};
    struct fixture f;

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    for (size_t i = 0; i < CA_COUNT(others); i++)
        assert_false(tbs_passes(others[i], &f.issuer, &f.parts, NULL));
    fixture_done(&f);
}

static void verdicts_that_start_with_refuse_stay_so(void **state)
{
    struct fixture f;
    CA_AUTO(verdict) struct verdict *v = calloc(1, sizeof(*v));
    struct ca_err err = {0};

    (void)state;
    fixture_make(&f, "p256.der", "https-ecc");
    assert_int_equal(judge_tbs(profile("https-ecc"), &f.issuer, ca_buf_view(&f.tbs), NOW, v, &err),
                     CA_OK);
    assert_int_equal(v->finding_n, 0);
    assert_int_equal(v->outcome, OUTCOME_REFUSE);
    fixture_done(&f);
}

static void more_findings_than_fit_still_refuse(void **state)
{
    struct san sans[100];
    struct wish wish = {.sans = sans, .san_n = CA_COUNT(sans), .path_length = -1};
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    CA_AUTO(verdict) struct verdict *v = NULL;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(sans); i++)
        sans[i] = wished_wildcard[1];
    v = judge(&(struct judge_input){
        .profile = profile("https-ecc"), .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
    assert_int_equal(v->finding_n, FINDINGS_MAX);
    assert_int_equal(v->outcome, OUTCOME_REFUSE);
}

static enum ca_rc judge_once(const void *in, struct ca_err *err)
{
    CA_AUTO(verdict) struct verdict *v = NULL;
    enum ca_rc rc = judge_request(in, &v, err);

    assert_true((v != NULL) == (rc == CA_OK));
    if (rc == CA_OK && v->outcome != OUTCOME_ISSUE)
        return CA_FAIL(err, CA_DENIED, "refused");
    return rc;
}

static void judge_request_survives_each_failing_allocation(void **state)
{
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    struct judge_input in = {
        .profile = profile("https-ecc"), .issuer = &issuer, .csr = csr, .now = NOW};

    (void)state;
    fault_each_allocation(judge_once, &in);
}

/* No test passes or fails by it: what one leaf costs here. */
static void a_leaf_takes_so_long(void **state)
{
    enum { ROUNDS = 2000 };
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(sample) struct sample s = sample_load("csr", "p256.der");
    CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
    struct judge_input in = {
        .profile = profile("https-ecc"), .issuer = &issuer, .csr = csr, .now = NOW};
    struct ca_err err = {0};
    int64_t start = ca_mono_us();
    int64_t middle;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        CA_AUTO(verdict) struct verdict *v = judge(&in);
        CA_AUTO(buf) struct ca_buf tbs = {0};

        assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
    }
    middle = ca_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        CA_AUTO(csr) struct csr *one = NULL;

        assert_int_equal(csr_parse(s.bytes, &one, &err), CA_OK);
    }
    print_message("    judge_request + plan_tbs %lld ns, csr_parse %lld ns\n",
                  (long long)(middle - start) * 1000 / ROUNDS,
                  (long long)(ca_mono_us() - middle) * 1000 / ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i07_each_profile_makes_what_openssl_verifies),
        cmocka_unit_test(i07_each_request_gets_its_verdict),
        cmocka_unit_test(i07_each_wish_gets_its_verdict),
        cmocka_unit_test(plan_says_what_it_is),
        cmocka_unit_test(i10_digest_follows_the_content),
        cmocka_unit_test(i08_validity_lies_inside_the_issuers),
        cmocka_unit_test(i08_both_ends_of_the_validity_count),
        cmocka_unit_test(a_path_length_never_exceeds_the_issuers),
        cmocka_unit_test(i06_serials_without_enough_octets_are_refused),
        cmocka_unit_test(i08_final_dates_are_checked),
        cmocka_unit_test(final_names_and_algorithms_are_checked),
        cmocka_unit_test(i07_extensions_are_a_closed_list),
        cmocka_unit_test(i07_changed_extensions_are_refused),
        cmocka_unit_test(a_certificate_of_one_profile_is_none_of_another),
        cmocka_unit_test(verdicts_that_start_with_refuse_stay_so),
        cmocka_unit_test(more_findings_than_fit_still_refuse),
        cmocka_unit_test(judge_request_survives_each_failing_allocation),
        cmocka_unit_test(a_leaf_takes_so_long),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
