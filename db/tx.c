/* SPDX-License-Identifier: Apache-2.0 */
#include "db/statement_internal.h"

#include <poll.h>

#include "base/time.h"

enum { TX_TRIES = 5, TX_PAUSE_MS = 20, TX_ID_TEXT = 24 };

/* What settlement asks for: whose transaction, on which cluster. */
struct tx {
    char id[TX_ID_TEXT]; /* "": nothing was written */
    char cluster[DB_CLUSTER_TEXT];
};

static CA_RC tx_id_read(struct db *db, struct tx *tx, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_tx_id, NULL, &res, err));
    (void)ca_text_copy(tx->id, sizeof(tx->id), ca_bytes_str(PQgetvalue(res, 0, 0)));
    memcpy(tx->cluster, db->cluster, sizeof(tx->cluster));
    return CA_OK;
}

/* What pg_xact_status says means this for the caller. */
static const struct {
    const char *status;
    enum ca_rc rc;
} outcomes[] = {
    {"committed",   CA_OK         },
    {"aborted",     CA_RETRY      },
    {"in progress", CA_UNAVAILABLE}, /* not yet; ask again */
};

/* CA_OK committed, CA_RETRY rolled back, CA_UNAVAILABLE not known yet, CA_FAULT never known. */
static CA_RC settle_ask(struct db *db, const struct tx *tx, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_reopen(db, err));
    if (strcmp(db->cluster, tx->cluster) != 0)
        return CA_FAIL(err, CA_FAULT, "another cluster or timeline answers");
    db_put_text(&p, tx->id);
    CA_TRY(db_run(db, DB_tx_status, &p, &res, err));
    for (size_t i = 0; i < CA_COUNT(outcomes); i++) {
        if (strcmp(PQgetvalue(res, 0, 0), outcomes[i].status) != 0)
            continue;
        ca_fail_at(err, "", __FILE__, __LINE__, "transaction %s: %s", tx->id, outcomes[i].status);
        if (outcomes[i].rc == CA_OK) /* its own wait for a standby may have been cut off */
            return db_run_none(db, DB_tx_barrier, NULL, err);
        return outcomes[i].rc;
    }
    return CA_FAIL(err, CA_FAULT, "PostgreSQL has forgotten transaction %s", tx->id);
}

static CA_RC settle(struct db *db, const struct tx *tx, struct ca_err *err)
{
    int64_t deadline_ms = ca_mono_ms() + db->config.statement_timeout_ms;
    enum ca_rc rc;

    do {
        rc = settle_ask(db, tx, err);
        if (rc == CA_OK || rc == CA_RETRY)
            return rc;
        (void)poll(NULL, 0, TX_PAUSE_MS);
    } while (rc == CA_UNAVAILABLE && ca_mono_ms() < deadline_ms);
    return CA_FAIL_AS(err, CA_UNAVAILABLE, "commit-unknown",
                      "the connection ended during COMMIT of %s, and it cannot be settled", tx->id);
}

static CA_RC tx_commit(struct db *db, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;
    struct tx tx = {0};
    enum ca_rc rc;

    CA_TRY(tx_id_read(db, &tx, err));
    db->warned = false;
    rc = db_io_command(db, "COMMIT", &res, err);
    db->in_tx = false;
    if (rc != CA_OK && db_lost(db) && tx.id[0] != '\0')
        return settle(db, &tx, err);
    CA_TRY(rc);
    if (strcmp(PQcmdStatus(res), "COMMIT") != 0)
        return CA_FAIL(err, CA_FAULT, "a failed transaction was to be committed");
    if (db->warned) {
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "commit-unknown",
                          "committed here, perhaps not on the standby");
    }
    return CA_OK;
}

static CA_RC tx_once(struct db *db, db_tx_fn fn, void *arg, struct ca_err *err)
{
    struct ca_err ignored = {0};
    enum ca_rc rc;

    CA_TRY(db_io_command(db, "BEGIN", NULL, err));
    db->in_tx = true;
    rc = fn(db, arg, err);
    if (rc == CA_OK)
        rc = tx_commit(db, err);
    if (db->in_tx && !db_lost(db) && db_io_command(db, "ROLLBACK", NULL, &ignored) != CA_OK)
        db->lost = true;
    db->in_tx = false;
    return rc;
}

enum ca_rc db_tx(struct db *db, db_tx_fn fn, void *arg, struct ca_err *err)
{
    enum ca_rc rc = CA_RETRY;

    if (db->in_tx)
        return CA_FAIL(err, CA_FAULT, "a transaction inside a transaction");
    for (int i = 0; i < TX_TRIES && rc == CA_RETRY; i++)
        rc = tx_once(db, fn, arg, err);
    return rc;
}

CA_RC db_atomic(struct db *db, db_tx_fn fn, void *arg, struct ca_err *err)
{
    return db->in_tx ? fn(db, arg, err) : db_tx(db, fn, arg, err);
}
