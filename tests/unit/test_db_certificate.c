/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/db_fixture.h"

#include <stdlib.h>

static enum db_certificate_state state_of(const struct ca_uuid *id)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};

    assert_int_equal(db_certificate_by_id(front, id, &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
    return ((const struct db_certificate *)r.rows)->state;
}

static enum db_request_state request_state_of(const struct ca_uuid *id)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};

    assert_int_equal(db_request_by_id(front, id, &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
    return ((const struct db_request *)r.rows)->state;
}

static uint64_t intents(void)
{
    struct ca_err err = {0};
    uint64_t open = 0;
    uint64_t overdue = 0;

    assert_int_equal(db_intent_count(signer, AT, &open, &overdue, &err), CA_OK);
    return open;
}

static void i06_the_serial_names_its_partition(void **state)
{
    static const struct {
        int64_t at;
        uint16_t period;
    } cases[] = {
        {946684800,  0x4000}, /* 2000-01-01 */
        {954547199,  0x4000}, /* 2000-03-31T23:59:59 */
        {954547200,  0x4001},
        {1795000000, 0x406b}, /* 2026, last quarter */
        {1798761599, 0x406b},
        {1798761600, 0x406c}, /* 2027 */
        {946684799,  0     }, /* before there were any */
    };
    uint8_t serial[DB_SERIAL_MAX] = {0x40, 0x6b};
    static const uint8_t first[DB_SERIAL_LEN] = {0x3f, 0xff};
    static const uint8_t last[DB_SERIAL_LEN] = {0x80, 0x00};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++)
        assert_int_equal(db_period_of_time(cases[i].at), cases[i].period);
    assert_int_equal(db_period_of_serial((struct ca_bytes){serial, 18}), 0x406b);
    assert_int_equal(db_period_of_serial((struct ca_bytes){serial, 17}), 0);
    assert_int_equal(db_period_of_serial((struct ca_bytes){serial, 20}), 0);
    assert_int_equal(db_period_of_serial((struct ca_bytes){NULL, 0}), 0);
    assert_int_equal(db_period_of_serial((struct ca_bytes){first, 18}), 0);
    assert_int_equal(db_period_of_serial((struct ca_bytes){last, 18}), 0);
}

static void partitions_are_made_once_and_used(void **state)
{
    struct ca_err err = {0};
    struct db_sample s;

    (void)state;
    assert_int_equal(db_period_ensure(signer, AT, &err), CA_OK);
    assert_int_equal(db_period_ensure(signer, AT, &err), CA_OK);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM pg_inherits "
                                         "WHERE inhparent = 'ca.certificate'::regclass"),
                     3); /* this quarter, the next, the rest */
    db_sample_store(signer, &s, 1, AT);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.certificate_16491"), 1);
    /* Before its partition is there, a certificate is kept all the same. */
    db_sample_store(signer, &s, 2, AT + 2 * 92 * 86400);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.certificate_other"), 1);
    assert_int_equal(db_period_ensure(signer, AT + 2 * 92 * 86400, &err), CA_OK);
    assert_int_equal(state_of(&s.certificate.id), DB_CERT_VALID);
    assert_int_equal(db_period_ensure(signer, 0, &err), CA_FAULT);
    assert_int_equal(db_period_ensure(front, AT, &err), CA_FAULT);
}

