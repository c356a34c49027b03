/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request from the socket to its answer, over fakes (issuance_fakes.h). */
#include <stdio.h>

#include "ca/record_rules_internal.h"
#include "ca/settle_internal.h"
#include "db/operator.h"
#include "tests/unit/issuance_fakes.h"
#include "tests/unit/support.h"

/* Every serial was signed at most once, and nothing else was ever signed. */
static void signatures_check(void)
{
    assert_int_equal(fakes.stray_signatures, 0);
    for (size_t i = 0; i < fakes.intent_n; i++) {
        assert_true(fakes.intents[i].signed_n <= 1);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(fakes.intents[i].serial, fakes.intents[k].serial,
                                    DB_SERIAL_LEN);
    }
}

static void i01_no_signature_is_requested_before_the_intent_is_committed(void **state)
{
    (void)state;
    (void)fakes_start();
    fakes_issue("k", "device 1");
    assert_true(fakes_step()); /* admitted: the intent waits for its commit */
    assert_string_equal(fakes.log, "");
    fakes_run();
    assert_string_equal(fakes.log, "ISCA");
    signatures_check();
    fakes_stop();
    (void)fakes_start();
    fakes.database_away = true;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_string_equal(fakes.log, "R");
    assert_int_equal(fakes.rc, CA_UNAVAILABLE);
    fakes_stop();
}

static void a_key_of_somebody_else_is_refused_and_nothing_is_stored(void **state)
{
    (void)state;
    (void)fakes_start();
    fakes.key_taken = true;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_string_equal(fakes.log, "DR");
    assert_string_equal(fakes.problem, "policy");
    assert_int_equal(fakes.request_n, 0);
    fakes_stop();
}

static void a_key_that_a_requester_uses_again_is_looked_at_once(void **state)
{
    (void)state;
    (void)fakes_start();
    fakes_issue("one", "device 1");
    fakes_run();
    assert_int_equal(fakes.key_looks, 1);
    fakes.key_taken = true; /* nobody asks */
    fakes_issue("two", "device 2");
    fakes_run();
    assert_string_equal(fakes.log, "ISCAISCA");
    assert_int_equal(fakes.key_looks, 1);
    fakes_stop();
}

/* Its certificate is the very one that the rule found. */
static void i04_a_repeat_is_not_refused_for_what_it_got(void **state)
{
    struct signer *s = fakes_start();
    struct ca_err err = {0};

    (void)state;
    fakes_issue("k", "device 1");
    fakes_run();
    key_owners_free(s->key_owners); /* another node */
    assert_int_equal(key_owners_new(&s->key_owners, &err), CA_OK);
    fakes.key_taken = true;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_string_equal(fakes.state, "issued");
    assert_true(fakes.repeated);
    fakes_stop();
}

static void i03_a_serial_is_never_signed_twice(void **state)
{
    struct signer *s = fakes_start();
    struct ca_err err = {0};

    (void)state;
    fakes.token = TOKEN_FLIPS;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_string_equal(fakes.log, "ISBR");
    assert_string_equal(fakes.problem, "bad-signature");
    fakes.token = TOKEN_FINE;
    assert_int_equal(settle_requests(s, &err), CA_OK); /* it goes on by itself */
    fakes_run();
    assert_string_equal(fakes.log, "ISBRISC");
    assert_int_equal(fakes.requests[0].state, DB_REQUEST_ISSUED);
    signatures_check();
    fakes_issue("k", "device 1"); /* and the one who asked finds it */
    fakes_run();
    assert_string_equal(fakes.state, "issued");
    assert_true(fakes.repeated);
    assert_int_equal(fakes.certificate_n, 1);
    fakes_stop();
}

static void i03_a_repeat_after_a_burned_serial_gets_another_one(void **state)
{
    (void)state;
    (void)fakes_start();
    fakes.token = TOKEN_FLIPS;
    fakes_issue("k", "device 1");
    fakes_run();
    fakes.token = TOKEN_FINE;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_string_equal(fakes.log, "ISBRISCA");
    assert_string_equal(fakes.state, "issued");
    assert_int_equal(fakes.request_n, 1);
    signatures_check();
    fakes_stop();
}

