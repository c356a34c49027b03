/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lint.h"

#include <stdio.h>

#include "policy/lint_internal.h"
#include "policy/spki.h"
#include "tests/unit/support.h"

/* tests/data/make-lints.py makes the samples: for each lint one certificate that breaks it and one
 * that keeps to it, a change apart. */

enum { NAME_MAX_ON_THE_WIRE = 63, FILE_LEN = 128 };

static struct issuer issuer = {.signature = CA_SIG_ECDSA_SHA256,
                               .not_before = 1577836800, /* 2020 */
                               .not_after = 2082758399,  /* the last second of 2035 */
                               .path_length = 1,
                               .crl_url = "http://ca.example.org/crl",
                               .aia_url = "http://ca.example.org/aia",
                               .ocsp_url = "http://ca.example.org/ocsp"};
static struct sample root;
static uint8_t root_key_id[SPKI_KEY_ID_LEN];

static int group_setup(void **state)
{
    struct cert cert;
    struct spki_info key;
    struct ca_err err;

    (void)state;
    root = sample_load("lint", "good-root.der");
    assert_int_equal(cert_read_tbs(root.bytes, &cert, &err), CA_OK);
    assert_int_equal(spki_read(cert.spki, &key, &err), CA_OK);
    assert_int_equal(spki_key_id(key.key, root_key_id, &err), CA_OK);
    issuer.subject = cert.subject;
    issuer.key_id = (struct ca_bytes){root_key_id, sizeof(root_key_id)};
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    sample_free(root);
    return 0;
}

static bool starts_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Roots are their own issuers: nothing to compare with. */
static const struct issuer *issuer_for(const char *good)
{
    return starts_with(good, "good-root") ? NULL : &issuer;
}

/* The file of the good certificate that a lint's samples were made from, from `vectors`. */
static bool good_find(struct ca_bytes vectors, const char *lint, char ret[FILE_LEN])
{
    char key[FILE_LEN];
    int len = snprintf(key, sizeof(key), "%s ", lint);
    const char *end = (const char *)vectors.ptr + vectors.len;
    const char *next = (const char *)vectors.ptr;

    for (const char *line = next; line < end; line = next) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        stop = stop == NULL ? end : stop;
        next = stop + 1;
        if (stop - line <= len || strncmp(line, key, (size_t)len) != 0)
            continue;
        (void)snprintf(ret, FILE_LEN, "%.*s", (int)(stop - line - len), line + len);
        return true;
    }
    return false;
}

static bool file_there(const char *file)
{
    char path[512];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/lint/%s", CA_TEST_DATA, file);
    f = fopen(path, "rb");
    if (f != NULL)
        (void)fclose(f);
    return f != NULL;
}

static enum lint_result run_on(const struct lint *lint, const char *file, const char *good)
{
    CA_AUTO(sample) struct sample s = sample_load("lint", file);
    static struct lint_case c;
    struct ca_bytes value;

    lint_case_read(s.bytes, issuer_for(good), &c);
    return lint_run(lint, &c, &value);
}

static void each_lint_has_a_failing_and_a_passing_vector(void **state)
{
    CA_AUTO(sample) struct sample vectors = sample_load("lint", "vectors");

    (void)state;
    assert_true(lint_count() >= 60);
    for (size_t i = 0; i < lint_count(); i++) {
        const struct lint *lint = lint_row(i);
        char good[FILE_LEN] = "";
        char file[FILE_LEN];

        test_note(lint->info.name);
        if (!good_find(vectors.bytes, lint->info.name, good))
            fail_msg("%s has no vectors", lint->info.name);
        (void)snprintf(file, sizeof(file), "%s.fail.der", lint->info.name);
        if (run_on(lint, file, good) != LINT_BREAKS)
            fail_msg("%s does not break it", file);
        if (run_on(lint, good, good) == LINT_BREAKS)
            fail_msg("%s breaks it", good);
        (void)snprintf(file, sizeof(file), "%s.pass.der", lint->info.name);
        if (run_on(lint, file_there(file) ? file : good, good) != LINT_PASSES)
            fail_msg("%s does not keep to it", file_there(file) ? file : good);
    }
}

