/* SPDX-License-Identifier: Apache-2.0 */
/* The signing function over a token that signs with a software key, or wrongly, or not at all. */
#include <openssl/evp.h>

#include "base/der.h"
#include "base/ossl.h"
#include "ca/authorisation_internal.h"
#include "tests/unit/support.h"

/* What others agreed to: as ca/consent.c would make it, which this program is without. */
struct consent {
    struct ca_bytes digest;
};
struct ca_bytes consent_digest(const struct consent *c)
{
    return c->digest;
}

static EVP_PKEY *token_key;
static enum { TOKEN_FINE, TOKEN_FLIPS, TOKEN_FAILS } token;
static unsigned token_calls;
static enum ca_signature token_asked;

CA_RC hsm_sign(const struct hsm_key *key, enum ca_signature sig, struct ca_bytes tbs,
               struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t octets[256];
    size_t len = sizeof(octets);

    (void)key;
    token_asked = sig;
    token_calls++;
    if (token == TOKEN_FAILS)
        return CA_FAIL(err, CA_UNAVAILABLE, "CKR_DEVICE_ERROR");
    assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, ca_signature_info(sig)->digest, NULL, NULL,
                                           token_key, NULL),
                     1);
    assert_int_equal(EVP_DigestSign(ctx, octets, &len, tbs.ptr, tbs.len), 1);
    if (token == TOKEN_FLIPS)
        octets[len - 1] ^= 1;
    ca_buf_add(ret, octets, len);
    return ca_buf_check(ret, err);
}

CA_RC authority_online(const struct authority *a, struct ca_err *err)
{
    if (a->key == NULL)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-offline", "%s", a->reason);
    return CA_OK;
}

static struct authority authority = {
    .id = 1, .signature = CA_SIG_ECDSA_SHA256, .key = (const struct hsm_key *)&token_calls};
/* A TBSCertificate up to its AlgorithmIdentifier: ecdsa-with-SHA256, or its SHA-384. */
#define TBS(serial, digest)                                                                        \
    {                                                                                              \
        0x30, 0x14, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, serial, 0x30, 0x0a, 0x06, 0x08,      \
            0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, digest                                       \
    }
static const uint8_t tbs_octets[] = TBS(0x05, 0x02);
static const uint8_t other_octets[] = TBS(0x06, 0x02);
static const uint8_t sha384_octets[] = TBS(0x05, 0x03);
static const uint8_t unknown_octets[] = TBS(0x05, 0x09);
static const struct ca_bytes tbs = {tbs_octets, sizeof(tbs_octets)};
static const struct ca_bytes other = {other_octets, sizeof(other_octets)};

static int setup(void **state)
{
    (void)state;
    token_key = EVP_EC_gen("P-256");
    authority.public_key = token_key;
    return token_key == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    EVP_PKEY_free(token_key);
    return 0;
}

static struct authorisation *leave_for(struct ca_bytes bytes)
{
    const struct verdict issues = {.outcome = OUTCOME_ISSUE};
    const struct authorisation_ask ask = {
        .request = &issues, .tbs = &issues, .authority = &authority, .bytes = bytes};
    struct authorisation *a = NULL;
    struct ca_err err = {0};

    token = TOKEN_FINE;
    token_calls = 0;
    assert_int_equal(authorisation_make(&ask, &a, &err), CA_OK);
    return a;
}

static void i09_only_a_verdict_that_issues_makes_an_authorisation(void **state)
{
    static const enum outcome outcomes[] = {OUTCOME_REFUSE, OUTCOME_WAIT, (enum outcome)7};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(outcomes); i++) {
        const struct verdict verdict = {.outcome = outcomes[i]};
        const struct verdict issues = {.outcome = OUTCOME_ISSUE};
        const struct authorisation_ask asks[] = {
            {&issues,  &verdict, NULL, &authority, tbs},
            {&verdict, &issues,  NULL, &authority, tbs},
        };
        struct authorisation *a = NULL;
        struct ca_err err = {0};

        for (size_t k = 0; k < CA_COUNT(asks); k++)
            assert_int_equal(authorisation_make(&asks[k], &a, &err), CA_DENIED);
        assert_null(a);
    }
}

