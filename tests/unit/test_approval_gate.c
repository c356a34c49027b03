/* SPDX-License-Identifier: Apache-2.0 */
/* Guarded acts, over a whole signer; and votes that race. */
#include <pthread.h>
#include <stdio.h>

#include "ca/issuance_internal.h"
#include "tests/unit/approval_support.h"

#define RESULT "SELECT result FROM ca.approval WHERE id = '%s'"
#define STATE  "SELECT state::text FROM ca.approval WHERE id = '%s'"
#define GROUP  "SELECT count(*)::text FROM ca.operator_group WHERE name = 'security'"

static void refused(const struct said *said, enum ca_rc rc, const char *problem, const char *says)
{
    test_refused(said->rc, &said->err, rc, problem, says);
}

static void fine(const struct said *said, const char *state)
{
    test_ok(said->rc, &said->err);
    assert_string_equal(said->state, state);
}

static struct said group_ask(struct office *o, enum people who, const char *name)
{
    const struct wire_member members[] = {{o->people[OFFICER3].id}};
    struct wire_group_put ask = {.name = name, .members = members, .members_n = 1};

    return office_put(o, who, WIRE_GROUP_PUT, &ask);
}

static struct said rule_ask(struct office *o, enum people who, const char *action,
                            const char *policy)
{
    struct wire_rule_put ask = {.action = action, .policy = policy};

    return office_put(o, who, WIRE_RULE_PUT, &ask);
}

static void i09_a_guarded_act_waits_for_somebody_else(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = group_ask(&o, ADMIN, "security");
    fine(&asked, "pending");
    assert_int_equal(asked.kind, WIRE_APPROVAL);
    assert_int_equal(asked.needed, 1);
    office_sql_is(&o, GROUP, &asked, "0");
    said = group_ask(&o, ADMIN, "security"); /* the same act waits once */
    assert_memory_equal(&said.id, &asked.id, sizeof(said.id));
    said = office_decide(&o, ADMIN, &asked, true, "");
    refused(&said, CA_DENIED, "own-request", "");
    said = office_decide(&o, ALICE, &asked, true, "");
    refused(&said, CA_DENIED, "not-eligible", "officer1");
    office_sql_is(&o, GROUP, &asked, "0");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "done");
    assert_string_equal(said.result, "done");
    office_sql_is(&o, GROUP, &asked, "1");
    office_sql_is(&o,
                  "SELECT string_agg(action || ' ' || actor, ', ' ORDER BY sequence) FROM ca.audit "
                  "WHERE object IN ('%s', 'security')",
                  &asked,
                  "approval.ask admin, approval.approve officer1, group.put admin, approval.act "
                  "system");

    asked = group_ask(&o, ADMIN, "network");
    said = office_decide(&o, OFFICER1, &asked, false, "what for?");
    fine(&said, "denied");
    office_sql_is(&o, "SELECT count(*)::text FROM ca.operator_group WHERE '%s' <> ''", &asked, "1");
    said = group_ask(&o, ALICE, "mine");
    refused(&said, CA_DENIED, "forbidden", "");
    office_done(&o);
}

static struct said disable_ask(struct office *o, enum people whom, struct ca_bytes seen,
                               bool enabled)
{
    struct wire_operator_change ask = {
        .operator_id = o->people[whom].id, .seen = seen, .enabled_given = true, .enabled = enabled};

    return office_put(o, ADMIN, WIRE_OPERATOR_CHANGE, &ask);
}

static void what_fails_when_it_is_carried_out_says_why(void **state)
{
    struct office o;
    struct said first;
    struct said second;
    struct said said;
    uint8_t seal[32];
    struct ca_bytes seen = {seal, sizeof(seal)};
    size_t len = 0;
    char *hex;

    (void)state;
    office_start(&o);
    hex = postgres_sql(o.t.pg, "SELECT encode(seal, 'hex') FROM ca.operator WHERE name = 'alice'");
    test_ok(ca_hex_parse(ca_bytes_str(hex), seal, sizeof(seal), &len, &said.err), &said.err);
    free(hex);
    first = disable_ask(&o, ALICE, seen, false);
    fine(&first, "pending");
    second = disable_ask(&o, ALICE, seen, true);
    fine(&second, "pending");
    said = office_decide(&o, OFFICER1, &first, true, "");
    fine(&said, "done");
    said = office_decide(&o, OFFICER1, &second, true, ""); /* of a row that is another by now */
    fine(&said, "failed");
    assert_non_null(strstr(said.result, "changed by somebody else"));
    office_sql_is(&o, "SELECT enabled::text FROM ca.operator WHERE name = 'alice' AND '%s' <> ''",
                  &second, "false");
    office_done(&o);
}

