/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/db_fixture.h"

#include <stdlib.h>

/* Inserts sample `n` in `state` only, without an intent. */
static void request_store(struct db_sample *s, uint64_t n, enum db_request_state state)
{
    struct ca_err err = {0};
    bool inserted = false;

    db_sample_make(s, n, AT);
    s->request.state = state;
    assert_int_equal(db_request_insert_batch(signer, &s->request, 1, &inserted, &err), CA_OK);
    assert_true(inserted);
}

static void every_state_has_its_name(void **state)
{
    static const char *const wrong[] = {"", "Pending", "issue", "issued ", "burned"};
    enum db_request_state back;

    (void)state;
    for (unsigned i = 0; i < DB_REQUEST__COUNT; i++) {
        assert_true(db_request_state_parse(db_request_state_name((enum db_request_state)i), &back));
        assert_int_equal(back, i);
    }
    for (size_t i = 0; i < CA_COUNT(wrong); i++)
        assert_false(db_request_state_parse(wrong[i], &back));
}

static void a_request_reads_back_as_it_was_written(void **state)
{
    static const uint8_t overrides[] = {0, 1, 0, 255};
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};
    struct db_sample s;
    const struct db_request *row;
    bool inserted = false;

    (void)state;
    db_sample_make(&s, 1, AT);
    s.request.comment = "für Gerät 7 \"quoted\" {a,b}";
    s.request.overrides = (struct ca_bytes){overrides, sizeof(overrides)};
    s.request.decided_at = AT + 5;
    assert_int_equal(db_request_insert_batch(signer, &s.request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_request_by_id(front, &s.request.id, &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
    row = r.rows;
    assert_memory_equal(&row->id, &s.request.id, sizeof(row->id));
    assert_int_equal(row->state, DB_REQUEST_ISSUING);
    assert_memory_equal(&row->requester_id, &db_sample_requester, sizeof(row->requester_id));
    assert_string_equal(row->requester, "requester");
    assert_string_equal(row->channel, "rest");
    assert_string_equal(row->idempotency_key, s.name);
    assert_true(ca_bytes_equal(row->content_hash, s.request.content_hash));
    assert_string_equal(row->profile, "device");
    assert_true(ca_bytes_equal(row->profile_version, s.request.profile_version));
    assert_int_equal(row->authority_id, DB_SAMPLE_AUTHORITY);
    assert_string_equal(row->authority, "dev-issuing");
    assert_true(ca_bytes_equal(row->csr, s.request.csr));
    assert_true(ca_bytes_equal(row->overrides, s.request.overrides));
    assert_string_equal(row->comment, s.request.comment);
    assert_string_equal(row->subject, s.subject);
    assert_true(ca_bytes_equal(row->plan_digest, s.request.plan_digest));
    assert_true(ca_uuid_is_nil(&row->certificate_id));
    assert_int_equal(row->serial.len, 0);
    assert_int_equal(row->created_at, AT);
    assert_int_equal(row->decided_at, AT + 5);
    assert_int_equal(row->interrupted, 0);
}

static void a_used_idempotency_key_is_told_for_each_row(void **state)
{
    struct db_sample s[4];
    struct db_request rows[4];
    bool inserted[4] = {true, true, false, false};
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result r = {0};

    (void)state;
    request_store(&s[0], 100, DB_REQUEST_PENDING);
    for (size_t i = 0; i < 4; i++) {
        db_sample_make(&s[i], 200 + i, AT);
        rows[i] = s[i].request;
    }
    rows[0].idempotency_key = "host-100.example.org";  /* used before */
    rows[3].idempotency_key = rows[1].idempotency_key; /* used in this batch */
    assert_int_equal(db_request_insert_batch(signer, rows, 4, inserted, &err), CA_OK);
    assert_false(inserted[0]);
    assert_true(inserted[1]);
    assert_true(inserted[2]);
    assert_false(inserted[3]);

    assert_int_equal(
        db_request_by_key(front, &db_sample_requester, "host-100.example.org", &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
    db_sample_make(&s[0], 100, AT);
    assert_memory_equal(&((struct db_request *)r.rows)->id, &s[0].request.id, CA_UUID_LEN);
}

static void the_same_key_of_another_requester_is_another_request(void **state)
{
    struct db_sample s[2];
    struct ca_err err = {0};
    bool inserted = false;

    (void)state;
    request_store(&s[0], 300, DB_REQUEST_PENDING);
    db_sample_make(&s[1], 301, AT);
    s[1].request.idempotency_key = s[0].request.idempotency_key;
    s[1].request.requester_id.octets[0] ^= 1;
    assert_int_equal(db_request_insert_batch(signer, &s[1].request, 1, &inserted, &err), CA_OK);
    assert_true(inserted);
}

static void a_batch_that_breaks_a_rule_stores_nothing(void **state)
{
    struct db_sample s[2];
    struct db_request rows[2];
    bool inserted[2];
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result r = {0};

    (void)state;
    db_sample_make(&s[0], 400, AT);
    rows[0] = s[0].request;
    request_store(&s[1], 401, DB_REQUEST_PENDING);
    rows[1] = s[1].request;
    rows[1].idempotency_key = "another key, the same id";
    assert_int_equal(db_request_insert_batch(signer, rows, 2, inserted, &err), CA_CONFLICT);
    rows[1] = s[0].request;
    rows[1].content_hash.len = 31;
    assert_int_equal(db_request_insert_batch(signer, rows, 2, inserted, &err), CA_FAULT);
    assert_int_equal(db_request_by_id(front, &rows[0].id, &r, &err), CA_OK);
    assert_int_equal(r.count, 0);
}

static void a_lost_compare_and_set_is_a_conflict(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result r = {0};
    const struct db_request *row;

    (void)state;
    request_store(&s, 500, DB_REQUEST_PENDING);
    assert_int_equal(
        db_request_move(signer, &s.request.id, DB_REQUEST_PENDING, DB_REQUEST_APPROVED, &err),
        CA_OK);
    assert_int_equal(
        db_request_move(signer, &s.request.id, DB_REQUEST_PENDING, DB_REQUEST_DENIED, &err),
        CA_CONFLICT);
    assert_non_null(strstr(err.text, "not pending any more"));
    assert_int_equal(db_request_by_id(signer, &s.request.id, &r, &err), CA_OK);
    row = r.rows;
    assert_int_equal(row->state, DB_REQUEST_APPROVED);
    assert_true(row->decided_at > 0);
    s.request.id.octets[15] ^= 1;
    assert_int_equal(
        db_request_move(signer, &s.request.id, DB_REQUEST_PENDING, DB_REQUEST_DENIED, &err),
        CA_CONFLICT);
    /* Issued without a certificate: the table refuses. */
    s.request.id.octets[15] ^= 1;
    assert_int_equal(
        db_request_move(signer, &s.request.id, DB_REQUEST_APPROVED, DB_REQUEST_ISSUED, &err),
        CA_FAULT);
}

static void the_front_moves_nothing(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    bool inserted;

    (void)state;
    request_store(&s, 600, DB_REQUEST_PENDING);
    assert_int_equal(
        db_request_move(front, &s.request.id, DB_REQUEST_PENDING, DB_REQUEST_APPROVED, &err),
        CA_FAULT);
    db_sample_make(&s, 601, AT);
    assert_int_equal(db_request_insert_batch(front, &s.request, 1, &inserted, &err), CA_FAULT);
}

static void approved_requests_are_listed_oldest_first(void **state)
{
    struct db_sample s[3];
    struct ca_err err = {0};
    CA_AUTO(db_result) struct db_result r = {0};
    const struct db_request *rows;

    (void)state;
    free(postgres_sql(pg, "DELETE FROM ca.request"));
    for (size_t i = 0; i < 3; i++)
        request_store(&s[i], 700 + 16000 * i, i == 1 ? DB_REQUEST_PENDING : DB_REQUEST_APPROVED);
    assert_int_equal(db_request_approved(signer, 10, &r, &err), CA_OK);
    assert_int_equal(r.count, 2);
    rows = r.rows;
    assert_true(memcmp(&rows[0].id, &rows[1].id, CA_UUID_LEN) < 0);
    db_result_free(r);
    r = (struct db_result){0};
    assert_int_equal(db_request_approved(signer, 1, &r, &err), CA_OK);
    assert_int_equal(r.count, 1);
}

static size_t list_count(const struct db_request_filter *filter)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};

    assert_int_equal(db_request_list(front, filter, 100, &r, &err), CA_OK);
    return r.count;
}

static void lists_filter_and_go_on_behind_the_last_row(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};
    struct db_request_filter page = {0};
    size_t seen = 0;

    (void)state;
    free(postgres_sql(pg, "DELETE FROM ca.request"));
    for (uint64_t i = 0; i < 25; i++)
        request_store(&s, 800 + i * 16, i % 5 == 0 ? DB_REQUEST_PENDING : DB_REQUEST_DENIED);
    assert_int_equal(list_count(&(struct db_request_filter){0}), 25);
    assert_int_equal(list_count(&(struct db_request_filter){.state = "pending"}), 5);
    assert_int_equal(list_count(&(struct db_request_filter){.state = "issued"}), 0);
    assert_int_equal(list_count(&(struct db_request_filter){.profile = "device"}), 25);
    assert_int_equal(list_count(&(struct db_request_filter){.profile = "server"}), 0);
    assert_int_equal(list_count(&(struct db_request_filter){.requester = &db_sample_requester}),
                     25);
    assert_int_equal(list_count(&(struct db_request_filter){.requester = &s.request.id}), 0);
    for (;;) {
        CA_AUTO(db_result) struct db_result r = {0};
        const struct db_request *rows;

        assert_int_equal(db_request_list(front, &page, 7, &r, &err), CA_OK);
        if (r.count == 0)
            break;
        rows = r.rows;
        for (size_t i = 0; i < r.count; i++) {
            assert_true(ca_uuid_is_nil(&page.before) ||
                        memcmp(&rows[i].id, &page.before, CA_UUID_LEN) < 0);
            page.before = rows[i].id;
        }
        seen += r.count;
    }
    assert_int_equal(seen, 25);
}

static void a_state_that_is_none_is_malformed(void **state)
{
    CA_AUTO(db_result) struct db_result r = {0};
    struct ca_err err = {0};
    const struct db_request_filter filter = {.state = "pending' OR true --"};

    (void)state;
    assert_int_equal(db_request_list(front, &filter, 10, &r, &err), CA_MALFORMED);
    assert_null(r.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_its_name),
        cmocka_unit_test(a_request_reads_back_as_it_was_written),
        cmocka_unit_test(a_used_idempotency_key_is_told_for_each_row),
        cmocka_unit_test(the_same_key_of_another_requester_is_another_request),
        cmocka_unit_test(a_batch_that_breaks_a_rule_stores_nothing),
        cmocka_unit_test(a_lost_compare_and_set_is_a_conflict),
        cmocka_unit_test(the_front_moves_nothing),
        cmocka_unit_test(approved_requests_are_listed_oldest_first),
        cmocka_unit_test(lists_filter_and_go_on_behind_the_last_row),
        cmocka_unit_test(a_state_that_is_none_is_malformed),
    };

    return cmocka_run_group_tests(tests, db_fixture_start_fsync, db_fixture_end);
}