/* It is under way, by somebody else: nothing that its key could be blamed for. */
static void i04_a_repeat_that_loses_every_race_is_told_to_wait(void **state)
{
    (void)state;
    (void)fakes_start();
    fakes.token = TOKEN_FLIPS;
    fakes_issue("k", "device 1");
    fakes_run();
    fakes.token = TOKEN_FINE;
    fakes.races = 10;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_int_equal(fakes.rc, CA_OK);
    assert_string_equal(fakes.state, "issuing");
    fakes_stop();
}

static void i03_a_token_that_fails_ends_the_process_and_the_serial_is_burned_at_the_next(
    void **state)
{
    struct signer *s = fakes_start();
    struct ca_err err = {0};

    (void)state;
    fakes.token = TOKEN_FAILS;
    fakes_issue("k", "device 1");
    fakes_run();
    assert_string_equal(fakes.log, "ISF"); /* no answer: the process ends there */
    fakes_restart();
    assert_int_equal(settle_intents(s, &err), CA_OK);
    assert_int_equal(settle_requests(s, &err), CA_OK);
    fakes_run();
    assert_string_equal(fakes.log, "ISFBISC");
    signatures_check();
    fakes_stop();
}

static void i04_the_answer_leaves_after_commit(void **state)
{
    (void)state;
    (void)fakes_start();
    fakes_issue("k", "device 1");
    while (fakes.certificate_n == 0) {
        assert_int_equal(fakes.answers, 0);
        assert_true(fakes_step());
    }
    fakes_run();
    assert_int_equal(fakes.answers, 1);
    assert_int_equal(fakes.answer_len, fakes.certificate_len);
    assert_memory_equal(fakes.answer, fakes.certificate, fakes.certificate_len);
    fakes_stop();
    (void)fakes_start();
    fakes_issue("k", "device 1");
    while (strchr(fakes.log, 'S') == NULL)
        assert_true(fakes_step());
    fakes.database_away = true; /* its COMMIT is refused */
    fakes_run();
    assert_string_equal(fakes.log, "ISR");
    assert_int_equal(fakes.rc, CA_UNAVAILABLE);
    fakes_stop();
}

static void i04_a_hundred_repeats_make_one_certificate(void **state)
{
    unsigned same = 0;

    (void)state;
    (void)fakes_start();
    for (unsigned i = 0; i < 100; i++) {
        fakes_issue("k", "device 1");
        for (unsigned steps = 0; steps < i % 4; steps++) /* they overlap in every way */
            (void)fakes_step();
    }
    fakes_run();
    assert_int_equal(fakes.answers, 100);
    assert_int_equal(fakes.certificate_n, 1);
    assert_int_equal(fakes.request_n, 1);
    assert_null(strchr(fakes.log, 'R'));
    signatures_check();
    for (unsigned i = 0; i < 10; i++) {
        fakes_issue("k", "device 1");
        fakes_run();
        same += fakes.repeated && fakes.answer_len == fakes.certificate_len;
    }
    assert_int_equal(same, 10);
    fakes_issue("k", "device 2"); /* the same key, another question */
    fakes_run();
    assert_int_equal(fakes.rc, CA_DENIED);
    assert_string_equal(fakes.problem, "idempotency-key-reused");
    fakes_stop();
}

static void i05_an_open_intent_is_burned_and_the_third_try_fails(void **state)
{
    struct signer *s = fakes_start();
    struct ca_err err = {0};

    (void)state;
    fakes_issue("k", "device 1");
    for (int ends = 1; ends <= 2; ends++) {
        while (fakes_open() == 0)
            assert_true(fakes_step());
        fakes_restart(); /* the process died with its intent open */
        assert_int_equal(settle_intents(s, &err), CA_OK);
        assert_int_equal(fakes_open(), 0);
        assert_true(fakes.intents[ends - 1].burned);
        assert_int_equal(fakes.requests[0].state,
                         ends == 1 ? DB_REQUEST_APPROVED : DB_REQUEST_FAILED);
        assert_int_equal(settle_requests(s, &err), CA_OK);
    }
    fakes_run();
    assert_string_equal(fakes.log, "IBIB");
    fakes_issue("k", "device 1");
    fakes_run();
    assert_int_equal(fakes.rc, CA_CONFLICT);
    assert_string_equal(fakes.problem, "request-ended");
    fakes_stop();
}

