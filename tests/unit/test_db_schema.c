/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/postgres_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/migrate.h"
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
    char sql[8192];
    CA_AUTO(pg_result) PGresult *res = NULL;
    struct ca_err err = {0};
    const char *text = db_statement_sql(id);
    int n = db_statement_nparams(id);

    test_note(db_statement_name(id));
    if (db_statement_rows(id) == DB_ROWS_COPY) {
        size_t len = strcspn(text, "(") + 1;

        (void)snprintf(sql, sizeof(sql), "EXPLAIN %.*s",
                       (int)(strstr(text, ") TO") - text - (int)len), text + len);
    } else {
        (void)snprintf(sql, sizeof(sql), "EXPLAIN EXECUTE %s%s", db_statement_name(id),
                       n == 0 ? "" : "(NULL");
        for (int i = 1; i < n; i++)
            (void)strcat(sql, ", NULL");
        (void)strcat(sql, n == 0 ? "" : ")");
    }
    if (db_io_command(db, sql, &res, &err) != CA_OK)
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
        assert_int_equal(
            db_io_command(db, "SET ca.authority_id = '1'; SET ca.previous = '0'", NULL, &err),
            CA_OK);
        for (int id = 0; id < DB__COUNT; id++)
            if (db_statement_roles((enum db_id)id) & roles[r])
                statement_explain(db, (enum db_id)id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_and_column_has_a_comment),
        cmocka_unit_test(every_statement_is_explained_under_its_role),
    };

    return cmocka_run_group_tests(tests, start, end);
}