static const char *const attacks[] = {
    "UPDATE ca.approval SET question = (SELECT question FROM ca.approval WHERE object LIKE "
    "'other%') WHERE id = '%s'",
    "UPDATE ca.approval SET question = (SELECT question FROM ca.approval WHERE object LIKE "
    "'other%'), digest = (SELECT digest FROM ca.approval WHERE object LIKE 'other%') WHERE id = "
    "'%s'",
    "UPDATE ca.approval SET policy = '' WHERE id = '%s'",
    "UPDATE ca.approval SET action = 'certificate.issue' WHERE id = '%s'",
    "DELETE FROM ca.approval_vote WHERE approval_id = '%s'",
    /* These two concern everybody, and come last. */
    "UPDATE ca.operator_group SET members = '{}' WHERE name = 'first' AND '%s' <> ''",
    "UPDATE ca.operator SET roles = 6 WHERE name = 'admin' AND '%s' <> ''",
};

/* Agreed to, and the signer ended before it was carried out. */
static struct said agreed_undone(struct office *o)
{
    struct said asked = group_ask(o, ADMIN, "security");
    struct said said;

    fine(&asked, "pending");
    said = office_decide(o, OFFICER1, &asked, true, "");
    fine(&said, "done");
    office_sql(o, "DELETE FROM ca.operator_group WHERE name = 'security' AND '%s' <> ''", &asked);
    office_sql(o, "UPDATE ca.approval SET state = 'approved', result = '' WHERE id = '%s'", &asked);
    return asked;
}

static void attacks_fail(struct office *o, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct said asked = agreed_undone(o);
        struct ca_err err = {0};

        test_note(attacks[i]);
        office_sql(o, attacks[i], &asked);
        (void)!approval_act(o->t.s, &asked.id, "", &err);
        test_ok(approvals_carry_out(o->t.s, true, &err), &err);
        office_sql_is(o, GROUP, &asked, "0");
        office_sql_is(o,
                      "SELECT count(*)::text FROM ca.operator_group WHERE name = 'other' AND '%s' "
                      "<> ''",
                      &asked, "0");
    }
}

static void i09_an_act_that_was_altered_is_not_carried_out(void **state)
{
    enum { EVERYBODY = CA_COUNT(attacks) - 2 };

    (void)state;
    for (size_t round = 0; round < 3; round++) {
        struct office o;
        struct said first;
        struct said said;

        office_start(&o);
        first = group_ask(&o, ADMIN, "first");
        said = office_decide(&o, OFFICER1, &first, true, "");
        fine(&said, "done");
        said = group_ask(&o, ADMIN, "other");
        fine(&said, "pending");
        attacks_fail(&o, round == 0 ? 0 : EVERYBODY + round - 1, EVERYBODY + round);
        office_done(&o);
    }
}

static void an_interrupted_act_is_carried_out_at_the_next_start(void **state)
{
    struct office o;
    struct said asked;
    struct said said;
    struct ca_err err = {0};

    (void)state;
    office_start(&o);
    asked = group_ask(&o, ADMIN, "security");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "done");
    office_sql(&o, "DELETE FROM ca.operator_group WHERE name = 'security' AND '%s' <> ''", &asked);
    office_sql(&o, "UPDATE ca.approval SET state = 'approved', result = '' WHERE id = '%s'",
               &asked);
    office_restart(&o);
    test_ok(approvals_carry_out(o.t.s, false, &err), &err); /* its voter may still be at it */
    office_sql_is(&o, STATE, &asked, "approved");
    test_ok(approvals_carry_out(o.t.s, true, &err), &err);
    office_sql_is(&o, STATE, &asked, "done");
    office_sql_is(&o, GROUP, &asked, "1");
    office_done(&o);
}

