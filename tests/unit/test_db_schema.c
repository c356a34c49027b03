/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/postgres_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/migrate.h"
#include "db/migrate_internal.h"
#include "db/statement_internal.h"

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

/* Partitions repeat their parent's. */
static void every_table_and_column_has_a_comment(void **state)
{
    char *missing;

    (void)state;
    assert_true(postgres_number(pg, "SELECT count(*) FROM pg_class WHERE relnamespace = "
                                    "'ca'::regnamespace AND relkind IN ('r', 'p')") > 10);
    missing =
        postgres_sql(pg, "SELECT string_agg(c.relname || '.' || coalesce(a.attname, ''), ', ') "
                         "FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid "
                         "WHERE c.relnamespace = 'ca'::regnamespace AND c.relkind IN ('r', 'p') "
                         "AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped "
                         "AND (col_description(c.oid, a.attnum) IS NULL "
                         "OR obj_description(c.oid, 'pg_class') IS NULL)");
    if (missing != NULL)
        test_note(missing);
    assert_null(missing);
}

/* PREPARE checks no privilege; EXPLAIN of an execution does. */
static void statement_explain(struct db *db, enum db_id id)
{
    CA_AUTO(buf) struct ca_buf sql = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;
    struct ca_err err = {0};
    const char *text = db_statement_sql(id);

    test_note(db_statement_name(id));
    ca_buf_str(&sql, "EXPLAIN ");
    if (db_statement_rows(id) == DB_ROWS_COPY) {
        const char *query = strchr(text, '(') + 1;

        ca_buf_add(&sql, query, (size_t)(strstr(query, ") TO") - query));
    } else {
        ca_buf_printf(&sql, "EXECUTE %s", db_statement_name(id));
        for (int i = 0; i < db_statement_nparams(id); i++)
            ca_buf_str(&sql, i == 0 ? "(NULL" : ", NULL");
        ca_buf_str(&sql, db_statement_nparams(id) == 0 ? "" : ")");
    }
    if (db_io_command(db, ca_buf_cstr(&sql), &res, &err) != CA_OK)
        fail_msg("%s", err.text);
}

static void every_statement_is_explained_under_its_role(void **state)
{
    static const enum db_role roles[] = {DB_FRONT, DB_SIGNER};

    (void)state;
    for (size_t r = 0; r < CA_COUNT(roles); r++) {
        CA_AUTO(db) struct db *db = postgres_open(pg, roles[r]);

        struct ca_err err = {0};

        /* crl_begin's; without them the COPY is refused, and not empty. */
        assert_int_equal(db_io_command(db,
                                       "SET ca.authority_id = '1'; SET ca.shard = '0'; "
                                       "SET ca.previous = '0'; SET ca.since = '0'",
                                       NULL, &err),
                         CA_OK);
        for (int id = 0; id < DB__COUNT; id++)
            if (db_statement_roles((enum db_id)id) & roles[r])
                statement_explain(db, (enum db_id)id);
    }
}

/* Also of a table that was never analysed, as it is when the first signer prepares its statements:
 * it keeps that plan for as long as the table has no statistics. */
static void a_request_is_found_by_its_own_key(void **state)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_SIGNER);
    CA_AUTO(pg_result) PGresult *res = NULL;
    struct ca_err err = {0};
    bool found = false;

    (void)state;
    assert_int_equal(db_io_command(db,
                                   "EXPLAIN EXECUTE request_by_key "
                                   "('00000000-0000-0000-0000-000000000001', 'a key')",
                                   &res, &err),
                     CA_OK);
    for (int i = 0; i < PQntuples(res); i++) {
        test_note(PQgetvalue(res, i, 0));
        assert_null(strstr(PQgetvalue(res, i, 0), "request_requester"));
        found = found || strstr(PQgetvalue(res, i, 0), "request_idempotency_key") != NULL;
    }
    assert_true(found);
}

