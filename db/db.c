/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include <poll.h>
#include <stdio.h>

#include "db/migrate_internal.h"
#include "db/statement_internal.h"

enum { ANSWER_SLACK_MS = 500 }; /* so that the server's own timeout speaks first */

static const struct role_row {
    enum db_role role;
    const char *set; /* SET ROLE */
    const char *application;
} roles[] = {
    {DB_FRONT,  "ca_front",  "ca-server front" },
    {DB_SIGNER, "ca_signer", "ca-server signer"},
    {DB_OWNER,  "none",      "ca-server owner" },
};

static const struct role_row *role_row(enum db_role role)
{
    for (size_t i = 0; i < CA_COUNT(roles); i++) {
        if (roles[i].role == role)
            return &roles[i];
    }
    return NULL;
}

/* Any warning inside a commit means less than was asked for. The one that matters: the wait for the
 * synchronous standby was cancelled, and the transaction is on this machine only. An error that
 * comes unasked is the server's goodbye. */
static void notice_seen(void *arg, const PGresult *res)
{
    static const char *const harmless[] = {"NOTICE", "INFO", "LOG", "DEBUG"};
    struct db *db = arg;
    const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);

    for (size_t i = 0; i < CA_COUNT(harmless); i++) {
        if (severity != NULL && strcmp(severity, harmless[i]) == 0)
            return;
    }
    db->warned = true;
}

static CA_RC session_connect(struct db *db, const struct role_row *role, struct ca_err *err)
{
    char user_timeout[16];
    const char *const keys[] = {"dbname", "application_name", "client_encoding", "tcp_user_timeout",
                                NULL};
    const char *const values[] = {db->config.conninfo, role->application, "UTF8", user_timeout,
                                  NULL};

    (void)snprintf(user_timeout, sizeof(user_timeout), "%d", db->config.statement_timeout_ms);
    CA_TRY(db_io_connect(db, keys, values, err));
    PQsetNoticeReceiver(db->pg, notice_seen, db);
    return CA_OK;
}

static CA_RC session_begin(struct db *db, const struct role_row *role, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    char timeout[16];
    enum ca_rc rc;

    (void)snprintf(timeout, sizeof(timeout), "%d", db->config.statement_timeout_ms);
    db_put_text(&p, role->set);
    db_put_text(&p, timeout);
    rc = db_run_none(db, DB_session_begin, &p, err);
    if (rc == CA_FAULT) { /* there is no such role, or the user is no member of it */
        return CA_FAIL(err, CA_UNAVAILABLE,
                       "cannot become %s: run 'ca-server db migrate' or grant it to the login role",
                       role->set);
    }
    return rc;
}

static CA_RC session_check(struct db *db, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_session_check, NULL, &res, err));
    if (!PQgetisnull(res, 0, 0) && !db->config.dev) {
        return CA_FAIL(err, CA_DENIED, "PostgreSQL runs with %s off: certificates could get lost",
                       PQgetvalue(res, 0, 0));
    }
    if (db_get_bool(res, 1))
        return CA_FAIL(err, CA_UNAVAILABLE, "this PostgreSQL is a standby");
    (void)ca_text_copy(db->cluster, sizeof(db->cluster), ca_bytes_str(PQgetvalue(res, 0, 2)));
    return CA_OK;
}

static CA_RC schema_check(struct db *db, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;
    unsigned ours = db_migration_last();
    int64_t theirs;
    enum ca_rc rc;

    if (db->config.role == DB_OWNER)
        return CA_OK;
    rc = db_run(db, DB_schema_version, NULL, &res, err);
    if (rc == CA_FAULT)
        return CA_FAIL(err, CA_UNAVAILABLE, "no schema yet: run 'ca-server db migrate'");
    CA_TRY(rc);
    theirs = db_get_int8(res, 0);
    if (theirs < ours) {
        return CA_FAIL(
            err, CA_UNAVAILABLE,
            "the schema is older (%d) than this program (%u): run 'ca-server db migrate'",
            (int)theirs, ours);
    }
    if (theirs > ours) {
        return CA_FAIL(err, CA_UNAVAILABLE,
                       "the schema is newer (%d) than this program (%u): install the newer program",
                       (int)theirs, ours);
    }
    return CA_OK;
}

static CA_RC session_open(struct db *db, struct ca_err *err)
{
    const struct role_row *role = role_row(db->config.role);

    if (role == NULL)
        return CA_FAIL(err, CA_FAULT, "no such role");
    CA_TRY(session_connect(db, role, err));
    CA_TRY(session_begin(db, role, err));
    CA_TRY(session_check(db, err));
    CA_TRY(schema_check(db, err));
    return db_prepare_all(db, err);
}

CA_RC db_open(const struct db_config *config, struct db **ret, struct ca_err *err)
{
    CA_AUTO(db) struct db *db = NULL;

    CA_TRY(db_new(config, &db, err));
    CA_TRY(db_reopen(db, err));
    *ret = CA_MOVE(db);
    return CA_OK;
}

CA_RC db_new(const struct db_config *config, struct db **ret, struct ca_err *err)
{
    CA_AUTO(db) struct db *db = calloc(1, sizeof(*db));

    if (db == NULL)
        return CA_FAIL_NOMEM(err);
    db->conninfo = strdup(config->conninfo);
    if (db->conninfo == NULL)
        return CA_FAIL_NOMEM(err);
    db->config = *config;
    db->config.conninfo = db->conninfo;
    if (db->config.connect_timeout_ms <= 0)
        db->config.connect_timeout_ms = 5000;
    if (db->config.statement_timeout_ms <= 0)
        db->config.statement_timeout_ms = 10000;
    db->wait_ms = db->config.statement_timeout_ms + ANSWER_SLACK_MS;
    *ret = CA_MOVE(db);
    return CA_OK;
}

void db_drop(struct db *db)
{
    PQfinish(db->pg);
    db->pg = NULL;
    db->lost = db->prepared = db->in_tx = db->warned = false;
}

CA_RC db_reopen(struct db *db, struct ca_err *err)
{
    enum ca_rc rc;

    db_drop(db);
    rc = session_open(db, err);
    if (rc != CA_OK)
        db_drop(db);
    return rc;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    db_drop(db);
    free(db->conninfo);
    free(db);
}

bool db_lost(const struct db *db)
{
    return db->pg == NULL || db->lost;
}

/* A server that goes says so on idle connections, or just closes them: either way there is
 * something to read. Asks nothing of the server. */
bool db_idle_alive(struct db *db)
{
    struct pollfd p = {.events = POLLIN};

    if (db_lost(db))
        return false;
    p.fd = PQsocket(db->pg);
    db->warned = false;
    while (!db->lost && poll(&p, 1, 0) > 0)
        db->lost = PQconsumeInput(db->pg) == 0 || PQisBusy(db->pg) || db->warned;
    return !db->lost;
}

CA_RC db_ready(struct db *db, struct ca_err *err)
{
    return db_idle_alive(db) ? CA_OK : db_reopen(db, err);
}