/* A real plan that waits for others: only consent to its own digest lets it through. */
static struct verdict *waiting_verdict(void)
{
    static const char yaml[] = "name: web\n"
                               "key: {allow: [\"ec:P-256\"]}\n"
                               "validity: {default: 30d, max: 90d}\n"
                               "approvals: {steps: [{count: 2, role: officer}]}\n"
                               "subject: {unlisted: drop}\n"
                               "subject_alt_name: {use: optional, dns: {allow: true}}\n"
                               "basic_constraints: {ca: false}\n"
                               "key_usage: {bits: [digital_signature]}\n"
                               "extended_key_usage: {usages: [client_auth]}\n"
                               "authority_key_identifier: key_id\n"
                               "subject_key_identifier: hash\n";
    static const uint8_t name[] = "\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
                                  "CA";
    static const uint8_t key_id[20] = {1};
    const struct issuer issuer = {
        .subject = {name,   sizeof(name) - 1},
        .key_id = {key_id, sizeof(key_id)  },
        .signature = CA_SIG_ECDSA_SHA256,
        .not_after = INT64_C(4000000000),
        .path_length = -1,
        .crl_url = "",
        .aia_url = "",
        .ocsp_url = ""
    };
    CA_AUTO(sample) struct sample sample = sample_load("csr", "p256.der");
    CA_AUTO(profile) struct profile *profile = NULL;
    CA_AUTO(csr) struct csr *csr = NULL;
    struct verdict *verdict = NULL;
    struct ca_err err = {0};

    assert_int_equal(profile_compile(ca_bytes_str(yaml), &profile, &err), CA_OK);
    assert_int_equal(csr_parse(sample.bytes, &csr, &err), CA_OK);
    assert_int_equal(judge_request(
                         &(struct judge_input){
                             .profile = profile, .issuer = &issuer, .csr = csr, .now = 1795000000},
                         &verdict, &err),
                     CA_OK);
    assert_int_equal(verdict->outcome, OUTCOME_WAIT);
    return verdict;
}

static void i09_waiting_verdict_needs_consent(void **state)
{
    CA_AUTO(verdict) struct verdict *waits = waiting_verdict();
    const struct verdict issues = {.outcome = OUTCOME_ISSUE};
    struct consent consent = {plan_digest(waits->plan)};
    uint8_t other_digest[32];
    const struct consent wrong = {
        {other_digest, sizeof(other_digest)}
    };
    const struct consent none = {
        {NULL, 0}
    };
    struct authorisation_ask ask = {
        .request = waits, .tbs = &issues, .authority = &authority, .bytes = tbs};
    CA_AUTO(authorisation) struct authorisation *a = NULL;
    struct ca_err err = {0};

    (void)state;
    memcpy(other_digest, consent.digest.ptr, sizeof(other_digest));
    other_digest[31] ^= 1; /* one bit of one octet */
    assert_int_equal(authorisation_make(&ask, &a, &err), CA_DENIED);
    assert_string_equal(err.problem, "consent-void");
    ask.consent = &wrong;
    assert_int_equal(authorisation_make(&ask, &a, &err), CA_DENIED);
    ask.consent = &none;
    assert_int_equal(authorisation_make(&ask, &a, &err), CA_DENIED);
    assert_null(a);
    ask.consent = &consent;
    assert_int_equal(authorisation_make(&ask, &a, &err), CA_OK);
    assert_non_null(a);
}

static void i09_other_bytes_and_other_authorities_reach_no_token(void **state)
{
    CA_AUTO(authorisation) struct authorisation *a = leave_for(tbs);
    CA_AUTO(buf) struct ca_buf ret = {0};
    struct authority second = authority;
    struct ca_err err = {0};

    (void)state;
    second.id = 2;
    assert_int_equal(certificate_sign(&authority, a, other, &ret, &err), CA_FAULT);
    assert_int_equal(certificate_sign(&second, a, tbs, &ret, &err), CA_FAULT);
    assert_int_equal(token_calls, 0);
    assert_int_equal(ret.len, 0);
}