static void a_certificate_reads_back_as_it_was_written(void **state)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};
    struct db_sample s;
    const struct db_certificate *row;

    (void)state;
    db_sample_store(signer, &s, 10, AT);
    assert_int_equal(
        db_certificate_by_serial(front, DB_SAMPLE_AUTHORITY, s.certificate.serial, &r, &err),
        CA_OK);
    assert_int_equal(r.count, 1);
    row = r.rows;
    assert_memory_equal(&row->id, &s.certificate.id, CA_UUID_LEN);
    assert_int_equal(row->authority_id, DB_SAMPLE_AUTHORITY);
    assert_string_equal(row->authority, "dev-issuing");
    assert_true(ca_bytes_equal(row->serial, s.certificate.serial));
    assert_int_equal(row->state, DB_CERT_VALID);
    assert_true(ca_bytes_equal(row->der, s.certificate.der));
    assert_true(ca_bytes_equal(row->fingerprint, s.certificate.fingerprint));
    assert_true(ca_bytes_equal(row->spki_hash, s.certificate.spki_hash));
    assert_string_equal(row->subject, s.subject);
    assert_string_equal(row->common_name, s.name);
    assert_string_equal(row->names, s.names);
    assert_int_equal(row->not_before, AT);
    assert_int_equal(row->not_after, s.certificate.not_after);
    assert_string_equal(row->profile, "device");
    assert_true(ca_bytes_equal(row->profile_version, s.certificate.profile_version));
    assert_memory_equal(&row->request_id, &s.request.id, CA_UUID_LEN);
    assert_memory_equal(&row->requester_id, &db_sample_requester, CA_UUID_LEN);
    assert_string_equal(row->requester, "requester");
    assert_int_equal(row->issued_at, AT);
    assert_int_equal(row->reason, -1);
    assert_int_equal(row->revoked_at, 0);
    assert_int_equal(row->invalidity_date, 0);
    assert_string_equal(row->comment, "");
    assert_int_equal(request_state_of(&s.request.id), DB_REQUEST_ISSUED);
}

/* T1 of a sample, without T2. */
static void intend(struct db_sample *s, uint64_t n)
{
    struct ca_err err = {0};
    bool inserted = false;

    db_sample_make(s, n, AT);
    assert_int_equal(db_request_insert_batch(signer, &s->request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &s->intent, 1, &err), CA_OK);
}

static void i01_no_certificate_without_an_open_intent(void **state)
{
    struct db_sample s[2];
    struct db_certificate rows[2];
    struct ca_err err = {0};
    uint64_t before = intents();
    CA_AUTO(db_result) struct db_result r = {0};

    (void)state;
    intend(&s[0], 20);
    db_sample_make(&s[1], 21, AT); /* no intent */
    rows[0] = s[0].certificate;
    rows[1] = s[1].certificate;
    assert_int_equal(db_certificate_insert_batch(signer, rows, 2, &err), CA_CONFLICT);
    assert_non_null(strstr(err.text, "intent"));
    /* All or none: the first one's intent is still open. */
    assert_int_equal(intents(), before + 1);
    assert_int_equal(db_certificate_by_id(front, &rows[0].id, &r, &err), CA_OK);
    assert_int_equal(r.count, 0);
    assert_int_equal(db_certificate_insert_batch(signer, rows, 1, &err), CA_OK);
    assert_int_equal(intents(), before);
    assert_int_equal(db_certificate_insert_batch(signer, rows, 1, &err), CA_CONFLICT);
}

static void a_request_that_is_not_issuing_gets_no_certificate(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result r = {0};

    (void)state;
    intend(&s, 30);
    assert_int_equal(
        db_request_move(signer, &s.request.id, DB_REQUEST_ISSUING, DB_REQUEST_WITHDRAWN, &err),
        CA_OK);
    assert_int_equal(db_certificate_insert_batch(signer, &s.certificate, 1, &err), CA_CONFLICT);
    assert_non_null(strstr(err.text, "request"));
    assert_int_equal(db_certificate_by_id(front, &s.certificate.id, &r, &err), CA_OK);
    assert_int_equal(r.count, 0);
}

static void i03_no_serial_is_used_twice(void **state)
{
    struct db_sample s[2];
    struct ca_err err = {0};
    bool inserted;

    (void)state;
    intend(&s[0], 40);
    db_sample_make(&s[1], 41, AT);
    s[1].intent.serial = s[0].intent.serial;
    assert_int_equal(db_request_insert_batch(signer, &s[1].request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &s[1].intent, 1, &err), CA_CONFLICT);
    assert_int_equal(db_certificate_insert_batch(signer, &s[0].certificate, 1, &err), CA_OK);
    /* The intent is gone; the certificate still refuses. */
    assert_int_equal(db_intent_insert_batch(signer, &s[1].intent, 1, &err), CA_OK);
    s[1].certificate.serial = s[0].certificate.serial;
    assert_int_equal(db_certificate_insert_batch(signer, &s[1].certificate, 1, &err), CA_CONFLICT);
}

