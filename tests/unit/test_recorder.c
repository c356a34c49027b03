/* SPDX-License-Identifier: Apache-2.0 */
/* The recorder over a database that fails as it is told (fake_db.h). */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/unit/fake_db.h"
#include "tests/unit/support.h"

static const struct db_config no_database = {.role = DB_SIGNER};

static struct recorder *start(size_t batch_max)
{
    const struct recorder_config config = {
        .db = &no_database, .node = "test", .queue_max = 512, .batch_max = batch_max};
    struct recorder *r = NULL;
    struct ca_err err = {0};

    assert_int_equal(recorder_start(&config, &r, &err), CA_OK);
    return r;
}

/* One issuance: a request with this key and a serial of one octet. */
struct entry {
    struct record record;
    struct db_request request;
    struct db_intent intent;
    struct db_certificate certificate;
    struct audit_event event;
    uint8_t serial;
    _Atomic int ended; /* 1 + rc */
    char problem[32];
};

static void entry_done(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct entry *e = CA_CONTAINER(record, struct entry, record);

    if (rc != CA_OK)
        (void)snprintf(e->problem, sizeof(e->problem), "%s", err->problem);
    atomic_store(&e->ended, 1 + (int)rc);
}

static void entry_init(struct entry *e, enum record_kind kind, uint8_t serial, const char *key)
{
    *e = (struct entry){.serial = serial};
    e->request.idempotency_key = key;
    e->event = (struct audit_event){.actor = "test", .action = "test", .outcome = "ok"};
    e->intent.serial = (struct ca_bytes){&e->serial, 1};
    e->certificate.serial = e->intent.serial;
    e->record = (struct record){.kind = kind,
                                .done = entry_done,
                                .request = &e->request,
                                .intent = &e->intent,
                                .certificate = &e->certificate,
                                .events = &e->event,
                                .event_n = 1};
}

static enum ca_rc entry_wait(struct entry *e)
{
    for (int64_t until = ca_mono_ms() + 5000; ca_mono_ms() < until; usleep(1000)) {
        if (atomic_load(&e->ended) != 0)
            return (enum ca_rc)(atomic_load(&e->ended) - 1);
    }
    fail_msg("no answer");
    return CA_FAULT;
}

static enum ca_rc run(struct recorder *r, struct entry *e, enum record_kind kind, uint8_t serial,
                      const char *key)
{
    entry_init(e, kind, serial, key);
    assert_true(recorder_put(r, &e->record));
    return entry_wait(e);
}

/* Of those that share a transaction, one stands against a rule; a repeat is never refused. */
static void a_claim_that_is_refused_is_refused_alone(void **state)
{
    static struct entry entries[3];
    static struct claim claims[3];
    static const uint8_t keys[3][32] = {{1}, {2}, {1}};
    static const struct ca_uuid requester = {{7}};
    struct entry first;
    struct recorder *r;

    (void)state;
    fake_db_reset();
    r = start(64);
    assert_int_equal(run(r, &first, RECORD_INTENT, 9, "again"), CA_OK);
    fake_db.taken_key = 1;
    for (size_t i = 0; i < CA_COUNT(entries); i++) {
        claims[i] = (struct claim){
            .row = {.requester_id = requester, .spki_hash = {keys[i], 32}, .profile = "p"},
            .key = true
        };
        entry_init(&entries[i], RECORD_INTENT, (uint8_t)(i + 1), i == 2 ? "again" : "-");
        entries[i].record.claim = &claims[i];
    }
    for (size_t i = 0; i < CA_COUNT(entries); i++)
        assert_true(recorder_put(r, &entries[i].record));
    assert_int_equal(entry_wait(&entries[0]), CA_DENIED);
    assert_string_equal(entries[0].problem, "policy");
    assert_string_equal(claims[0].findings[0].rule, "key.reuse");
    assert_int_equal(entry_wait(&entries[1]), CA_OK);
    assert_int_equal(entry_wait(&entries[2]), CA_CONFLICT);
    recorder_stop(r);
    assert_int_equal(fake_db.intents, 2);
    assert_int_equal(fake_db.audits, 2);
}

