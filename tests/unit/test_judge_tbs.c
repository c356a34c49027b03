/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/der_write.h"
#include "policy/judge.h"
#include "tests/unit/judge_support.h"

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
    f.parts.serial = (struct ca_bytes){serial_bytes.ptr, 8};
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
    f.parts.algorithm = ca_signature_info(CA_SIG_ECDSA_SHA224)->algorithm;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i06_serials_without_enough_octets_are_refused),
        cmocka_unit_test(i08_final_dates_are_checked),
        cmocka_unit_test(final_names_and_algorithms_are_checked),
        cmocka_unit_test(i07_extensions_are_a_closed_list),
        cmocka_unit_test(i07_changed_extensions_are_refused),
        cmocka_unit_test(a_certificate_of_one_profile_is_none_of_another),
        cmocka_unit_test(verdicts_that_start_with_refuse_stay_so),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
