/* SPDX-License-Identifier: Apache-2.0 */
#include "db/migrate.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "db/migrate_internal.h"
#include "db/statement_internal.h"

enum { MIGRATION_WAIT_MS = 3600 * 1000, SHA256_LEN = 32 };

#define DB_MIGRATION(number, name, ...)                                                            \
    static const uint8_t migration_##number[] = {__VA_ARGS__, '\0'};
#include "db/migrations.inc" /* generated from db/migrations */
#undef DB_MIGRATION

static const struct migration {
    int32_t number;
    const char *name;
    const uint8_t *sql;
    size_t len;
} migrations[] = {
#define DB_MIGRATION(number, name, ...)                                                            \
    {number, name, migration_##number, sizeof(migration_##number) - 1},
#include "db/migrations.inc"
#undef DB_MIGRATION
};

/* A migration on record. */
struct record {
    int32_t number;
    const char *name;
    struct ca_bytes sha256;
    int64_t applied_at;
};
static const struct db_field record_columns[] = {
    DB_FIELD(INT4, record, number),
    DB_FIELD(TEXT, record, name),
    DB_FIELD(BYTES, record, sha256),
    DB_FIELD(INT8, record, applied_at),
};
static const struct db_fields record_fields = DB_FIELDS(record_columns, record);

unsigned db_migration_last(void)
{
    return (unsigned)migrations[CA_COUNT(migrations) - 1].number;
}

unsigned db_migration_count(void)
{
    return (unsigned)CA_COUNT(migrations);
}

static CA_RC migration_hash(const struct migration *m, uint8_t *ret, struct ca_err *err)
{
    if (EVP_Digest(m->sql, m->len, ret, NULL, EVP_sha256(), NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "SHA-256");
    return CA_OK;
}

/* No rows when nothing has run yet. */
static CA_RC records_read(struct db *db, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_migration_exists, NULL, &res, err));
    if (!db_get_bool(res, 0))
        return CA_OK;
    return db_run_rows(db, DB_migration_list, NULL, &record_fields, ret, err);
}

static CA_RC record_check(const struct record *r, size_t place, struct ca_err *err)
{
    uint8_t hash[SHA256_LEN];

    if (place >= CA_COUNT(migrations) || r->number != migrations[place].number) {
        return CA_FAIL(err, CA_CONFLICT, "migration %d (%s) is not known to this program",
                       (int)r->number, r->name);
    }
    CA_TRY(migration_hash(&migrations[place], hash, err));
    if (!ca_bytes_equal(r->sha256, (struct ca_bytes){hash, sizeof(hash)}))
        return CA_FAIL(err, CA_CONFLICT, "migration %s ran with another content", r->name);
    return CA_OK;
}

static CA_RC migration_run(struct db *db, const struct migration *m, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    uint8_t hash[SHA256_LEN];

    CA_TRY(migration_hash(m, hash, err));
    CA_TRY(db_io_command(db, (const char *)m->sql, NULL, err));
    db_put_int4(&p, m->number);
    db_put_text(&p, m->name);
    db_put_bytes(&p, (struct ca_bytes){hash, sizeof(hash)});
    return db_run_none(db, DB_migration_insert, &p, err);
}

/* Checks what has run and runs one more; false in *arg: there is none. The lock comes first, so
 * that the records are those of whoever was before. */
static CA_RC migrate_one(struct db *db, void *arg, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result done = {0};
    const struct record *records;
    bool *ret_ran = arg;

    CA_TRY(db_run_none(db, DB_migration_lock, NULL, err));
    CA_TRY(records_read(db, &done, err));
    records = done.rows;
    for (size_t i = 0; i < done.count; i++)
        CA_TRY(record_check(&records[i], i, err));
    *ret_ran = done.count < CA_COUNT(migrations);
    return *ret_ran ? migration_run(db, &migrations[done.count], err) : CA_OK;
}

static CA_RC migrate_all(struct db *db, unsigned *ret_applied, struct ca_err *err)
{
    unsigned applied = 0;

    for (bool ran = true; ran; applied += ran)
        CA_TRY(db_tx(db, migrate_one, &ran, err));
    *ret_applied = applied;
    return CA_OK;
}

CA_RC db_migrate(struct db *db, unsigned *ret_applied, struct ca_err *err)
{
    int64_t wait_ms = db->wait_ms;
    enum ca_rc rc;

    db->wait_ms = MIGRATION_WAIT_MS;
    rc = migrate_all(db, ret_applied, err);
    db->wait_ms = wait_ms;
    return rc;
}

CA_RC db_migration_list(struct db *db, struct db_migration_row **ret, size_t *ret_n,
                        struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result done = {0};
    const struct record *records;
    struct db_migration_row *rows;

    CA_TRY(records_read(db, &done, err));
    rows = calloc(CA_COUNT(migrations), sizeof(*rows));
    if (rows == NULL)
        return CA_FAIL_NOMEM(err);
    records = done.rows;
    for (size_t i = 0; i < CA_COUNT(migrations); i++) {
        rows[i].applied = i < done.count;
        rows[i].applied_at = rows[i].applied ? records[i].applied_at : 0;
        (void)ca_text_copy(rows[i].name, sizeof(rows[i].name), ca_bytes_str(migrations[i].name));
    }
    *ret = rows;
    *ret_n = CA_COUNT(migrations);
    return CA_OK;
}
