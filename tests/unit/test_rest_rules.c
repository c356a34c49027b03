/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/rest.h"
#include "base/role.h"
#include "policy/approval.h"
#include "policy/guarded.h"
#include "tests/unit/rest_consent.h"

static void the_built_in_rules_are_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < guarded_count(); i++) {
        const struct guarded_act *act = guarded_at(i);
        struct approval_policy policy;
        struct ca_err err = {0};

        test_note(act->action);
        assert_ptr_equal(guarded_find(act->action), act);
        assert_true(strlen(act->help) > 0);
        assert_int_equal(approval_policy_read(act->policy, &policy, &err), CA_OK);
        assert_true(policy.step_n > 0);
    }
    assert_null(guarded_find("certificate.issue"));
    assert_null(guarded_find(""));
}

static void rules_say_where_they_come_from_and_who_could_vote(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_fake_approval.rules[0] = (struct db_approval_rule){
        .action = "group.put",
        .policy = "1d: 2 group:security",
        .updated_at = 9,
        .updater = "adam",
    };
    rest_fake_approval.rule_n = 1;
    rest_fake_approval.operators[2].enabled = false; /* olga */
    rest_consent_as(&c, RITA);
    assert_int_equal(rest_case_run(&c, rest_rules_list), CA_OK);
    assert_non_null(
        strstr(rest_response_text(&c.rs),
               "\"policy\":\"7d: 1 officer|admin\",\"origin\":\"default\",\"steps\":["
               "{\"count\":1,\"who\":\"officer|admin\",\"roles\":[\"officer\",\"admin\"],"
               "\"group\":null,\"eligible\":2}],\"expires\":\"7d\",\"eligible\":2"));
    assert_non_null(strstr(rest_response_text(&c.rs),
                           "\"policy\":\"1d: 2 group:security\",\"origin\":\"set\""));
    assert_non_null(
        strstr(rest_response_text(&c.rs), "\"eligible\":1}],\"expires\":\"1d\",\"eligible\":1"));
    rest_consent_as(&c, RITA);
    c.rq.vars[0] = (struct rest_pair){"action", "certificate.issue"};
    assert_int_equal(rest_case_run(&c, rest_rule_get), CA_NOT_FOUND);
    rest_case_done(&c);
}

static void put(struct rest_case *c, const char *body, const char *etag)
{
    rest_consent_as(c, ADAM);
    c->rq.method = "PUT";
    c->rq.type = "application/json";
    c->rq.body = ca_bytes_str(body);
    c->rq.vars[0] = (struct rest_pair){"action", "operator.enrol"};
    if (etag != NULL)
        c->rq.headers[0] = (struct rest_pair){"If-Match", etag};
}

static void etag_of(struct rest_case *c, char ret[80])
{
    rest_consent_as(c, ADAM);
    c->rq.vars[0] = (struct rest_pair){"action", "operator.enrol"};
    assert_int_equal(rest_case_run(c, rest_rule_get), CA_OK);
    (void)snprintf(ret, 80, "%s", c->rs.etag);
}

static const struct {
    const char *body;
    const char *policy; /* NULL: refused */
} puts_[] = {
    {"{\"steps\":[{\"count\":2,\"roles\":[\"admin\",\"officer\"]}]}",          "7d: 2 officer|admin"                         },
    {"{\"steps\":[{\"count\":1,\"group\":\"security\"},{\"count\":1,\"roles\":[\"admin\"],"
     "\"group\":\"ops\"}],\"expires\":\"48h\"}",                          "2d: 1 group:security, then 1 admin|group:ops"},
    {"{\"steps\":[]}",                                                         ""                                            },
    {"{}",                                                                     NULL                                          },
    {"{\"steps\":[{\"count\":0,\"roles\":[\"admin\"]}]}",                      NULL                                          },
    {"{\"steps\":[{\"count\":17,\"roles\":[\"admin\"]}]}",                     NULL                                          },
    {"{\"steps\":[{\"count\":1}]}",                                            NULL                                          },
    {"{\"steps\":[{\"count\":1,\"roles\":[\"auditor\"]}]}",                    NULL                                          },
    {"{\"steps\":[{\"count\":1,\"roles\":[\"king\"]}]}",                       NULL                                          },
    {"{\"steps\":[{\"count\":1,\"group\":\"A b\"}]}",                          NULL                                          },
    {"{\"steps\":[{\"count\":1,\"roles\":[\"admin\"]}],\"expires\":\"soon\"}", NULL                                          },
    {"{\"steps\":[{\"count\":1,\"roles\":[\"admin\"]}],\"expires\":\"0d\"}",   NULL                                          },
};

static void a_rule_is_asked_for_in_its_own_words(void **state)
{
    struct rest_case c;
    char etag[80];

    (void)state;
    rest_consent_init(&c);
    etag_of(&c, etag);
    for (size_t i = 0; i < CA_COUNT(puts_); i++) {
        enum ca_rc wanted = puts_[i].policy != NULL ? CA_OK : CA_MALFORMED;

        test_note(puts_[i].body);
        put(&c, puts_[i].body, etag);
        assert_int_equal(rest_case_run(&c, rest_rule_put), wanted);
        assert_int_equal(c.rq.asked != NULL, wanted == CA_OK);
        if (c.rq.asked == NULL)
            continue;
        assert_int_equal(c.rq.asked->kind, WIRE_RULE_PUT);
        assert_string_equal(((const struct wire_rule_put *)c.rq.asked->body)->policy,
                            puts_[i].policy);
    }
    put(&c, puts_[0].body, NULL);
    assert_int_equal(rest_case_run(&c, rest_rule_put), CA_MALFORMED);
    assert_string_equal(c.err.problem, "precondition-required");
    put(&c, puts_[0].body, "\"00\"");
    assert_int_equal(rest_case_run(&c, rest_rule_put), CA_CONFLICT);
    rest_case_done(&c);
}

/* Guarded itself: it waits, or, where nobody has to agree, is done. */
static void a_change_of_a_rule_may_wait(void **state)
{
    struct wire_approval got = {.id = {{9}},
                                .state = "pending",
                                .action = "approval_rule.change",
                                .object = "operator.enrol",
                                .needed = 1};
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    put(&c, "", NULL);
    c.rq.answer = &got;
    c.rq.answer_kind = WIRE_APPROVAL;
    assert_int_equal(rest_case_run(&c, rest_rule_done), CA_OK);
    assert_int_equal(c.rs.status, 202);
    assert_non_null(strstr(rest_response_header(&c.rs, "Location"), "/api/v1/approvals/09000000"));
    got.state = "done";
    put(&c, "", NULL);
    c.rq.answer = &got;
    c.rq.answer_kind = WIRE_APPROVAL;
    assert_int_equal(rest_case_run(&c, rest_rule_done), CA_OK);
    assert_int_equal(c.rs.status, 200);
    rest_case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_rules_are_rules),
        cmocka_unit_test(rules_say_where_they_come_from_and_who_could_vote),
        cmocka_unit_test(a_rule_is_asked_for_in_its_own_words),
        cmocka_unit_test(a_change_of_a_rule_may_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
