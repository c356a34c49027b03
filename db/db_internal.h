/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libpq-fe.h>

#include "db/db.h"

CA_AUTO_DEFINE(pg_result, PGresult *, PQclear);

enum { DB_CLUSTER_TEXT = 48 };

struct db {
    PGconn *pg; /* NULL: never connected, or given up */
    struct db_config config;
    char *conninfo;                /* owned; what config.conninfo points to */
    char cluster[DB_CLUSTER_TEXT]; /* system identifier and timeline */
    int64_t wait_ms;               /* longest wait for an answer of the server */
    bool lost;
    bool prepared; /* its statements are */
    bool in_tx;
    bool warned; /* the server warned, or said goodbye: see notice_seen */
};

/* db.c: a connection that is still to be opened, with db_reopen. */
CA_RC db_new(const struct db_config *config, struct db **ret, struct ca_err *err);
/* db.c: is it still there, as far as can be seen without asking the server? */
bool db_idle_alive(struct db *db);
/* db.c: gives the connection up; nothing is settled. */
void db_drop(struct db *db);

/* io.c: everything that waits for the server, with a deadline on each wait. */
CA_RC db_io_connect(struct db *db, const char *const *keys, const char *const *values,
                    struct ca_err *err);
/* The answer to what was sent: its first error, or its last result. PGRES_COPY_OUT comes at once.
 * CA_UNAVAILABLE the connection is gone; any other complaint of the server is in *ret. */
CA_RC db_io_result(struct db *db, PGresult **ret, struct ca_err *err);
/* One row of a COPY: for PQfreemem, NULL at its end. */
CA_RC db_io_copy_row(struct db *db, char **ret, int *ret_len, struct ca_err *err);
/* Transaction control and migrations, which no statement can hold: text of our own, no parameters.
 */
CA_RC db_io_command(struct db *db, const char *sql, PGresult **ret, struct ca_err *err);

/* fail.c: what SQLSTATE means to a caller. */
enum ca_rc db_fail(const PGresult *res, const char *what, struct ca_err *err)
    __attribute__((warn_unused_result));
CA_RC db_fail_connection(struct db *db, const char *what, struct ca_err *err);
bool db_sqlstate_is(const PGresult *res, const char *front);

/* tx.c: `fn` in the transaction that is open, or in one of its own. */
CA_RC db_atomic(struct db *db, db_tx_fn fn, void *arg, struct ca_err *err);
