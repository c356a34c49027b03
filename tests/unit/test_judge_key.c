/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/ossl.h"
#include "policy/judge.h"
#include "tests/unit/judge_support.h"

/* The rules on key, digest and the legacy switch. */

#define TAIL                                                                                       \
    "validity: {default: 90d, max: 90d}\nauthority_key_identifier: key_id\n"                       \
    "key_usage: {bits: [digital_signature]}\n"                                                     \
    "subject: {attributes: {common_name: {use: optional}}}\n"
#define RSA_KEY(rule) "name: t\nkey: {" rule "}\n" TAIL
#define LEGACY(what)  "legacy: {" what ": true}\n"

static EVP_PKEY *rsa_make(unsigned bits, unsigned long exponent)
{
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    CA_AUTO(bn) BIGNUM *e = BN_new();
    EVP_PKEY *key = NULL;

    assert_int_equal(BN_set_word(e, exponent), 1);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits), 1);
    assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
    return key;
}

/* DER of a CSR; for OPENSSL_free. */
static struct ca_bytes csr_der(EVP_PKEY *key, const EVP_MD *digest)
{
    CA_AUTO(x509_req) X509_REQ *req = X509_REQ_new();
    X509_NAME *name = X509_REQ_get_subject_name(req);
    uint8_t *der = NULL;
    int len;

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"x", -1, -1, 0);
    X509_REQ_set_pubkey(req, key);
    assert_true(X509_REQ_sign(req, key, digest) > 0);
    len = i2d_X509_REQ(req, &der);
    assert_true(len > 0);
    return (struct ca_bytes){der, (size_t)len};
}

static const struct key_case {
    const char *profile;
    unsigned bits;
    unsigned long exponent;
    enum ca_rc parses;
    const char *rule; /* NULL: passes */
} key_cases[] = {
    {RSA_KEY("allow: [rsa]"),                                  2048, 65537, CA_OK,     NULL           },
    {RSA_KEY("allow: [rsa]"),                                  2048, 65539, CA_OK,     NULL           },
    {RSA_KEY("allow: [rsa], exponents: [65537]"),              2048, 65537, CA_OK,     NULL           },
    {RSA_KEY("allow: [rsa], exponents: [65537]"),              2048, 65539, CA_OK,     "key.exponents"},
    {RSA_KEY("allow: [\"rsa:2056-8192\"]"),                    2056, 65537, CA_OK,     NULL           },
    {RSA_KEY("allow: [\"rsa:2056-8192\"]"),                    2048, 65537, CA_OK,     "key.allow"    },
    {RSA_KEY("allow: [rsa]"),                                  1024, 65537, CA_DENIED, NULL           },
    {LEGACY("sha1") RSA_KEY("allow: [rsa]"),                   1024, 65537, CA_DENIED, NULL           },
    {LEGACY("rsa_1024") RSA_KEY("allow: [\"rsa:1024-8192\"]"), 1024, 65537, CA_OK,     NULL           },
    {LEGACY("rsa_1024") RSA_KEY("allow: [\"rsa:1024-8192\"]"), 1016, 65537, CA_DENIED, NULL           },
    {LEGACY("rsa_1024") RSA_KEY("allow: [\"rsa:1536\"]"),      1024, 65537, CA_OK,     "key.allow"    },
    {LEGACY("rsa_1024") RSA_KEY("allow: [rsa]"),               1024, 65537, CA_OK,     "key.allow"    },
};

static void i17_small_keys_need_the_switch(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(key_cases); i++) {
        const struct key_case *c = &key_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->profile);
        CA_AUTO(evp_pkey) EVP_PKEY *key = rsa_make(c->bits, c->exponent);
        struct ca_bytes der = csr_der(key, EVP_sha256());
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = NULL;
        CA_AUTO(verdict) struct verdict *v = NULL;
        struct ca_err err = {0};
        enum ca_rc rc = csr_parse_legacy(der, profile_legacy(p), &csr, &err);

        print_message("    case %zu\n", i);
        OPENSSL_free((void *)(uintptr_t)der.ptr);
        assert_int_equal(rc, c->parses);
        if (rc != CA_OK) {
            assert_string_equal(err.problem, "key-not-taken");
            continue;
        }
        v = judge(&(struct judge_input){.profile = p, .issuer = &issuer, .csr = csr, .now = NOW});
        show(v);
        /* Other rules may see weak keys, too: only those of the profile are asked here. */
        assert_int_equal(finding_of(v, "key.allow", true) == NULL &&
                             finding_of(v, "key.exponents", true) == NULL &&
                             finding_of(v, "legacy.rsa_1024", true) == NULL,
                         c->rule == NULL);
        if (c->rule != NULL)
            assert_non_null(finding_of(v, c->rule, true));
    }
}

