/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that others have to agree to, over a whole signer, its token and its database. */
#include <stdio.h>

#include "ca/issuance_internal.h"
#include "tests/unit/approval_support.h"

#define STATE     "SELECT state::text FROM ca.request WHERE id = '%s'"
#define APPROVAL  "SELECT state::text FROM ca.approval WHERE id = '%s'"
#define VOTES     "SELECT count(*)::text FROM ca.approval_vote WHERE approval_id = '%s'"
#define SIGNED    "SELECT count(*)::text FROM ca.certificate WHERE request_id = '%s'"
#define LINES(of) "SELECT count(*)::text FROM ca.audit WHERE object = '%s' AND action = '" of "'"

static void refused(const struct said *said, enum ca_rc rc, const char *problem, const char *says)
{
    test_refused(said->rc, &said->err, rc, problem, says);
}

static void fine(const struct said *said, const char *state)
{
    test_ok(said->rc, &said->err);
    assert_string_equal(said->state, state);
}

static void i10_two_officers_agree_and_the_certificate_is_there(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    fine(&asked, "pending");
    office_sql_is(&o, STATE, &asked, "pending");
    office_sql_is(&o, SIGNED, &asked, "0");
    said = office_request(&o, ALICE, "k", "www.example.org"); /* once more: the same (I4) */
    fine(&said, "pending");
    assert_true(said.repeated);
    assert_memory_equal(&said.id, &asked.id, sizeof(said.id));
    assert_memory_equal(said.digest, asked.digest, DIGEST_LEN);

    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "pending");
    assert_int_equal(said.votes, 1);
    assert_int_equal(said.needed, 1);
    said = office_decide(&o, OFFICER1, &asked, true, ""); /* P11: a repeat changes nothing */
    fine(&said, "pending");
    office_sql_is(&o, VOTES, &asked, "1");
    office_sql_is(&o, SIGNED, &asked, "0");

    said = office_decide(&o, OFFICER2, &asked, true, "seen");
    fine(&said, "done"); /* issued when the last voter has his answer */
    office_sql_is(&o, STATE, &asked, "issued");
    office_sql_is(&o, SIGNED, &asked, "1");
    said = office_decide(&o, OFFICER2, &asked, true, "seen");
    fine(&said, "done");
    said = office_request(&o, ALICE, "k", "www.example.org");
    fine(&said, "issued");
    assert_true(said.repeated);
    office_sql_is(&o, LINES("request.approve"), &asked, "2"); /* I13 */
    office_sql_is(&o, LINES("request.submit"), &asked, "2");  /* it waits; its intent */
    office_sql_is(&o,
                  "SELECT o.name FROM ca.certificate AS c JOIN ca.operator AS o ON o.id = "
                  "c.requester_id WHERE c.request_id = '%s'",
                  &asked, "alice");
    office_done(&o);
}

static void i10_requester_never_approves(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = office_request(&o, OFFICER1, "k", "www.example.org");
    fine(&asked, "pending");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    refused(&said, CA_DENIED, "own-request", "");
    said = office_decide(&o, OFFICER1, &asked, false, "no");
    refused(&said, CA_DENIED, "own-request", "");
    said = office_decide(&o, ALICE, &asked, true, "");
    refused(&said, CA_DENIED, "not-eligible", "officer2, officer3");
    said = office_decide(&o, ADMIN, &asked, true, ""); /* an admin decides no certificates */
    refused(&said, CA_DENIED, "not-eligible", "officer2");
    said = office_decide(&o, AUDITOR, &asked, true, "");
    refused(&said, CA_DENIED, "forbidden", "");
    office_sql_is(&o, VOTES, &asked, "0");
    /* His vote, forged by somebody with all of the database but the key of the seals. */
    said = office_decide(&o, OFFICER2, &asked, true, "");
    fine(&said, "pending");
    office_sql(&o,
               "INSERT INTO ca.approval_vote SELECT approval_id, revision, (SELECT id FROM "
               "ca.operator WHERE name = 'officer1'), approves, step, digest, comment, at, seal "
               "FROM ca.approval_vote WHERE approval_id = '%s'",
               &asked);
    said = office_decide(&o, OFFICER3, &asked, true, "");
    refused(&said, CA_DENIED, "row-altered", "approval_vote");
    office_sql_is(&o, SIGNED, &asked, "0");
    office_done(&o);
}

static void i10_one_person_one_vote(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "pending");
    said = office_decide(&o, OFFICER1, &asked, false, "I think again");
    refused(&said, CA_CONFLICT, "already-voted", "you approved at");
    office_sql_is(&o, VOTES, &asked, "1");
    office_sql_is(&o, STATE, &asked, "pending");
    office_done(&o);
}

