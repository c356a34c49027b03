/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/rest.h"
#include "base/role.h"
#include "base/time.h"
#include "tests/unit/rest_consent.h"

/* What the API shows of requests and acts that wait for consent. */

static bool says(struct rest_case *c, const char *text)
{
    bool found = strstr(rest_response_text(&c->rs), text) != NULL;

    if (!found)
        print_message("'%s' is not in %s\n", text, rest_response_text(&c->rs));
    return found;
}

static void get_request(struct rest_case *c, uint8_t who)
{
    rest_consent_as(c, who);
    assert_int_equal(rest_case_run(c, rest_request_get), CA_OK);
}

static void nobody_yet(void)
{
}
static void olaf_approved(void)
{
    rest_consent_vote(OLAF, 0, true);
}
static void both_approved(void)
{
    rest_consent_vote(OLAF, 0, true);
    rest_consent_vote(OLGA, 0, true);
}
static void olga_wrote(void)
{
    rest_fake_approval.approvals[0].author_id.octets[0] = OLGA;
}
static void it_was_denied(void)
{
    rest_fake_approval.approvals[0].state = DB_APPROVAL_DENIED;
}
static void time_is_over(void)
{
    rest_fake_approval.approvals[0].expires_at = 5;
}
static void nonsense_in_the_policy(void)
{
    rest_fake_approval.approvals[0].policy = "whoever";
}

/* I10, as the caller is told about it. */
static const struct {
    void (*before)(void);
    uint8_t who;
    const char *approve; /* NULL: he may */
} reasons[] = {
    {nobody_yet,             ALICE, "you asked for it yourself"       },
    {nobody_yet,             OLAF,  NULL                              },
    {nobody_yet,             ADAM,  "only officer may"                },
    {nobody_yet,             RITA,  "only officer may"                },
    {olaf_approved,          OLAF,  "you have voted"                  },
    {olaf_approved,          OLGA,  NULL                              },
    {olaf_approved,          ADAM,  "only officer may"                },
    {both_approved,          OLGA,  "you have voted"                  },
    {both_approved,          ADAM,  NULL                              },
    {both_approved,          RITA,  NULL                              },
    {both_approved,          ALICE, "you asked for it yourself"       },
    {olga_wrote,             OLGA,  "you wrote this revision yourself"},
    {it_was_denied,          OLAF,  "decided: it is denied"           },
    {time_is_over,           OLAF,  "decided: its time is over"       },
    {nonsense_in_the_policy, OLAF,  "its rule cannot be read"         },
};

static void i10_each_caller_is_told_why_he_may_not_vote(void **state)
{
    struct rest_case c;
    char wanted[160];

    (void)state;
    for (size_t i = 0; i < CA_COUNT(reasons); i++) {
        rest_consent_init(&c);
        reasons[i].before();
        get_request(&c, reasons[i].who);
        if (reasons[i].approve == NULL) {
            assert_true(says(&c, "{\"action\":\"approve\",\"allowed\":true}"));
            assert_true(says(&c, "{\"action\":\"deny\",\"allowed\":true}"));
        } else {
            (void)snprintf(wanted, sizeof(wanted),
                           "{\"action\":\"approve\",\"allowed\":false,\"reason\":\"%s\"}",
                           reasons[i].approve);
            assert_true(says(&c, wanted));
        }
        rest_case_done(&c);
    }
}

static void a_token_does_not_vote(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_as(&c, OLAF);
    c.rq.caller.by_token = true;
    assert_int_equal(rest_case_run(&c, rest_request_get), CA_OK);
    assert_true(says(&c, "\"reason\":\"an API token does not vote\""));
    rest_case_done(&c);
}

