/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/judge.h"

#include <stdio.h>

#include "base/der.h"
#include "base/time.h"
#include "tests/faults/allocation.h"
#include "tests/unit/judge_support.h"

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
        cmocka_unit_test(more_findings_than_fit_still_refuse),
        cmocka_unit_test(judge_request_survives_each_failing_allocation),
        cmocka_unit_test(a_leaf_takes_so_long),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
