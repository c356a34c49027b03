/* SPDX-License-Identifier: Apache-2.0 */
/* The signing function over a token that signs with a software key, or wrongly, or not at all. */
#include <openssl/evp.h>

#include "base/der.h"
#include "base/ossl.h"
#include "ca/authorisation_internal.h"
#include "tests/unit/support.h"

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
    struct authorisation *a = NULL;
    struct ca_err err = {0};

    token = TOKEN_FINE;
    token_calls = 0;
    assert_int_equal(authorisation_make(&issues, &authority, bytes, &a, &err), CA_OK);
    return a;
}

static void i09_only_a_verdict_that_issues_makes_an_authorisation(void **state)
{
    static const enum outcome outcomes[] = {OUTCOME_REFUSE, OUTCOME_WAIT, (enum outcome)7};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(outcomes); i++) {
        const struct verdict verdict = {.outcome = outcomes[i]};
        struct authorisation *a = NULL;
        struct ca_err err = {0};

        assert_int_equal(authorisation_make(&verdict, &authority, tbs, &a, &err), CA_DENIED);
        assert_null(a);
    }
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
    assert_int_equal(authorisation_make(&issues, &authority, unknown, &none, &err), CA_FAULT);
    assert_int_equal(authorisation_make(&issues, &authority, cut, &none, &err), CA_MALFORMED);
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
        cmocka_unit_test(i09_other_bytes_and_other_authorities_reach_no_token),
        cmocka_unit_test(i02_what_does_not_verify_is_no_certificate),
        cmocka_unit_test(i02_the_signed_tbs_is_the_recorded_one),
        cmocka_unit_test(i02_the_bytes_say_how_they_are_signed),
        cmocka_unit_test(a_token_that_fails_or_is_away_is_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