/* Whoever parses leniently still has the rule in front of the certificate. */
static void i17_the_judge_refuses_small_keys_without_the_switch(void **state)
{
    CA_AUTO(profile) struct profile *p = profile_of(RSA_KEY("allow: [rsa]"));
    CA_AUTO(evp_pkey) EVP_PKEY *key = rsa_make(1024, 65537);
    struct ca_bytes der = csr_der(key, EVP_sha256());
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = NULL;
    CA_AUTO(verdict) struct verdict *v = NULL;
    struct ca_err err = {0};
    struct spki_info info;

    (void)state;
    assert_int_equal(csr_parse_legacy(der, PROFILE_LEGACY_RSA_1024, &csr, &err), CA_OK);
    OPENSSL_free((void *)(uintptr_t)der.ptr);
    v = judge(&(struct judge_input){.profile = p, .issuer = &issuer, .csr = csr, .now = NOW});
    assert_int_equal(v->outcome, OUTCOME_REFUSE);
    assert_non_null(finding_of(v, "legacy.rsa_1024", true));
    assert_int_equal(spki_read(csr_spki(csr), &info, &err), CA_DENIED);
}

static void weak_signatures_of_requests_need_the_switch(void **state)
{
    static const struct {
        const char *digest;
        unsigned legacy;
        enum ca_rc rc;
    } cases[] = {
        {"SHA1",   0,                                        CA_DENIED},
        {"SHA1",   PROFILE_LEGACY_MD5,                       CA_DENIED},
        {"SHA1",   PROFILE_LEGACY_SHA1,                      CA_OK    },
        {"MD5",    PROFILE_LEGACY_SHA1,                      CA_DENIED},
        {"MD5",    PROFILE_LEGACY_MD5,                       CA_OK    },
        {"SHA256", PROFILE_LEGACY_SHA1 | PROFILE_LEGACY_MD5, CA_OK    },
    };
    CA_AUTO(evp_pkey) EVP_PKEY *key = rsa_make(2048, 65537);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct ca_bytes der = csr_der(key, EVP_get_digestbyname(cases[i].digest));
        CA_AUTO(csr) struct csr *csr = NULL;
        struct ca_err err = {0};
        enum ca_rc rc = csr_parse_legacy(der, cases[i].legacy, &csr, &err);

        OPENSSL_free((void *)(uintptr_t)der.ptr);
        assert_int_equal(rc, cases[i].rc);
        if (rc != CA_OK)
            assert_string_equal(err.problem, "weak-signature");
    }
}

#define EC_KEY(rest) "name: t\nkey: {allow: [\"ec:P-256\"]}\n" TAIL rest

static const struct digest_case {
    const char *profile;
    const struct authority *ca;
    const char *wish;
    enum ca_signature sig;
    bool refused;
} digest_cases[] = {
    {EC_KEY(""),                                         &root_ec,  NULL,      CA_SIG_ECDSA_SHA256, false},
    {EC_KEY(""),                                         &root_ec,  "SHA-256", CA_SIG_ECDSA_SHA256, false},
    {EC_KEY(""),                                         &root_ec,  "sha384",  CA_SIG_ECDSA_SHA384, true },
    {EC_KEY("signature: {digest: sha512}\n"),            &root_ec,  NULL,      CA_SIG_ECDSA_SHA512, false},
    {EC_KEY("signature: {digest: sha512}\n"),            &root_rsa, NULL,      CA_SIG_RSA_SHA512,   false},
    {EC_KEY("signature: {digest: sha512}\n"),            &root_ec,  "sha256",  CA_SIG_ECDSA_SHA256, true },
    {EC_KEY("signature: {digest: sha224}\n"),            &root_ec,  NULL,      CA_SIG_ECDSA_SHA224, false},
    {EC_KEY("signature: {digest: sha512}\n"),            &root_ed,  NULL,      CA_SIG_ED25519,      false},
    {EC_KEY("signature: {digest: sha512}\n"),            &root_ed,  "sha512",  CA_SIG_ED25519,      true },
    {EC_KEY("signature: {allow: [sha384]}\n"),           &root_ec,  NULL,      CA_SIG_ECDSA_SHA256, false},
    {EC_KEY("signature: {allow: [sha384]}\n"),           &root_ec,  "sha384",  CA_SIG_ECDSA_SHA384, false},
    {EC_KEY("signature: {allow: [sha384]}\n"),           &root_ec,  "sha512",  CA_SIG_ECDSA_SHA512, true },
    {EC_KEY("signature: {allow: [sha384]}\n"),           &root_ec,  "sha1",    CA_SIG_ECDSA_SHA1,   true },
    {EC_KEY("signature: {allow: [sha384]}\n"),           &root_ec,  "md5",     CA_SIG_RSA_MD5,      true },
    {EC_KEY("signature: {allow: [sha384]}\n"),           &root_ec,  "sha3",    CA_SIG_ECDSA_SHA1,   true },
    {LEGACY("md5") EC_KEY("signature: {digest: md5}\n"), &root_ec,  NULL,      CA_SIG_RSA_MD5,      true },
};

