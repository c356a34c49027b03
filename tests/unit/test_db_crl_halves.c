/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/crl.h"
#include "tests/unit/db_fixture.h"

enum {
    AUTHORITY = 7,
    PARTS = 3,
    EACH = 40, /* entries of a part */
    SEEN_MAX = 200,
};

struct seen {
    size_t n;
    size_t stop_at; /* 0: never */
    struct seen_entry {
        uint8_t serial[DB_SERIAL_MAX];
        size_t len;
        int64_t revoked_at;
    } at[SEEN_MAX];
};

static struct db *other; /* the second connection */

static const struct ca_bytes ends[] = {CA_BYTES(0), CA_BYTES(0xff), CA_BYTES(0xaa, 0xaa)};
static const struct ca_bytes middle = CA_BYTES(0xaa, 0xaa);

/* Serials of two lengths, in all parts; the last one is released. */
static int entries_insert(void **state)
{
    assert_int_equal(db_fixture_start(state), 0);
    other = postgres_open(pg, DB_SIGNER);
    free(postgres_sql(pg, "INSERT INTO ca.crl_entry SELECT 7, n % 3 + 1, decode(lpad(to_hex(n * "
                          "2), CASE WHEN n < 60 THEN 4 ELSE 36 END, 'a'), 'hex'), 4, n, NULL, "
                          "2000000000 FROM generate_series(1, 120) AS n"));
    free(postgres_sql(pg, "UPDATE ca.crl_entry SET reason = 8 WHERE revoked_at = 120"));
    return 0;
}

static int end(void **state)
{
    db_close(other);
    return db_fixture_end(state);
}

static CA_RC entry_keep(void *arg, const struct db_crl_entry *entry, struct ca_err *err)
{
    struct seen *seen = arg;
    struct seen_entry *e = &seen->at[seen->n++];

    assert_true(seen->n < SEEN_MAX && entry->serial.len <= DB_SERIAL_MAX);
    memcpy(e->serial, entry->serial.ptr, entry->serial.len);
    e->len = entry->serial.len;
    e->revoked_at = entry->revoked_at;
    return seen->n == seen->stop_at ? CA_FAIL(err, CA_LIMIT, "stopped") : CA_OK;
}

static enum ca_rc halves_of(const struct db_crl_selection *s, struct ca_bytes at,
                            struct seen ret[2], struct ca_err *err)
{
    const struct db_crl_half half[] = {
        {signer, entry_keep, &ret[0]},
        {other,  entry_keep, &ret[1]}
    };

    return db_crl_entries_halves(half, s, at, err);
}

static struct ca_bytes serial_of(const struct seen_entry *e)
{
    return (struct ca_bytes){e->serial, e->len};
}

/* Both halves, one behind the other, are what one connection reads; each on its side. */
static void halves_agree(const struct db_crl_selection *s, struct ca_bytes at)
{
    struct seen whole = {0};
    struct seen half[2] = {0};
    struct ca_err err = {0};

    assert_int_equal(db_crl_entries(signer, s, entry_keep, &whole, &err), CA_OK);
    assert_int_equal(halves_of(s, at, half, &err), CA_OK);
    assert_int_equal(half[0].n + half[1].n, whole.n);
    for (size_t i = 0; i < whole.n; i++) {
        const struct seen_entry *e = i < half[0].n ? &half[0].at[i] : &half[1].at[i - half[0].n];
        int order = memcmp(e->serial, at.ptr, e->len < at.len ? e->len : at.len);

        assert_true(ca_bytes_equal(serial_of(e), serial_of(&whole.at[i])));
        assert_int_equal(e->revoked_at, whole.at[i].revoked_at);
        assert_true((order < 0 || (order == 0 && e->len < at.len)) == (i < half[0].n));
    }
}

static void i11_two_connections_read_what_one_does(void **state)
{
    (void)state;
    for (int32_t shard = 0; shard <= PARTS; shard++) {
        const struct db_crl_selection s = {
            .authority_id = AUTHORITY, .shard = shard, .whole = shard == 0};
        struct seen all = {0};
        struct ca_err err = {0};

        assert_int_equal(db_crl_entries(signer, &s, entry_keep, &all, &err), CA_OK);
        assert_in_range(all.n, shard == 0 ? 3 * EACH - 1 : EACH - 1, shard == 0 ? 119 : EACH);
        for (size_t i = 0; i < CA_COUNT(ends); i++)
            halves_agree(&s, ends[i]);
        for (size_t i = 0; i < all.n; i++)
            halves_agree(&s, serial_of(&all.at[i]));
    }
}