static void names_with_control_characters_are_malformed(void **state)
{
    static const char *const search[] = {"fine", "two\nlines"};
    struct db_sample s;
    struct ca_err err = {0};

    (void)state;
    intend(&s, 50);
    s.certificate.search = search;
    assert_int_equal(db_certificate_insert_batch(signer, &s.certificate, 1, &err), CA_MALFORMED);
}

static void an_authority_s_own_certificate_needs_no_request(void **state)
{
    static const struct ca_uuid nil = {{0}};
    struct db_sample s;
    struct ca_err err = {0};
    enum db_request_state became;

    (void)state;
    db_sample_make(&s, 60, AT);
    s.intent.request_id = s.certificate.request_id = s.certificate.requester_id = nil;
    assert_int_equal(db_intent_insert_batch(signer, &s.intent, 1, &err), CA_OK);
    assert_int_equal(db_certificate_insert_batch(signer, &s.certificate, 1, &err), CA_OK);
    db_sample_make(&s, 61, AT);
    s.intent.request_id = s.certificate.request_id = nil;
    assert_int_equal(db_intent_insert_batch(signer, &s.intent, 1, &err), CA_OK);
    assert_int_equal(db_intent_burn(signer, &s.intent, &s.certificate, &became, &err), CA_OK);
    assert_int_equal(state_of(&s.certificate.id), DB_CERT_BURNED);
}

static void i05_a_burned_serial_frees_its_request_once(void **state)
{
    struct db_sample s[2];
    struct ca_err err = {0};
    enum db_request_state became = DB_REQUEST_PENDING;
    uint64_t before = intents();

    (void)state;
    intend(&s[0], 70);
    assert_int_equal(db_intent_burn(signer, &s[0].intent, &s[0].certificate, &became, &err), CA_OK);
    assert_int_equal(became, DB_REQUEST_APPROVED);
    assert_int_equal(request_state_of(&s[0].request.id), DB_REQUEST_APPROVED);
    assert_int_equal(state_of(&s[0].certificate.id), DB_CERT_BURNED);
    assert_int_equal(intents(), before);
    /* It is closed now. */
    assert_int_equal(db_intent_burn(signer, &s[0].intent, &s[0].certificate, &became, &err),
                     CA_CONFLICT);
    assert_int_equal(db_certificate_insert_batch(signer, &s[0].certificate, 1, &err), CA_CONFLICT);
    /* A second signer end, with another serial: not a third time. */
    assert_int_equal(
        db_request_move(signer, &s[0].request.id, DB_REQUEST_APPROVED, DB_REQUEST_ISSUING, &err),
        CA_OK);
    db_sample_make(&s[1], 71, AT);
    s[1].intent.request_id = s[1].certificate.request_id = s[0].request.id;
    assert_int_equal(db_intent_insert_batch(signer, &s[1].intent, 1, &err), CA_OK);
    assert_int_equal(db_intent_burn(signer, &s[1].intent, &s[1].certificate, &became, &err), CA_OK);
    assert_int_equal(became, DB_REQUEST_FAILED);
    assert_int_equal(request_state_of(&s[0].request.id), DB_REQUEST_FAILED);
}