static void i02_what_does_not_verify_is_no_certificate(void **state)
{
    CA_AUTO(authorisation) struct authorisation *a = leave_for(tbs);
    CA_AUTO(buf) struct ca_buf ret = {0};
    struct ca_err err = {0};

    (void)state;
    token = TOKEN_FLIPS;
    assert_int_equal(certificate_sign(&authority, a, tbs, &ret, &err), CA_UNAVAILABLE);
    assert_string_equal(err.problem, "bad-signature");
    assert_int_equal(ret.len, 0);
}

static void i02_the_signed_tbs_is_the_recorded_one(void **state)
{
    CA_AUTO(authorisation) struct authorisation *a = leave_for(tbs);
    CA_AUTO(buf) struct ca_buf ret = {0};
    struct ca_err err = {0};
    struct ca_bytes in;
    struct der certificate;

    (void)state;
    assert_int_equal(certificate_sign(&authority, a, tbs, &ret, &err), CA_OK);
    in = ca_buf_view(&ret);
    assert_int_equal(der_take(&in, DER_SEQUENCE, &certificate, &err), CA_OK);
    assert_int_equal(in.len, 0);
    assert_memory_equal(certificate.body.ptr, tbs.ptr, tbs.len);
}

/* The digest is that of the bytes, which the verdict has seen, not the authority's own. */
static void i02_the_bytes_say_how_they_are_signed(void **state)
{
    const struct ca_bytes sha384 = {sha384_octets, sizeof(sha384_octets)};
    const struct ca_bytes unknown = {unknown_octets, sizeof(unknown_octets)};
    const struct ca_bytes cut = {tbs_octets, 5};
    const struct verdict issues = {.outcome = OUTCOME_ISSUE};
    struct authorisation_ask ask = {
        .request = &issues, .tbs = &issues, .authority = &authority, .bytes = unknown};
    CA_AUTO(authorisation) struct authorisation *a = leave_for(sha384);
    struct authorisation *none = NULL;
    CA_AUTO(buf) struct ca_buf ret = {0};
    struct ca_err err = {0};
    struct ca_bytes outer = ca_signature_info(CA_SIG_ECDSA_SHA384)->algorithm;

    (void)state;
    assert_int_equal(certificate_sign(&authority, a, sha384, &ret, &err), CA_OK);
    assert_int_equal(token_asked, CA_SIG_ECDSA_SHA384);
    assert_non_null(memmem(ret.ptr + sizeof(sha384_octets), ret.len - sizeof(sha384_octets),
                           outer.ptr, outer.len));
    assert_int_equal(authorisation_make(&ask, &none, &err), CA_FAULT);
    ask.bytes = cut;
    assert_int_equal(authorisation_make(&ask, &none, &err), CA_MALFORMED);
    assert_null(none);
}

static void a_token_that_fails_or_is_away_is_named(void **state)
{
    CA_AUTO(authorisation) struct authorisation *a = leave_for(tbs);
    CA_AUTO(buf) struct ca_buf ret = {0};
    struct authority offline = authority;
    struct ca_err err = {0};

    (void)state;
    token = TOKEN_FAILS;
    assert_int_equal(certificate_sign(&authority, a, tbs, &ret, &err), CA_UNAVAILABLE);
    assert_string_equal(err.problem, "token-failed");
    offline.key = NULL;
    assert_int_equal(certificate_sign(&offline, a, tbs, &ret, &err), CA_UNAVAILABLE);
    assert_string_equal(err.problem, "token-offline");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i09_only_a_verdict_that_issues_makes_an_authorisation),
        cmocka_unit_test(i09_waiting_verdict_needs_consent),
        cmocka_unit_test(i09_other_bytes_and_other_authorities_reach_no_token),
        cmocka_unit_test(i02_what_does_not_verify_is_no_certificate),
        cmocka_unit_test(i02_the_signed_tbs_is_the_recorded_one),
        cmocka_unit_test(i02_the_bytes_say_how_they_are_signed),
        cmocka_unit_test(a_token_that_fails_or_is_away_is_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
