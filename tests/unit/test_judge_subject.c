/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "policy/judge.h"
#include "policy/pattern.h"
#include "tests/unit/judge_support.h"

/* Each rule on the subject: a value that just passes and one that just fails, through the CSR,
 * through what is asked beside it, and through both at once. */

#define HEAD                                                                                       \
    "name: t\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"                  \
    "key_usage: {bits: [digital_signature]}\nauthority_key_identifier: key_id\nsubject:\n"
#define CN(rule) HEAD "  attributes: {common_name: {use: required, " rule "}}\n"

static const struct subject_case {
    const char *profile, *passes, *fails, *rule;
} subject_cases[] = {
    {CN("pattern: 'host-[0-9]{1,3}'"),   "CN=host-123",                 "CN=host-1234",         "subject.pattern"   },
    {CN("pattern: 'a|b'"),               "CN=b",                        "CN=bc",                "subject.pattern"   },
    {CN("pattern: '(a+)+'"),             "CN=aaaaaaaaaaaaaaa",
     "CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",                                        "subject.pattern"   },
    {CN("values: [red, green]"),         "CN=green",                    "CN=Green",             "subject.values"    },
    {CN("encoding: printable"),          "CN=abc (1)",                  "CN=a_b",               "subject.encoding"  },
    {CN("max: 2"),                       "CN=a,CN=b",                   "CN=a,CN=b,CN=c",       "subject.max"       },
    {CN("max: 1"),                       "CN=a",                        "O=a",                  "subject.required"  },
    {HEAD "  unlisted: refuse\n  attributes: {common_name: {use: optional}, organization: {use: "
          "optional}}\n",           "CN=a,O=x",                    "CN=a,L=x",             "subject.attributes"},
    {HEAD "  unlisted: refuse\n  attributes: {common_name: {use: optional}, organization: {use: "
          "fixed, value: Acme}}\n", "CN=a,O=Acme",                 "CN=a,O=Acne",          "subject.attributes"},
 /* UTS 39: one letter of another alphabet. */
    {CN("max: 1"),                       "CN=paypal",                   "CN=p\xd0\xb0ypal",     "subject.value"     },
    {CN("max: 1"),                       "CN=\xd0\xbc\xd0\xb8\xd1\x80", "CN=\xd0\xbc\xd0\xb8r", "subject.value"     },
    {CN("max: 1"),                       "CN=\xce\x91\xce\xb8 AB",
     "CN=\xce\x91"
     "BC",                                                                                      "subject.value"     },
};

static struct verdict *ask(const struct profile *p, const char *csr_subject, const char *wished)
{
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_with(csr_subject, NULL);
    CA_AUTO(buf) struct ca_buf own = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct wish wish = {.path_length = -1, .subject = values};
    struct ca_err err = {0};

    if (wished != NULL && name_parse(wished, &own, values, &n, &err) != CA_OK) {
        /* name_parse itself refuses what no profile takes; the judge must, too. */
        values[0] = (struct name_value){
            NAME_CN, DER_UTF8_STRING, {(const uint8_t *)wished + 3, strlen(wished + 3)}
        };
        n = 1;
    }
    wish.subject_n = n;
    return judge(&(struct judge_input){.profile = p,
                                       .issuer = &issuer,
                                       .csr = csr,
                                       .wish = wished != NULL ? &wish : NULL,
                                       .now = NOW});
}

/* csr_with writes with name_write, which checks; what it refuses is not sent through the CSR. */
static bool can_stand_in_a_csr(const char *subject)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct ca_err err = {0};

    return name_parse(subject, &own, values, &n, &err) == CA_OK;
}

static void assert_refused(const struct verdict *v, const struct subject_case *c)
{
    const struct finding *f = finding_of(v, c->rule, true);

    if (v->outcome != OUTCOME_REFUSE || f == NULL || v->plan != NULL) {
        show(v);
        fail_msg("%s with %s", c->fails, c->profile);
    }
}

static void assert_issued(const struct verdict *v, const struct subject_case *c)
{
    if (v->outcome != OUTCOME_ISSUE || v->plan == NULL) {
        show(v);
        fail_msg("%s with %s", c->passes, c->profile);
    }
}

