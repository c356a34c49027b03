/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/rest.h"
#include "base/role.h"
#include "tests/unit/rest_consent.h"

/* What the signer is asked when somebody votes, speaks, withdraws, assigns or edits. */

#define DIGEST "d100000000000000000000000000000000000000000000000000000000000000"

static enum ca_rc send(struct rest_case *c, uint8_t who,
                       enum ca_rc (*handler)(struct request *, struct response *, struct ca_err *),
                       const char *body)
{
    rest_consent_as(c, who);
    c->rq.method = "POST";
    c->rq.type = "application/json";
    c->rq.body = ca_bytes_str(body);
    return rest_case_run(c, handler);
}

static void a_vote_carries_what_was_seen(void **state)
{
    const struct wire_decide *ask;
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    assert_int_equal(send(&c, OLAF, rest_request_decide,
                          "{\"decision\":\"approve\",\"plan_digest\":\"" DIGEST "\"}"),
                     CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_DECIDE);
    ask = c.rq.asked->body;
    assert_true(ask->approves);
    assert_int_equal(ask->approval_id.octets[0], 2);
    assert_int_equal(ask->digest.len, 32);
    assert_int_equal(ask->digest.ptr[0], 0xd1);
    assert_int_equal(ask->caller.operator_id.octets[0], OLAF);
    assert_int_equal(send(&c, OLAF, rest_approval_decide,
                          "{\"decision\":\"deny\",\"digest\":\"" DIGEST "\",\"comment\":\"no\"}"),
                     CA_OK);
    ask = c.rq.asked->body;
    assert_false(ask->approves);
    assert_string_equal(ask->comment, "no");
    rest_case_done(&c);
}

static const struct {
    uint8_t who;
    const char *body;
    enum ca_rc rc;
    const char *problem;
} bad_votes[] = {
    {OLAF, "{}",                                                                        CA_MALFORMED, ""             },
    {OLAF, "{\"decision\":\"approve\"}",                                                CA_MALFORMED, ""             },
    {OLAF, "{\"decision\":\"maybe\",\"plan_digest\":\"" DIGEST "\"}",                   CA_MALFORMED, ""             },
    {OLAF, "{\"decision\":\"approve\",\"plan_digest\":\"d1\"}",                         CA_MALFORMED, ""             },
    {OLAF, "{\"decision\":\"approve\",\"plan_digest\":\"" DIGEST "00\"}",               CA_MALFORMED, ""             },
    {OLAF, "{\"decision\":\"approve\",\"digest\":\"" DIGEST "\"}",                      CA_MALFORMED, "unknown-field"},
    {OLAF, "{\"decision\":\"approve\",\"plan_digest\":\"" DIGEST "\",\"as\":\"olga\"}",
     CA_MALFORMED,                                                                                    "unknown-field"},
    {OLAF, "{\"decision\":\"deny\",\"plan_digest\":\"" DIGEST "\"}",                    CA_MALFORMED,
     "comment-required"                                                                                              },
    {OLAF, "{\"decision\":\"deny\",\"plan_digest\":\"" DIGEST "\",\"comment\":\" \"}",  CA_MALFORMED,
     "comment-required"                                                                                              },
};

static void bad_votes_never_reach_the_signer(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    for (size_t i = 0; i < CA_COUNT(bad_votes); i++) {
        test_note(bad_votes[i].body);
        assert_int_equal(send(&c, bad_votes[i].who, rest_request_decide, bad_votes[i].body),
                         bad_votes[i].rc);
        assert_string_equal(c.err.problem, bad_votes[i].problem);
        assert_null(c.rq.asked);
    }
    rest_fake_approval.groups[0].members = ""; /* rita has nothing to do with it */
    assert_int_equal(send(&c, RITA, rest_request_decide,
                          "{\"decision\":\"approve\",\"plan_digest\":\"" DIGEST "\"}"),
                     CA_NOT_FOUND);
    assert_null(c.rq.asked);
    rest_fake_approval.approval_n = 0; /* nobody has to agree */
    assert_int_equal(send(&c, OLAF, rest_request_decide,
                          "{\"decision\":\"approve\",\"plan_digest\":\"" DIGEST "\"}"),
                     CA_NOT_FOUND);
    rest_case_done(&c);
}

static void words_and_withdrawals_are_passed_on(void **state)
{
    const struct wire_approval_change *ask;
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    assert_int_equal(send(&c, ADAM, rest_approval_comment, "{\"comment\":\"mind\"}"), CA_OK);
    ask = c.rq.asked->body;
    assert_string_equal(ask->change, "comment");
    assert_string_equal(ask->comment, "mind");
    assert_int_equal(send(&c, ALICE, rest_approval_withdraw, ""), CA_OK);
    ask = c.rq.asked->body;
    assert_string_equal(ask->change, "withdraw");
    assert_int_equal(send(&c, ADAM, rest_approval_comment, ""), CA_MALFORMED);
    assert_string_equal(c.err.problem, "comment-required");
    assert_int_equal(send(&c, ADAM, rest_approval_comment, "{\"comment\":\"\"}"), CA_MALFORMED);
    rest_case_done(&c);
}