/* What a role must be told no for, by privilege and not by good manners. */
static const struct forbidden {
    enum db_role role;
    const char *sql;
} forbidden[] = {
  /* clang-format off */
    {DB_FRONT,  "INSERT INTO certificate SELECT * FROM certificate"},
    {DB_FRONT,  "UPDATE certificate SET state = 'valid'"},
    {DB_FRONT,  "DELETE FROM certificate"},
    {DB_FRONT,  "SELECT FROM certificate_other"},
    {DB_FRONT,  "INSERT INTO request SELECT * FROM request"},
    {DB_FRONT,  "UPDATE request SET state = 'approved'"},
    {DB_FRONT,  "DELETE FROM request"},
    {DB_FRONT,  "SELECT FROM intent"},
    {DB_FRONT,  "INSERT INTO intent SELECT * FROM intent"},
    {DB_FRONT,  "DELETE FROM intent"},
    {DB_FRONT,  "INSERT INTO audit SELECT * FROM audit"},
    {DB_FRONT,  "INSERT INTO audit SELECT * FROM audit"},
    {DB_FRONT,  "UPDATE audit SET detail = ''"},
    {DB_FRONT,  "INSERT INTO operator SELECT * FROM operator"},
    {DB_FRONT,  "UPDATE operator SET roles = 4"},
    {DB_FRONT,  "UPDATE credential SET revoked_at = NULL"},
    {DB_FRONT,  "INSERT INTO credential SELECT * FROM credential"},
    {DB_FRONT,  "UPDATE operator_group SET members = NULL"},
    {DB_FRONT,  "INSERT INTO authority SELECT * FROM authority"},
    {DB_FRONT,  "UPDATE authority SET crl_number = 0"},
    {DB_FRONT,  "SELECT nextval('crl_id_seq')"},
    {DB_FRONT,  "INSERT INTO crl_chunk VALUES (1, 0, '')"},
    {DB_FRONT,  "UPDATE crl SET number = 0"},
    {DB_FRONT,  "INSERT INTO setting VALUES ('environment', 'dev')"},
    {DB_FRONT,  "UPDATE setting SET value = ''"},
    {DB_FRONT,  "INSERT INTO profile_version SELECT * FROM profile_version"},
    {DB_FRONT,  "UPDATE profile_version SET yaml = ''"},
    {DB_FRONT,  "INSERT INTO profile_activation (name, at, comment, seal) VALUES ('web', 0, '', '')"},
    {DB_FRONT,  "UPDATE approval SET state = 'approved'"},
    {DB_FRONT,  "INSERT INTO approval_vote SELECT * FROM approval_vote"},
    {DB_FRONT,  "UPDATE approval_rule SET policy = ''"},
    {DB_FRONT,  "INSERT INTO scep_endpoint SELECT * FROM scep_endpoint"},
    {DB_FRONT,  "UPDATE scep_endpoint SET enabled = true"},
    {DB_FRONT,  "INSERT INTO scep_challenge SELECT * FROM scep_challenge"},
    {DB_FRONT,  "UPDATE scep_challenge SET used_at = NULL"},
    {DB_FRONT,  "INSERT INTO scep_transaction SELECT * FROM scep_transaction"},
    {DB_FRONT,  "SELECT FROM lease"},
    {DB_FRONT,  "INSERT INTO migration SELECT * FROM migration"},
    {DB_FRONT,  "SELECT period_ensure(16500)"},
    {DB_FRONT,  "CREATE TABLE ca.mine (x integer)"},
    {DB_FRONT,  "CREATE TABLE public.mine (x integer)"},
    {DB_FRONT,  "COPY certificate TO PROGRAM 'cat'"},
    {DB_SIGNER, "DELETE FROM certificate"},
    {DB_SIGNER, "TRUNCATE certificate"},
    {DB_SIGNER, "UPDATE certificate SET der = ''"},
    {DB_SIGNER, "UPDATE certificate SET serial = '\\x01'"},
    {DB_SIGNER, "UPDATE certificate SET not_after = 0"},
    {DB_SIGNER, "DELETE FROM certificate_other"},
    {DB_SIGNER, "DELETE FROM request"},
    {DB_SIGNER, "UPDATE request SET created_at = 0"},
    {DB_SIGNER, "UPDATE scep_challenge SET expires_at = 0"},
    {DB_SIGNER, "DELETE FROM scep_challenge"},
    {DB_SIGNER, "UPDATE scep_transaction SET request_id = NULL"},
    {DB_SIGNER, "DELETE FROM scep_transaction"},
    {DB_SIGNER, "DELETE FROM approval"},
    {DB_SIGNER, "UPDATE approval SET question = ''"},
    {DB_SIGNER, "UPDATE approval_vote SET approves = true"},
    {DB_SIGNER, "DELETE FROM approval_vote"},
    {DB_SIGNER, "DELETE FROM approval_rule"},
    {DB_SIGNER, "UPDATE profile_activation SET version = NULL"},
    {DB_SIGNER, "DELETE FROM profile_activation"},
    {DB_SIGNER, "UPDATE request SET requester_id = id"},
    {DB_SIGNER, "UPDATE intent SET tbs = ''"},
    {DB_SIGNER, "TRUNCATE intent"},
    {DB_SIGNER, "UPDATE audit SET detail = ''"},
    {DB_SIGNER, "DELETE FROM audit"},
    {DB_SIGNER, "TRUNCATE audit"},
    {DB_SIGNER, "UPDATE operator SET name = 'x'"},
    {DB_SIGNER, "UPDATE operator SET fingerprint = NULL"},
    {DB_SIGNER, "UPDATE credential SET hash = NULL"},
    {DB_SIGNER, "UPDATE credential SET operator_id = NULL"},
    {DB_SIGNER, "UPDATE credential SET expires_at = NULL"},
    {DB_SIGNER, "DELETE FROM credential"},
    {DB_SIGNER, "DELETE FROM operator_group"},
    {DB_SIGNER, "DELETE FROM operator"},
    {DB_SIGNER, "DELETE FROM authority"},
    {DB_SIGNER, "UPDATE authority SET name = ''"},
    {DB_SIGNER, "UPDATE authority SET key_label = ''"},
    {DB_SIGNER, "UPDATE crl SET number = 0"},
    {DB_SIGNER, "DELETE FROM crl"},
    {DB_SIGNER, "DELETE FROM crl_scope"},
    {DB_FRONT,  "UPDATE crl_scope SET reserved = 0"},
    {DB_SIGNER, "UPDATE authority SET crl_number = 0"},
    {DB_SIGNER, "DELETE FROM crl_entry"},
    {DB_SIGNER, "UPDATE crl_entry SET not_after = 0"},
    {DB_SIGNER, "INSERT INTO crl_entry SELECT * FROM crl_entry"},
    {DB_SIGNER, "UPDATE certificate SET crl_shard = 0"},
    {DB_SIGNER, "UPDATE crl_chunk SET bytes = ''"},
    {DB_SIGNER, "UPDATE setting SET value = ''"},
    {DB_SIGNER, "DELETE FROM setting"},
    {DB_SIGNER, "UPDATE profile_version SET yaml = ''"},
    {DB_SIGNER, "DELETE FROM profile_version"},
    {DB_SIGNER, "DELETE FROM lease"},
    {DB_SIGNER, "INSERT INTO migration SELECT * FROM migration"},
    {DB_SIGNER, "DELETE FROM migration"},
    {DB_SIGNER, "ALTER TABLE audit ADD COLUMN x integer"},
    {DB_SIGNER, "DROP TABLE certificate_other"},
    {DB_SIGNER, "CREATE TABLE ca.mine (x integer)"},
    {DB_SIGNER, "ALTER FUNCTION period_ensure(integer) OWNER TO ca_signer"},
  /* clang-format on */
};

