/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_internal.h"
#include "api/process_internal.h"
#include "base/time.h"

enum { SWEEP_MS = 100 };

static void *worker_run(void *arg)
{
    struct front *front = arg;
    void *item;

    while (!ca_queue_closed(front->work)) {
        if (ca_queue_take(front->work, &item, 1, -1) == 1)
            request_work(item);
    }
    return NULL;
}

/* Deadlines of requests and of connections. */
static void *sweeper_run(void *arg)
{
    struct front *front = arg;

    while (!atomic_load(&front->stopping)) {
        struct timespec pause = {0, SWEEP_MS * 1000000L};

        (void)nanosleep(&pause, NULL);
        request_expire(front, ca_mono_ms());
        http_sweep(front->http);
    }
    return NULL;
}

CA_RC front_workers_start(struct front *front, struct ca_err *err)
{
    front->workers = calloc(front->config.workers, sizeof(front->workers[0]));
    if (front->workers == NULL)
        return CA_FAIL_NOMEM(err);
    while (front->worker_n < front->config.workers) {
        if (pthread_create(&front->workers[front->worker_n], NULL, worker_run, front) != 0)
            return CA_FAIL(err, CA_FAULT, "no thread for worker %zu", front->worker_n);
        front->worker_n++;
    }
    if (pthread_create(&front->sweeper, NULL, sweeper_run, front) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for deadlines");
    front->sweeping = true;
    return CA_OK;
}

void front_workers_stop(struct front *front)
{
    atomic_store(&front->stopping, true);
    if (front->sweeping)
        (void)pthread_join(front->sweeper, NULL);
    if (front->work != NULL)
        ca_queue_close(front->work);
    for (size_t i = 0; i < front->worker_n; i++)
        (void)pthread_join(front->workers[i], NULL);
    free(front->workers);
}

CA_RC front_db_open(struct front *front, struct ca_err *err)
{
    struct db_pool *pool;

    if (atomic_load(&front->pool) != NULL)
        return CA_OK;
    /* One for each worker, one each for the publisher, the profiles in force and OCSP. */
    CA_TRY(db_pool_new(front->config.db, front->config.workers + 3, &pool, err));
    atomic_store(&front->pool, pool);
    return CA_OK;
}

CA_RC front_db_take(struct front *front, int64_t deadline_ms, struct db **ret, struct ca_err *err)
{
    struct db_pool *pool = atomic_load(&front->pool);

    if (pool == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "no database yet");
    return db_pool_take(pool, deadline_ms, ret, err);
}

void front_db_give(struct front *front, struct db *db)
{
    if (db != NULL)
        db_pool_give(atomic_load(&front->pool), db);
}
