/* SPDX-License-Identifier: Apache-2.0 */
#include "base/role.h"
#include "policy/judge.h"
#include "tests/unit/judge_support.h"

#define HEAD                                                                                       \
    "name: t\nkey: {allow: [\"ec:P-256\"]}\nvalidity: {default: 90d, max: 90d}\n"                  \
    "key_usage: {bits: [digital_signature]}\nauthority_key_identifier: key_id\n"                   \
    "subject: {attributes: {common_name: {use: optional}, email: {use: optional}, organization: "  \
    "{use: optional}}}\n"                                                                          \
    "subject_alt_name: {use: optional, dns: {allow: true, wildcard: true}, ip: {allow: true}, "    \
    "email: {allow: true}, uri: {allow: true}, upn: {allow: true}, registered_id: {allow: true}}\n"
#define OWNED HEAD "access: {names: owned}\n"

static const char *const owned[] = {"example.org", "anna@example.com", "10.0.0.0/8", "SN-1234",
                                    "2001:db8::1"};
static const char *const own_scope[] = {"t", "u"};
static const char *const other_scope[] = {"u"};
static const char *const star_scope[] = {"*"};

static const struct access_case {
    const char *profile;
    struct requester who;
    const char *rule; /* NULL: passes */
} access_cases[] = {
    {HEAD,                                              {.name = "r", .roles = CA_REQUESTER, .channel = "rest"}, NULL         },
    {HEAD,                                              {.name = "r", .roles = CA_ADMIN, .channel = "rest"},     NULL         },
    {HEAD,                                              {.name = "r", .roles = CA_AUDITOR, .channel = "rest"},   "access.role"},
    {HEAD,                                              {.name = "r", .roles = 0, .channel = "rest"},            "access.role"},
    {HEAD "access: {roles: [officer, admin]}\n",
     {.name = "r", .roles = CA_OFFICER, .channel = "rest"},
     NULL                                                                                                                     },
    {HEAD "access: {roles: [officer, admin]}\n",
     {.name = "r", .roles = CA_REQUESTER, .channel = "rest"},
     "access.role"                                                                                                            },
    {HEAD "access: {requesters: [anna, ci-*]}\n",
     {.name = "anna", .roles = CA_REQUESTER, .channel = "rest"},
     NULL                                                                                                                     },
    {HEAD "access: {requesters: [anna, ci-*]}\n",
     {.name = "ci-7", .roles = CA_REQUESTER, .channel = "rest"},
     NULL                                                                                                                     },
    {HEAD "access: {requesters: [anna, ci-*]}\n",
     {.name = "annax", .roles = CA_REQUESTER, .channel = "rest"},
     "access.requester"                                                                                                       },
    {HEAD "access: {requesters: [anna, ci-*]}\n",
     {.name = "Anna", .roles = CA_REQUESTER, .channel = "rest"},
     "access.requester"                                                                                                       },
    {HEAD "access: {channels: [rest, scep/routers]}\n",
     {.name = "r", .roles = CA_REQUESTER, .channel = "scep/routers"},
     NULL                                                                                                                     },
    {HEAD "access: {channels: [rest, scep/routers]}\n",
     {.name = "r", .roles = CA_REQUESTER, .channel = "scep/router"},
     "access.channel"                                                                                                         },
    {HEAD "access: {channels: [\"scep/*\"]}\n",
     {.name = "r", .roles = CA_REQUESTER, .channel = "scep/a"},
     NULL                                                                                                                     },
    {HEAD "access: {channels: [\"scep/*\"]}\n",
     {.name = "r", .roles = CA_REQUESTER, .channel = "rest"},
     "access.channel"                                                                                                         },
    {HEAD,
     {.name = "r", .roles = CA_REQUESTER, .channel = "rest", .scopes = own_scope, .scope_n = 2},
     NULL                                                                                                                     },
    {HEAD,
     {.name = "r", .roles = CA_REQUESTER, .channel = "rest", .scopes = star_scope, .scope_n = 1},
     NULL                                                                                                                     },
    {HEAD,
     {.name = "r", .roles = CA_REQUESTER, .channel = "rest", .scopes = other_scope, .scope_n = 1},
     "access.scope"                                                                                                           },
    {HEAD,
     {.name = "r", .roles = CA_REQUESTER, .channel = "rest", .scopes = other_scope, .scope_n = 0},
     "access.scope"                                                                                                           },
};

static void each_requester_gets_his_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(access_cases); i++) {
        const struct access_case *c = &access_cases[i];
        CA_AUTO(profile) struct profile *p = profile_of(c->profile);
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = csr_with("CN=x", "DNS:a.example.org");
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .now = NOW, .requester = &c->who});

        if (v->outcome != (c->rule == NULL ? OUTCOME_ISSUE : OUTCOME_REFUSE) ||
            (c->rule != NULL && finding_of(v, c->rule, true) == NULL)) {
            show(v);
            fail_msg("case %zu", i);
        }
    }
}

