/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_internal.h"
#include "api/process_internal.h"
#include "api/request_internal.h"
#include "base/time.h"

enum { SWEEP_MS = 100 };

size_t front_share(const struct front *front)
{
    size_t workers = front->config.workers;
    size_t share = front->config.scep_workers > 0 ? front->config.scep_workers : workers / 2;
    size_t most = workers > 1 ? workers - 1 : 1; /* one is there for the others */

    if (share < 1)
        return 1;
    return share < most ? share : most;
}

/* False: as many are at work; whoever of them ends takes it up. */
static bool share_enter(struct front *front, struct request *rq)
{
    bool free_place;

    (void)pthread_mutex_lock(&front->share_lock);
    free_place = front->share_n < front_share(front);
    if (free_place) {
        front->share_n++;
    } else {
        rq->share_next = NULL;
        if (front->share_first == NULL) {
            front->share_first = rq;
        } else {
            front->share_last->share_next = rq;
        }
        front->share_last = rq;
    }
    (void)pthread_mutex_unlock(&front->share_lock);
    return free_place;
}

/* The next one for the same place; NULL: the place is free again. */
static struct request *share_next(struct front *front)
{
    struct request *next;

    (void)pthread_mutex_lock(&front->share_lock);
    next = front->share_first;
    if (next != NULL) {
        front->share_first = next->share_next;
    } else {
        front->share_n--;
    }
    (void)pthread_mutex_unlock(&front->share_lock);
    return next;
}

static void work(struct front *front, struct request *rq)
{
    if (rq->route->run != ON_SHARE) {
        request_work(rq);
    } else if (share_enter(front, rq)) {
        for (; rq != NULL; rq = share_next(front))
            request_work(rq);
    }
}

static void *worker_run(void *arg)
{
    struct front *front = arg;
    void *item;

    while (!ca_queue_closed(front->work)) {
        if (ca_queue_take(front->work, &item, 1, -1) == 1)
            work(front, item);
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