static void i10_late_vote_is_a_conflict(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    said = office_decide(&o, OFFICER1, &asked, false, " \n");
    refused(&said, CA_MALFORMED, "", "/comment");
    said = office_decide(&o, OFFICER1, &asked, false, "not ours");
    fine(&said, "denied");
    assert_string_equal(said.result, "not ours");
    office_sql_is(&o, STATE, &asked, "denied");
    office_sql_is(&o, APPROVAL, &asked, "denied");
    office_sql_is(&o, LINES("request.deny"), &asked, "1");
    said = office_decide(&o, OFFICER2, &asked, true, "");
    refused(&said, CA_CONFLICT, "already-decided", "by officer1");
    said = office_request(&o, ALICE, "k", "www.example.org");
    refused(&said, CA_CONFLICT, "request-ended", "denied");
    asked = office_request(&o, ALICE, "l", "www.example.org");
    office_sql(&o, "UPDATE ca.approval SET expires_at = expires_at WHERE id = '%s'", &asked);
    said = office_change(&o, OFFICER1, &asked, "withdraw", "");
    refused(&said, CA_DENIED, "forbidden", "only who asked");
    said = office_change(&o, ALICE, &asked, "withdraw", "not needed");
    fine(&said, "withdrawn");
    office_sql_is(&o, STATE, &asked, "withdrawn");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    refused(&said, CA_CONFLICT, "already-decided", "withdrawn");
    office_sql_is(&o, SIGNED, &asked, "0");
    office_done(&o);
}

static void i10_changed_content_voids_votes(void **state)
{
    struct office o;
    struct said first;
    struct said second;
    struct said third;
    struct said said;

    (void)state;
    office_start(&o);
    first = office_request(&o, ALICE, "k", "www.example.org");
    said = office_decide(&o, OFFICER1, &first, true, "");
    fine(&said, "pending");
    second = office_revise(&o, ALICE, &first, "shop.example.org");
    fine(&second, "pending");
    assert_memory_equal(&second.id, &first.id, sizeof(first.id));
    assert_memory_not_equal(second.digest, first.digest, DIGEST_LEN);
    said = office_revise(&o, ALICE, &first, "shop.example.org"); /* sent twice */
    fine(&said, "pending");
    office_sql_is(&o, "SELECT revision::text FROM ca.approval WHERE id = '%s'", &first, "2");
    said = office_revise(&o, ALICE, &first, "third.example.org"); /* of what stands no more */
    refused(&said, CA_CONFLICT, "plan-changed", "alice");
    said = office_decide(&o, OFFICER2, &first, true, ""); /* saw the old one */
    refused(&said, CA_CONFLICT, "plan-changed", "revision 2");
    said = office_decide(&o, OFFICER2, &second, true, "");
    fine(&said, "pending");
    assert_int_equal(said.needed, 1); /* the vote on the old one is on record and counts no more */
    office_sql_is(&o, VOTES, &first, "2");

    /* An officer who edits does not approve; neither does who asked first. */
    said = office_revise(&o, ADMIN, &second, "third.example.org");
    refused(&said, CA_DENIED, "forbidden", "who asked, or an officer");
    third = office_revise(&o, OFFICER3, &second, "third.example.org");
    fine(&third, "pending");
    said = office_decide(&o, OFFICER3, &third, true, "");
    refused(&said, CA_DENIED, "own-request", "you edited it");
    said = office_decide(&o, OFFICER1, &third, true, "");
    fine(&said, "pending");
    office_sql_is(&o, SIGNED, &first, "0");
    said = office_decide(&o, OFFICER2, &third, true, "");
    fine(&said, "done");
    office_sql_is(&o, "SELECT names FROM ca.certificate WHERE request_id = '%s'", &first,
                  "DNS:third.example.org");
    office_sql_is(&o, LINES("request.revise"), &first, "2");
    said = office_revise(&o, ALICE, &third, "fourth.example.org");
    refused(&said, CA_CONFLICT, "already-decided", "");
    office_done(&o);
}

