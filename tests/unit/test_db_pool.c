/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "db/setting.h"
#include "tests/unit/postgres_support.h"

enum { SIZE = 3 };

static struct postgres *pg;

static int start(void **state)
{
    (void)state;
    pg = postgres_start("");
    postgres_migrate(pg);
    return 0;
}

static int end(void **state)
{
    (void)state;
    postgres_end(pg);
    return 0;
}

static struct db_pool *pool_open(void)
{
    const struct db_config config = postgres_config(pg, DB_SIGNER);
    struct db_pool *pool = NULL;
    struct ca_err err = {0};

    assert_int_equal(db_pool_new(&config, SIZE, &pool, &err), CA_OK);
    return pool;
}

static enum ca_rc take(struct db_pool *pool, struct db **ret)
{
    struct ca_err err = {0};

    return db_pool_take(pool, ca_mono_ms() + 100, ret, &err);
}

static void i16_a_pool_gives_no_more_than_it_has(void **state)
{
    struct db_pool *pool = pool_open();
    struct db *dbs[SIZE];
    struct db *more = NULL;
    int64_t begun_ms;

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(take(pool, &dbs[i]), CA_OK);
    assert_true(dbs[0] != dbs[1] && dbs[1] != dbs[2] && dbs[0] != dbs[2]);
    begun_ms = ca_mono_ms();
    assert_int_equal(take(pool, &more), CA_LIMIT);
    assert_null(more);
    assert_true(ca_mono_ms() - begun_ms >= 90 && ca_mono_ms() - begun_ms < 5000);
    db_pool_give(pool, dbs[1]);
    assert_int_equal(take(pool, &more), CA_OK);
    assert_ptr_equal(more, dbs[1]);
    for (size_t i = 0; i < SIZE; i++)
        db_pool_give(pool, dbs[i]);
    db_pool_free(pool);
}

static void a_pool_without_a_server_is_not_made(void **state)
{
    const struct db_config config = {.conninfo = "host=/nowhere", .role = DB_FRONT};
    struct db_pool *pool = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_pool_new(&config, SIZE, &pool, &err), CA_UNAVAILABLE);
    assert_null(pool);
}

static void a_pool_outlives_its_server(void **state)
{
    struct db_pool *pool = pool_open();
    struct db *db = NULL;
    int64_t begun_ms;

    (void)state;
    assert_true(db_pool_alive(pool));
    postgres_stop(pg);
    assert_int_equal(take(pool, &db), CA_UNAVAILABLE);
    assert_false(db_pool_alive(pool));
    begun_ms = ca_mono_ms();
    for (int i = 0; i < 100; i++)
        assert_int_equal(take(pool, &db), CA_UNAVAILABLE); /* at once, and without a try each */
    assert_true(ca_mono_ms() - begun_ms < 900);
    postgres_restart(pg, "");
    while (take(pool, &db) != CA_OK)
        assert_true(ca_mono_ms() - begun_ms < 20000);
    assert_true(db_pool_alive(pool));
    db_pool_give(pool, db);
    db_pool_free(pool);
}

static void connections_that_died_while_idle_are_opened_again(void **state)
{
    struct db_pool *pool = pool_open();
    struct db *dbs[SIZE];
    struct ca_err err = {0};
    char value[8];

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(take(pool, &dbs[i]), CA_OK);
    for (size_t i = 0; i < SIZE; i++)
        db_pool_give(pool, dbs[i]);
    postgres_restart(pg, "");
    for (size_t i = 0; i < SIZE; i++) {
        assert_int_equal(take(pool, &dbs[i]), CA_OK);
        assert_int_equal(db_setting_get(dbs[i], "x", value, sizeof(value), &err), CA_OK);
    }
    for (size_t i = 0; i < SIZE; i++)
        db_pool_give(pool, dbs[i]);
    db_pool_free(pool);
}

struct shared {
    struct db_pool *pool;
    atomic_int done;
};

static void *worker(void *arg)
{
    struct shared *shared = arg;

    for (int i = 0; i < 50; i++) {
        struct ca_err err = {0};
        struct db *db = NULL;
        char value[8];

        if (db_pool_take(shared->pool, ca_mono_ms() + 20000, &db, &err) != CA_OK)
            continue;
        if (db_setting_get(db, "x", value, sizeof(value), &err) == CA_OK)
            atomic_fetch_add(&shared->done, 1);
        db_pool_give(shared->pool, db);
    }
    return NULL;
}

static void workers_share_a_pool(void **state)
{
    struct shared shared = {.pool = pool_open()};
    pthread_t threads[8];

    (void)state;
    for (size_t i = 0; i < CA_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, worker, &shared), 0);
    for (size_t i = 0; i < CA_COUNT(threads); i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&shared.done), 400);
    db_pool_free(shared.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i16_a_pool_gives_no_more_than_it_has),
        cmocka_unit_test(a_pool_without_a_server_is_not_made),
        cmocka_unit_test(a_pool_outlives_its_server),
        cmocka_unit_test(connections_that_died_while_idle_are_opened_again),
        cmocka_unit_test(workers_share_a_pool),
    };

    return cmocka_run_group_tests(tests, start, end);
}
