/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/judge.h"
#include "policy/network.h"
#include "tests/unit/judge_support.h"

/* Each rule on names: one that just passes and one that just fails, through the CSR, through what
 * is asked beside it, and through both at once. */

#define HEAD                                                                                       \
    "name: t\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"                  \
    "key_usage: {bits: [digital_signature]}\nauthority_key_identifier: key_id\n"                   \
    "subject: {attributes: {common_name: {use: optional}}}\n"
#define NAMES(rule) HEAD "subject_alt_name: {use: optional, " rule "}\n"
#define UPN         "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:"

static const struct name_case {
    const char *profile, *passes, *fails, *rule; /* names as OpenSSL writes them */
} name_cases[] = {
    {NAMES("dns: {allow: true, suffixes: [example.org]}"),                             "DNS:a.example.org",                  "DNS:aexample.org",
     "subject_alt_name.suffixes"                                                                                                                                                              },
    {NAMES("dns: {allow: true, deny_suffixes: [secret.example.org]}"),                 "DNS:asecret.example.org",
     "DNS:a.SECRET.example.org",                                                                                                                              "subject_alt_name.deny_suffixes"},
    {NAMES("dns: {allow: true, wildcard: true, deny_suffixes: [secret.example.org]}"),
     "DNS:*.open.example.org",                                                                                               "DNS:*.example.org",             "subject_alt_name.deny_suffixes"},
    {NAMES("dns: {allow: true, wildcard: true}"),                                      "DNS:*.example.org",                  "DNS:*.org",
     "subject_alt_name.dns.wildcard"                                                                                                                                                          },
    {NAMES("dns: {allow: true}"),                                                      "DNS:a.example.org",                  "DNS:*.example.org",
     "subject_alt_name.dns.wildcard"                                                                                                                                                          },
    {NAMES("dns: {allow: true, public_suffix: refuse}"),                               "DNS:a.co.uk",                        "DNS:co.uk",
     "subject_alt_name.dns.public_suffix"                                                                                                                                                     },
    {NAMES("dns: {allow: true, pattern: '[a-z]+[.]example[.]org'}"),                   "DNS:AB.example.org",
     "DNS:a1.example.org",                                                                                                                                    "subject_alt_name.pattern"      },
    {NAMES("dns: {allow: true, pattern: '(a+)+[.]x'}"),                                "DNS:aaa.x",
     "DNS:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.y",                                                                                                            "subject_alt_name.pattern"      },
    {NAMES("dns: {allow: true, deny_pattern: '.*test.*'}"),                            "DNS:tes.example.org",
     "DNS:a-TEST.example.org",                                                                                                                                "subject_alt_name.deny_pattern" },
 /* A pattern that is given up on denies as well. */
    {NAMES("dns: {allow: true, deny_pattern: '(a+)+[.]x'}"),                           "DNS:aaa.y",
     "DNS:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.yx",                                                                                                           "subject_alt_name.deny_pattern" },
    {NAMES("dns: {allow: true, max: 2}"),                                              "DNS:a.org,DNS:b.org",                "DNS:a.org,DNS:b.org,DNS:c.org",
     "subject_alt_name.max"                                                                                                                                                                   },
    {NAMES("dns: {allow: true, min: 2}"),                                              "DNS:a.org,DNS:b.org",                "DNS:a.org",
     "subject_alt_name.min"                                                                                                                                                                   },
    {NAMES("max: 2, dns: {allow: true}, ip: {allow: true}"),                           "DNS:a.org,IP:192.0.2.1",
     "DNS:a.org,IP:192.0.2.1,IP:192.0.2.2",                                                                                                                   "subject_alt_name.max"          },
    {NAMES("dns: {allow: true}, ip: {allow: true, min: 1}"),                           "DNS:a.org,IP:192.0.2.1",             "DNS:a.org",
     "subject_alt_name.min"                                                                                                                                                                   },
    {NAMES("ip: {allow: true, networks: [192.0.2.0/25, \"2001:db8::/32\"]}"),
     "IP:192.0.2.127,IP:2001:db8::1",                                                                                        "IP:192.0.2.128",                "subject_alt_name.ip.networks"  },
    {NAMES("ip: {allow: true, networks: [0.0.0.0/0]}"),                                "IP:1.2.3.4",                         "IP:2001:db9::1",
     "subject_alt_name.ip.networks"                                                                                                                                                           },
    {NAMES("ip: {allow: true, deny_networks: [10.0.0.0/8]}"),                          "IP:11.0.0.0",                        "IP:10.255.255.255",
     "subject_alt_name.ip.deny_networks"                                                                                                                                                      },
    {NAMES("ip: {allow: true, pattern: '192[.].*'}"),                                  "IP:192.0.2.1",                       "IP:193.0.2.1",
     "subject_alt_name.pattern"                                                                                                                                                               },
    {NAMES("email: {allow: true, suffixes: [example.org]}"),                           "email:a@example.org",
     "email:a@example.com",                                                                                                                                   "subject_alt_name.suffixes"     },
    {NAMES("email: {allow: true, deny_suffixes: [example.org]}"),                      "email:a@example.com",
     "email:a@b.example.org",                                                                                                                                 "subject_alt_name.deny_suffixes"},
    {NAMES("email: {allow: true, pattern: '[a-z]+@.*'}"),                              "email:anna@example.org",
     "email:a.b@example.org",                                                                                                                                 "subject_alt_name.pattern"      },
    {NAMES("uri: {allow: true, suffixes: [example.org]}"),                             "URI:https://u@a.example.org:8443/x",
     "URI:https://a.example.org@evil.com/",                                                                                                                   "subject_alt_name.suffixes"     },
    {NAMES("uri: {allow: true, suffixes: [example.org]}"),                             "URI:https://example.org",
     "URI:urn:example.org",                                                                                                                                   "subject_alt_name.suffixes"     },
    {NAMES("uri: {allow: true, pattern: 'spiffe://[a-z/.]+'}"),                        "URI:spiffe://a.b/c",
     "URI:spiffe://a.b/1",                                                                                                                                    "subject_alt_name.pattern"      },
    {NAMES("upn: {allow: true, suffixes: [corp.example]}"),                            UPN "anna@corp.example",
     UPN "anna@corps.example",                                                                                                                                "subject_alt_name.suffixes"     },
    {NAMES("upn: {allow: true, pattern: 'a.*'}"),                                      UPN "anna@corp.example",              UPN "berta@corp.example",
     "subject_alt_name.pattern"                                                                                                                                                               },
    {NAMES("upn: {allow: true}"),                                                      UPN "anna@corp.example",              "email:anna@corp.example",
     "subject_alt_name.email"                                                                                                                                                                 },
    {NAMES("registered_id: {allow: true, pattern: '1[.]2[.]840[.].*'}"),               "RID:1.2.840.1",
     "RID:1.2.841.1",                                                                                                                                         "subject_alt_name.pattern"      },
    {NAMES("dns: {allow: true}"),                                                      "DNS:a.org",                          "RID:1.2.841.1",                 "subject_alt_name.registered_id"},
    {NAMES("dns: {allow: true}"),                                                      "DNS:a.org",                          UPN "a@b.org",                   "subject_alt_name.upn"          },
    {NAMES("dns: {allow: true}"),                                                      "DNS:a.org",                          "IP:192.0.2.1",                  "subject_alt_name.ip"           },
    {NAMES("dns: {allow: true}"),                                                      "DNS:a.org",                          "URI:https://a.org",             "subject_alt_name.uri"          },
 /* xn--80ak6aa92e is "apple" all in Cyrillic: one script; xn--pple-43d has one such letter. */
    {NAMES("dns: {allow: true}"),                                                      "DNS:xn--80ak6aa92e.com",             "DNS:xn--pple-43d.com",
     "subject_alt_name.scripts"                                                                                                                                                               },
    {NAMES("dns: {allow: true}"),                                                      "DNS:xn--bcher-kva.example",          "DNS:xn--a.example",
     "subject_alt_name.a_label"                                                                                                                                                               },
};