static void a_request_shows_who_has_to_agree_and_who_has(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_vote(OLAF, 0, true);
    rest_fake_approval.comments[0] =
        (struct db_approval_comment){.operator_name = "adam", .comment = "mind the \"O\"", .at = 9};
    rest_fake_approval.comment_n = 1;
    rest_fake_approval.approvals[0].assignee = "olga";
    get_request(&c, OLGA);
    assert_true(says(&c, "\"plan_digest\":\"d100"));
    assert_true(says(&c, "\"revision\":1"));
    assert_true(says(&c, "\"policy\":\"7d: 2 officer, then 1 admin|group:security\""));
    assert_true(says(
        &c, "{\"count\":2,\"who\":\"officer\",\"roles\":[\"officer\"],\"group\":null,\"have\":1}"));
    assert_true(says(&c, "{\"count\":1,\"who\":\"admin|group:security\",\"roles\":[\"admin\"],"
                         "\"group\":\"security\",\"have\":0}"));
    assert_true(says(&c, "\"step\":0,\"needed\":1"));
    assert_true(says(&c, "\"decision\":\"approve\",\"comment\":\"fine\""));
    assert_true(says(&c, "\"void\":false"));
    assert_true(says(&c, "{\"operator\":\"adam\",\"comment\":\"mind the \\\"O\\\"\","));
    assert_true(says(&c, "\"assigned_to\":\"olga\""));
    rest_case_done(&c);
}

/* Votes of those who lost their role since do not count, as they do not for the signer. */
static void i10_votes_are_counted_by_who_the_voters_are_now(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_vote(OLAF, 0, true);
    rest_consent_vote(OLGA, 0, true);
    rest_fake_approval.operators[1].enabled = false; /* olaf */
    get_request(&c, ADAM);
    assert_true(says(&c, "\"step\":0,\"needed\":1"));
    rest_fake_approval.operators[1].enabled = true;
    rest_fake_approval.operators[1].roles = CA_REQUESTER;
    get_request(&c, ADAM);
    assert_true(says(&c, "\"step\":0,\"needed\":1"));
    rest_fake_approval.operators[1].roles = CA_OFFICER;
    rest_fake_approval.approvals[0].author_id.octets[0] = OLAF;
    get_request(&c, ADAM);
    assert_true(says(&c, "\"step\":0,\"needed\":1"));
    rest_case_done(&c);
}

static void i10_new_content_voids_the_votes(void **state)
{
    static const uint8_t other[32] = {0xd2};
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_vote(OLAF, 0, true);
    rest_fake_approval.approvals[0].revision = 2;
    rest_fake_approval.approvals[0].digest = (struct ca_bytes){other, sizeof(other)};
    get_request(&c, OLAF);
    assert_true(says(&c, "\"revision\":1,\"void\":true"));
    assert_true(says(&c, "\"step\":0,\"needed\":2"));
    assert_true(says(&c, "{\"action\":\"approve\",\"allowed\":true}"));
    rest_case_done(&c);
}

static void the_etag_changes_with_each_vote(void **state)
{
    struct rest_case c;
    char before[80];

    (void)state;
    rest_consent_init(&c);
    get_request(&c, ADAM);
    (void)snprintf(before, sizeof(before), "%s", c.rs.etag);
    get_request(&c, ADAM);
    assert_string_equal(c.rs.etag, before);
    rest_consent_vote(OLAF, 0, true);
    get_request(&c, ADAM);
    assert_string_not_equal(c.rs.etag, before);
    rest_case_done(&c);
}

/* rita asked for nothing, but is in a group that has to agree. */
static void whoever_may_vote_sees_it_and_nobody_else(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_as(&c, RITA);
    assert_int_equal(rest_case_run(&c, rest_request_get), CA_OK);
    rest_fake_approval.groups[0].members = "";
    rest_consent_as(&c, RITA);
    assert_int_equal(rest_case_run(&c, rest_request_get), CA_NOT_FOUND);
    rest_consent_as(&c, RITA);
    assert_int_equal(rest_case_run(&c, rest_approval_get), CA_NOT_FOUND);
    rest_case_done(&c);
}

static void a_request_without_rule_is_as_before(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_fake_approval.approval_n = 0;
    get_request(&c, OLAF);
    assert_null(strstr(rest_response_text(&c.rs), "votes"));
    assert_null(strstr(rest_response_text(&c.rs), "revision"));
    assert_true(says(&c, "\"action\":\"download\""));
    assert_null(strstr(rest_response_text(&c.rs), "\"approve\""));
    rest_case_done(&c);
}