static void each_lint_is_described(void **state)
{
    static const char *const sources[] = {"rfc", "x690.", "x520.", "cabf.br.", "consistency."};

    (void)state;
    for (size_t i = 0; i < lint_count(); i++) {
        const struct lint_info *info = lint_at(i);
        bool known = false;

        test_note(info->name);
        for (size_t s = 0; s < CA_COUNT(sources); s++)
            known = known || starts_with(info->name, sources[s]);
        assert_true(known);
        assert_true(strlen(info->name) <= NAME_MAX_ON_THE_WIRE);
        assert_true(strlen(info->source) > 0);
        /* An error is a must, a warning is not. */
        assert_true((strstr(info->text, "must") != NULL) == (info->severity == LINT_ERROR));
        assert_true(starts_with(lint_row(i)->pointer, "/tbs"));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(info->name, lint_at(j)->name);
    }
    assert_null(lint_at(lint_count()));
}

static void lint_it(struct ca_bytes tbs, const struct issuer *from, struct verdict *v)
{
    struct cert cert = {.tbs = tbs};
    struct ca_err err = {0};

    v->outcome = OUTCOME_ISSUE;
    v->finding_n = 0;
    v->plan = NULL;
    assert_int_equal(lint_tbs(&cert, from, v, &err), CA_OK);
}

static const char *const goods[] = {"leaf", "rsa",   "ed25519", "ca", "root",      "person",
                                    "ocsp", "stamp", "ov",      "iv", "no-subject"};

static void nothing_is_found_in_good_certificates(void **state)
{
    static struct verdict v;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(goods); i++) {
        char file[FILE_LEN];
        CA_AUTO(sample) struct sample s = {0};

        (void)snprintf(file, sizeof(file), "good-%s.der", goods[i]);
        s = sample_load("lint", file);
        test_note(file);
        lint_it(s.bytes, issuer_for(file), &v);
        if (v.finding_n > 0)
            fail_msg("%s: %s", v.findings[0].rule, v.findings[0].text);
        assert_int_equal(v.outcome, OUTCOME_ISSUE);
    }
}

static const struct finding *finding_of(const struct verdict *v, const char *rule)
{
    for (size_t i = 0; i < v->finding_n; i++) {
        if (strcmp(v->findings[i].rule, rule) == 0)
            return &v->findings[i];
    }
    return NULL;
}

/* An error refuses, a warning alone does not; each is told with its name, place and source. */
static void findings_follow_the_severity(void **state)
{
    CA_AUTO(sample) struct sample vectors = sample_load("lint", "vectors");
    static struct verdict v;

    (void)state;
    for (size_t i = 0; i < lint_count(); i++) {
        const struct lint *lint = lint_row(i);
        char good[FILE_LEN] = "";
        char file[FILE_LEN];
        CA_AUTO(sample) struct sample s = {0};
        const struct finding *f;
        bool refused = false;

        test_note(lint->info.name);
        assert_true(good_find(vectors.bytes, lint->info.name, good));
        (void)snprintf(file, sizeof(file), "%s.fail.der", lint->info.name);
        s = sample_load("lint", file);
        lint_it(s.bytes, issuer_for(good), &v);
        f = finding_of(&v, lint->info.name);
        if (f == NULL) {
            fail_msg("%s is not told", lint->info.name);
            return;
        }
        assert_int_equal(f->refuses, lint->info.severity == LINT_ERROR);
        assert_string_equal(f->pointer, lint->pointer);
        assert_non_null(strstr(f->text, lint->info.source));
        for (size_t n = 0; n < v.finding_n; n++)
            refused = refused || v.findings[n].refuses;
        assert_int_equal(v.outcome, refused ? OUTCOME_REFUSE : OUTCOME_ISSUE);
    }
}

static void without_an_issuer_nothing_is_compared_with_it(void **state)
{
    static struct verdict v;
    CA_AUTO(sample)
    struct sample s =
        sample_load("lint", "consistency.authority_key_identifier.of_issuer.fail.der");

    (void)state;
    lint_it(s.bytes, NULL, &v);
    assert_int_equal(v.finding_n, 0);
    lint_it(s.bytes, &issuer, &v);
    assert_int_equal(v.finding_n, 1);
}