/* A delta is not divided, nor what has no middle; and one connection is enough. */
static void i11_the_first_reads_everything_where_the_second_cannot(void **state)
{
    const struct db_crl_selection whole = {.authority_id = AUTHORITY, .whole = true};
    const struct db_crl_selection delta = {.authority_id = AUTHORITY, .delta = true};
    struct seen half[2] = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(halves_of(&delta, middle, half, &err), CA_OK);
    assert_int_equal(half[0].n, 120);
    assert_int_equal(half[1].n, 0);
    memset(half, 0, sizeof(half));
    assert_int_equal(halves_of(&whole, (struct ca_bytes){0}, half, &err), CA_OK);
    assert_int_equal(half[0].n, 119);
    memset(half, 0, sizeof(half));
    free(postgres_sql(pg, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                          "WHERE application_name = 'ca-server signer' ORDER BY backend_start DESC "
                          "LIMIT 1"));
    assert_int_equal(halves_of(&whole, middle, half, &err), CA_OK);
    assert_int_equal(half[0].n, 119);
    assert_int_equal(half[1].n, 0);
    assert_int_equal(db_reopen(other, &err), CA_OK);
}

static void a_half_that_stops_ends_both(void **state)
{
    const struct db_crl_selection whole = {.authority_id = AUTHORITY, .whole = true};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct seen half[2] = {0};
        struct ca_err err = {0};

        half[i].stop_at = 2;
        assert_int_equal(halves_of(&whole, middle, half, &err), CA_LIMIT);
        assert_string_equal(err.text, "stopped");
        assert_int_equal(db_ready(signer, &err), CA_OK);
        assert_int_equal(db_ready(other, &err), CA_OK);
    }
    halves_agree(&whole, middle);
}

/* A change that is committed between the two beginnings is in both halves or in none. */
static void *swap_run(void *arg)
{
    atomic_bool *stop = arg;

    while (!atomic_load(stop))
        free(postgres_sql(pg, "UPDATE ca.crl_entry SET revoked_at = revoked_at + 1000 WHERE "
                              "authority_id = 7"));
    return NULL;
}

static void i11_both_halves_are_of_one_snapshot(void **state)
{
    const struct db_crl_selection whole = {.authority_id = AUTHORITY, .whole = true};
    atomic_bool stop = false;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, swap_run, &stop), 0);
    for (int i = 0; i < 100; i++) {
        struct seen half[2] = {0};
        struct ca_err err = {0};

        assert_int_equal(halves_of(&whole, middle, half, &err), CA_OK);
        assert_true(half[0].n > 0 && half[1].n > 0);
        assert_int_equal(half[0].at[0].revoked_at / 1000, half[1].at[0].revoked_at / 1000);
    }
    atomic_store(&stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void the_middle_of_many_has_as_many_on_either_side(void **state)
{
    const struct db_crl_selection few = {.authority_id = AUTHORITY, .whole = true};
    struct db_crl_selection many = {.authority_id = 8, .shard = 1};
    uint8_t serial[DB_SERIAL_MAX];
    char hex[2 * DB_SERIAL_MAX + 1];
    char sql[200];
    struct ca_err err = {0};
    size_t len = 99;

    (void)state;
    assert_int_equal(db_crl_middle(signer, &few, serial, &len, &err), CA_OK);
    assert_int_equal(len, 0);
    free(postgres_sql(pg, "INSERT INTO ca.crl_entry SELECT 8, 1, substr(sha224(n::text::bytea), 1, "
                          "18), 4, n, NULL, 2000000000 FROM generate_series(1, 100000) AS n"));
    assert_int_equal(db_crl_middle(signer, &many, serial, &len, &err), CA_OK);
    assert_int_equal(len, 18);
    (void)snprintf(sql, sizeof(sql),
                   "SELECT count(*) FROM ca.crl_entry WHERE authority_id = 8 AND serial < '\\x%s'",
                   ca_hex((struct ca_bytes){serial, len}, hex));
    assert_in_range(postgres_number(pg, sql), 25000, 75000);
    many.delta = true;
    assert_int_equal(db_crl_middle(signer, &many, serial, &len, &err), CA_OK);
    assert_int_equal(len, 0);
    many = (struct db_crl_selection){.authority_id = 8, .shard = 2};
    assert_int_equal(db_crl_middle(signer, &many, serial, &len, &err), CA_OK);
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i11_two_connections_read_what_one_does),
        cmocka_unit_test(i11_the_first_reads_everything_where_the_second_cannot),
        cmocka_unit_test(a_half_that_stops_ends_both),
        cmocka_unit_test(i11_both_halves_are_of_one_snapshot),
        cmocka_unit_test(the_middle_of_many_has_as_many_on_either_side),
    };

    return cmocka_run_group_tests(tests, entries_insert, end);
}
