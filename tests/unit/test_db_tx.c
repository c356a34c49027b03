/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/postgres_support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "db/db_internal.h"
#include "db/setting.h"
#include "tests/unit/proxy_support.h"

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

static CA_RC open_with(enum db_role role, bool dev, const char *conninfo, struct db **ret,
                       struct ca_err *err)
{
    struct db_config config = postgres_config(pg, role);

    config.dev = dev;
    if (conninfo != NULL)
        config.conninfo = conninfo;
    return db_open(&config, ret, err);
}

static void a_server_that_is_not_durable_is_refused_outside_development(void **state)
{
    static const char *const unsafe[] = {"fsync", "full_page_writes", "synchronous_commit"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(unsafe); i++) {
        CA_AUTO(db) struct db *db = NULL;
        struct ca_err err = {0};
        char setting[64];

        (void)snprintf(setting, sizeof(setting), "-c %s=off", unsafe[i]);
        postgres_restart(pg, setting);
        assert_int_equal(open_with(DB_SIGNER, false, NULL, &db, &err), CA_DENIED);
        assert_null(db);
        assert_non_null(strstr(err.text, unsafe[i]));
        assert_int_equal(open_with(DB_SIGNER, true, NULL, &db, &err), CA_OK);
    }
    postgres_restart(pg, "");
}

static void who_is_not_there_or_not_allowed_is_unavailable(void **state)
{
    static const char *const conninfos[] = {
        "host=/nowhere user=postgres dbname=ca",
        "host=%s user=postgres dbname=absent",
        "host=%s user=nobody_known dbname=ca",
        "host=127.0.0.1 port=1 user=postgres dbname=ca",
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(conninfos); i++) {
        CA_AUTO(db) struct db *db = NULL;
        struct ca_err err = {0};
        char conninfo[256];
        char host[128];

        (void)sscanf(postgres_conninfo(pg), "host=%127s", host);
        /* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
        (void)snprintf(conninfo, sizeof(conninfo), "%.*s%s%s", (int)strcspn(conninfos[i], "%"),
                       conninfos[i], strchr(conninfos[i], '%') ? host : "",
                       strchr(conninfos[i], '%') ? strchr(conninfos[i], '%') + 2 : "");
        test_note(conninfo);
        assert_int_equal(open_with(DB_FRONT, false, conninfo, &db, &err), CA_UNAVAILABLE);
        assert_null(db);
    }
}

static void a_login_role_becomes_only_what_it_is_member_of(void **state)
{
    struct ca_err err = {0};
    CA_AUTO(db) struct db *front = NULL;
    CA_AUTO(db) struct db *signer = NULL;
    char conninfo[256];
    char host[128];

    (void)state;
    (void)sscanf(postgres_conninfo(pg), "host=%127s", host);
    (void)snprintf(conninfo, sizeof(conninfo), "host=%s user=front_login dbname=ca", host);
    free(postgres_sql(pg, "CREATE ROLE front_login LOGIN IN ROLE ca_front"));
    assert_int_equal(open_with(DB_FRONT, false, conninfo, &front, &err), CA_OK);
    assert_int_equal(open_with(DB_SIGNER, false, conninfo, &signer, &err), CA_UNAVAILABLE);
    assert_non_null(strstr(err.text, "cannot become ca_signer"));
}

/* What a transaction of a test does: pins settings, and says no a few times. */
struct work {
    const char *name;
    const char *sql; /* run too, or NULL */
    int calls;
    int refusals;
    enum ca_rc refuse_with;
};

static CA_RC work(struct db *db, void *arg, struct ca_err *err)
{
    struct work *w = arg;

    w->calls++;
    CA_TRY(db_setting_pin(db, w->name, "x", err));
    if (w->sql != NULL)
        CA_TRY(db_io_command(db, w->sql, NULL, err));
    if (w->calls <= w->refusals)
        return w->refuse_with;
    return CA_OK;
}

static int64_t stored(const char *name)
{
    char sql[128];

    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM ca.setting WHERE name = '%s'", name);
    return postgres_number(pg, sql);
}

static void a_transaction_is_whole_or_nothing(void **state)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);
    struct ca_err err = {0};
    struct work refused = {.name = "refused", .refusals = 1, .refuse_with = CA_DENIED};
    struct work fine = {.name = "fine"};

    (void)state;
    assert_int_equal(db_tx(db, work, &refused, &err), CA_DENIED);
    assert_int_equal(refused.calls, 1);
    assert_int_equal(stored("refused"), 0);
    assert_int_equal(db_tx(db, work, &fine, &err), CA_OK);
    assert_int_equal(stored("fine"), 1);
}