static void i07_each_rule_has_its_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(subject_cases); i++) {
        const struct subject_case *c = &subject_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->profile);
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(verdict) struct verdict *good = ask(p, c->passes, NULL);
        CA_AUTO(verdict) struct verdict *wished = ask(p, "CN=x", c->passes);
        CA_AUTO(verdict) struct verdict *both = ask(p, c->passes, c->passes);
        CA_AUTO(verdict) struct verdict *bad = ask(p, "CN=x", c->fails);
        CA_AUTO(verdict) struct verdict *bad_over_good = ask(p, c->passes, c->fails);
        CA_AUTO(verdict) struct verdict *bad_in_csr = NULL;

        assert_issued(good, c);
        assert_issued(wished, c);
        assert_issued(both, c);
        issue(&root_ec, good, &issuer, p);
        issue(&root_ec, wished, &issuer, p);
        assert_refused(bad, c);
        assert_refused(bad_over_good, c);
        if (!can_stand_in_a_csr(c->fails))
            continue;
        bad_in_csr = ask(p, c->fails, NULL);
        assert_refused(bad_in_csr, c);
    }
}

static const struct {
    const char *text, *says;
} unicode_cases[] = {
    {"a\xe2\x80\xae"
     "b",       "U+202E"     }, /* right-to-left override */
    {"a\xe2\x80\x8b"
     "b",       "U+200B"     }, /* zero width space */
    {"a\xc2\xad"
     "b",       "U+00AD"     }, /* soft hyphen */
    {"a\xe2\x81\xa6"
     "b",       "U+2066"     },
    {"a\xef\xbb\xbf"
     "b",       "U+FEFF"     },
    {"a\xe2\x80\xa8"
     "b",       "U+2028"     },
    {"a\xc2\xa0"
     "b",       "U+00A0"     }, /* a blank that is none */
    {"a\xef\xb8\x8f"
     "b",       "U+FE0F"     },
    {"a\xee\x80\x80"
     "b",       "U+E000"     }, /* private use */
    {"a\xf3\xa0\x81\x81"
     "b",       "U+E0041"    }, /* tag */
    {"a\xcc\x88"
     "b",       "NFC"        }, /* a and a diaeresis, instead of one letter */
    {"\xe2\x84\xab", "NFC"        }, /* the unit, not the letter */
    {"\xd1\x81"
     "om",      "mixes"      },
    {"a\x01"
     "b",       "cannot hold"},
    {"a\xc2\x85"
     "b",       "cannot hold"},
    {"a\xff"
     "b",       "cannot hold"},
    {"a\xed\xa0\x80"
     "b",       "cannot hold"}, /* surrogate */
};

static void names_that_deceive_people_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(unicode_cases); i++) {
        const struct name_value value = {NAME_CN, DER_UTF8_STRING,
                                         ca_bytes_str(unicode_cases[i].text)};
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = csr_load("p256.der");
        struct wish wish = {.path_length = -1, .subject = &value, .subject_n = 1};
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){.profile = profile("client"),
                                                        .issuer = &issuer,
                                                        .csr = csr,
                                                        .wish = &wish,
                                                        .now = NOW});
        const struct finding *f = finding_of(v, "subject.value", true);

        if (f == NULL || strstr(f->text, unicode_cases[i].says) == NULL) {
            show(v);
            fail_msg("case %zu", i);
        }
    }
}

static void names_of_all_the_world_pass(void **state)
{
    static const char *const texts[] = {"J\xc3\xbcrgen M\xc3\xbcller", "\xe6\x9d\xb1\xe4\xba\xac",
                                        "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0 (Anna)",
                                        "\xd7\x90\xd7\x91",
                                        "\xce\x91\xce\xb8\xce\xae\xce\xbd\xce\xb1"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        const struct name_value value = {NAME_CN, DER_UTF8_STRING, ca_bytes_str(texts[i])};
        struct ca_err err = {0};

        if (name_value_check(&value, &err) != CA_OK)
            fail_msg("%s: %s", texts[i], err.text);
    }
}