static void a_verdict_that_refuses_stays_so(void **state)
{
    CA_AUTO(sample) struct sample s = sample_load("lint", "good-leaf.der");
    struct cert cert = {.tbs = s.bytes};
    static struct verdict v;
    struct ca_err err;

    (void)state;
    v.outcome = OUTCOME_REFUSE;
    v.finding_n = 0;
    assert_int_equal(lint_tbs(&cert, &issuer, &v, &err), CA_OK);
    assert_int_equal(v.outcome, OUTCOME_REFUSE);
}

/* Whatever the octets are, the rules read inside of them. Cut, each octet changed. */
static void broken_bytes_are_read_to_their_end_only(void **state)
{
    static const uint8_t changes[] = {0x01, 0x80, 0xff};
    static struct verdict v;

    (void)state;
    for (size_t g = 0; g < CA_COUNT(goods); g++) {
        char file[FILE_LEN];
        CA_AUTO(sample) struct sample s = {0};

        (void)snprintf(file, sizeof(file), "good-%s.der", goods[g]);
        s = sample_load("lint", file);
        for (size_t i = 0; i < s.bytes.len; i++) {
            uint8_t *cut = ca_bytes_dup((struct ca_bytes){s.bytes.ptr, i});

            assert_non_null(cut);
            lint_it((struct ca_bytes){cut, i}, &issuer, &v);
            free(cut);
            assert_int_equal(v.outcome, OUTCOME_REFUSE);
            for (size_t n = 0; n < CA_COUNT(changes); n++) {
                s.own[i] ^= changes[n];
                lint_it(s.bytes, &issuer, &v);
                s.own[i] ^= changes[n];
            }
        }
    }
}

/* Takes an organization, and says that only the domain was validated. */
static const char claims_too_much[] = "name: claims-too-much\n"
                                      "description: organization beside the policy of hosts\n"
                                      "key: {allow: [\"ec:P-256\"]}\n"
                                      "validity: {default: 90d, max: 398d, backdate: 1h}\n"
                                      "subject:\n"
                                      "  unlisted: drop\n"
                                      "  attributes:\n"
                                      "    common_name: {use: optional}\n"
                                      "    organization: {use: optional}\n"
                                      "subject_alt_name: {use: required, dns: {allow: true}}\n"
                                      "basic_constraints: {ca: false, critical: true}\n"
                                      "key_usage: {critical: true, bits: [digital_signature]}\n"
                                      "extended_key_usage: {usages: [server_auth]}\n"
                                      "authority_key_identifier: key_id\n"
                                      "subject_key_identifier: hash\n"
                                      "certificate_policies: [2.23.140.1.2.1]\n";

/* No profile lets a certificate through that breaks a rule of the standards. */
static void the_judge_refuses_what_a_lint_refuses(void **state)
{
    CA_AUTO(sample) struct sample der = sample_load("csr", "p256.der");
    CA_AUTO(csr) struct csr *csr = NULL;
    CA_AUTO(profile) struct profile *p = NULL;
    CA_AUTO(verdict) struct verdict *v = NULL;
    struct judge_input in = {.issuer = &issuer, .now = 1795000000};
    const struct finding *f;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(csr_parse(der.bytes, &csr, &err), CA_OK);
    if (profile_compile(ca_bytes_str(claims_too_much), &p, &err) != CA_OK)
        fail_msg("%s", err.text);
    in.csr = csr;
    in.profile = p;
    assert_int_equal(judge_request(&in, &v, &err), CA_OK);
    assert_int_equal(v->outcome, OUTCOME_REFUSE);
    assert_int_equal(v->finding_n > 0, 1);
    for (size_t i = 0; i < v->finding_n; i++)
        assert_true(!v->findings[i].refuses || starts_with(v->findings[i].rule, "cabf.br."));
    f = finding_of(v, "cabf.br.policy.dv_organization");
    assert_true(f != NULL && f->refuses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_lint_has_a_failing_and_a_passing_vector),
        cmocka_unit_test(each_lint_is_described),
        cmocka_unit_test(nothing_is_found_in_good_certificates),
        cmocka_unit_test(findings_follow_the_severity),
        cmocka_unit_test(without_an_issuer_nothing_is_compared_with_it),
        cmocka_unit_test(a_verdict_that_refuses_stays_so),
        cmocka_unit_test(the_judge_refuses_what_a_lint_refuses),
        cmocka_unit_test(broken_bytes_are_read_to_their_end_only),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
