/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/der.h"
#include "base/role.h"
#include "policy/diff.h"
#include "policy/judge.h"
#include "tests/faults/allocation.h"
#include "tests/unit/judge_support.h"

/* What a dry run tells: every rule with its outcome, and the request against the certificate. */

#define YAML                                                                                       \
    "name: t\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"                  \
    "key_usage: {bits: [digital_signature]}\nauthority_key_identifier: key_id\n"                   \
    "subject_key_identifier: hash\nbasic_constraints: {ca: false}\n"                               \
    "subject: {attributes: {common_name: {use: required, pattern: '[a-z]+'}, organization: {use: " \
    "fixed, value: Acme}}}\n"                                                                      \
    "subject_alt_name: {use: optional, dns: {allow: true, suffixes: [example.org]}}\n"

static const struct rule_trace *row_of(const struct explanation *e, const char *rule,
                                       const char *pointer)
{
    for (size_t i = 0; i < e->n; i++) {
        if (strcmp(e->rows[i].rule, rule) == 0 && strcmp(e->rows[i].pointer, pointer) == 0)
            return &e->rows[i];
    }
    fail_msg("no row %s %s", rule, pointer);
    return e->rows;
}

static struct explanation *explain(const struct judge_input *in)
{
    struct explanation *e = NULL;
    struct ca_err err = {0};

    if (judge_explain(in, &e, &err) != CA_OK)
        fail_msg("%s", err.text);
    return e;
}

static void each_rule_has_its_outcome(void **state)
{
    static const struct {
        const char *rule, *pointer;
        enum rule_state state;
        const char *says;
    } expected[] = {
        {"access.role",               "/access/roles",                    RULE_PASSED,    "requester or officer or admin"},
        {"access.scope",              "",                                 RULE_NOT_ASKED, ""                             },
        {"access.names",              "/access/names",                    RULE_NOT_ASKED, "any names"                    },
        {"key.allow",                 "/key/allow",                       RULE_PASSED,    "ec:P-256"                     },
        {"key.exponents",             "/key/exponents",                   RULE_NOT_ASKED, "any from 65537"               },
        {"validity.max",              "/validity/max",                    RULE_REFUSED,   "90 days; at most 90 days"     },
        {"subject.attributes",        "/subject/attributes/common_name",  RULE_REFUSED,
         "required; like [a-z]+"                                                                                         },
        {"subject.attributes",        "/subject/attributes/organization", RULE_PASSED,    "fixed: Acme"                  },
        {"subject.attributes",        "/subject/attributes/title",        RULE_NOT_ASKED, "forbidden"                    },
        {"subject_alt_name",          "/subject_alt_name/ip",             RULE_NOT_ASKED, "not allowed"                  },
        {"subject_alt_name.suffixes", "",                                 RULE_REFUSED,   ""                             },
        {"key_usage",                 "/key_usage",                       RULE_PASSED,    "written by the profile"       },
        {"approvals",                 "/approvals",                       RULE_NOT_ASKED, "nobody has to agree"          },
    };
    CA_AUTO(profile) struct profile *p = profile_of(YAML);
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_with("CN=A1", "DNS:a.example.com");
    const struct wish wish = {.path_length = -1, .validity_s = 91LL * DAY};
    const struct requester who = {.name = "r", .roles = CA_REQUESTER, .channel = "rest"};
    const struct judge_input in = {
        .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW, .requester = &who};
    CA_AUTO(explanation) struct explanation *e = explain(&in);

    (void)state;
    assert_int_equal(e->verdict->outcome, OUTCOME_REFUSE);
    for (size_t i = 0; i < CA_COUNT(expected); i++) {
        const struct rule_trace *row = row_of(e, expected[i].rule, expected[i].pointer);

        assert_int_equal(row->state, expected[i].state);
        assert_int_equal(row->finding != NULL, row->state == RULE_REFUSED);
        if (expected[i].says[0] != '\0')
            assert_string_equal(row->says, expected[i].says);
    }
}

/* No finding is without a row, and the verdict is that of judge_request. */
static void no_finding_is_lost(void **state)
{
    static const char *const files[] = {"p256",     "ca-true",     "email",
                                        "wildcard", "more-usages", "other-name"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(files); i++) {
        char file[64];
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = NULL;
        CA_AUTO(explanation) struct explanation *e = NULL;
        CA_AUTO(verdict) struct verdict *v = NULL;
        struct judge_input in = {.profile = profile("https-ecc"), .issuer = &issuer, .now = NOW};
        size_t refused = 0;

        (void)snprintf(file, sizeof(file), "%s.der", files[i]);
        in.csr = csr = csr_load(file);
        e = explain(&in);
        v = judge(&in);
        assert_int_equal(e->verdict->outcome, v->outcome);
        assert_int_equal(e->verdict->finding_n, v->finding_n);
        for (size_t r = 0; r < e->n; r++)
            refused += e->rows[r].state == RULE_REFUSED ? 1 : 0;
        assert_int_equal(refused > 0, v->outcome == OUTCOME_REFUSE);
    }
}