static void the_digest_is_the_profiles_or_one_that_it_allows(void **state)
{
    CA_AUTO(csr) struct csr *csr = csr_with("CN=x", NULL);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(digest_cases); i++) {
        const struct digest_case *c = &digest_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->profile);
        struct issuer issuer = issuer_of(c->ca);
        struct wish wish = {.path_length = -1, .digest = c->wish};
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        CA_AUTO(buf) struct ca_buf tbs = {0};
        struct cert cert;
        struct ca_err err = {0};

        print_message("    case %zu\n", i);
        show(v);
        assert_int_equal(v->outcome, c->refused ? OUTCOME_REFUSE : OUTCOME_ISSUE);
        if (c->refused) {
            assert_non_null(finding_of(v, "signature.digest", true));
            continue;
        }
        assert_int_equal(plan_signature(v->plan), c->sig);
        assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
        assert_int_equal(cert_read_tbs(ca_buf_view(&tbs), &cert, &err), CA_OK);
        assert_true(ca_bytes_equal(cert.tbs_algorithm, ca_signature_info(c->sig)->algorithm));
    }
}

/* On the final bytes SHA-1 passes only where the profile has the switch and the digest. */
static void final_digests_are_checked(void **state)
{
    static const struct {
        const char *profile;
        enum ca_signature sig;
        bool passes;
    } cases[] = {
        {LEGACY("sha1") EC_KEY("signature: {allow: [sha1]}\n"), CA_SIG_ECDSA_SHA1,   true },
        {LEGACY("sha1") EC_KEY(""),                             CA_SIG_ECDSA_SHA1,   false},
        {EC_KEY("signature: {allow: [sha384]}\n"),              CA_SIG_ECDSA_SHA384, true },
        {EC_KEY("signature: {digest: sha384}\n"),               CA_SIG_ECDSA_SHA256, false},
        {EC_KEY(""),                                            CA_SIG_RSA_SHA256,   false},
    };
    CA_AUTO(csr) struct csr *csr = csr_with("CN=x", NULL);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(profile) struct profile *p = profile_of(cases[i].profile);
        struct issuer issuer = issuer_of(&root_ec);
        struct issuer other = issuer;
        CA_AUTO(profile)
        struct profile *open =
            profile_of(LEGACY("sha1") EC_KEY("signature: {allow: [sha1, sha256, sha384]}\n"));
        const char *name = i < 2 ? "sha1" : cases[i].sig == CA_SIG_ECDSA_SHA384 ? "sha384" : NULL;
        struct wish wish = {.path_length = -1, .digest = name};
        CA_AUTO(verdict) struct verdict *v = NULL;
        CA_AUTO(verdict) struct verdict *again = calloc(1, sizeof(*again));
        CA_AUTO(buf) struct ca_buf tbs = {0};
        struct ca_err err = {0};

        if (cases[i].sig == CA_SIG_RSA_SHA256)
            other.signature = CA_SIG_RSA_SHA256;
        v = judge(&(struct judge_input){
            .profile = open, .issuer = &other, .csr = csr, .wish = &wish, .now = NOW});
        if (v->plan == NULL) {
            show(v);
            fail();
        }
        assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
        again->outcome = OUTCOME_ISSUE;
        assert_int_equal(judge_tbs(p, &issuer, ca_buf_view(&tbs), NOW, again, &err), CA_OK);
        assert_int_equal(finding_of(again, "signature", true) == NULL, cases[i].passes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i17_small_keys_need_the_switch),
        cmocka_unit_test(i17_the_judge_refuses_small_keys_without_the_switch),
        cmocka_unit_test(weak_signatures_of_requests_need_the_switch),
        cmocka_unit_test(the_digest_is_the_profiles_or_one_that_it_allows),
        cmocka_unit_test(final_digests_are_checked),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