static void i09_rules_are_changed_by_two_and_can_be_satisfied(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    said = rule_ask(&o, ADMIN, "nothing.known", "7d: 1 officer");
    refused(&said, CA_NOT_FOUND, "", "no guarded act");
    said = rule_ask(&o, ADMIN, "group.put", "7d: 1 boss");
    refused(&said, CA_MALFORMED, "", "no rule such as");
    said = rule_ask(&o, ADMIN, "group.put", "7d: 4 officer");
    refused(&said, CA_DENIED, "unsatisfiable-rule", "4 people are wanted and 3 could vote");
    said = rule_ask(&o, ADMIN, "group.put", "7d: 1 admin"); /* he is the only one */
    refused(&said, CA_DENIED, "unsatisfiable-rule", "");
    said = rule_ask(&o, ADMIN, "group.put", "7d: 1 group:nobody");
    refused(&said, CA_DENIED, "unsatisfiable-rule", "");
    said = rule_ask(&o, OFFICER1, "group.put", "");
    refused(&said, CA_DENIED, "forbidden", "");

    asked = rule_ask(&o, ADMIN, "group.put", "7d: 2 officer");
    fine(&asked, "pending");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "done");
    asked = group_ask(&o, ADMIN, "security");
    fine(&asked, "pending");
    assert_int_equal(asked.needed, 2);
    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "pending");
    said = office_decide(&o, OFFICER2, &asked, true, "");
    fine(&said, "done");

    /* Somebody with the database takes the rule away. */
    office_sql(&o,
               "UPDATE ca.approval_rule SET policy = '' WHERE action = 'group.put' AND '%s' <> "
               "''",
               &asked);
    said = group_ask(&o, ADMIN, "network");
    refused(&said, CA_DENIED, "row-altered", "approval_rule");
    office_done(&o);
}

static void an_empty_rule_lets_one_do_it_alone(void **state)
{
    struct office o;
    struct said asked;
    struct said said;

    (void)state;
    office_start(&o);
    asked = rule_ask(&o, ADMIN, "group.put", "");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    fine(&said, "done");
    said = group_ask(&o, ADMIN, "security");
    test_ok(said.rc, &said.err);
    assert_int_equal(said.kind, WIRE_GROUP);
    office_sql_is(&o, GROUP, &asked, "1");
    /* The set-up of a development server left such rules for authorities. */
    office_sql_is(&o,
                  "SELECT string_agg(action, ' ' ORDER BY action) FROM ca.approval_rule WHERE "
                  "policy = '' AND '%s' <> ''",
                  &asked,
                  "authority.adopt authority.create authority.install group.put "
                  "scep_endpoint.change");
    office_done(&o);
}

static void the_last_one_who_could_consent_acts_alone_and_loudly(void **state)
{
    struct office o;
    struct said said;

    (void)state;
    office_start(&o);
    for (enum people who = OFFICER1; who <= OFFICER3; who++) {
        const struct actor local = {.name = "local", .roles = CA_ADMIN};
        struct wire_operator_change ask = {
            .operator_id = o.people[who].id, .enabled_given = true, .enabled = false};
        CA_AUTO(buf) struct ca_buf own = {0};
        struct wire_operator done;
        struct ca_err err = {0};

        ask.caller = (struct wire_caller){.channel = "local", .request_id = ""};
        test_ok(handle_operator_change(o.t.s, &local, &ask, &done, &own, &err), &err);
    }
    said = group_ask(&o, ADMIN, "security");
    test_ok(said.rc, &said.err);
    assert_int_equal(said.kind, WIRE_GROUP);
    office_sql_is(&o,
                  "SELECT detail FROM ca.audit WHERE action = 'approval.alone' AND actor = 'admin' "
                  "AND '%s' <> ''",
                  &said, "nobody else could consent");
    /* Whose row was altered could be somebody: nobody acts alone because of him. */
    office_sql(&o, "UPDATE ca.operator SET roles = 1 WHERE name = 'officer1' AND '%s' <> ''",
               &said);
    said = group_ask(&o, ADMIN, "network");
    refused(&said, CA_DENIED, "row-altered", "officer1");
    office_done(&o);
}