static void a_lost_race_is_repeated_five_times_at_most(void **state)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);
    struct ca_err err = {0};
    struct work twice = {.name = "twice", .refusals = 2, .refuse_with = CA_RETRY};
    struct work always = {.name = "always", .refusals = 99, .refuse_with = CA_RETRY};
    struct work sqlstate = {
        .name = "sqlstate",
        .sql = "DO $$ BEGIN RAISE EXCEPTION 'race' USING ERRCODE = '40001'; END $$",
    };

    (void)state;
    assert_int_equal(db_tx(db, work, &twice, &err), CA_OK);
    assert_int_equal(twice.calls, 3);
    assert_int_equal(stored("twice"), 1);
    assert_int_equal(db_tx(db, work, &always, &err), CA_RETRY);
    assert_int_equal(always.calls, 5);
    assert_int_equal(stored("always"), 0);
    assert_int_equal(db_tx(db, work, &sqlstate, &err), CA_RETRY);
    assert_int_equal(sqlstate.calls, 5);
}

static CA_RC nested(struct db *db, void *arg, struct ca_err *err)
{
    return db_tx(db, work, arg, err);
}

static CA_RC swallow(struct db *db, void *arg, struct ca_err *err)
{
    struct ca_err ignored = {0};
    enum ca_rc rc = db_io_command(db, "SELECT 1/0", NULL, &ignored);

    (void)arg;
    (void)err;
    assert_int_equal(rc, CA_FAULT);
    return CA_OK;
}

static void mistakes_of_ours_are_faults(void **state)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);
    struct ca_err err = {0};
    struct work w = {.name = "nested"};

    (void)state;
    assert_int_equal(db_tx(db, nested, &w, &err), CA_FAULT);
    assert_int_equal(db_tx(db, swallow, NULL, &err), CA_FAULT);
    w.name = "after";
    assert_int_equal(db_tx(db, work, &w, &err), CA_OK); /* the connection is fine */
}

/* Each SQLSTATE that a caller can act on, and some that it cannot. */
static void sqlstates_become_codes(void **state)
{
    static const struct {
        const char *sqlstate;
        enum ca_rc rc;
    } cases[] = {
        {"40001", CA_RETRY      },
        {"40P01", CA_RETRY      },
        {"23505", CA_CONFLICT   },
        {"08006", CA_UNAVAILABLE},
        {"57P01", CA_UNAVAILABLE},
        {"57014", CA_UNAVAILABLE},
        {"55P03", CA_UNAVAILABLE},
        {"53100", CA_UNAVAILABLE},
        {"53200", CA_UNAVAILABLE},
        {"25006", CA_UNAVAILABLE},
        {"42501", CA_FAULT      },
        {"23514", CA_FAULT      },
        {"23502", CA_FAULT      },
        {"P0001", CA_FAULT      },
    };
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct ca_err err = {0};
        char sql[128];

        (void)snprintf(sql, sizeof(sql),
                       "DO $$ BEGIN RAISE EXCEPTION 'made' USING ERRCODE = '%s'; END $$",
                       cases[i].sqlstate);
        test_note(cases[i].sqlstate);
        assert_int_equal(db_io_command(db, sql, NULL, &err), cases[i].rc);
        assert_non_null(strstr(err.text, cases[i].sqlstate));
        assert_false(db_lost(db));
    }
}

