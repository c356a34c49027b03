/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include <errno.h>
#include <poll.h>

#include "base/time.h"

/* Waits for the socket. CA_UNAVAILABLE at the deadline: an answer that comes later would be taken
 * for the next one's, so the connection is given up. */
static CA_RC io_wait(struct db *db, short events, int64_t deadline_ms, struct ca_err *err)
{
    for (;;) {
        struct pollfd p = {.fd = PQsocket(db->pg), .events = events};
        int64_t left = deadline_ms - ca_mono_ms();
        int n = left <= 0 ? 0 : poll(&p, 1, left > 60000 ? 60000 : (int)left);

        if (n > 0)
            return CA_OK;
        if (n < 0 && errno != EINTR)
            return CA_FAIL(err, CA_FAULT, "poll: errno %d", errno);
        if (ca_mono_ms() < deadline_ms)
            continue;
        db->lost = true;
        return CA_FAIL(err, CA_UNAVAILABLE, "PostgreSQL does not answer");
    }
}

CA_RC db_io_connect(struct db *db, const char *const *keys, const char *const *values,
                    struct ca_err *err)
{
    int64_t deadline_ms = ca_mono_ms() + db->config.connect_timeout_ms;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;

    db->pg = PQconnectStartParams(keys, values, 1);
    if (db->pg == NULL)
        return CA_FAIL_NOMEM(err);
    if (PQstatus(db->pg) == CONNECTION_BAD)
        return db_fail_connection(db, "connect", err);
    while (next != PGRES_POLLING_OK) {
        CA_TRY(io_wait(db, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms, err));
        next = PQconnectPoll(db->pg);
        if (next == PGRES_POLLING_FAILED)
            return db_fail_connection(db, "connect", err);
    }
    if (PQsetnonblocking(db->pg, 1) != 0)
        return db_fail_connection(db, "connect", err);
    return CA_OK;
}

/* Sends what is left, reading meanwhile, so that neither side waits for the other's buffers. */
static CA_RC io_flush(struct db *db, int64_t deadline_ms, struct ca_err *err)
{
    for (;;) {
        int left = PQflush(db->pg);

        if (left == 0)
            return CA_OK;
        if (left < 0 || PQconsumeInput(db->pg) == 0)
            return db_fail_connection(db, "send", err);
        CA_TRY(io_wait(db, POLLIN | POLLOUT, deadline_ms, err));
    }
}

static bool io_failed(const PGresult *res)
{
    return res != NULL && PQresultStatus(res) == PGRES_FATAL_ERROR;
}

CA_RC db_io_result(struct db *db, PGresult **ret, struct ca_err *err)
{
    int64_t deadline_ms = ca_mono_ms() + db->wait_ms;
    CA_AUTO(pg_result) PGresult *kept = NULL;

    CA_TRY(io_flush(db, deadline_ms, err));
    for (;;) {
        CA_AUTO(pg_result) PGresult *res = NULL;

        while (PQisBusy(db->pg)) {
            CA_TRY(io_wait(db, POLLIN, deadline_ms, err));
            if (PQconsumeInput(db->pg) == 0)
                return db_fail_connection(db, "receive", err);
        }
        res = PQgetResult(db->pg);
        if (res == NULL)
            break;
        if (!io_failed(kept)) {
            PQclear(kept);
            kept = CA_MOVE(res);
        }
        if (PQresultStatus(kept) == PGRES_COPY_OUT)
            break;
    }
    if (PQstatus(db->pg) != CONNECTION_OK) {
        db->lost = true;
        return io_failed(kept) ? db_fail(kept, "connection", err)
                               : db_fail_connection(db, "receive", err);
    }
    if (kept == NULL)
        return CA_FAIL(err, CA_FAULT, "PostgreSQL answered nothing");
    *ret = CA_MOVE(kept);
    return CA_OK;
}

CA_RC db_io_copy_row(struct db *db, char **ret, int *ret_len, struct ca_err *err)
{
    int64_t deadline_ms = 0;
    char *row = NULL;
    int len;

    while ((len = PQgetCopyData(db->pg, &row, 1)) == 0) {
        if (deadline_ms == 0)
            deadline_ms = ca_mono_ms() + db->wait_ms;
        CA_TRY(io_wait(db, POLLIN, deadline_ms, err));
        if (PQconsumeInput(db->pg) == 0)
            return db_fail_connection(db, "receive", err);
    }
    if (len == -2)
        return db_fail_connection(db, "copy", err);
    *ret = len < 0 ? NULL : row;
    *ret_len = len < 0 ? 0 : len;
    return CA_OK;
}

CA_RC db_io_command(struct db *db, const char *sql, PGresult **ret, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    if (db_lost(db))
        return CA_FAIL(err, CA_UNAVAILABLE, "no connection to PostgreSQL");
    if (PQsendQuery(db->pg, sql) == 0)
        return db_fail_connection(db, "send", err);
    CA_TRY(db_io_result(db, &res, err));
    if (io_failed(res))
        return db_fail(res, "command", err);
    if (ret != NULL)
        *ret = CA_MOVE(res);
    return CA_OK;
}