static void i05_an_intent_past_its_deadline_is_burned_while_questions_are_served(void **state)
{
    struct signer *s = fakes_start();
    struct ca_err err = {0};

    (void)state;
    fakes_issue("k", "device 1");
    while (strchr(fakes.log, 'S') == NULL)
        assert_true(fakes_step());
    assert_int_equal(settle_overdue(s, &err), CA_OK);
    assert_int_equal(fakes_open(), 1); /* not yet */
    fakes.intents[0].row.deadline_at -= 61;
    assert_int_equal(settle_overdue(s, &err), CA_OK);
    assert_int_equal(fakes_open(), 0);
    fakes_run(); /* what was signed meanwhile is stored nowhere and answered to nobody */
    assert_string_equal(fakes.log, "ISBR");
    assert_int_equal(fakes.certificate_n, 0);
    fakes_stop();
}

static void i05_a_request_that_cannot_go_on_holds_up_no_other(void **state)
{
    struct signer *s = fakes_start();
    struct ca_err err = {0};

    (void)state;
    for (int i = 0; i < 2; i++) {
        fakes_issue(i == 0 ? "a" : "b", "device 1");
        while (fakes_open() == 0)
            assert_true(fakes_step());
        fakes_restart();
        assert_int_equal(settle_intents(s, &err), CA_OK);
    }
    fakes.requests[0].overrides_len = 20; /* as an older version wrote it */
    assert_int_equal(settle_requests(s, &err), CA_OK);
    fakes_run();
    assert_int_equal(fakes.requests[0].state, DB_REQUEST_FAILED);
    assert_int_equal(fakes.requests[1].state, DB_REQUEST_ISSUED);
    fakes_stop();
}

static void i08_a_clock_that_jumped_stops_signing(void **state)
{
    static const int64_t jumps[] = {3600, -3600, 100000000};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(jumps); i++) {
        (void)fakes_start();
        fakes.jump_s = jumps[i];
        fakes_issue("k", "device 1");
        fakes_run();
        assert_null(strpbrk(fakes.log, "IS"));
        assert_int_equal(fakes.rc == CA_OK, false);
        fakes_stop();
        (void)fakes_start();
        fakes.jump_after_intent_s = jumps[i]; /* between COMMIT and signature */
        fakes_issue("k", "device 1");
        fakes_run();
        assert_string_equal(fakes.log, "IBR");
        assert_string_equal(fakes.problem, "clock-jumped");
        fakes_stop();
    }
}

static void i09_an_unknown_kind_reaches_nobody(void **state)
{
    struct wire_caller caller = {.channel = "rest", .request_id = ""};

    (void)state;
    (void)fakes_start();
    fakes.roles = CA_REQUESTER | CA_OFFICER | CA_ADMIN;
    fakes_ask(WIRE_ISSUED, &caller); /* an answer */
    fakes_ask((enum wire_kind)250, &caller);
    fakes_run();
    assert_string_equal(fakes.log, "RR");
    assert_int_equal(fakes.rc, CA_DENIED);
    assert_int_equal(fakes.handled, 0);
    fakes_stop();
}

static const struct {
    enum wire_kind kind;
    unsigned roles; /* who may */
} questions[] = {
    {WIRE_REVOKE,            CA_OFFICER | CA_ADMIN},
    {WIRE_RELEASE,           CA_OFFICER | CA_ADMIN},
    {WIRE_AUTHORITY_CREATE,  CA_ADMIN             },
    {WIRE_AUTHORITY_INSTALL, CA_ADMIN             },
    {WIRE_AUTHORITY_ADOPT,   CA_ADMIN             },
    {WIRE_CRL_GENERATE,      CA_OFFICER | CA_ADMIN},
    {WIRE_CRL_SCHEDULE,      CA_ADMIN             },
    {WIRE_OPERATOR_ENROL,    CA_ADMIN             },
    {WIRE_OPERATOR_CHANGE,   CA_ADMIN             },
    {WIRE_GROUP_PUT,         CA_ADMIN             },
    {WIRE_PROFILE_ACTIVATE,  CA_ADMIN             },
    {WIRE_RULE_PUT,          CA_ADMIN             },
};

