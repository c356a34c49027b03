/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"

#include <openssl/x509.h>

#include "base/ossl.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

/* clang-format off */
static const struct csr_case {
    const char *file;
    enum ca_rc rc;
    const char *says;
} csr_cases[] = {
    {"p256.der",                    CA_OK,         ""},
    {"p384.der",                    CA_OK,         ""},
    {"p521.der",                    CA_OK,         ""},
    {"secp256k1.der",               CA_OK,         ""},
    {"brainpool256.der",            CA_OK,         ""},
    {"brainpool384.der",            CA_OK,         ""},
    {"brainpool512.der",            CA_OK,         ""},
    {"ed25519.der",                 CA_OK,         ""},
    {"rsa2048.der",                 CA_OK,         ""},
    {"rsa4096.der",                 CA_OK,         ""},
    {"rsa-pss.der",                 CA_OK,         ""},
    {"rsa-sha512.der",              CA_OK,         ""},
    {"no-attributes.der",           CA_OK,         ""},
    {"empty-attributes.der",        CA_OK,         ""},
    {"empty-extension-list.der",    CA_OK,         ""},
    {"unsorted-attributes.der",     CA_OK,         ""},
    {"wildcard.der",                CA_OK,         ""},
    {"public-suffix.der",           CA_OK,         ""},
    {"ip.der",                      CA_OK,         ""},
    {"email.der",                   CA_OK,         ""},
    {"other-name.der",              CA_OK,         ""},
    {"bad-punycode.der",            CA_OK,         ""},
    {"empty-subject.der",           CA_OK,         ""},
    {"empty-subject-no-san.der",    CA_OK,         ""},
    {"cn-not-in-san.der",           CA_OK,         ""},
    {"ca-true.der",                 CA_OK,         ""},
    {"more-usages.der",             CA_OK,         ""},
    {"unlisted-attributes.der",     CA_OK,         ""},
    {"person.der",                  CA_OK,         ""},
    {"reverse-order.der",           CA_OK,         ""},
    {"multi-valued-rdn.der",        CA_OK,         ""},
    {"long-common-name.der",        CA_OK,         ""},
    {"lower-case-country.der",      CA_OK,         ""},
    {"tool-openssl.der",            CA_OK,         ""},
    {"tool-keytool.der",            CA_OK,         ""},
    {"tool-cfssl.der",              CA_OK,         ""},
    {"tool-certtool.der",           CA_OK,         ""},
    {"tool-strongswan.der",         CA_OK,         ""},
    {"tool-strongswan-ed25519.der", CA_OK,         ""},
    {"tool-strongswan-pss.der",     CA_OK,         ""},
    {"empty.der",                   CA_MALFORMED,  "ends where"},
    {"not-pkcs10.der",              CA_MALFORMED,  "is not tag"},
    {"text.der",                    CA_MALFORMED,  "is not tag"},
    {"truncated.der",               CA_MALFORMED,  "cut short"},
    {"trailing-byte.der",           CA_MALFORMED,  "left over: 1"},
    {"long-form-length.der",        CA_MALFORMED,  "not DER"},
    {"65537-octets.der",            CA_LIMIT,      "at most 65536"},
    {"version-2.der",               CA_MALFORMED,  "version is not 1"},
    {"wrong-key.der",               CA_DENIED,     "does not verify"},
    {"flipped-signature.der",       CA_DENIED,     "does not verify"},
    {"other-algorithm.der",         CA_DENIED,     "does not fit the key"},
    {"unknown-algorithm.der",       CA_DENIED,     "not taken"},
    {"md5.der",                     CA_DENIED,     "md5WithRSAEncryption, which is weak"},
    {"sha1.der",                    CA_DENIED,     "sha1WithRSAEncryption, which is weak"},
    {"ecdsa-sha1.der",              CA_DENIED,     "ecdsa-with-SHA1, which is weak"},
    {"rsa1024.der",                 CA_DENIED,     "RSA key of 1024 bits"},
    {"rsa2050.der",                 CA_DENIED,     "not a multiple of 8"},
    {"rsa16384.der",                CA_DENIED,     "from 2048 to 8192"},
    {"even-modulus.der",            CA_DENIED,     "modulus is even"},
    {"negative-modulus.der",        CA_MALFORMED,  "negative"},
    {"exponent-1.der",              CA_DENIED,     "below 65537"},
    {"exponent-3.der",              CA_DENIED,     "below 65537"},
    {"exponent-even.der",           CA_DENIED,     "exponent is even"},
    {"exponent-huge.der",           CA_DENIED,     "not below 2^256"},
    {"explicit-curve.der",          CA_DENIED,     "explicit curve parameters"},
    {"p224.der",                    CA_DENIED,     "curve that is not taken"},
    {"point-not-on-curve.der",      CA_MALFORMED,  "not a EC key"},
    {"point-compressed.der",        CA_DENIED,     "compressed"},
    {"point-infinity.der",          CA_MALFORMED,  "not a point"},
    {"point-short.der",             CA_MALFORMED,  "not a point"},
    {"ed25519-short.der",           CA_MALFORMED,  "31 octets"},
    {"10000-sans.der",              CA_LIMIT,      "more than 250"},
    {"251-sans.der",                CA_LIMIT,      "more than 250"},
    {"san-nul.der",                 CA_DENIED,     "NUL"},
    {"san-utf8.der",                CA_DENIED,     "A-label"},
    {"san-space.der",               CA_DENIED,     "not a host name"},
    {"san-trailing-dot.der",        CA_DENIED,     "not a host name"},
    {"san-bare-wildcard.der",       CA_DENIED,     "not a host name"},
    {"san-inner-wildcard.der",      CA_DENIED,     "not a host name"},
    {"san-dotted-quad.der",         CA_DENIED,     "not a host name"},
    {"san-254-octets.der",          CA_DENIED,     "not a host name"},
    {"san-ip-5.der",                CA_DENIED,     "5 octets"},
    {"san-ip-8.der",                CA_DENIED,     "8 octets"},
    {"san-empty.der",               CA_MALFORMED,  "without names"},
    {"san-email-bad.der",           CA_DENIED,     "e-mail"},
    {"san-uri-relative.der",        CA_DENIED,     "URI"},
    {"san-unknown-tag.der",         CA_MALFORMED,  "not a kind of name"},
    {"duplicate-extensions.der",    CA_MALFORMED,  "extension stands there twice"},
    {"duplicate-attributes.der",    CA_MALFORMED,  "attribute stands there twice"},
    {"two-extension-requests.der",  CA_MALFORMED,  "left over"},
    {"critical-false.der",          CA_MALFORMED,  "critical FALSE"},
};
/* clang-format on */