static void revoking_an_authority_is_guarded_and_revoking_others_is_not(void **state)
{
    struct office o;
    struct said asked;
    struct said said;
    struct wire_revoke revoke = {.reason = 5, .comment = "it ends"};
    char *id;

    (void)state;
    office_start(&o);
    asked = office_request(&o, ALICE, "k", "www.example.org");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    said = office_decide(&o, OFFICER2, &asked, true, "");
    fine(&said, "done");
    id = postgres_sql(o.t.pg, "SELECT id::text FROM ca.certificate WHERE names = "
                              "'DNS:www.example.org'");
    test_ok(ca_uuid_parse(ca_bytes_str(id), &revoke.certificate_id, &said.err), &said.err);
    free(id);
    said = office_put(&o, OFFICER1, WIRE_REVOKE, &revoke);
    test_ok(said.rc, &said.err);
    assert_int_equal(said.kind, WIRE_REVOKED);

    id = postgres_sql(o.t.pg, "SELECT id::text FROM ca.certificate WHERE subject LIKE '%issuing%'");
    test_ok(ca_uuid_parse(ca_bytes_str(id), &revoke.certificate_id, &said.err), &said.err);
    free(id);
    asked = office_put(&o, OFFICER1, WIRE_REVOKE, &revoke);
    fine(&asked, "pending");
    office_sql_is(&o, "SELECT action || ' ' || object FROM ca.approval WHERE id = '%s'", &asked,
                  "authority.revoke issuing");
    said = office_decide(&o, OFFICER1, &asked, true, "");
    refused(&said, CA_DENIED, "own-request", "");
    said = office_decide(&o, ADMIN, &asked, true, "");
    fine(&said, "done");
    office_sql_is(&o,
                  "SELECT state::text FROM ca.certificate WHERE subject LIKE '%issuing%' AND '%s' "
                  "<> ''",
                  &asked, "revoked");
    office_done(&o);
}

/* Officers who press the button at once. */
struct racer {
    pthread_t thread;
    pthread_barrier_t *start;
    struct office *office;
    enum people who;
    const struct said *on;
    bool approves;
    struct said said;
};

static void *race(void *arg)
{
    struct racer *r = arg;

    (void)pthread_barrier_wait(r->start);
    r->said = office_decide(r->office, r->who, r->on, r->approves, "now");
    return NULL;
}

static void race_run(struct office *o, const struct said *on, struct racer *racers, size_t n)
{
    pthread_barrier_t start;

    (void)pthread_barrier_init(&start, NULL, (unsigned)n);
    for (size_t i = 0; i < n; i++) {
        racers[i].start = &start;
        racers[i].office = o;
        racers[i].on = on;
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < n; i++)
        (void)pthread_join(racers[i].thread, NULL);
    (void)pthread_barrier_destroy(&start);
}

static void i10_of_two_who_race_one_is_late(void **state)
{
    struct office o;

    (void)state;
    office_start(&o);
    for (unsigned i = 0; i < 20; i++) {
        struct racer racers[] = {
            {.who = OFFICER1, .approves = true },
            {.who = OFFICER2, .approves = false},
            {.who = OFFICER2, .approves = false}, /* twice with one breath */
            {.who = OFFICER3, .approves = true },
        };
        char key[16];
        struct said asked;
        bool denied;

        (void)snprintf(key, sizeof(key), "k%u", i);
        asked = office_request(&o, ALICE, key, "www.example.org");
        fine(&asked, "pending");
        race_run(&o, &asked, racers, CA_COUNT(racers));
        denied = racers[1].said.rc == CA_OK;
        for (size_t k = 0; k < CA_COUNT(racers); k++) {
            if (racers[k].said.rc != CA_OK)
                refused(&racers[k].said, CA_CONFLICT, "already-decided", " by ");
        }
        assert_int_equal(racers[1].said.rc, racers[2].said.rc); /* one vote, one answer */
        office_sql_is(&o, "SELECT state::text FROM ca.request WHERE id = '%s'", &asked,
                      denied ? "denied" : "issued");
        office_sql_is(&o, "SELECT count(*)::text FROM ca.certificate WHERE request_id = '%s'",
                      &asked, denied ? "0" : "1");
        office_sql_is(&o,
                      "SELECT count(*)::text FROM ca.approval_vote WHERE approval_id = '%s' AND "
                      "NOT approves",
                      &asked, denied ? "1" : "0");
    }
    office_done(&o);
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(i09_a_guarded_act_waits_for_somebody_else),
        TOKEN_TEST(what_fails_when_it_is_carried_out_says_why),
        TOKEN_TEST(i09_an_act_that_was_altered_is_not_carried_out),
        TOKEN_TEST(an_interrupted_act_is_carried_out_at_the_next_start),
        TOKEN_TEST(i09_rules_are_changed_by_two_and_can_be_satisfied),
        TOKEN_TEST(an_empty_rule_lets_one_do_it_alone),
        TOKEN_TEST(the_last_one_who_could_consent_acts_alone_and_loudly),
        TOKEN_TEST(revoking_an_authority_is_guarded_and_revoking_others_is_not),
        TOKEN_TEST(i10_of_two_who_race_one_is_late),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