static void i13_each_role_is_refused_what_is_not_its_own(void **state)
{
    CA_AUTO(db) struct db *front = postgres_open(pg, DB_FRONT);
    CA_AUTO(db) struct db *signer = postgres_open(pg, DB_SIGNER);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(forbidden); i++) {
        struct db *db = forbidden[i].role == DB_FRONT ? front : signer;
        struct ca_err err = {0};

        test_note(forbidden[i].sql);
        assert_int_equal(db_io_command(db, forbidden[i].sql, NULL, &err), CA_FAULT);
        if (strstr(err.text, "(42501)") == NULL)
            fail_msg("%s", err.text);
    }
}

static void nobody_else_may_anything(void **state)
{
    char *sees;

    (void)state;
    free(postgres_sql(pg, "CREATE ROLE stranger LOGIN"));
    sees = postgres_sql(
        pg,
        "SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = 'ca'::regnamespace "
        "AND relkind IN ('r', 'p') AND (has_table_privilege('stranger', oid, "
        "'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
        "OR has_any_column_privilege('stranger', oid, 'SELECT, INSERT, UPDATE'))");
    assert_null(sees);
    assert_int_equal(postgres_number(pg, "SELECT (has_schema_privilege('stranger', 'ca', 'USAGE, "
                                         "CREATE') OR has_function_privilege('stranger', "
                                         "'ca.period_ensure(integer)', 'EXECUTE'))::integer"),
                     0);
}

static void migrations_run_once(void **state)
{
    CA_AUTO(db) struct db *owner = postgres_open(pg, DB_OWNER);
    struct db_migration_row *rows = NULL;
    struct ca_err err = {0};
    unsigned applied = 99;
    size_t n = 0;

    (void)state;
    assert_int_equal(db_migrate(owner, &applied, &err), CA_OK);
    assert_int_equal(applied, 0);
    assert_int_equal(db_migration_list(owner, &rows, &n, &err), CA_OK);
    assert_int_equal(n, db_migration_count());
    assert_string_equal(rows[0].name, "0001_base");
    for (size_t i = 0; i < n; i++)
        assert_true(rows[i].applied && rows[i].applied_at > 1700000000);
    free(rows);
}

static enum ca_rc open_front(struct ca_err *err)
{
    struct db_config config = postgres_config(pg, DB_FRONT);
    CA_AUTO(db) struct db *db = NULL;

    return db_open(&config, &db, err);
}