/* The first commit that meets the trigger ends its own connection before anything is durable. */
static void a_commit_that_was_rolled_back_is_repeated(void **state)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);
    struct ca_err err = {0};
    struct work w = {.name = "cut before"};

    (void)state;
    free(postgres_sql(
        pg, "CREATE SEQUENCE public.cuts; GRANT USAGE ON SEQUENCE public.cuts TO PUBLIC;"
            "CREATE FUNCTION public.cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$"
            "BEGIN IF nextval('public.cuts') <= 2 THEN "
            "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF; "
            "RETURN NULL; END $$;"
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON ca.setting DEFERRABLE INITIALLY "
            "DEFERRED FOR EACH ROW EXECUTE FUNCTION public.cut()"));
    assert_int_equal(db_tx(db, work, &w, &err), CA_OK);
    assert_int_equal(w.calls, 3);
    assert_int_equal(stored("cut before"), 1);
    free(postgres_sql(pg, "DROP TRIGGER cut ON ca.setting"));
}

/* A proxy swallows the answer of COMMIT and closes: the transaction is durable, and nobody said so.
 */
static void a_commit_whose_answer_was_lost_is_found_committed(void **state)
{
    struct proxy *proxy = proxy_start(postgres_conninfo(pg));
    struct ca_err err = {0};
    struct work w = {.name = "cut after"};

    (void)state;
    {
        CA_AUTO(db) struct db *db = NULL;

        assert_int_equal(open_with(DB_SIGNER, false, proxy_conninfo(proxy), &db, &err), CA_OK);
        proxy_cut_commits(proxy, 1);
        assert_int_equal(db_tx(db, work, &w, &err), CA_OK);
        assert_int_equal(w.calls, 1); /* not again */
        assert_int_equal(proxy_cuts(proxy), 1);
        assert_int_equal(stored("cut after"), 1);
    }
    proxy_end(proxy);
}

static void a_commit_that_nobody_can_settle_is_unknown(void **state)
{
    struct proxy *proxy = proxy_start(postgres_conninfo(pg));
    struct ca_err err = {0};
    struct work w = {.name = "unsettled"};

    (void)state;
    {
        struct db_config config = postgres_config(pg, DB_SIGNER);
        CA_AUTO(db) struct db *db = NULL;

        config.conninfo = proxy_conninfo(proxy);
        config.statement_timeout_ms = 300;
        assert_int_equal(db_open(&config, &db, &err), CA_OK);
        proxy_cut_commits(proxy, 1);
        proxy_refuse(proxy); /* and nobody comes through again */
        assert_int_equal(db_tx(db, work, &w, &err), CA_UNAVAILABLE);
        assert_string_equal(err.problem, "commit-unknown");
        assert_int_equal(w.calls, 1);
        assert_true(db_lost(db));
    }
    proxy_end(proxy);
}

/* Cancels whatever waits for a standby, as an operator would who sees it hang. */
static void *cancel_waits(void *arg)
{
    const atomic_bool *done = arg;

    while (!atomic_load(done)) {
        free(postgres_sql(pg, "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity "
                              "WHERE wait_event = 'SyncRep'"));
        (void)usleep(50000);
    }
    return NULL;
}

/* No standby answers; the server gives up waiting, has committed on its own disk, and only warns.
 */
static void a_commit_without_its_standby_is_not_durable(void **state)
{
    struct ca_err err = {0};
    struct work w = {.name = "alone"};
    atomic_bool done = false;
    pthread_t canceller;

    (void)state;
    postgres_restart(pg, "-c synchronous_standby_names=absent");
    assert_int_equal(pthread_create(&canceller, NULL, cancel_waits, &done), 0);
    {
        CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);

        assert_int_equal(db_tx(db, work, &w, &err), CA_UNAVAILABLE);
        assert_string_equal(err.problem, "commit-unknown");
        assert_non_null(strstr(err.text, "standby"));
        memset(&err, 0, sizeof(err));
        assert_int_equal(db_setting_pin(db, "alone too", "x", &err), CA_UNAVAILABLE);
        assert_string_equal(err.problem, "commit-unknown");
        assert_false(db_lost(db));
    }
    atomic_store(&done, true);
    (void)pthread_join(canceller, NULL);
    postgres_restart(pg, "");
    assert_int_equal(stored("alone"), 1);
    assert_int_equal(w.calls, 1);
}

