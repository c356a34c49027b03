/* SPDX-License-Identifier: Apache-2.0 */
#include "db/status.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/db_fixture.h"

static struct db_status_cursor cursor;

static void store(uint64_t n, struct db_sample *ret)
{
    db_sample_store(signer, ret, n, AT);
}

static enum ca_rc revoke(struct db *db, const struct db_sample *s, int32_t reason)
{
    const struct db_revocation change = {
        .certificate_id = s->certificate.id, .reason = reason, .revoked_at = AT + 1, .comment = ""};
    struct ca_err err = {0};

    return db_certificate_revoke(db, &change, &err);
}

/* How many changes the feed tells now; the last of them is of *ret_last (NULL: not asked). */
static size_t told(size_t limit, uint8_t ret_last[DB_SERIAL_LEN])
{
    size_t n = 0;
    size_t count;

    do {
        CA_AUTO(db_result) struct db_result page = {0};
        const struct db_status_change *row;
        struct ca_err err = {0};
        bool lost;

        assert_int_equal(db_status_changes(front, &cursor, limit, &page, &lost, &err), CA_OK);
        assert_false(lost);
        assert_true(page.count <= limit);
        count = page.count;
        for (size_t i = 0; i < count; i++) {
            row = (const struct db_status_change *)page.rows + i;
            assert_int_equal(row->authority_id, DB_SAMPLE_AUTHORITY);
            assert_string_equal(row->authority, "dev-issuing");
            assert_int_equal(row->serial.len, DB_SERIAL_LEN);
            if (ret_last != NULL)
                memcpy(ret_last, row->serial.ptr, DB_SERIAL_LEN);
        }
        n += count;
    } while (count == limit);
    return n;
}

static bool lost(void)
{
    CA_AUTO(db_result) struct db_result page = {0};
    struct ca_err err = {0};
    bool ret;

    assert_int_equal(db_status_changes(front, &cursor, 10, &page, &ret, &err), CA_OK);
    assert_true(!ret || page.count == 0);
    return ret;
}

static void begin(void)
{
    db_status_cursor_done(&cursor);
    assert_true(lost()); /* the first reading tells nothing */
    assert_int_equal(told(10, NULL), 0);
}

static void each_way_to_another_state_is_told(void **state)
{
    uint8_t last[DB_SERIAL_LEN];
    struct db_sample s;
    struct db_sample burned;
    enum db_request_state became;
    bool inserted;
    struct ca_err err = {0};

    (void)state;
    store(100, &s);
    begin();
    assert_int_equal(revoke(signer, &s, 6), CA_OK); /* hold */
    assert_int_equal(told(10, last), 1);
    assert_memory_equal(last, s.serial, sizeof(last));
    assert_int_equal(db_certificate_release(signer, &s.certificate.id, &err), CA_OK);
    assert_int_equal(told(10, NULL), 1);
    assert_int_equal(revoke(signer, &s, 1), CA_OK);
    assert_int_equal(told(10, NULL), 1);
    assert_int_equal(revoke(signer, &s, 1), CA_CONFLICT); /* nothing changed */
    assert_int_equal(told(10, NULL), 0);

    store(101, &s); /* what is issued is no change of what was said */
    assert_int_equal(told(10, NULL), 0);
    db_sample_make(&burned, 102, AT);
    assert_int_equal(db_request_insert_batch(signer, &burned.request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &burned.intent, 1, &err), CA_OK);
    assert_int_equal(told(10, NULL), 0);
    assert_int_equal(db_intent_burn(signer, &burned.intent, &burned.certificate, &became, &err),
                     CA_OK);
    assert_int_equal(told(10, last), 1);
    assert_memory_equal(last, burned.serial, sizeof(last));
}

/* In the partition of any quarter, also one that is made later. */
static void partitions_to_come_tell_too(void **state)
{
    enum { LATER = 400 * 86400 };
    struct db_sample s;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_period_ensure(signer, AT + LATER, &err), CA_OK);
    db_sample_store(signer, &s, 150, AT + LATER);
    begin();
    assert_int_equal(revoke(signer, &s, 4), CA_OK);
    assert_int_equal(told(10, NULL), 1);
}

