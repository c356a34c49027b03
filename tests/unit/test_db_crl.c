/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl.h"

#include <stdlib.h>

#include "tests/unit/db_fixture.h"

static void i12_crl_numbers_only_rise(void **state)
{
    struct ca_err err = {0};
    int64_t number = 0;
    int64_t previous = -1;

    (void)state;
    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(db_crl_reserve(signer, DB_SAMPLE_AUTHORITY, 0, &number, &previous, &err),
                         CA_OK);
        assert_int_equal(number, i);
        assert_int_equal(previous, 0);
    }
    assert_int_equal(db_crl_reserve(signer, 99, 0, &number, &previous, &err), CA_NOT_FOUND);
    assert_int_equal(db_crl_reserve(front, DB_SAMPLE_AUTHORITY, 0, &number, &previous, &err),
                     CA_FAULT);
}

static CA_RC reserve_inside(struct db *db, void *arg, struct ca_err *err)
{
    int64_t number;
    int64_t previous;

    (void)arg;
    return db_crl_reserve(db, DB_SAMPLE_AUTHORITY, 0, &number, &previous, err);
}

static void i12_a_rollback_cannot_give_a_number_back(void **state)
{
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_tx(signer, reserve_inside, NULL, &err), CA_FAULT);
}

struct publication {
    struct db_crl crl;
    int chunks;
    int64_t id;
};

static CA_RC publish(struct db *db, void *arg, struct ca_err *err)
{
    static uint8_t octets[DB_CRL_CHUNK];
    struct publication *p = arg;

    CA_TRY(db_crl_insert(db, &p->crl, &p->id, err));
    for (int i = 0; i < p->chunks; i++) {
        memset(octets, i + 1, sizeof(octets));
        CA_TRY(db_crl_chunk_insert(db, p->id, i, (struct ca_bytes){octets, sizeof(octets)}, err));
    }
    return CA_OK;
}

static enum ca_rc publish_number(int64_t number, int chunks, struct publication *p)
{
    static const uint8_t hash[32];
    struct ca_err err = {0};

    *p = (struct publication){
        .crl = {.authority_id = DB_SAMPLE_AUTHORITY,
                .number = number,
                .this_update = AT + number,
                .next_update = AT + 86400,
                .entries = 5,
                .size = chunks * (int64_t)DB_CRL_CHUNK,
                .sha256 = {hash, sizeof(hash)},
                .node = "node-1"},
        .chunks = chunks,
    };
    return db_tx(signer, publish, p, &err);
}

static CA_RC add_up(void *arg, struct ca_bytes bytes, struct ca_err *err)
{
    int64_t *sum = arg;

    (void)err;
    *sum += (int64_t)bytes.len * bytes.ptr[0];
    return CA_OK;
}

static CA_RC refuse_chunk(void *arg, struct ca_bytes bytes, struct ca_err *err)
{
    (void)arg;
    (void)bytes;
    return CA_FAIL(err, CA_DENIED, "enough");
}

static void i12_only_a_higher_crl_is_published(void **state)
{
    struct publication two;
    struct publication other;
    struct ca_err err = {0};
    int64_t number;
    int64_t previous;
    CA_AUTO(db_result) struct db_result newest = {0};
    const struct db_crl *row;

    (void)state;
    assert_int_equal(publish_number(2, 3, &two), CA_OK);
    assert_int_equal(publish_number(2, 1, &other), CA_CONFLICT);
    assert_int_equal(publish_number(1, 1, &other), CA_CONFLICT);
    assert_int_equal(publish_number(1000, 1, &other), CA_FAULT); /* never reserved */
    assert_int_equal(db_crl_newest(front, &newest, &err), CA_OK);
    assert_int_equal(newest.count, 1);
    row = newest.rows;
    assert_int_equal(row->id, two.id);
    assert_int_equal(row->number, 2);
    assert_string_equal(row->authority, "dev-issuing");
    assert_int_equal(row->size, 3 * DB_CRL_CHUNK);
    assert_int_equal(db_crl_reserve(signer, DB_SAMPLE_AUTHORITY, 0, &number, &previous, &err),
                     CA_OK);
    assert_int_equal(previous, AT + 2);
}