/* Values that a profile writes stand in its order and in its string type. */
static void order_and_encoding_are_the_profiles(void **state)
{
    CA_AUTO(profile)
    struct profile *p = profile_of(HEAD "  order: [common_name, organization]\n"
                                        "  attributes:\n    common_name: {use: required, encoding: "
                                        "printable}\n    organization: {use: optional}\n"
                                        "    country: {use: fixed, value: DE}\n");
    CA_AUTO(verdict) struct verdict *v = ask(p, "CN=a,O=b,C=DE", NULL);
    CA_AUTO(buf) struct ca_buf tbs = {0};
    struct cert cert;
    struct name_value values[NAME_VALUES_MAX];
    size_t n = 0;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(v->outcome, OUTCOME_ISSUE);
    assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
    assert_int_equal(cert_read_tbs(ca_buf_view(&tbs), &cert, &err), CA_OK);
    assert_int_equal(name_read(cert.subject, values, &n, &err), CA_OK);
    assert_int_equal(n, 3);
    assert_int_equal(values[0].attribute, NAME_CN);
    assert_int_equal(values[0].tag, DER_PRINTABLE_STRING);
    assert_int_equal(values[1].attribute, NAME_O);
    assert_int_equal(values[1].tag, DER_UTF8_STRING);
    assert_int_equal(values[2].attribute, NAME_C);
}

/* The same bytes under a profile that wants another order or string type. */
static void final_order_and_encoding_are_checked(void **state)
{
    CA_AUTO(profile)
    struct profile *made = profile_of(HEAD "  attributes: {common_name: {use: "
                                           "optional}, organization: {use: optional}}\n");
    CA_AUTO(profile)
    struct profile *order = profile_of(HEAD "  order: [common_name]\n  attributes: {common_name: "
                                            "{use: optional}, organization: {use: optional}}\n");
    CA_AUTO(profile)
    struct profile *type = profile_of(HEAD "  attributes: {common_name: {use: optional, encoding: "
                                           "printable}, organization: {use: optional}}\n");
    const struct {
        const struct profile *p;
        const char *rule;
    } cases[] = {
        {made,  NULL              },
        {order, "subject.order"   },
        {type,  "subject.encoding"}
    };
    CA_AUTO(verdict) struct verdict *v = ask(made, "CN=a,O=b", NULL);
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(buf) struct ca_buf tbs = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(v->outcome, OUTCOME_ISSUE);
    assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(verdict) struct verdict *again = calloc(1, sizeof(*again));

        again->outcome = OUTCOME_ISSUE;
        assert_int_equal(judge_tbs(cases[i].p, &issuer, ca_buf_view(&tbs), NOW, again, &err),
                         CA_OK);
        assert_int_equal(again->outcome, cases[i].rule == NULL ? OUTCOME_ISSUE : OUTCOME_REFUSE);
        if (cases[i].rule != NULL)
            assert_non_null(finding_of(again, cases[i].rule, true));
    }
}

static void a_pattern_that_would_take_for_ever_is_given_up(void **state)
{
    static const char *const patterns[] = {"(a+)+b", "(a|aa)+b", "(?:a*)*b", "(.*)*(.*)*b"};
    char text[60];

    (void)state;
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < CA_COUNT(patterns); i++) {
        CA_AUTO(pattern) struct pattern *p = NULL;
        struct ca_err err = {0};

        assert_int_equal(pattern_compile(patterns[i], &p, &err), CA_OK);
        assert_int_equal(pattern_match(p, (struct ca_bytes){(const uint8_t *)text, sizeof(text)}) ==
                             PATTERN_YES,
                         false);
        assert_int_equal(pattern_match(p, ca_bytes_str("ab")), PATTERN_YES);
    }
}

static void patterns_that_are_none_are_refused(void **state)
{
    static const char *const patterns[] = {"(", "[a", "a{2,1}", "\\C", "(?<n>a)(?<n>b)", "\\"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(patterns); i++) {
        struct pattern *p = NULL;
        struct ca_err err = {0};

        assert_int_equal(pattern_compile(patterns[i], &p, &err), CA_MALFORMED);
        assert_null(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i07_each_rule_has_its_edge),
        cmocka_unit_test(names_that_deceive_people_are_refused),
        cmocka_unit_test(names_of_all_the_world_pass),
        cmocka_unit_test(order_and_encoding_are_the_profiles),
        cmocka_unit_test(final_order_and_encoding_are_checked),
        cmocka_unit_test(a_pattern_that_would_take_for_ever_is_given_up),
        cmocka_unit_test(patterns_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