static void the_question_of_an_act_is_readable(void **state)
{
    static const struct wire_text names[] = {{"a.example"}};
    const struct wire_operator_enrol ask = {
        .caller = {.channel = "rest", .request_id = ""},
        .name = "mallory",
        .roles = CA_ADMIN | CA_OFFICER,
        .names = names,
        .names_n = 1
    };
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    assert_int_equal(wire_encode(WIRE_OPERATOR_ENROL, 0, &ask, &frame, &c.err), CA_OK);
    rest_fake_approval.approvals[0].action = "operator.enrol";
    rest_fake_approval.approvals[0].question = ca_buf_view(&frame);
    rest_consent_as(&c, OLAF);
    assert_int_equal(rest_case_run(&c, rest_approval_get), CA_OK);
    assert_true(says(&c, "\"question\":[{\"field\":\"name\",\"value\":\"mallory\"},"
                         "{\"field\":\"roles\",\"value\":\"officer, admin\"},"
                         "{\"field\":\"names/0/text\",\"value\":\"a.example\"}]"));
    assert_true(says(&c, "\"reason\":\"only requests for certificates can be edited\""));
    frame.len -= 3; /* whatever stands there: it is not shown as something else */
    rest_fake_approval.approvals[0].question = ca_buf_view(&frame);
    rest_consent_as(&c, OLAF);
    assert_int_equal(rest_case_run(&c, rest_approval_get), CA_OK);
    assert_null(strstr(rest_response_text(&c.rs), "\"question\""));
    rest_case_done(&c);
}

static void lists_are_filtered(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_as(&c, ALICE);
    assert_int_equal(rest_case_run(&c, rest_approvals_list), CA_OK);
    assert_non_null(rest_fake_approval.filter.requester); /* only her own */
    rest_consent_as(&c, OLAF);
    c.rq.query[0] = (struct rest_pair){"status", "pending"};
    c.rq.query[1] = (struct rest_pair){"action", "certificate.issue"};
    assert_int_equal(rest_case_run(&c, rest_approvals_list), CA_OK);
    assert_null(rest_fake_approval.filter.requester);
    assert_string_equal(rest_fake_approval.filter.action, "certificate.issue");
    assert_true(says(&c, "\"object\":\"CN=www.example\""));
    rest_consent_as(&c, OLAF);
    c.rq.query[0] = (struct rest_pair){"status", "issued"};
    assert_int_equal(rest_case_run(&c, rest_approvals_list), CA_MALFORMED);
    rest_case_done(&c);
}

static const struct {
    uint8_t who;
    bool listed;
    const char *words;
} deciders[] = {
    {ALICE, false, "requester"                },
    {OLAF,  false, "officer"                  }, /* he has voted */
    {OLGA,  true,  "officer"                  },
    {ADAM,  false, "admin"                    }, /* not yet */
    {RITA,  false, "requester\ngroup:security"},
};

static void what_is_to_be_decided_is_what_one_can_vote_on_now(void **state)
{
    struct rest_case c;

    (void)state;
    rest_consent_init(&c);
    rest_consent_vote(OLAF, 0, true);
    for (size_t i = 0; i < CA_COUNT(deciders); i++) {
        for (int requests = 0; requests < 2; requests++) {
            rest_consent_as(&c, deciders[i].who);
            c.rq.query[0] = (struct rest_pair){"to_decide", "true"};
            assert_int_equal(rest_case_run(&c, requests ? rest_requests_list : rest_approvals_list),
                             CA_OK);
            assert_string_equal(rest_fake_approval.words, deciders[i].words);
            assert_true(rest_fake_approval.filter.open_at > 5);
            assert_int_equal(strstr(rest_response_text(&c.rs), rest_case_ask) != NULL,
                             deciders[i].listed);
        }
    }
    rest_case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i10_each_caller_is_told_why_he_may_not_vote),
        cmocka_unit_test(a_token_does_not_vote),
        cmocka_unit_test(a_request_shows_who_has_to_agree_and_who_has),
        cmocka_unit_test(i10_votes_are_counted_by_who_the_voters_are_now),
        cmocka_unit_test(i10_new_content_voids_the_votes),
        cmocka_unit_test(the_etag_changes_with_each_vote),
        cmocka_unit_test(whoever_may_vote_sees_it_and_nobody_else),
        cmocka_unit_test(a_request_without_rule_is_as_before),
        cmocka_unit_test(the_question_of_an_act_is_readable),
        cmocka_unit_test(lists_are_filtered),
        cmocka_unit_test(what_is_to_be_decided_is_what_one_can_vote_on_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