static const struct owned_case {
    const char *subject, *sans;
    const char *pointer; /* of access.names; NULL: passes */
} owned_cases[] = {
    {"CN=example.org",                                 "DNS:example.org,DNS:a.b.example.org",        NULL                      },
    {"O=Anybody,CN=sn-1234",                           "DNS:*.example.org",                          NULL                      },
    {"CN=a.example.org",                               "IP:10.255.0.1,IP:2001:db8::1",               NULL                      },
    {"CN=a.example.org",                               "email:b@example.org,email:Anna@example.com", NULL                      },
    {"CN=a.example.org",                               "URI:https://x.example.org/p",                NULL                      },
    {"CN=a.example.org,emailAddress=anna@example.com", NULL,                                         NULL                      },
    {"CN=example.com",                                 "DNS:example.org",                            "/csr/subject/common_name"},
    {"CN=Anna",                                        "DNS:example.org",                            "/csr/subject/common_name"},
    {"CN=SN-12345",                                    "DNS:example.org",                            "/csr/subject/common_name"},
    {"CN=example.org,emailAddress=berta@example.com",  NULL,                                         "/csr/subject/email"      },
    {"CN=example.org",                                 "DNS:example.org,DNS:badexample.org",         "/csr/sans/1"             },
    {"CN=example.org",                                 "IP:11.0.0.1",                                "/csr/sans/0"             },
    {"CN=example.org",                                 "IP:2001:db8::2",                             "/csr/sans/0"             },
    {"CN=example.org",                                 "email:berta@example.com",                    "/csr/sans/0"             },
    {"CN=example.org",                                 "URI:https://example.org@evil.com/",          "/csr/sans/0"             },
    {"CN=example.org",                                 "URI:urn:x",                                  "/csr/sans/0"             },
    {"CN=example.org",                                 "RID:1.2.3",                                  "/csr/sans/0"             },
    {"CN=example.org",                                 "DNS:*.org",                                  "/csr/sans/0"             },
};

static void owned_names_are_those_that_are_covered(void **state)
{
    const struct requester who = {.name = "r",
                                  .roles = CA_REQUESTER,
                                  .channel = "rest",
                                  .owned = owned,
                                  .owned_n = CA_COUNT(owned)};
    CA_AUTO(profile) struct profile *p = profile_of(OWNED);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(owned_cases); i++) {
        const struct owned_case *c = &owned_cases[i];
        struct issuer issuer = issuer_of(&root_ec);
        CA_AUTO(csr) struct csr *csr = csr_with(c->subject, c->sans);
        CA_AUTO(verdict)
        struct verdict *v = judge(&(struct judge_input){
            .profile = p, .issuer = &issuer, .csr = csr, .now = NOW, .requester = &who});
        const struct finding *f = finding_of(v, "access.names", true);

        if ((f == NULL) != (c->pointer == NULL) ||
            (f != NULL && strcmp(f->pointer, c->pointer) != 0)) {
            show(v);
            fail_msg("%s %s", c->subject, c->sans);
        }
    }
}

/* Without a list of names nothing is owned; without a requester no rule is asked. */
static void nobody_owns_nothing(void **state)
{
    const struct requester who = {.name = "r", .roles = CA_REQUESTER, .channel = "rest"};
    CA_AUTO(profile) struct profile *p = profile_of(OWNED);
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *csr = csr_with("CN=example.org", NULL);
    struct judge_input in = {.profile = p, .issuer = &issuer, .csr = csr, .now = NOW};
    CA_AUTO(verdict) struct verdict *server = judge(&in);
    CA_AUTO(verdict) struct verdict *v = NULL;

    (void)state;
    in.requester = &who;
    v = judge(&in);
    assert_int_equal(server->outcome, OUTCOME_ISSUE);
    assert_int_equal(v->outcome, OUTCOME_REFUSE);
}

/* A profile with approvals makes a request wait, unless something refuses it. */
static void i10_approvals_make_a_request_wait(void **state)
{
    const struct profile *p = profile("approved");
    struct issuer issuer = issuer_of(&root_ec);
    CA_AUTO(csr) struct csr *good = csr_load("p256.der");
    CA_AUTO(csr) struct csr *bad = csr_load("email.der");
    struct judge_input in = {.profile = p, .issuer = &issuer, .csr = good, .now = NOW};
    CA_AUTO(verdict) struct verdict *waits = judge(&in);
    CA_AUTO(verdict) struct verdict *refused = NULL;

    (void)state;
    in.csr = bad;
    refused = judge(&in);
    assert_int_equal(waits->outcome, OUTCOME_WAIT);
    assert_non_null(waits->plan);
    assert_int_equal(refused->outcome, OUTCOME_REFUSE);
    assert_int_equal(profile_approvals(p)->step_n, 1);
    assert_int_equal(profile_approvals(p)->steps[0].count, 2);
    assert_int_equal(profile_approvals(p)->steps[0].roles, CA_OFFICER);
    assert_int_equal(profile_approvals(p)->expires_s, 7 * DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_requester_gets_his_verdict),
        cmocka_unit_test(owned_names_are_those_that_are_covered),
        cmocka_unit_test(nobody_owns_nothing),
        cmocka_unit_test(i10_approvals_make_a_request_wait),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