/* What was done to the record, what migrating and what opening say then, and how it is undone. */
static void a_record_that_does_not_fit_is_refused(void **state)
{
    /* clang-format off */
    static const struct {
        const char *done;
        const char *undone;
        enum ca_rc migrate;
        enum ca_rc open;
        const char *open_says;
    } cases[] = {
        {"UPDATE ca.migration SET sha256 = sha256(sha256) WHERE number = 2",
         "UPDATE ca.migration SET sha256 = (SELECT sha256 FROM kept WHERE number = 2) "
         "WHERE number = 2", CA_CONFLICT, CA_OK, ""},
        {"INSERT INTO ca.migration SELECT 9999, '9999_future', sha256 FROM kept WHERE number = 1",
         "DELETE FROM ca.migration WHERE number = 9999", CA_CONFLICT, CA_UNAVAILABLE, "newer"},
        {"DELETE FROM ca.migration WHERE number = 1",
         "INSERT INTO ca.migration SELECT * FROM kept WHERE number = 1", CA_CONFLICT, CA_OK, ""},
        {"DELETE FROM ca.migration WHERE number = (SELECT max(number) FROM kept)",
         "INSERT INTO ca.migration SELECT * FROM kept WHERE number = (SELECT max(number) FROM kept)",
         CA_FAULT, CA_UNAVAILABLE, "older"}, /* its tables are there already */
    };
    /* clang-format on */

    (void)state;
    free(postgres_sql(pg, "CREATE TABLE public.kept AS SELECT * FROM ca.migration"));
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(db) struct db *owner = postgres_open(pg, DB_OWNER);
        struct ca_err err = {0};
        unsigned applied = 99;

        test_note(cases[i].done);
        free(postgres_sql(pg, cases[i].done));
        assert_int_equal(db_migrate(owner, &applied, &err), cases[i].migrate);
        assert_int_equal(applied, 99);
        assert_int_equal(open_front(&err), cases[i].open);
        assert_non_null(strstr(err.text, cases[i].open_says));
        free(postgres_sql(pg, cases[i].undone));
        assert_int_equal(db_migrate(owner, &applied, &err), CA_OK);
    }
    assert_int_equal(open_front(&(struct ca_err){0}), CA_OK);
}

static void a_database_without_schema_says_what_to_run(void **state)
{
    struct db_config config = postgres_config(pg, DB_SIGNER);
    struct ca_err err = {0};
    char conninfo[256];
    CA_AUTO(db) struct db *db = NULL;
    CA_AUTO(db) struct db *owner = NULL;
    struct db_migration_row *rows = NULL;
    unsigned applied = 0;
    size_t n = 0;

    (void)state;
    free(postgres_sql(pg, "CREATE DATABASE empty"));
    (void)snprintf(conninfo, sizeof(conninfo), "%s dbname=empty", postgres_conninfo(pg));
    config.conninfo = conninfo;
    assert_int_equal(db_open(&config, &db, &err), CA_UNAVAILABLE);
    assert_non_null(strstr(err.text, "ca-server db migrate"));
    config.role = DB_OWNER;
    assert_int_equal(db_open(&config, &owner, &err), CA_OK);
    assert_int_equal(db_migration_list(owner, &rows, &n, &err), CA_OK);
    assert_false(rows[0].applied || rows[n - 1].applied);
    free(rows);
    assert_int_equal(db_migrate(owner, &applied, &err), CA_OK); /* the roles exist already */
    assert_int_equal(applied, db_migration_count());
    config.role = DB_SIGNER;
    assert_int_equal(db_open(&config, &db, &err), CA_OK);
}

static void a_statement_that_does_not_fit_is_named_at_start(void **state)
{
    struct ca_err err = {0};

    (void)state;
    free(postgres_sql(pg, "ALTER TABLE ca.setting RENAME COLUMN value TO worth"));
    assert_int_equal(open_front(&err), CA_UNAVAILABLE);
    assert_non_null(strstr(err.text, "setting_get"));
    free(postgres_sql(pg, "ALTER TABLE ca.setting RENAME COLUMN worth TO value"));
    assert_int_equal(open_front(&err), CA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_and_column_has_a_comment),
        cmocka_unit_test(every_statement_is_explained_under_its_role),
        cmocka_unit_test(a_request_is_found_by_its_own_key),
        cmocka_unit_test(i13_each_role_is_refused_what_is_not_its_own),
        cmocka_unit_test(nobody_else_may_anything),
        cmocka_unit_test(migrations_run_once),
        cmocka_unit_test(a_record_that_does_not_fit_is_refused),
        cmocka_unit_test(a_database_without_schema_says_what_to_run),
        cmocka_unit_test(a_statement_that_does_not_fit_is_named_at_start),
    };

    return cmocka_run_group_tests(tests, start, end);
}