static void csr_parse_answers_each_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(csr_cases); i++) {
        const struct csr_case *c = &csr_cases[i];
        CA_AUTO(sample) struct sample s = sample_load("csr", c->file);
        CA_AUTO(csr) struct csr *csr = NULL;
        struct ca_err err = {0};
        enum ca_rc rc = csr_parse(s.bytes, &csr, &err);

        test_note(c->file);
        if (rc != c->rc || strstr(err.text, c->says) == NULL)
            fail_msg("%s: %d '%s'", c->file, (int)rc, err.text);
        assert_true((csr != NULL) == (c->rc == CA_OK)); /* untouched on failure */
    }
}

static void weak_signatures_have_their_own_problem(void **state)
{
    static const char *const files[] = {"md5.der", "sha1.der", "ecdsa-sha1.der"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(files); i++) {
        CA_AUTO(sample) struct sample s = sample_load("csr", files[i]);
        CA_AUTO(csr) struct csr *csr = NULL;
        struct ca_err err = {0};

        assert_int_equal(csr_parse(s.bytes, &csr, &err), CA_DENIED);
        assert_string_equal(err.problem, "weak-signature");
    }
}

/* What we read is what OpenSSL reads; what we take OpenSSL takes. */
static void csr_parse_agrees_with_openssl(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(csr_cases) && csr_cases[i].rc == CA_OK; i++) {
        CA_AUTO(sample) struct sample s = sample_load("csr", csr_cases[i].file);
        CA_AUTO(csr) struct csr *csr = NULL;
        struct ca_err err = {0};
        const uint8_t *at = s.bytes.ptr;
        CA_AUTO(x509_req) X509_REQ *req = d2i_X509_REQ(NULL, &at, (long)s.bytes.len);
        uint8_t *subject = NULL;
        int len;

        test_note(csr_cases[i].file);
        assert_int_equal(csr_parse(s.bytes, &csr, &err), CA_OK);
        assert_non_null(req);
        assert_ptr_equal(at, s.bytes.ptr + s.bytes.len);
        assert_int_equal(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
        assert_int_equal(EVP_PKEY_eq(X509_REQ_get0_pubkey(req), csr_key(csr)), 1);
        len = i2d_X509_NAME(X509_REQ_get_subject_name(req), &subject);
        assert_true(len > 0 &&
                    ca_bytes_equal(csr_subject(csr), (struct ca_bytes){subject, (size_t)len}));
        OPENSSL_free(subject);
    }
}