static const struct diff_row *field_of(const struct diff *d, const char *field, const char *asked)
{
    for (size_t i = 0; i < d->n; i++) {
        if (strcmp(d->rows[i].field, field) == 0 && strcmp(d->rows[i].asked, asked) == 0)
            return &d->rows[i];
    }
    for (size_t i = 0; i < d->n; i++)
        print_message("%s: '%s' -> '%s'\n", d->rows[i].field, d->rows[i].asked, d->rows[i].issued);
    fail_msg("no row %s '%s'", field, asked);
    return d->rows;
}

struct expected_row {
    const char *field, *asked, *issued;
    enum diff_state state;
};

static void assert_rows(const struct judge_input *in, const struct expected_row *rows, size_t n)
{
    CA_AUTO(verdict) struct verdict *v = judge(in);
    CA_AUTO(diff) struct diff *d = NULL;
    struct ca_err err = {0};

    show(v);
    if (diff_make(in, v, &d, &err) != CA_OK)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++) {
        const struct diff_row *row = field_of(d, rows[i].field, rows[i].asked);

        assert_string_equal(row->issued, rows[i].issued);
        assert_string_equal(diff_state_name(row->state), diff_state_name(rows[i].state));
        assert_true(row->rule[0] != '\0');
    }
}

static void a_diff_shows_what_was_asked_and_what_is_issued(void **state)
{
    static const struct expected_row rows[] = {
        {"subject.common_name",          "www",               "www",                  DIFF_SAME   },
        {"subject.organization",         "Other",             "Acme",                 DIFF_CHANGED},
        {"subject.country",              "DE",                "",                     DIFF_DROPPED},
        {"subject_alt_name",             "DNS:a.example.org", "DNS:a.example.org",    DIFF_SAME   },
        {"key",                          "ec:P-256",          "ec:P-256",             DIFF_SAME   },
        {"signature.digest",             "",                  "sha256",               DIFF_ADDED  },
        {"validity.not_after",           "",                  "2027-02-16T11:06:39Z", DIFF_ADDED  },
        {"extensions.basic_constraints", "",                  "CA:FALSE",             DIFF_ADDED  },
        {"extensions.key_usage",         "",                  "digital_signature",    DIFF_ADDED  },
    };
    CA_AUTO(profile) struct profile *p = profile_of(YAML);
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_with("CN=www,O=Other,C=DE", "DNS:a.example.org");
    const struct judge_input in = {.profile = p, .issuer = &issuer, .csr = csr, .now = NOW};

    (void)state;
    assert_rows(&in, rows, CA_COUNT(rows));
}

static void a_diff_shows_what_the_profile_refuses(void **state)
{
    static const struct expected_row rows[] = {
        {"subject.common_name", "A1",                   "", DIFF_VIOLATES},
        {"subject_alt_name",    "DNS:a.example.org",    "", DIFF_SAME    },
        {"subject_alt_name",    "DNS:a.example.com",    "", DIFF_VIOLATES},
        {"validity.not_after",  "2027-02-17T11:06:40Z", "", DIFF_VIOLATES},
        {"key",                 "ec:P-256",             "", DIFF_SAME    },
    };
    CA_AUTO(profile) struct profile *p = profile_of(YAML);
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_with("CN=A1", "DNS:a.example.org,DNS:a.example.com");
    const struct wish wish = {.path_length = -1, .not_after = NOW + 91LL * DAY};
    const struct judge_input in = {
        .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW};

    (void)state;
    assert_rows(&in, rows, CA_COUNT(rows));
}

struct once {
    struct judge_input in;
    struct verdict *verdict;
};

static enum ca_rc explain_once(const void *arg, struct ca_err *err)
{
    const struct once *once = arg;
    CA_AUTO(explanation) struct explanation *e = NULL;
    CA_AUTO(diff) struct diff *d = NULL;

    CA_TRY(judge_explain(&once->in, &e, err));
    return diff_make(&once->in, once->verdict, &d, err);
}

static void both_survive_each_failing_allocation(void **state)
{
    CA_AUTO(profile) struct profile *p = profile_of(YAML);
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_with("CN=a,O=Other", "DNS:a.example.org");
    struct once once = {
        .in = {.profile = p, .issuer = &issuer, .csr = csr, .now = NOW}
    };

    (void)state;
    once.verdict = judge(&once.in);
    fault_each_allocation(explain_once, &once);
    verdict_free(once.verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_has_its_outcome),
        cmocka_unit_test(no_finding_is_lost),
        cmocka_unit_test(a_diff_shows_what_was_asked_and_what_is_issued),
        cmocka_unit_test(a_diff_shows_what_the_profile_refuses),
        cmocka_unit_test(both_survive_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