/* Everything that somebody with the whole database, and without the token, could turn. */
static const char *const attacks[] = {
    "UPDATE ca.request SET csr = (SELECT csr FROM ca.request WHERE idempotency_key = 'other') "
    "WHERE id = '%s'",
    "UPDATE ca.request SET overrides = (SELECT overrides FROM ca.request WHERE idempotency_key = "
    "'other') WHERE id = '%s'",
    "UPDATE ca.request SET csr = o.csr, overrides = o.overrides, plan_digest = o.plan_digest FROM "
    "ca.request AS o WHERE o.idempotency_key = 'other' AND request.id = '%s'",
    "UPDATE ca.request SET profile_version = sha256('x') WHERE id = '%s'",
    "UPDATE ca.request SET plan_digest = sha256('x') WHERE id = '%s'",
    "UPDATE ca.request SET requester_id = (SELECT id FROM ca.operator WHERE name = 'officer3') "
    "WHERE id = '%s'",
    "UPDATE ca.approval SET digest = sha256('x') WHERE id = '%s'",
    "UPDATE ca.approval SET policy = '7d: 1 officer' WHERE id = '%s'",
    "UPDATE ca.approval SET requester_id = (SELECT id FROM ca.operator WHERE name = 'officer3') "
    "WHERE id = '%s'",
    "UPDATE ca.approval SET author_id = (SELECT id FROM ca.operator WHERE name = 'officer3') WHERE "
    "id = '%s'",
    "UPDATE ca.approval SET expires_at = expires_at + 1 WHERE id = '%s'",
    "UPDATE ca.approval_vote SET comment = 'fine' WHERE approval_id = '%s'",
    "UPDATE ca.approval_vote SET operator_id = (SELECT id FROM ca.operator WHERE name = "
    "'officer3') WHERE approval_id = '%s' AND operator_id = (SELECT id FROM ca.operator WHERE "
    "name = 'officer2')",
    "DELETE FROM ca.approval_vote WHERE approval_id = '%s' AND operator_id = (SELECT id FROM "
    "ca.operator WHERE name = 'officer2')",
    "DELETE FROM ca.approval_vote WHERE approval_id = '%s'",
};

/* Those that concern every request. */
static const char *const operator_attacks[] = {
    "UPDATE ca.operator SET roles = 6 WHERE name = 'officer2' AND '%s' <> ''",
    "UPDATE ca.operator SET enabled = false WHERE name = 'officer2' AND '%s' <> ''",
    "UPDATE ca.operator SET roles = 2 WHERE name = 'alice' AND '%s' <> ''",
};

static void office_open(struct office *o)
{
    struct said other;

    office_start(o);
    other = office_request(o, ALICE, "other", "evil.example.org");
    fine(&other, "pending");
}

/* Agreed to, but the token was away: what a database administrator does meanwhile. */
static struct said agreed_unissued(struct office *o, const char *key)
{
    struct said asked = office_request(o, ALICE, key, "www.example.org");
    struct said said;

    fine(&asked, "pending");
    said = office_decide(o, OFFICER1, &asked, true, "");
    fine(&said, "pending");
    said = office_decide(o, OFFICER2, &asked, true, "");
    fine(&said, "done");
    /* Back to the moment before: agreed to, and not issued. */
    office_sql(o,
               "DELETE FROM ca.certificate WHERE request_id = '%s'; UPDATE ca.request SET state = "
               "'approved', certificate_id = NULL, serial = NULL WHERE id = '%s'; UPDATE "
               "ca.approval SET state = 'approved', result = '' WHERE id = '%s'",
               &asked);
    return asked;
}

static void attack_fails(struct office *o, const char *attack, const char *key)
{
    struct said asked = agreed_unissued(o, key);

    test_note(attack);
    office_sql(o, attack, &asked);
    issuance_carry_out(o->t.s, &asked.id, "test-request");
    office_sql_is(o, SIGNED, &asked, "0");
    office_sql_is(o, STATE, &asked, "failed");
    office_sql_is(o, LINES("request.refused"), &asked, "1");
    office_sql_is(o, "SELECT count(*)::text FROM ca.intent WHERE request_id = '%s'", &asked, "0");
}

static void i09_what_was_altered_by_sql_is_not_signed(void **state)
{
    struct office o;
    char key[16];

    (void)state;
    office_open(&o);
    for (size_t i = 0; i < CA_COUNT(attacks); i++) {
        (void)snprintf(key, sizeof(key), "k%zu", i);
        attack_fails(&o, attacks[i], key);
    }
    office_done(&o);
    for (size_t i = 0; i < CA_COUNT(operator_attacks); i++) {
        office_open(&o);
        attack_fails(&o, operator_attacks[i], "k");
        office_done(&o);
    }
}

static void i09_what_was_not_altered_is_signed_after_a_restart(void **state)
{
    struct office o;
    struct said asked;

    (void)state;
    office_open(&o);
    asked = agreed_unissued(&o, "k");
    office_restart(&o);
    issuance_carry_out(o.t.s, &asked.id, "test-request"); /* as the upkeep does */
    office_sql_is(&o, STATE, &asked, "issued");
    office_sql_is(&o, APPROVAL, &asked, "done");
    assert_int_equal(atomic_load(&o.t.s->metrics.consent_mismatches), 0);
    office_done(&o);
}