static void accessors_give_what_the_request_holds(void **state)
{
    CA_AUTO(sample) struct sample s = sample_load("csr", "unsorted-attributes.der");
    CA_AUTO(csr) struct csr *csr = NULL;
    struct ca_err err = {0};
    const struct san *sans;
    size_t n = 0;
    unsigned tag = 0;

    (void)state;
    assert_int_equal(csr_parse(s.bytes, &csr, &err), CA_OK);
    assert_int_equal(csr_key_info(csr)->kind, CA_KEY_P256);
    assert_int_equal(csr_key_info(csr)->bits, 256);
    sans = csr_sans(csr, &n);
    assert_int_equal(n, 2);
    assert_true(ca_bytes_is_str(sans[1].value, "example.org"));
    (void)csr_extensions(csr, &n);
    assert_int_equal(n, 1);
    assert_non_null(csr_extension(csr, EXT_SUBJECT_ALT_NAME));
    assert_null(csr_extension(csr, EXT_BASIC_CONSTRAINTS));
    assert_true(ca_bytes_is_str(csr_challenge_password(csr, &tag), "hunter2"));
    assert_int_equal(tag, 0x13);
}

/* I15: what is kept of a request does not tell its challenge. */
static void a_masked_request_is_the_same_without_its_challenge(void **state)
{
    CA_AUTO(sample) struct sample s = sample_load("csr", "unsorted-attributes.der");
    CA_AUTO(csr) struct csr *csr = NULL;
    CA_AUTO(csr) struct csr *masked = NULL;
    CA_AUTO(csr) struct csr *none = NULL;
    CA_AUTO(buf) struct ca_buf kept = {0};
    struct ca_err err = {0};
    unsigned tag = 0;

    (void)state;
    assert_int_equal(csr_parse(s.bytes, &csr, &err), CA_OK);
    assert_int_equal(csr_masked(csr, &kept, &err), CA_OK);
    assert_int_equal(kept.len, s.bytes.len);
    assert_null(memmem(kept.ptr, kept.len, "hunter2", 7));
    assert_int_equal(csr_parse(ca_buf_view(&kept), &none, &err), CA_DENIED);
    assert_string_equal(err.problem, "proof-of-possession");
    assert_int_equal(csr_parse_masked(ca_buf_view(&kept), 0, &masked, &err), CA_OK);
    assert_true(ca_bytes_is_str(csr_challenge_password(masked, &tag), "*******"));
    assert_true(ca_bytes_equal(csr_spki(masked), csr_spki(csr)));
    assert_true(ca_bytes_equal(csr_subject(masked), csr_subject(csr)));
    kept.len--;
    assert_int_equal(csr_parse_masked(ca_buf_view(&kept), 0, &none, &err), CA_MALFORMED);
}

static enum ca_rc parse_once(const void *der, struct ca_err *err)
{
    CA_AUTO(csr) struct csr *csr = NULL;
    enum ca_rc rc = csr_parse(*(const struct ca_bytes *)der, &csr, err);

    assert_true((csr != NULL) == (rc == CA_OK));
    return rc;
}

static void csr_parse_survives_each_failing_allocation(void **state)
{
    static const char *const files[] = {"p256.der", "rsa-pss.der", "ed25519.der"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(files); i++) {
        CA_AUTO(sample) struct sample s = sample_load("csr", files[i]);

        fault_each_allocation(parse_once, &s.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csr_parse_answers_each_sample),
        cmocka_unit_test(weak_signatures_have_their_own_problem),
        cmocka_unit_test(csr_parse_agrees_with_openssl),
        cmocka_unit_test(accessors_give_what_the_request_holds),
        cmocka_unit_test(a_masked_request_is_the_same_without_its_challenge),
        cmocka_unit_test(csr_parse_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