static void open_intents_are_those_of_the_node(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    uint64_t open = 0;
    uint64_t overdue = 0;
    CA_AUTO(db_result) struct db_result mine = {0};
    CA_AUTO(db_result) struct db_result others = {0};
    const struct db_intent *row;

    (void)state;
    free(postgres_sql(pg, "DELETE FROM ca.intent"));
    intend(&s, 80);
    assert_int_equal(db_intent_open(signer, "node-1", &mine, &err), CA_OK);
    assert_int_equal(mine.count, 1);
    row = mine.rows;
    assert_true(ca_bytes_equal(row->tbs, s.intent.tbs));
    assert_true(ca_bytes_equal(row->serial, s.intent.serial));
    assert_memory_equal(&row->certificate_id, &s.certificate.id, CA_UUID_LEN);
    assert_int_equal(row->deadline_at, AT + 60);
    assert_int_equal(db_intent_open(signer, "node-2", &others, &err), CA_OK);
    assert_int_equal(others.count, 0);
    assert_int_equal(db_intent_count(signer, AT + 60, &open, &overdue, &err), CA_OK);
    assert_int_equal(open, 1);
    assert_int_equal(overdue, 0);
    assert_int_equal(db_intent_count(signer, AT + 61, &open, &overdue, &err), CA_OK);
    assert_int_equal(overdue, 1);
}

enum act { REVOKE, HOLD, RELEASE };

static enum ca_rc act(const struct ca_uuid *id, enum act a)
{
    const struct db_revocation r = {*id, a == HOLD ? 6 : 1, AT + 9, AT - 9, "lost laptop"};
    struct ca_err err = {0};

    if (a == RELEASE)
        return db_certificate_release(signer, id, &err);
    return db_certificate_revoke(signer, &r, &err);
}

static void revocation_follows_the_state(void **state)
{
    /* clang-format off */
    static const struct {
        enum act acts[3];
        enum ca_rc rcs[3];
        enum db_certificate_state end;
    } cases[] = {
        {{REVOKE, REVOKE, RELEASE}, {CA_OK, CA_CONFLICT, CA_CONFLICT}, DB_CERT_REVOKED},
        {{HOLD, HOLD, REVOKE},      {CA_OK, CA_CONFLICT, CA_OK},       DB_CERT_REVOKED},
        {{HOLD, RELEASE, RELEASE},  {CA_OK, CA_OK, CA_CONFLICT},       DB_CERT_VALID  },
        {{RELEASE, HOLD, HOLD},     {CA_CONFLICT, CA_OK, CA_CONFLICT}, DB_CERT_HELD   },
        {{REVOKE, HOLD, RELEASE},   {CA_OK, CA_CONFLICT, CA_CONFLICT}, DB_CERT_REVOKED},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct db_sample s;

        db_sample_store(signer, &s, 90 + i, AT);
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(act(&s.certificate.id, cases[i].acts[j]), cases[i].rcs[j]);
        assert_int_equal(state_of(&s.certificate.id), cases[i].end);
    }
}

static void burned_and_absent_certificates_cannot_be_revoked(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    enum db_request_state became;
    static const struct ca_uuid absent = {
        {1, 2, 3}
    };

    (void)state;
    intend(&s, 110);
    assert_int_equal(db_intent_burn(signer, &s.intent, &s.certificate, &became, &err), CA_OK);
    assert_int_equal(act(&s.certificate.id, REVOKE), CA_CONFLICT);
    assert_int_equal(act(&s.certificate.id, RELEASE), CA_CONFLICT);
    assert_int_equal(act(&absent, REVOKE), CA_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i06_the_serial_names_its_partition),
        cmocka_unit_test(partitions_are_made_once_and_used),
        cmocka_unit_test(a_certificate_reads_back_as_it_was_written),
        cmocka_unit_test(i01_no_certificate_without_an_open_intent),
        cmocka_unit_test(a_request_that_is_not_issuing_gets_no_certificate),
        cmocka_unit_test(i03_no_serial_is_used_twice),
        cmocka_unit_test(names_with_control_characters_are_malformed),
        cmocka_unit_test(an_authority_s_own_certificate_needs_no_request),
        cmocka_unit_test(i05_a_burned_serial_frees_its_request_once),
        cmocka_unit_test(open_intents_are_those_of_the_node),
        cmocka_unit_test(revocation_follows_the_state),
        cmocka_unit_test(burned_and_absent_certificates_cannot_be_revoked),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