static void pages_leave_nothing_out(void **state)
{
    enum { N = 25 };
    static const size_t limits[] = {1, 5, 24, 25, 26, 1000};
    struct db_sample s[N];

    (void)state;
    for (uint64_t i = 0; i < N; i++)
        store(200 + i, &s[i]);
    for (size_t l = 0; l < CA_COUNT(limits); l++) {
        struct ca_err err = {0};

        begin();
        for (size_t i = 0; i < N; i++)
            assert_int_equal(revoke(signer, &s[i], 6), CA_OK);
        assert_int_equal(told(limits[l], NULL), N);
        assert_int_equal(told(limits[l], NULL), 0);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(db_certificate_release(signer, &s[i].certificate.id, &err), CA_OK);
    }
}

/* One that has changed a row, and commits after another that began after it. */
struct late {
    const struct db_sample *own;
    const struct db_sample *other;
    struct db *second;
};

static CA_RC late_commit(struct db *db, void *arg, struct ca_err *err)
{
    const struct late *late = arg;
    uint8_t last[DB_SERIAL_LEN];

    (void)err;
    assert_int_equal(revoke(db, late->own, 1), CA_OK);
    assert_int_equal(revoke(late->second, late->other, 1), CA_OK);
    assert_int_equal(told(10, last), 1); /* at once, though an older one is open */
    assert_memory_equal(last, late->other->serial, sizeof(last));
    assert_int_equal(told(10, NULL), 0);
    return CA_OK;
}

static void what_commits_late_is_told_and_once(void **state)
{
    struct db_sample own;
    struct db_sample other;
    struct late late = {&own, &other, postgres_open(pg, DB_SIGNER)};
    uint8_t last[DB_SERIAL_LEN];
    struct ca_err err = {0};

    (void)state;
    store(300, &own);
    store(301, &other);
    begin();
    assert_int_equal(db_tx(signer, late_commit, &late, &err), CA_OK);
    assert_int_equal(told(10, last), 1);
    assert_memory_equal(last, own.serial, sizeof(last));
    assert_int_equal(told(10, NULL), 0);
    db_close(late.second);
}

static CA_RC change_and_fail(struct db *db, void *arg, struct ca_err *err)
{
    assert_int_equal(revoke(db, arg, 1), CA_OK);
    return CA_FAIL(err, CA_DENIED, "no");
}

static void what_is_rolled_back_is_not_told(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};

    (void)state;
    store(310, &s);
    begin();
    assert_int_equal(db_tx(signer, change_and_fail, &s, &err), CA_DENIED);
    assert_int_equal(told(10, NULL), 0);
}

static void a_reader_that_was_away_for_long_is_lost(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};

    (void)state;
    store(320, &s);
    begin();
    assert_int_equal(revoke(signer, &s, 1), CA_OK);
    free(postgres_sql(pg, "UPDATE ca.status_change SET at = at - 86401"));
    assert_int_equal(db_status_trim(signer, &err), CA_OK);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.status_change"), 0);
    cursor.told_at -= 86400 - 1800;
    assert_true(lost());
    assert_false(lost());

    /* The snapshot of another server, or of this one before it was restored. */
    ca_buf_reset(&cursor.told);
    ca_buf_str(&cursor.told, "90000000000:90000000000:");
    assert_true(lost());
    assert_false(lost());
}

static void rows_of_the_last_day_stay(void **state)
{
    struct db_sample s;
    struct ca_err err = {0};

    (void)state;
    store(330, &s);
    assert_int_equal(revoke(signer, &s, 1), CA_OK);
    assert_int_equal(db_status_trim(signer, &err), CA_OK);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.status_change"), 1);
}