static void a_crl_is_read_whole_until_it_is_trimmed(void **state)
{
    struct publication three;
    struct ca_err err = {0};
    int64_t sum = 0;
    CA_AUTO(db_result) struct db_result list = {0};
    const struct db_crl *rows;

    (void)state;
    assert_int_equal(publish_number(3, 2, &three), CA_OK);
    assert_int_equal(db_crl_list(front, DB_SAMPLE_AUTHORITY, 10, &list, &err), CA_OK);
    assert_int_equal(list.count, 2);
    rows = list.rows;
    assert_int_equal(rows[0].number, 3);
    assert_int_equal(db_crl_read(front, rows[1].id, add_up, &sum, &err), CA_OK);
    assert_int_equal(sum, (int64_t)DB_CRL_CHUNK * (1 + 2 + 3));
    assert_int_equal(db_crl_read(front, rows[1].id, refuse_chunk, NULL, &err), CA_DENIED);
    assert_int_equal(db_crl_trim(signer, &rows[0], 1, &err), CA_OK);
    assert_int_equal(db_crl_read(front, rows[1].id, add_up, &sum, &err), CA_NOT_FOUND);
    sum = 0;
    assert_int_equal(db_crl_read(front, rows[0].id, add_up, &sum, &err), CA_OK);
    assert_int_equal(sum, (int64_t)DB_CRL_CHUNK * (1 + 2));
    assert_int_equal(db_crl_read(front, 12345, add_up, &sum, &err), CA_NOT_FOUND);
}

enum { SEEN_MAX = 16 };
struct seen {
    size_t n;
    size_t stop_at; /* 0: never */
    uint8_t serials[SEEN_MAX][DB_SERIAL_MAX];
    struct db_crl_entry entries[SEEN_MAX];
};

static CA_RC entry_keep(void *arg, const struct db_crl_entry *entry, struct ca_err *err)
{
    struct seen *seen = arg;

    assert_true(seen->n < SEEN_MAX && entry->serial.len <= DB_SERIAL_MAX);
    memcpy(seen->serials[seen->n], entry->serial.ptr, entry->serial.len);
    seen->entries[seen->n++] = *entry;
    if (seen->n == seen->stop_at)
        return CA_FAIL(err, CA_LIMIT, "stopped");
    return CA_OK;
}

static void revoke(const struct ca_uuid *id, int32_t reason, int64_t invalidity_date)
{
    const struct db_revocation r = {*id, reason, AT + 9, invalidity_date, NULL};
    struct ca_err err = {0};

    assert_int_equal(db_certificate_revoke(signer, &r, &err), CA_OK);
}

static enum ca_rc entries_of(struct db *db, int64_t authority_id, int64_t previous,
                             db_crl_entry_fn fn, struct seen *seen, struct ca_err *err)
{
    const struct db_crl_selection all = {.authority_id = authority_id,
                                         .previous_this_update = previous};

    return db_crl_entries(db, &all, fn, seen, err);
}

static void i11_entries_stay_until_they_have_expired(void **state)
{
    struct db_sample s[5];
    struct seen seen = {0};
    struct seen later = {0};
    struct seen none = {0};
    struct ca_err err = {0};
    enum db_request_state became;
    bool inserted;

    (void)state;
    for (uint64_t i = 0; i < 4; i++)
        db_sample_store(signer, &s[i], i, AT);
    revoke(&s[0].certificate.id, 1, AT - 100);
    revoke(&s[1].certificate.id, 6, 0);
    revoke(&s[2].certificate.id, 0, 0); /* s[3] stays valid */
    db_sample_make(&s[4], 4, AT);
    assert_int_equal(db_request_insert_batch(signer, &s[4].request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &s[4].intent, 1, &err), CA_OK);
    assert_int_equal(db_intent_burn(signer, &s[4].intent, &s[4].certificate, &became, &err), CA_OK);

    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, 0, entry_keep, &seen, &err), CA_OK);
    assert_int_equal(seen.n, 4);
    for (size_t i = 0; i < seen.n; i++) {
        assert_int_equal(seen.entries[i].serial.len, DB_SERIAL_LEN);
        assert_true(i == 0 || memcmp(seen.serials[i - 1], seen.serials[i], DB_SERIAL_LEN) < 0);
        if (memcmp(seen.serials[i], s[0].serial, DB_SERIAL_LEN) == 0) {
            assert_int_equal(seen.entries[i].reason, 1);
            assert_int_equal(seen.entries[i].revoked_at, AT + 9);
            assert_int_equal(seen.entries[i].invalidity_date, AT - 100);
        }
        if (memcmp(seen.serials[i], s[4].serial, DB_SERIAL_LEN) == 0) {
            assert_int_equal(seen.entries[i].reason, -1);
            assert_int_equal(seen.entries[i].revoked_at, AT);
        }
        assert_memory_not_equal(seen.serials[i], s[3].serial, DB_SERIAL_LEN);
    }
    /* s[0] ends first; the CRL before was made in the second of its end, so it stays once more. */
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, s[0].certificate.not_after, entry_keep,
                                &later, &err),
                     CA_OK);
    assert_int_equal(later.n, 4);
    later.n = 0;
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, s[0].certificate.not_after + 1,
                                entry_keep, &later, &err),
                     CA_OK);
    assert_int_equal(later.n, 3);
    assert_int_equal(entries_of(signer, 99, 0, entry_keep, &none, &err), CA_OK);
    assert_int_equal(none.n, 0);
}