static struct verdict *ask(const struct profile *p, const struct csr *csr, const struct csr *other)
{
    struct issuer issuer = issuer_of(&root_ec);
    struct wish wish = {.path_length = -1};

    if (other != NULL)
        wish.sans = csr_sans(other, &wish.san_n);
    return judge(&(struct judge_input){.profile = p,
                                       .issuer = &issuer,
                                       .csr = csr,
                                       .wish = other != NULL ? &wish : NULL,
                                       .now = NOW});
}

static void assert_issued(const struct verdict *v, const struct profile *p, const char *names)
{
    struct issuer issuer = issuer_of(&root_ec);

    if (v->outcome != OUTCOME_ISSUE) {
        show(v);
        fail_msg("%s", names);
    }
    issue(&root_ec, v, &issuer, p);
}

static void assert_refused(const struct verdict *v, const struct name_case *c, const char *pointer)
{
    const struct finding *f = finding_of(v, c->rule, true);

    if (v->outcome != OUTCOME_REFUSE || f == NULL) {
        show(v);
        fail_msg("%s: no %s", c->fails, c->rule);
        return;
    }
    assert_int_equal(strncmp(f->pointer, pointer, strlen(pointer)), 0);
}

static void i07_each_rule_has_its_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(name_cases); i++) {
        const struct name_case *c = &name_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->profile);
        CA_AUTO(csr) struct csr *good = csr_with("CN=x", c->passes);
        CA_AUTO(csr) struct csr *bad = csr_with("CN=x", c->fails);
        CA_AUTO(csr) struct csr *plain = csr_with("CN=x", NULL);
        CA_AUTO(verdict) struct verdict *from_csr = ask(p, good, NULL);
        CA_AUTO(verdict) struct verdict *wished = ask(p, plain, good);
        CA_AUTO(verdict) struct verdict *over = ask(p, bad, good); /* the wish replaces */
        CA_AUTO(verdict) struct verdict *bad_csr = ask(p, bad, NULL);
        CA_AUTO(verdict) struct verdict *bad_wish = ask(p, plain, bad);
        CA_AUTO(verdict) struct verdict *bad_over = ask(p, good, bad);

        assert_issued(from_csr, p, c->passes);
        assert_issued(wished, p, c->passes);
        assert_issued(over, p, c->passes);
        assert_refused(bad_csr, c, "/csr/sans");
        assert_refused(bad_wish, c, "/sans");
        assert_refused(bad_over, c, "/sans");
    }
}

