/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl_ahead.h"
#include "db/crl_stage.h"
#include "tests/unit/db_sample_support.h"
#include "tests/unit/postgres_support.h"

enum { NOW = 1790000000, BUILD_S = 60 };

static struct postgres *pg;
static struct db *db;

static const uint8_t octets[100] = {0x30};
static const uint8_t hash[32] = {1};

static struct db_crl crl_row(int64_t number, int64_t this_update)
{
    return (struct db_crl){
        .authority_id = DB_SAMPLE_AUTHORITY,
        .number = number,
        .this_update = this_update,
        .next_update = this_update + 1000,
        .entries = 0,
        .size = sizeof(octets),
        .sha256 = {hash, sizeof(hash)},
        .node = "node-1",
    };
}

static CA_RC publish(struct db *on, void *row, struct ca_err *err)
{
    return db_crl_publish(on, row, err);
}

/* A regular one of that time; its number. */
static int64_t regular(int64_t this_update)
{
    int64_t number = 0;
    int64_t previous;
    struct db_crl row;
    struct ca_err err = {0};

    assert_int_equal(db_crl_reserve(db, DB_SAMPLE_AUTHORITY, 0, &number, &previous, &err), CA_OK);
    row = crl_row(number, this_update);
    assert_int_equal(db_crl_stage(db, DB_SAMPLE_AUTHORITY, 0, "node-1", &row.id, &err), CA_OK);
    assert_int_equal(
        db_crl_chunk_insert(db, row.id, 0, (struct ca_bytes){octets, sizeof(octets)}, &err), CA_OK);
    assert_int_equal(db_tx(db, publish, &row, &err), CA_OK);
    return number;
}

/* One that is held beside it; its row. `len`: octets that there are. */
static enum ca_rc hold(int64_t beside, int64_t this_update, size_t len, struct db_crl *ret)
{
    int64_t number = 0;
    struct ca_err err = {0};

    assert_int_equal(db_crl_ahead_reserve(db, DB_SAMPLE_AUTHORITY, 0, &number, &err), CA_OK);
    *ret = crl_row(number, this_update);
    assert_int_equal(db_crl_ahead_chunk_insert(db, ret, 0, (struct ca_bytes){octets, len}, &err),
                     CA_OK);
    return db_crl_ahead_put(db, ret, beside, &err);
}

static enum ca_rc put_out(const struct db_crl *held, int64_t now)
{
    struct ca_err err = {0};

    return db_crl_ahead_publish(db, held, now, BUILD_S, &err);
}

static void revoke(unsigned n, int64_t at)
{
    struct db_sample sample;
    struct db_revocation r = {.reason = 1, .revoked_at = at, .comment = ""};
    struct ca_err err = {0};

    db_sample_store(db, &sample, n, NOW);
    r.certificate_id = sample.certificate.id;
    assert_int_equal(db_certificate_revoke(db, &r, &err), CA_OK);
}

static int64_t newest(void)
{
    return postgres_number(pg, "SELECT max(number) FROM ca.crl");
}

static void i12_regular_numbers_follow_an_emergency_one(void **state)
{
    int64_t first = regular(NOW);
    int64_t second;
    int64_t lost = 0;
    struct ca_err err = {0};
    struct db_crl older;
    struct db_crl held;

    (void)state;
    assert_int_equal(hold(first, NOW, sizeof(octets), &older), CA_OK);
    second = regular(NOW + 1);
    assert_int_equal(second, first + 1); /* those that are held do not disturb them */
    assert_int_equal(hold(second, NOW + 1, sizeof(octets), &held), CA_OK);
    assert_true(held.number > older.number && older.number > DB_CRL_AHEAD_ABOVE);
    /* A build that was cut off has spent a number too. */
    assert_int_equal(db_crl_ahead_reserve(db, DB_SAMPLE_AUTHORITY, 0, &lost, &err), CA_OK);
    assert_int_equal(put_out(&older, NOW + 2), CA_CONFLICT); /* another took its place */
    assert_int_equal(put_out(&held, NOW + 2), CA_OK);
    assert_int_equal(newest(), held.number);
    assert_int_equal(put_out(&held, NOW + 2), CA_CONFLICT); /* once */
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_ahead_chunk"), 0);
    assert_true(regular(NOW + 3) > lost && lost > held.number);
    assert_int_equal(hold(newest(), NOW + 3, sizeof(octets), &older), CA_OK);
    assert_true(older.number > newest() + DB_CRL_AHEAD_ABOVE - 1);
}

static void one_that_is_over_or_not_whole_is_not_published(void **state)
{
    int64_t number = regular(NOW + 10);
    struct db_crl held;

    (void)state;
    assert_int_equal(hold(number, NOW + 10, sizeof(octets) - 1, &held), CA_CONFLICT);
    assert_int_equal(hold(number, NOW + 10, sizeof(octets), &held), CA_OK);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_ahead_chunk"), 1);
    assert_int_equal(put_out(&held, held.next_update), CA_CONFLICT);
    assert_int_equal(newest(), number);
}

/* What is on a published CRL is on every later one. */
static void i11_one_that_lacks_what_is_published_stays_where_it_is(void **state)
{
    int64_t number = regular(NOW + 20);
    struct db_crl held;

    (void)state;
    assert_int_equal(hold(number, NOW + 20, sizeof(octets), &held), CA_OK);
    revoke(1, NOW + 30);
    (void)regular(NOW + 40); /* and nothing was signed ahead beside this one */
    assert_int_equal(put_out(&held, NOW + 50), CA_CONFLICT);
    assert_true(newest() < held.number);
    number = regular(NOW + 200);
    assert_int_equal(hold(number, NOW + 200, sizeof(octets), &held), CA_OK);
    revoke(2, NOW + 300); /* on no CRL yet: it says nothing about it, and breaks no promise */
    assert_int_equal(put_out(&held, NOW + 310), CA_OK);
}

static void the_front_sees_that_one_is_held_and_not_its_octets(void **state)
{
    struct db *front = postgres_open(pg, DB_FRONT);
    CA_AUTO(db_result) struct db_result rows = {0};
    struct db_crl held;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(hold(regular(NOW + 400), NOW + 400, sizeof(octets), &held), CA_OK);
    assert_int_equal(db_crl_ahead_list(front, &rows, &err), CA_OK);
    assert_int_equal(rows.count, 1);
    assert_int_equal(((const struct db_crl *)rows.rows)->number, held.number);
    assert_int_equal(
        postgres_number(pg, "SELECT count(*) FROM (VALUES (has_table_privilege('ca_front', "
                            "'ca.crl_ahead_chunk', 'SELECT'))) AS x (may) WHERE may"),
        0);
    assert_int_equal(db_crl_ahead_drop(db, DB_SAMPLE_AUTHORITY, &err), CA_OK);
    assert_int_equal(put_out(&held, NOW + 401), CA_CONFLICT);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_ahead_chunk"), 0);
    db_close(front);
}

static int start(void **state)
{
    (void)state;
    pg = postgres_start("");
    postgres_migrate(pg);
    db = postgres_open(pg, DB_SIGNER);
    db_sample_base(db, NOW);
    return 0;
}

static int end(void **state)
{
    (void)state;
    db_close(db);
    postgres_end(pg);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i12_regular_numbers_follow_an_emergency_one),
        cmocka_unit_test(one_that_is_over_or_not_whole_is_not_published),
        cmocka_unit_test(i11_one_that_lacks_what_is_published_stays_where_it_is),
        cmocka_unit_test(the_front_sees_that_one_is_held_and_not_its_octets),
    };

    return cmocka_run_group_tests(tests, start, end);
}
