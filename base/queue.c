/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

#include <pthread.h>

#include "base/time.h"

struct ca_queue {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t filled;
    size_t capacity;
    size_t first;
    size_t length;
    bool closed;
    void *items[];
};

CA_RC ca_queue_new(size_t capacity, struct ca_queue **ret, struct ca_err *err)
{
    struct ca_queue *q = calloc(1, sizeof(*q) + capacity * sizeof(q->items[0]));
    pthread_condattr_t attr;

    if (q == NULL)
        return CA_FAIL_NOMEM(err);
    q->capacity = capacity;
    (void)pthread_mutex_init(&q->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&q->filled, &attr);
    (void)pthread_condattr_destroy(&attr);
    *ret = q;
    return CA_OK;
}

void ca_queue_free(struct ca_queue *q)
{
    if (q == NULL)
        return;
    (void)pthread_cond_destroy(&q->filled);
    (void)pthread_mutex_destroy(&q->lock);
    free(q);
}

bool ca_queue_put(struct ca_queue *q, void *item)
{
    bool taken;

    (void)pthread_mutex_lock(&q->lock);
    taken = !q->closed && q->length < q->capacity;
    if (taken) {
        q->items[(q->first + q->length) % q->capacity] = item;
        q->length++;
        (void)pthread_cond_signal(&q->filled);
    }
    (void)pthread_mutex_unlock(&q->lock);
    return taken;
}

/* With the lock held. False once the deadline passed. */
static bool wait_filled(struct ca_queue *q, int64_t deadline_ms)
{
    struct timespec until;

    if (deadline_ms < 0)
        return pthread_cond_wait(&q->filled, &q->lock) == 0;
    until = ca_mono_timespec(deadline_ms);
    return pthread_cond_timedwait(&q->filled, &q->lock, &until) == 0;
}

size_t ca_queue_take(struct ca_queue *q, void **ret, size_t max, int64_t deadline_ms)
{
    size_t n = 0;

    (void)pthread_mutex_lock(&q->lock);
    while (q->length == 0 && !q->closed && wait_filled(q, deadline_ms))
        ;
    for (; n < max && q->length > 0; n++) {
        ret[n] = q->items[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->length--;
    }
    if (q->length > 0)
        (void)pthread_cond_signal(&q->filled);
    (void)pthread_mutex_unlock(&q->lock);
    return n;
}

void ca_queue_close(struct ca_queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->closed = true;
    (void)pthread_cond_broadcast(&q->filled);
    (void)pthread_mutex_unlock(&q->lock);
}

bool ca_queue_closed(struct ca_queue *q)
{
    bool over;

    (void)pthread_mutex_lock(&q->lock);
    over = q->closed && q->length == 0;
    (void)pthread_mutex_unlock(&q->lock);
    return over;
}

size_t ca_queue_length(struct ca_queue *q)
{
    size_t n;

    (void)pthread_mutex_lock(&q->lock);
    n = q->length;
    (void)pthread_mutex_unlock(&q->lock);
    return n;
}