/* What one profile lets through is refused on the final bytes under another. */
static void i07_final_names_are_checked(void **state)
{
    CA_AUTO(profile)
    struct profile *open = profile_of(
        NAMES("dns: {allow: true, wildcard: true}, ip: {allow: true}, email: {allow: true}, uri: "
              "{allow: true}, upn: {allow: true}, registered_id: {allow: true}"));
    struct issuer issuer = issuer_of(&root_ec);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(name_cases); i++) {
        const struct name_case *c = &name_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->profile);
        CA_AUTO(csr) struct csr *bad = csr_with("CN=x", c->fails);
        CA_AUTO(verdict) struct verdict *v = ask(open, bad, NULL);
        CA_AUTO(verdict) struct verdict *again = calloc(1, sizeof(*again));
        CA_AUTO(buf) struct ca_buf tbs = {0};
        struct ca_err err = {0};

        if (v->plan == NULL)
            continue; /* no profile takes it */
        assert_int_equal(plan_tbs(v->plan, serial_bytes, &tbs, &err), CA_OK);
        again->outcome = OUTCOME_ISSUE;
        assert_int_equal(judge_tbs(p, &issuer, ca_buf_view(&tbs), NOW, again, &err), CA_OK);
        if (again->outcome != OUTCOME_REFUSE || finding_of(again, c->rule, true) == NULL)
            fail_msg("%s: no %s", c->fails, c->rule);
    }
}

static void a_directory_name_is_taken_where_allowed(void **state)
{
    CA_AUTO(profile)
    struct profile *p = profile_of(NAMES("directory: {allow: true, pattern: 'CN=.*,C=DE'}"));
    CA_AUTO(csr) struct csr *csr = csr_with("CN=x", NULL);
    static const struct {
        const char *name;
        enum outcome outcome;
    } cases[] = {
        {"CN=a,C=DE", OUTCOME_ISSUE },
        {"CN=a,C=FR", OUTCOME_REFUSE}
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf own = {0};
        struct san_slice slice = {0};
        struct san san;
        struct issuer issuer = issuer_of(&root_ec);
        struct wish wish = {.path_length = -1, .sans = &san, .san_n = 1};
        CA_AUTO(verdict) struct verdict *v = NULL;
        struct ca_err err = {0};

        assert_int_equal(san_parse(SAN_DIRECTORY, cases[i].name, &own, &slice, &err), CA_OK);
        san = (struct san){
            slice.type, {own.ptr + slice.at, slice.len}
        };
        v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .wish = &wish, .now = NOW});
        assert_int_equal(v->outcome, cases[i].outcome);
        if (v->outcome == OUTCOME_ISSUE)
            issue(&root_ec, v, &issuer, p);
    }
}

static void networks_are_read_strictly(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"192.0.2.0/24",  true },
        {"192.0.2.1",     true },
        {"::/0",          true },
        {"2001:db8::/33", true },
        {"192.0.2.1/24",  false},
        {"192.0.2.0/33",  false},
        {"192.0.2.0/-1",  false},
        {"192.0.2.0/",    false},
        {"192.0.2/24",    false},
        {"192.0.2.0/2x",  false},
        {"::/129",        false},
        {"a/8",           false},
        {"",              false},
    };
    struct network n;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        if (network_parse(cases[i].text, &n) != cases[i].good)
            fail_msg("%s", cases[i].text);
    }
    assert_true(network_is_inside("10.1.0.0/16", "10.0.0.0/8"));
    assert_false(network_is_inside("10.0.0.0/8", "10.1.0.0/16"));
    assert_false(network_is_inside("10.0.0.0/8", "::/0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i07_each_rule_has_its_edge),
        cmocka_unit_test(i07_final_names_are_checked),
        cmocka_unit_test(a_directory_name_is_taken_where_allowed),
        cmocka_unit_test(networks_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