static CA_RC refuse_me(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)db, (void)audit, (void)arg;
    return CA_FAIL_AS(err, CA_DENIED, "scep-challenge-used", "another was first");
}

/* What goes with an intent may refuse it: the others of its transaction are written all the same.
 */
static void a_change_that_refuses_its_intent_refuses_no_other(void **state)
{
    static struct entry entries[3];
    struct entry first;
    struct recorder *r;

    (void)state;
    fake_db_reset();
    r = start(64);
    assert_int_equal(run(r, &first, RECORD_INTENT, 9, "again"), CA_OK);
    for (size_t i = 0; i < CA_COUNT(entries); i++) {
        entry_init(&entries[i], RECORD_INTENT, (uint8_t)(i + 1), i == 2 ? "again" : "-");
        if (i != 1)
            entries[i].record.change = refuse_me;
    }
    for (size_t i = 0; i < CA_COUNT(entries); i++)
        assert_true(recorder_put(r, &entries[i].record));
    assert_int_equal(entry_wait(&entries[0]), CA_DENIED);
    assert_string_equal(entries[0].problem, "scep-challenge-used");
    assert_int_equal(entry_wait(&entries[1]), CA_OK);
    assert_int_equal(entry_wait(&entries[2]), CA_CONFLICT); /* a repeat: nothing goes with it */
    recorder_stop(r);
    assert_int_equal(fake_db.intents, 2);
    assert_int_equal(fake_db.audits, 2);
}

/* Two that bring the same key in one transaction: the first gets it. */
static void a_key_is_claimed_once_in_a_batch(void **state)
{
    static const uint8_t key[32] = {1};
    static struct entry entries[3];
    static struct claim claims[3];
    struct record *records[3];
    struct ca_err err = {0};

    (void)state;
    fake_db_reset();
    for (size_t i = 0; i < CA_COUNT(entries); i++) {
        claims[i] = (struct claim){
            .row = {.requester_id = {{i == 1 ? 2 : 1}}, .spki_hash = {key, 32}, .profile = "p"},
            .key = true
        };
        entry_init(&entries[i], RECORD_INTENT, (uint8_t)(i + 1), "-");
        entries[i].record.claim = &claims[i];
        records[i] = &entries[i].record;
    }
    assert_int_equal(claims_make(NULL, records, CA_COUNT(records), &err), CA_OK);
    assert_int_equal(claims[0].finding_n, 0);
    assert_int_equal(claims[1].finding_n, 1);
    assert_int_equal(claims[2].finding_n, 0); /* of the same requester as the first */
}

static void waiting_intents_share_a_commit_and_every_one_has_its_audit_line(void **state)
{
    static struct entry entries[200];
    struct recorder *r;

    (void)state;
    fake_db_reset();
    r = start(64);
    for (size_t i = 0; i < CA_COUNT(entries); i++) {
        entry_init(&entries[i], RECORD_INTENT, (uint8_t)(i + 1), "-");
        assert_true(recorder_put(r, &entries[i].record));
    }
    for (size_t i = 0; i < CA_COUNT(entries); i++)
        assert_int_equal(entry_wait(&entries[i]), CA_OK);
    recorder_stop(r);
    assert_int_equal(fake_db.intents, CA_COUNT(entries));
    assert_int_equal(fake_db.audits, CA_COUNT(entries));
    assert_true(fake_db.transactions < CA_COUNT(entries));
}

static void i13_the_chain_has_no_gap_after_a_commit_that_failed(void **state)
{
    struct recorder *r;
    struct entry e;

    (void)state;
    fake_db_reset();
    fake_db.commit[1] = COMMIT_AWAY;
    r = start(8);
    assert_int_equal(run(r, &e, RECORD_INTENT, 1, "a"), CA_OK);
    assert_int_equal(run(r, &e, RECORD_INTENT, 2, "b"), CA_UNAVAILABLE);
    assert_int_equal(run(r, &e, RECORD_INTENT, 3, "c"), CA_OK);
    recorder_stop(r);
    assert_int_equal(fake_db.audits, 2);
    assert_int_equal(fake_db.audit_sequence[0], 1);
    assert_int_equal(fake_db.audit_sequence[1], 2);
    assert_memory_equal(fake_db.audit_previous[1], fake_db.audit_hash[0], 32);
}