static void i09_a_voter_who_may_no_more_does_not_count(void **state)
{
    struct office o;
    struct said asked;

    (void)state;
    office_open(&o);
    asked = agreed_unissued(&o, "k");
    {
        struct wire_operator_change ask = {
            .operator_id = o.people[OFFICER2].id, .enabled_given = true, .enabled = false};
        const struct actor local = {.name = "local", .roles = CA_ADMIN};
        CA_AUTO(buf) struct ca_buf own = {0};
        struct wire_operator done;
        struct ca_err err = {0};

        ask.caller = (struct wire_caller){.channel = "local", .request_id = ""};
        test_ok(handle_operator_change(o.t.s, &local, &ask, &done, &own, &err), &err);
    }
    issuance_carry_out(o.t.s, &asked.id, "test-request");
    office_sql_is(&o, SIGNED, &asked, "0");
    office_sql_is(&o, STATE, &asked, "failed");
    office_sql_is(&o, APPROVAL, &asked, "failed");
    assert_int_equal(atomic_load(&o.t.s->metrics.consent_mismatches), 1);
    office_done(&o);
}

static void what_nobody_decides_in_time_expires(void **state)
{
    struct office o;
    struct said asked;
    struct said said;
    struct ca_err err = {0};

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    test_ok(approvals_expire(o.t.s, &err), &err);
    office_sql_is(&o, STATE, &asked, "pending");
    office_sql(&o, "UPDATE ca.approval SET expires_at = 1 WHERE id = '%s'", &asked);
    said = office_decide(&o, OFFICER1, &asked, true, "");
    refused(&said, CA_DENIED, "row-altered", ""); /* who turns the clock of a row breaks its seal */
    test_ok(approvals_expire(o.t.s, &err), &err);
    office_sql_is(&o, STATE, &asked, "expired");
    office_sql_is(&o, APPROVAL, &asked, "expired");
    office_sql_is(&o, LINES("request.expire"), &asked, "1");
    office_done(&o);
}

static void a_decision_needs_the_token(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    client_close(o.client);
    o.client = NULL;
    test_signer_stop(&o.t);
    o.t.config.hsm = NULL;
    o.t.config.token_reason = "unplugged";
    test_signer_again(&o.t);
    {
        const struct client_config config = {
            .socket_path = o.t.socket, .peer_uid = (uid_t)-1, .in_flight_max = 64};
        struct ca_err err = {0};

        test_ok(client_open(&config, &o.client, &err), &err);
    }
    said = office_decide(&o, OFFICER1, &asked, true, "");
    refused(&said, CA_UNAVAILABLE, "token-offline", "");
    office_sql_is(&o, VOTES, &asked, "0");
    office_done(&o);
}

static void people_talk_about_it_and_assign_it(void **state)
{
    struct office o;
    struct said asked;
    struct said said;
    struct wire_approval_change assign = {.change = "assign", .comment = ""};

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    said = office_change(&o, ALICE, &asked, "comment", "it is urgent");
    fine(&said, "pending");
    said = office_change(&o, OFFICER1, &asked, "comment", "");
    refused(&said, CA_MALFORMED, "", "/comment");
    office_sql_is(&o, "SELECT comment FROM ca.approval_comment WHERE approval_id = '%s'", &asked,
                  "it is urgent");
    assign.approval_id = asked.id;
    assign.assignee = o.people[OFFICER2].id;
    said = office_put(&o, ALICE, WIRE_APPROVAL_CHANGE, &assign);
    refused(&said, CA_DENIED, "forbidden", "");
    said = office_put(&o, OFFICER1, WIRE_APPROVAL_CHANGE, &assign);
    fine(&said, "pending");
    assign.assignee = o.people[ALICE].id;
    said = office_put(&o, OFFICER1, WIRE_APPROVAL_CHANGE, &assign);
    refused(&said, CA_DENIED, "not-eligible", "");
    said = office_change(&o, OFFICER1, &asked, "bless", "");
    refused(&said, CA_DENIED, "", "no such change");
    office_sql_is(&o, LINES("request.assign"), &asked, "1");
    office_sql_is(&o, LINES("request.comment"), &asked, "1");
    office_done(&o);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(i10_two_officers_agree_and_the_certificate_is_there),
        TOKEN_TEST(i10_requester_never_approves),
        TOKEN_TEST(i10_one_person_one_vote),
        TOKEN_TEST(i10_late_vote_is_a_conflict),
        TOKEN_TEST(i10_changed_content_voids_votes),
        TOKEN_TEST(i09_what_was_altered_by_sql_is_not_signed),
        TOKEN_TEST(i09_what_was_not_altered_is_signed_after_a_restart),
        TOKEN_TEST(i09_a_voter_who_may_no_more_does_not_count),
        TOKEN_TEST(what_nobody_decides_in_time_expires),
        TOKEN_TEST(a_decision_needs_the_token),
        TOKEN_TEST(people_talk_about_it_and_assign_it),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
