/* SPDX-License-Identifier: Apache-2.0 */
#include "api/connection_internal.h"

#include <sys/socket.h>

struct connections {
    pthread_mutex_t lock; /* guards everything below */
    struct connection *first;
    size_t count;
};

CA_RC connections_new(struct connections **ret, struct ca_err *err)
{
    struct connections *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&all->lock, NULL);
    *ret = all;
    return CA_OK;
}

void connections_free(struct connections *all)
{
    if (all == NULL)
        return;
    (void)pthread_mutex_destroy(&all->lock);
    free(all);
}

struct connection *connections_add(struct connections *all, int fd, enum route_door door,
                                   int64_t deadline_ms)
{
    struct connection *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->fd = fd;
    c->door = door;
    atomic_init(&c->deadline_ms, deadline_ms);
    (void)pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next != NULL)
        c->next->prev = c;
    all->first = c;
    all->count++;
    (void)pthread_mutex_unlock(&all->lock);
    return c;
}

void connections_remove(struct connections *all, struct connection *c)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_lock(&all->lock);
    if (c->next != NULL)
        c->next->prev = c->prev;
    if (c->prev != NULL) {
        c->prev->next = c->next;
    } else {
        all->first = c->next;
    }
    all->count--;
    (void)pthread_mutex_unlock(&all->lock);
    free(c);
}

size_t connections_count(struct connections *all)
{
    size_t n;

    (void)pthread_mutex_lock(&all->lock);
    n = all->count;
    (void)pthread_mutex_unlock(&all->lock);
    return n;
}

/* The descriptor is closed after connection_close, which takes the lock: so it is still this
 * connection's. */
size_t connections_sweep(struct connections *all, int64_t now_ms)
{
    size_t n = 0;

    (void)pthread_mutex_lock(&all->lock);
    for (struct connection *c = all->first; c != NULL; c = c->next) {
        int64_t deadline_ms = atomic_load(&c->deadline_ms);

        if (deadline_ms == 0 || deadline_ms > now_ms)
            continue;
        (void)shutdown(c->fd, SHUT_RDWR);
        atomic_store(&c->deadline_ms, 0);
        n++;
    }
    (void)pthread_mutex_unlock(&all->lock);
    return n;
}