static void serials_are_found_in_one_query(void **state)
{
    enum { N = 40 };
    struct db_status_serial asked[N + 2];
    struct db_sample s[N];
    const uint8_t unknown[] = {1, 2, 3};
    struct ca_err err = {0};
    size_t revoked = 0;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        store(400 + i, &s[i]);
        asked[i].serial = (struct ca_bytes){s[i].serial, DB_SERIAL_LEN};
        if (i % 4 == 0)
            assert_int_equal(revoke(signer, &s[i], 4), CA_OK);
    }
    asked[N].serial = (struct ca_bytes){unknown, sizeof(unknown)};
    asked[N + 1].serial = (struct ca_bytes){unknown, 0};
    {
        CA_AUTO(db_result) struct db_result rows = {0};
        CA_AUTO(db_result) struct db_result other = {0};
        CA_AUTO(db_result) struct db_result none = {0};

        assert_int_equal(db_status_find(signer, DB_SAMPLE_AUTHORITY, asked, N + 2, &rows, &err),
                         CA_OK);
        assert_int_equal(rows.count, N);
        for (size_t i = 0; i < N; i++) {
            const struct db_status *row = (const struct db_status *)rows.rows + i;

            revoked += row->state == DB_CERT_REVOKED;
            assert_int_equal(row->reason, row->state == DB_CERT_REVOKED ? 4 : -1);
            assert_int_equal(row->revoked_at, row->state == DB_CERT_REVOKED ? AT + 1 : 0);
        }
        assert_int_equal(revoked, N / 4);
        assert_int_equal(db_status_find(signer, DB_SAMPLE_AUTHORITY + 1, asked, N, &other, &err),
                         CA_OK);
        assert_int_equal(other.count, 0);
        assert_int_equal(db_status_find(signer, DB_SAMPLE_AUTHORITY, NULL, 0, &none, &err), CA_OK);
        assert_int_equal(none.count, 0);
    }
}

static void the_newest_come_first_and_once(void **state)
{
    struct ca_uuid before = {{0}};
    size_t seen = 0;
    size_t count;
    int64_t all;

    (void)state;
    all = postgres_number(pg, "SELECT count(*) FROM ca.certificate WHERE state <> 'burned'");
    do {
        CA_AUTO(db_result) struct db_result page = {0};
        const struct db_status_newest *row;
        struct ca_err err = {0};

        assert_int_equal(db_status_newest(front, &before, AT, 7, &page, &err), CA_OK);
        row = page.rows;
        count = page.count;
        for (size_t i = 0; i < count; i++) {
            assert_true(seen + i == 0 || memcmp(&row[i].id, &before, sizeof(before)) < 0);
            assert_string_equal(row[i].authority, "dev-issuing");
            before = row[i].id;
        }
        seen += count;
    } while (count == 7);
    assert_int_equal(seen, all);
}

static void each_role_has_its_own_half(void **state)
{
    CA_AUTO(db_result) struct db_result page = {0};
    struct db_status_cursor own = {.told_at = 0};
    struct ca_err err = {0};
    bool is_lost;

    (void)state;
    assert_int_equal(db_status_changes(signer, &own, 10, &page, &is_lost, &err), CA_FAULT);
    assert_int_equal(db_status_trim(front, &err), CA_FAULT);
    assert_int_equal(db_status_find(front, 1, NULL, 0, &page, &err), CA_FAULT);
}

static int end(void **state)
{
    db_status_cursor_done(&cursor);
    return db_fixture_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_another_state_is_told),
        cmocka_unit_test(partitions_to_come_tell_too),
        cmocka_unit_test(pages_leave_nothing_out),
        cmocka_unit_test(what_commits_late_is_told_and_once),
        cmocka_unit_test(what_is_rolled_back_is_not_told),
        cmocka_unit_test(a_reader_that_was_away_for_long_is_lost),
        cmocka_unit_test(rows_of_the_last_day_stay),
        cmocka_unit_test(serials_are_found_in_one_query),
        cmocka_unit_test(the_newest_come_first_and_once),
        cmocka_unit_test(each_role_has_its_own_half),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, end);
}