static void i04_a_repeated_key_writes_nothing_and_says_so(void **state)
{
    struct recorder *r;
    struct entry e;

    (void)state;
    fake_db_reset();
    r = start(8);
    assert_int_equal(run(r, &e, RECORD_INTENT, 1, "k"), CA_OK);
    assert_int_equal(run(r, &e, RECORD_INTENT, 2, "k"), CA_CONFLICT);
    assert_string_equal(e.problem, "repeated");
    recorder_stop(r);
    assert_int_equal(fake_db.intents, 1);
    assert_int_equal(fake_db.audits, 1);
}

static void i04_an_unanswered_commit_is_answered_only_once_its_outcome_is_known(void **state)
{
    static const struct {
        enum fake_commit how;
        enum ca_rc rc;
    } cases[] = {
        {COMMIT_LOST_AFTER,  CA_OK         },
        {COMMIT_LOST_BEFORE, CA_UNAVAILABLE}
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct recorder *r;
        struct entry e;

        fake_db_reset();
        fake_db.commit[0] = cases[i].how;
        r = start(8);
        assert_int_equal(run(r, &e, RECORD_INTENT, 1, "a"), cases[i].rc);
        recorder_stop(r);
        assert_int_equal(fake_db.intents, cases[i].rc == CA_OK ? 1 : 0);
    }
}

static void i13_the_chain_goes_on_after_a_commit_that_nobody_answered(void **state)
{
    struct recorder *r;
    struct entry e;

    (void)state;
    fake_db_reset();
    fake_db.commit[0] = COMMIT_LOST_AFTER;
    r = start(8);
    assert_int_equal(run(r, &e, RECORD_INTENT, 1, "a"), CA_OK);
    assert_int_equal(run(r, &e, RECORD_INTENT, 2, "b"), CA_OK);
    recorder_stop(r);
    assert_int_equal(fake_db.audits, 2);
    assert_int_equal(fake_db.audit_sequence[1], 2);
    assert_memory_equal(fake_db.audit_previous[1], fake_db.audit_hash[0], 32);
}

static void i04_a_certificate_is_stored_when_the_database_is_back(void **state)
{
    static const enum fake_commit hows[] = {COMMIT_AWAY, COMMIT_LOST_BEFORE, COMMIT_LOST_AFTER};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(hows); i++) {
        struct recorder *r;
        struct entry intent;
        struct entry certificate;

        fake_db_reset();
        fake_db.commit[1] = hows[i];
        r = start(8);
        assert_int_equal(run(r, &intent, RECORD_INTENT, 1, "a"), CA_OK);
        assert_int_equal(run(r, &certificate, RECORD_CERTIFICATE, 1, "a"), CA_OK);
        recorder_stop(r);
        assert_int_equal(fake_db.certificates, 1);
        assert_false(fake_db.intent_open[0]);
    }
}

static void one_bad_entry_does_not_take_its_batch_with_it(void **state)
{
    static struct entry entries[20];
    struct recorder *r;

    (void)state;
    fake_db_reset();
    fake_db.fail_serial = 7;
    r = start(64);
    for (size_t i = 0; i < CA_COUNT(entries); i++) {
        entry_init(&entries[i], RECORD_INTENT, (uint8_t)(i + 1), "-");
        assert_true(recorder_put(r, &entries[i].record));
    }
    for (size_t i = 0; i < CA_COUNT(entries); i++)
        assert_int_equal(entry_wait(&entries[i]), i + 1 == 7 ? CA_CONFLICT : CA_OK);
    recorder_stop(r);
    assert_int_equal(fake_db.intents, CA_COUNT(entries) - 1);
}

static CA_RC change_refused(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)db;
    (void)audit;
    (void)arg;
    return CA_FAIL(err, CA_CONFLICT, "no");
}

