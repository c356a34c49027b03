/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/postgres_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/migrate.h"

struct postgres {
    pid_t pid;
    FILE *to;   /* its standard input: commands */
    FILE *from; /* its answers */
    char conninfo[256];
};

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "postgres: %s\n", #condition);                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void script_exec(const int *in, const int *out, const char *settings)
{
    char command[1024];

    (void)snprintf(command, sizeof(command), "exec '%s' %s", CA_TEST_SUPPORT "/postgres.sh",
                   settings);
    (void)dup2(in[0], STDIN_FILENO);
    (void)dup2(out[1], STDOUT_FILENO);
    for (int fd = 3; fd < 64; fd++)
        (void)close(fd); /* above all our own end of its input */
    (void)unsetenv("LD_PRELOAD");
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static void answer_read(struct postgres *pg, char *ret, size_t size)
{
    MUST(fgets(ret, (int)size, pg->from) != NULL);
    ret[strcspn(ret, "\n")] = '\0';
}

struct postgres *postgres_start(const char *settings)
{
    struct postgres *pg = calloc(1, sizeof(*pg));
    char answer[sizeof(pg->conninfo) + 8];
    int in[2];
    int out[2];

    MUST(pg != NULL && pipe(in) == 0 && pipe(out) == 0);
    pg->pid = fork();
    MUST(pg->pid >= 0);
    if (pg->pid == 0)
        script_exec(in, out, settings);
    (void)close(in[0]);
    (void)close(out[1]);
    pg->to = fdopen(in[1], "w");
    pg->from = fdopen(out[0], "r");
    MUST(pg->to != NULL && pg->from != NULL);
    answer_read(pg, answer, sizeof(answer));
    MUST(strncmp(answer, "ready ", 6) == 0);
    MUST(ca_text_copy(pg->conninfo, sizeof(pg->conninfo), ca_bytes_str(answer + 6)));
    return pg;
}

void postgres_end(struct postgres *pg)
{
    (void)fclose(pg->to);
    (void)waitpid(pg->pid, NULL, 0);
    (void)fclose(pg->from);
    free(pg);
}

const char *postgres_conninfo(const struct postgres *pg)
{
    return pg->conninfo;
}

static void command_send(struct postgres *pg, const char *command, const char *rest)
{
    char answer[sizeof(pg->conninfo) + 8];

    MUST(fprintf(pg->to, "%s %s\n", command, rest) > 0 && fflush(pg->to) == 0);
    answer_read(pg, answer, sizeof(answer));
}

void postgres_stop(struct postgres *pg)
{
    command_send(pg, "stop", "");
}

void postgres_restart(struct postgres *pg, const char *settings)
{
    command_send(pg, "restart", settings);
}

struct db_config postgres_config(const struct postgres *pg, enum db_role role)
{
    return (struct db_config){
        .conninfo = pg->conninfo,
        .role = role,
        .connect_timeout_ms = 5000,
        .statement_timeout_ms = 10000,
    };
}

struct db *postgres_open(struct postgres *pg, enum db_role role)
{
    struct db_config config = postgres_config(pg, role);
    struct ca_err err = {0};
    struct db *db = NULL;

    if (db_open(&config, &db, &err) != CA_OK)
        (void)fprintf(stderr, "db_open: %s\n", err.text);
    MUST(db != NULL);
    return db;
}

void postgres_migrate(struct postgres *pg)
{
    CA_AUTO(db) struct db *db = postgres_open(pg, DB_OWNER);
    struct ca_err err = {0};
    unsigned applied;

    if (db_migrate(db, &applied, &err) != CA_OK) {
        (void)fprintf(stderr, "db_migrate: %s\n", err.text);
        abort();
    }
}

char *postgres_sql(struct postgres *pg, const char *sql)
{
    PGconn *c = PQconnectdb(pg->conninfo);
    PGresult *res = PQexec(c, sql);
    ExecStatusType status = PQresultStatus(res);
    char *ret = NULL;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        (void)fprintf(stderr, "%s\n", PQerrorMessage(c));
    MUST(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK);
    if (PQntuples(res) > 0 && !PQgetisnull(res, 0, 0))
        ret = strdup(PQgetvalue(res, 0, 0));
    PQclear(res);
    PQfinish(c);
    return ret;
}

int64_t postgres_number(struct postgres *pg, const char *sql)
{
    char *text = postgres_sql(pg, sql);
    int64_t n = text == NULL ? 0 : strtoll(text, NULL, 10);

    free(text);
    return n;
}
