/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libpq-fe.h>

#include "db/db.h"
#include "tests/unit/support.h"

/* A private PostgreSQL cluster for a test program (tests/support/postgres.sh): no TCP, and it ends
 * with the program, also when that aborts. Whatever goes wrong here aborts. */
struct postgres;

struct postgres *postgres_start(const char *settings); /* "-c NAME=VALUE …" or "" */
void postgres_end(struct postgres *pg);
const char *postgres_conninfo(const struct postgres *pg); /* superuser; borrowed */
/* Ends it as a crash does; restart starts it again, with these settings. */
void postgres_stop(struct postgres *pg);
void postgres_restart(struct postgres *pg, const char *settings);

/* A configuration for db_open, for a cluster that is a test's own. */
struct db_config postgres_config(const struct postgres *pg, enum db_role role);
/* Runs the migrations. */
void postgres_migrate(struct postgres *pg);
struct db *postgres_open(struct postgres *pg, enum db_role role);

/* SQL as the superuser, for what the service roles may not do. The first value of the answer, for
 * free(), or NULL. */
char *postgres_sql(struct postgres *pg, const char *sql);
int64_t postgres_number(struct postgres *pg, const char *sql);
