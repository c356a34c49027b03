/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"
#include "base/text.h"

/* One connection to PostgreSQL with every statement of its role prepared. Used by one thread at a
 * time. Only db/ sees libpq. */
struct db;

/* Who is connected: one process, one database role. Bits, because a statement may serve both. */
enum db_role { DB_FRONT = 1, DB_SIGNER = 2, DB_OWNER = 4 };

struct db_config {
    const char *conninfo; /* libpq connection string, without a password (passfile, peer or cert) */
    enum db_role role;    /* the session does SET ROLE ca_front, ca_signer; DB_OWNER: none */
    bool dev;             /* a development server may run with fsync or synchronous_commit off */
    int connect_timeout_ms;
    int statement_timeout_ms; /* also the longest wait for a lock and for an answer */
};

/* CA_UNAVAILABLE  no server, or the schema is older or newer than this program (text: what to run)
 * CA_DENIED       fsync, full_page_writes or synchronous_commit is off and `dev` is not set */
CA_RC db_open(const struct db_config *config, struct db **ret, struct ca_err *err);
void db_close(struct db *db); /* NULL is fine */
CA_AUTO_DEFINE(db, struct db *, db_close);

/* Is the connection gone? Every statement on it then answers CA_UNAVAILABLE. */
bool db_lost(const struct db *db);
/* Connects again with the same configuration. */
CA_RC db_reopen(struct db *db, struct ca_err *err);
/* Before a connection that lay idle is used: opens it again where it, or its server, has gone. */
CA_RC db_ready(struct db *db, struct ca_err *err);

/* Runs `fn` between BEGIN and COMMIT; repeats the whole after CA_RETRY, 5 times at most. `fn`
 * answers nobody and calls no token. When the connection ends during COMMIT, it connects again and
 * asks pg_xact_status until the outcome is known or `statement_timeout_ms` has passed. CA_OK means:
 * committed. CA_UNAVAILABLE with problem "commit-unknown": nobody knows. */
typedef CA_RC (*db_tx_fn)(struct db *db, void *arg, struct ca_err *err);
enum ca_rc db_tx(struct db *db, db_tx_fn fn, void *arg, struct ca_err *err)
    __attribute__((warn_unused_result));

/* Connections for a number of workers. */
struct db_pool;
CA_RC db_pool_new(const struct db_config *config, size_t size, struct db_pool **ret,
                  struct ca_err *err);
void db_pool_free(struct db_pool *pool);
/* CA_LIMIT none came free before `deadline_ms` (ca_mono_ms); CA_UNAVAILABLE no server (a connection
 * that was lost is opened again here, at most ten times a second while the server is away). */
CA_RC db_pool_take(struct db_pool *pool, int64_t deadline_ms, struct db **ret, struct ca_err *err);
void db_pool_give(struct db_pool *pool, struct db *db);
/* Is the server there? Asks nothing; what the last take or statement saw. */
bool db_pool_alive(const struct db_pool *pool);

/* Rows of a result: `rows` of a struct named beside each call, whose pointers are good until
 * db_result_free. */
struct db_result {
    size_t count;
    void *rows;
    void *owner; /* db/ knows */
};
void db_result_free(struct db_result r);
CA_AUTO_DEFINE(db_result, struct db_result, db_result_free);
