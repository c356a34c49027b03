/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_internal.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/time.h"

enum { POOL_REOPEN_MS = 100 };

struct db_pool {
    size_t size;
    atomic_bool alive;
    pthread_cond_t given; /* a connection came back */
    pthread_mutex_t lock; /* guards what follows */
    struct db **free;     /* those that nobody has; the one given last is taken first */
    size_t free_n;
    int64_t reopen_at_ms; /* not before then is a lost one opened again */
};

static CA_RC pool_sync_init(struct db_pool *pool, struct ca_err *err)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0)
        return CA_FAIL_NOMEM(err);
    if (pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&pool->given, &attr) != 0)
        return CA_FAIL_NOMEM(err);
    (void)pthread_condattr_destroy(&attr);
    if (pthread_mutex_init(&pool->lock, NULL) != 0)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC pool_fill(struct db_pool *pool, const struct db_config *config, size_t size,
                       struct ca_err *err)
{
    pool->free = calloc(size, sizeof(struct db *));
    if (pool->free == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < size; i++) {
        CA_TRY(db_new(config, &pool->free[i], err));
        pool->free_n = pool->size = i + 1;
    }
    /* The others open when they are needed; this one shows that they can. */
    CA_TRY(db_reopen(pool->free[size - 1], err));
    atomic_store(&pool->alive, true);
    return CA_OK;
}

CA_RC db_pool_new(const struct db_config *config, size_t size, struct db_pool **ret,
                  struct ca_err *err)
{
    struct db_pool *pool = calloc(1, sizeof(*pool));
    enum ca_rc rc;

    assert(size > 0);
    if (pool == NULL)
        return CA_FAIL_NOMEM(err);
    rc = pool_sync_init(pool, err);
    if (rc != CA_OK) {
        free(pool);
        return rc;
    }
    rc = pool_fill(pool, config, size, err);
    if (rc != CA_OK) {
        db_pool_free(pool);
        return rc;
    }
    *ret = pool;
    return CA_OK;
}

void db_pool_free(struct db_pool *pool)
{
    if (pool == NULL)
        return;
    assert(pool->free_n == pool->size); /* nobody has one */
    for (size_t i = 0; i < pool->free_n; i++)
        db_close(pool->free[i]);
    free(pool->free);
    (void)pthread_mutex_destroy(&pool->lock);
    (void)pthread_cond_destroy(&pool->given);
    free(pool);
}

/* Waits for a connection that nobody has. */
static CA_RC pool_wait(struct db_pool *pool, int64_t deadline_ms, struct db **ret,
                       struct ca_err *err)
{
    const struct timespec until = ca_mono_timespec(deadline_ms);
    struct db *db = NULL;
    int waited = 0;

    (void)pthread_mutex_lock(&pool->lock);
    while (pool->free_n == 0 && waited == 0)
        waited = pthread_cond_timedwait(&pool->given, &pool->lock, &until);
    if (pool->free_n > 0)
        db = pool->free[--pool->free_n];
    (void)pthread_mutex_unlock(&pool->lock);
    if (db == NULL)
        return CA_FAIL(err, CA_LIMIT, "all %zu database connections are busy", pool->size);
    *ret = db;
    return CA_OK;
}

/* Ten times a second one of the lost ones may try, unless the server is known to be there. */
static bool pool_may_reopen(struct db_pool *pool)
{
    int64_t now_ms = ca_mono_ms();
    bool may;

    (void)pthread_mutex_lock(&pool->lock);
    may = atomic_load(&pool->alive) || now_ms >= pool->reopen_at_ms;
    if (may)
        pool->reopen_at_ms = now_ms + POOL_REOPEN_MS;
    (void)pthread_mutex_unlock(&pool->lock);
    return may;
}

CA_RC db_pool_take(struct db_pool *pool, int64_t deadline_ms, struct db **ret, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc = CA_OK;

    CA_TRY(pool_wait(pool, deadline_ms, &db, err));
    if (!db_idle_alive(db)) {
        if (pool_may_reopen(pool)) {
            rc = db_reopen(db, err);
        } else {
            rc = CA_FAIL(err, CA_UNAVAILABLE, "no connection to PostgreSQL");
        }
        atomic_store(&pool->alive, rc == CA_OK);
    }
    if (rc != CA_OK) {
        db_pool_give(pool, db);
        return rc;
    }
    *ret = db;
    return CA_OK;
}

void db_pool_give(struct db_pool *pool, struct db *db)
{
    if (db == NULL)
        return;
    if (db->pg != NULL && db->lost)
        atomic_store(&pool->alive, false);
    (void)pthread_mutex_lock(&pool->lock);
    assert(pool->free_n < pool->size);
    pool->free[pool->free_n++] = db;
    (void)pthread_cond_signal(&pool->given);
    (void)pthread_mutex_unlock(&pool->lock);
}

bool db_pool_alive(const struct db_pool *pool)
{
    return atomic_load(&pool->alive);
}