static void a_reader_of_entries_may_stop(void **state)
{
    struct seen seen = {.stop_at = 2};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, 0, entry_keep, &seen, &err), CA_LIMIT);
    assert_string_equal(err.text, "stopped");
    if (db_lost(signer))
        assert_int_equal(db_reopen(signer, &err), CA_OK);
    seen = (struct seen){0};
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, 0, entry_keep, &seen, &err), CA_OK);
    assert_int_equal(seen.n, 4);
    assert_int_equal(entries_of(front, DB_SAMPLE_AUTHORITY, 0, entry_keep, &seen, &err), CA_FAULT);
}

/* Every way that a certificate moves leaves an entry that says the same (db/migrations/0021). */
static void i11_entries_follow_their_certificates(void **state)
{
    struct db_sample s;
    struct seen before = {0};
    struct seen seen = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, 0, entry_keep, &before, &err), CA_OK);
    db_sample_store(signer, &s, 77, AT);
    revoke(&s.certificate.id, 6, AT - 50);
    assert_int_equal(db_certificate_release(signer, &s.certificate.id, &err), CA_OK);
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, 0, entry_keep, &seen, &err), CA_OK);
    assert_int_equal(seen.n, before.n); /* released: on no full CRL */
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_entry WHERE reason = 8"), 1);
    revoke(&s.certificate.id, 6, 0);
    revoke(&s.certificate.id, 4, 0); /* a hold that ends as a revocation */
    seen.n = 0;
    assert_int_equal(entries_of(signer, DB_SAMPLE_AUTHORITY, 0, entry_keep, &seen, &err), CA_OK);
    assert_int_equal(seen.n, before.n + 1);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_entry WHERE reason = 4 AND "
                                         "invalidity_date IS NULL"),
                     1);
    assert_int_equal(
        postgres_number(pg, "SELECT count(*) FROM ca.certificate AS c FULL JOIN ca.crl_entry AS e "
                            "ON e.authority_id = c.authority_id AND e.serial = c.serial "
                            "AND e.shard = c.crl_shard WHERE (c.state IS DISTINCT FROM 'valid') "
                            "AND (e.reason, e.revoked_at, e.not_after) "
                            "IS DISTINCT FROM (c.reason, c.revoked_at, c.not_after)"),
        0);
}

static void a_lease_has_one_holder(void **state)
{
    static const struct {
        const char *node;
        int64_t now;
        bool mine;
    } steps[] = {
        {"node-1", AT,      true },
        {"node-2", AT + 1,  false},
        {"node-1", AT + 5,  true }, /* prolonged: until AT + 15 */
        {"node-2", AT + 14, false},
        {"node-2", AT + 15, true },
        {"node-1", AT + 16, false},
    };
    struct ca_err err = {0};
    bool mine;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(steps); i++) {
        assert_int_equal(
            db_lease_take(signer, "crl/1", steps[i].node, steps[i].now, 10, &mine, &err), CA_OK);
        assert_int_equal(mine, steps[i].mine);
    }
    assert_int_equal(db_lease_take(signer, "crl/2", "node-1", AT + 16, 10, &mine, &err), CA_OK);
    assert_true(mine);
    assert_int_equal(db_lease_take(front, "crl/3", "node-1", AT, 10, &mine, &err), CA_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i12_crl_numbers_only_rise),
        cmocka_unit_test(i12_a_rollback_cannot_give_a_number_back),
        cmocka_unit_test(i12_only_a_higher_crl_is_published),
        cmocka_unit_test(a_crl_is_read_whole_until_it_is_trimmed),
        cmocka_unit_test(i11_entries_stay_until_they_have_expired),
        cmocka_unit_test(a_reader_of_entries_may_stop),
        cmocka_unit_test(i11_entries_follow_their_certificates),
        cmocka_unit_test(a_lease_has_one_holder),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