/* Ends the first connection that waits for a standby. */
static void *end_one_wait(void *arg)
{
    (void)arg;
    while (postgres_number(pg, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                               "WHERE wait_event = 'SyncRep'") == 0)
        (void)usleep(20000);
    return NULL;
}

/* The connection ends in that wait. Settlement finds the transaction committed, but that is not
 * enough: an empty commit behind it does not reach the standby either. */
static void a_settled_commit_without_its_standby_is_unknown(void **state)
{
    struct db_config config = postgres_config(pg, DB_SIGNER);
    struct ca_err err = {0};
    struct work w = {.name = "alone and cut"};
    pthread_t ender;

    (void)state;
    postgres_restart(pg, "-c synchronous_standby_names=absent");
    assert_int_equal(pthread_create(&ender, NULL, end_one_wait, NULL), 0);
    {
        CA_AUTO(db) struct db *db = NULL;

        config.statement_timeout_ms = 1000;
        assert_int_equal(db_open(&config, &db, &err), CA_OK);
        assert_int_equal(db_tx(db, work, &w, &err), CA_UNAVAILABLE);
        assert_string_equal(err.problem, "commit-unknown");
        assert_int_equal(w.calls, 1);
    }
    (void)pthread_join(ender, NULL);
    postgres_restart(pg, "");
    assert_int_equal(stored("alone and cut"), 1);
}

static void waits_end_at_their_deadline(void **state)
{
    struct db_config config = postgres_config(pg, DB_SIGNER);
    PGconn *locker = PQconnectdb(postgres_conninfo(pg));
    CA_AUTO(db) struct db *db = NULL;
    struct ca_err err = {0};
    int64_t begun_ms;

    (void)state;
    config.statement_timeout_ms = 200;
    assert_int_equal(db_open(&config, &db, &err), CA_OK);
    PQclear(PQexec(locker, "BEGIN; LOCK TABLE ca.setting"));
    begun_ms = ca_mono_ms();
    assert_int_equal(db_setting_pin(db, "locked", "x", &err), CA_UNAVAILABLE);
    assert_true(ca_mono_ms() - begun_ms < 2000);
    assert_false(db_lost(db)); /* the server said so itself */
    PQfinish(locker);
    assert_int_equal(db_setting_pin(db, "locked", "x", &err), CA_OK);
}

static void a_lost_connection_answers_unavailable_until_it_is_opened_again(void **state)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);
    struct ca_err err = {0};
    char value[8];

    (void)state;
    postgres_restart(pg, "");
    assert_int_equal(db_setting_get(db, "fine", value, sizeof(value), &err), CA_UNAVAILABLE);
    assert_true(db_lost(db));
    assert_int_equal(db_setting_get(db, "fine", value, sizeof(value), &err), CA_UNAVAILABLE);
    assert_int_equal(db_reopen(db, &err), CA_OK);
    assert_int_equal(db_setting_get(db, "fine", value, sizeof(value), &err), CA_OK);
    assert_string_equal(value, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_is_not_durable_is_refused_outside_development),
        cmocka_unit_test(who_is_not_there_or_not_allowed_is_unavailable),
        cmocka_unit_test(a_login_role_becomes_only_what_it_is_member_of),
        cmocka_unit_test(a_transaction_is_whole_or_nothing),
        cmocka_unit_test(a_lost_race_is_repeated_five_times_at_most),
        cmocka_unit_test(mistakes_of_ours_are_faults),
        cmocka_unit_test(sqlstates_become_codes),
        cmocka_unit_test(a_commit_that_was_rolled_back_is_repeated),
        cmocka_unit_test(a_commit_whose_answer_was_lost_is_found_committed),
        cmocka_unit_test(a_commit_that_nobody_can_settle_is_unknown),
        cmocka_unit_test(a_commit_without_its_standby_is_not_durable),
        cmocka_unit_test(a_settled_commit_without_its_standby_is_unknown),
        cmocka_unit_test(waits_end_at_their_deadline),
        cmocka_unit_test(a_lost_connection_answers_unavailable_until_it_is_opened_again),
    };

    return cmocka_run_group_tests(tests, start, end);
}