static void i13_a_change_that_fails_leaves_no_audit_line(void **state)
{
    const struct audit_event event = {.actor = "test", .action = "test", .outcome = "ok"};
    struct ca_err err = {0};
    struct recorder *r;

    (void)state;
    fake_db_reset();
    r = start(8);
    assert_int_equal(recorder_change(r, change_refused, NULL, &event, 1, &err), CA_CONFLICT);
    assert_int_equal(fake_db.audits, 0);
    assert_int_equal(recorder_change(r, NULL, NULL, &event, 1, &err), CA_OK);
    assert_int_equal(fake_db.audits, 1);
    recorder_stop(r);
}

static void i13_a_text_cut_inside_a_character_is_still_recorded(void **state)
{
    static const char *const details[] = {"M\xc3\xbcll", "M\xc3", "\xe2\x82", "\xf0\x9f\x98",
                                          ("a\xff\xff\xff\xff"
                                           "b")};
    struct recorder *r;

    (void)state;
    fake_db_reset();
    r = start(8);
    for (size_t i = 0; i < CA_COUNT(details); i++) {
        const struct audit_event event = {
            .actor = "test", .action = "test", .outcome = "ok", .detail = details[i]};
        struct ca_err err = {0};

        assert_int_equal(recorder_change(r, NULL, NULL, &event, 1, &err), CA_OK);
    }
    recorder_stop(r);
    assert_int_equal(fake_db.audits, CA_COUNT(details));
}

struct patient {
    struct recorder *r;
    struct entry *e;
    enum ca_rc rc;
};

static void *patient_main(void *arg)
{
    struct patient *p = arg;
    struct ca_err err = {0};

    p->rc = recorder_wait(p->r, &p->e->record, &err);
    return NULL;
}

/* A worker waits for a certificate that the database does not take any more, and the stop waits for
 * the worker. */
static void nobody_waits_for_a_database_that_is_away_when_the_signer_stops(void **state)
{
    struct recorder *r;
    struct entry intent;
    struct entry waits;
    struct entry left;
    struct patient p;
    pthread_t thread;

    (void)state;
    fake_db_reset();
    r = start(8);
    assert_int_equal(run(r, &intent, RECORD_INTENT, 1, "a"), CA_OK);
    fake_db.away = true;
    entry_init(&waits, RECORD_CERTIFICATE, 1, "a");
    p = (struct patient){.r = r, .e = &waits};
    assert_int_equal(pthread_create(&thread, NULL, patient_main, &p), 0);
    usleep(50000);
    recorder_give_up(r);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(p.rc, CA_UNAVAILABLE);
    entry_init(&left, RECORD_CERTIFICATE, 1, "a");
    assert_true(recorder_put(r, &left.record));
    recorder_stop(r);
    assert_int_equal(entry_wait(&left), CA_UNAVAILABLE); /* every entry gets its answer */
    assert_int_equal(fake_db.certificates, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_that_is_refused_is_refused_alone),
        cmocka_unit_test(a_change_that_refuses_its_intent_refuses_no_other),
        cmocka_unit_test(a_key_is_claimed_once_in_a_batch),
        cmocka_unit_test(waiting_intents_share_a_commit_and_every_one_has_its_audit_line),
        cmocka_unit_test(i13_the_chain_has_no_gap_after_a_commit_that_failed),
        cmocka_unit_test(i04_a_repeated_key_writes_nothing_and_says_so),
        cmocka_unit_test(i04_an_unanswered_commit_is_answered_only_once_its_outcome_is_known),
        cmocka_unit_test(i13_the_chain_goes_on_after_a_commit_that_nobody_answered),
        cmocka_unit_test(i04_a_certificate_is_stored_when_the_database_is_back),
        cmocka_unit_test(one_bad_entry_does_not_take_its_batch_with_it),
        cmocka_unit_test(i13_a_change_that_fails_leaves_no_audit_line),
        cmocka_unit_test(i13_a_text_cut_inside_a_character_is_still_recorded),
        cmocka_unit_test(nobody_waits_for_a_database_that_is_away_when_the_signer_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