static void i09_a_caller_without_the_role_is_refused(void **state)
{
    static const unsigned roles[] = {0, CA_REQUESTER, CA_OFFICER, CA_ADMIN, CA_AUDITOR};
    struct wire_caller caller = {.channel = "rest", .request_id = ""};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(questions); i++) {
        for (size_t r = 0; r < CA_COUNT(roles); r++) {
            bool may = (questions[i].roles & roles[r]) != 0;

            (void)fakes_start();
            fakes.roles = roles[r];
            fakes_ask(questions[i].kind, &caller);
            fakes_run();
            assert_string_equal(fakes.log, may ? "A" : "DR"); /* each refusal has its line */
            assert_int_equal(fakes.handled, may ? 1 : 0);
            if (!may)
                assert_string_equal(fakes.problem, "forbidden");
            fakes_stop();
        }
    }
    for (size_t r = 0; r < CA_COUNT(roles); r++) {
        bool may = roles[r] != 0 && roles[r] != CA_AUDITOR;

        (void)fakes_start();
        fakes.roles = roles[r];
        fakes_issue("k", "device 1");
        fakes_run();
        assert_string_equal(fakes.log, may ? "ISCA" : "DR");
        fakes_stop();
    }
}

static void everyone_is_answered_when_the_signer_stops(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps < 5; steps++) { /* the stop comes before each step */
        (void)fakes_start();
        fakes_issue("k", "device 1");
        for (unsigned i = 0; i < steps; i++)
            (void)fakes_step();
        fakes.stopping = true;
        fakes_run();
        assert_int_equal(fakes.answers, 1);
        fakes_issue("l", "device 1");
        fakes_ask(WIRE_STATUS, &(struct wire_caller){.channel = "rest", .request_id = ""});
        assert_int_equal(fakes.answers, 3);
        assert_int_equal(fakes.rc, CA_UNAVAILABLE);
        fakes_stop();
    }
}

/* A signer of one place here: a quarter of it, and one more. */
static void i16_questions_of_anybody_take_a_share_of_the_room(void **state)
{
    struct wire_caller caller = {.channel = "ocsp", .request_id = ""};

    (void)state;
    (void)fakes_start();
    for (int round = 1; round <= 2; round++) {
        memset(fakes.log, 0, sizeof(fakes.log));
        fakes_ask(WIRE_OCSP_SIGN, &caller);
        fakes_ask(WIRE_OCSP_SIGN, &caller);
        assert_string_equal(fakes.log, "R"); /* at once */
        assert_int_equal(fakes.rc, CA_LIMIT);
        assert_string_equal(fakes.problem, "overloaded");
        fakes_ask(WIRE_STATUS, &caller);
        assert_string_equal(fakes.log, "R"); /* let in */
        fakes_run();
        assert_string_equal(fakes.log, "RAA");
    }
    fakes_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i01_no_signature_is_requested_before_the_intent_is_committed),
        cmocka_unit_test(a_key_of_somebody_else_is_refused_and_nothing_is_stored),
        cmocka_unit_test(a_key_that_a_requester_uses_again_is_looked_at_once),
        cmocka_unit_test(i04_a_repeat_is_not_refused_for_what_it_got),
        cmocka_unit_test(i03_a_serial_is_never_signed_twice),
        cmocka_unit_test(i03_a_repeat_after_a_burned_serial_gets_another_one),
        cmocka_unit_test(i04_a_repeat_that_loses_every_race_is_told_to_wait),
        cmocka_unit_test(
            i03_a_token_that_fails_ends_the_process_and_the_serial_is_burned_at_the_next),
        cmocka_unit_test(i04_the_answer_leaves_after_commit),
        cmocka_unit_test(i04_a_hundred_repeats_make_one_certificate),
        cmocka_unit_test(i05_an_open_intent_is_burned_and_the_third_try_fails),
        cmocka_unit_test(i05_an_intent_past_its_deadline_is_burned_while_questions_are_served),
        cmocka_unit_test(i05_a_request_that_cannot_go_on_holds_up_no_other),
        cmocka_unit_test(i08_a_clock_that_jumped_stops_signing),
        cmocka_unit_test(i09_an_unknown_kind_reaches_nobody),
        cmocka_unit_test(i09_a_caller_without_the_role_is_refused),
        cmocka_unit_test(everyone_is_answered_when_the_signer_stops),
        cmocka_unit_test(i16_questions_of_anybody_take_a_share_of_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