static const struct {
    const char *body;
    uint8_t to; /* 0: nobody */
    enum ca_rc rc;
} assignments[] = {
    {"{\"operator\":\"olga\"}",                                 OLGA, CA_OK       },
    {"{\"operator\":\"0c000000-0000-0000-0000-000000000000\"}", OLGA, CA_OK       },
    {"{\"operator\":null}",                                     0,    CA_OK       },
    {"{}",                                                      0,    CA_OK       },
    {"{\"operator\":\"nobody\"}",                               0,    CA_MALFORMED},
    {"{\"operator\":12}",                                       0,    CA_MALFORMED},
};

static void somebody_is_assigned_by_name_or_id(void **state)
{
    const struct wire_approval_change *ask;
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    for (size_t i = 0; i < CA_COUNT(assignments); i++) {
        test_note(assignments[i].body);
        assert_int_equal(send(&c, ADAM, rest_approval_assign, assignments[i].body),
                         assignments[i].rc);
        assert_int_equal(c.rq.asked != NULL, assignments[i].rc == CA_OK);
        if (c.rq.asked == NULL)
            continue;
        ask = c.rq.asked->body;
        assert_string_equal(ask->change, "assign");
        assert_int_equal(ask->assignee.octets[0], assignments[i].to);
    }
    rest_case_done(&c);
}

/* The answer is the object as it then is. */
static void the_answer_is_read_anew(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_vote(OLAF, 0, true);
    rest_consent_as(&c, OLAF);
    c.rq.method = "POST";
    assert_int_equal(rest_case_run(&c, rest_request_changed), CA_OK);
    assert_int_equal(c.rs.status, 200);
    assert_non_null(strstr(rest_response_text(&c.rs), "\"needed\":1"));
    rest_consent_as(&c, OLAF);
    c.rq.database_away = true;
    assert_int_equal(rest_case_run(&c, rest_request_changed), CA_UNAVAILABLE);
    rest_case_done(&c);
}

static void an_edit_keeps_what_is_not_said(void **state)
{
    const struct wire_issue *ask;
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_fake_db.requests[0].csr = c.leaf.bytes;
    rest_fake_db.requests[0].comment = "CHG-1";
    assert_int_equal(send(&c, OLAF, rest_request_patch,
                          "{\"plan_digest\":\"" DIGEST "\",\"sans\":[{\"type\":\"dns\",\"value\":"
                          "\"a.example\"}]}"),
                     CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_ISSUE);
    ask = c.rq.asked->body;
    assert_int_equal(ask->revises.octets[0], 2);
    assert_int_equal(ask->revises_digest.ptr[0], 0xd1);
    assert_string_equal(ask->profile, "tls");
    assert_string_equal(ask->authority, "root");
    assert_string_equal(ask->comment, "CHG-1");
    assert_true(ca_bytes_equal(ask->csr, c.leaf.bytes));
    assert_int_equal(ask->sans_n, 1);
    assert_int_equal(strlen(ask->idempotency_key), 36);
    rest_case_done(&c);
}

static void an_edit_says_what_it_is_for(void **state)
{
    struct rest_case c;
    char etag[80];

    (void)state;
    rest_consent_init(&c);
    assert_int_equal(send(&c, OLAF, rest_request_patch, "{}"), CA_MALFORMED);
    assert_string_equal(c.err.problem, "precondition-required");
    rest_consent_as(&c, OLAF);
    assert_int_equal(rest_case_run(&c, rest_request_get), CA_OK);
    (void)snprintf(etag, sizeof(etag), "%s", c.rs.etag);
    rest_consent_as(&c, OLAF);
    c.rq.type = "application/json";
    c.rq.body = ca_bytes_str("{}");
    c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
    assert_int_equal(rest_case_run(&c, rest_request_patch), CA_OK);
    assert_non_null(c.rq.asked);
    rest_consent_vote(OLGA, 0, true); /* meanwhile */
    rest_consent_as(&c, OLAF);
    c.rq.type = "application/json";
    c.rq.body = ca_bytes_str("{}");
    c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
    assert_int_equal(rest_case_run(&c, rest_request_patch), CA_CONFLICT);
    assert_string_equal(c.err.problem, "stale");
    assert_int_equal(send(&c, OLAF, rest_request_patch,
                          "{\"plan_digest\":\"" DIGEST "\",\"profile\":\"other\"}"),
                     CA_MALFORMED);
    assert_null(c.rq.asked);
    rest_case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vote_carries_what_was_seen),
        cmocka_unit_test(bad_votes_never_reach_the_signer),
        cmocka_unit_test(words_and_withdrawals_are_passed_on),
        cmocka_unit_test(somebody_is_assigned_by_name_or_id),
        cmocka_unit_test(the_answer_is_read_anew),
        cmocka_unit_test(an_edit_keeps_what_is_not_said),
        cmocka_unit_test(an_edit_says_what_it_is_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
