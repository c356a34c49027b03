/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/connection_internal.h"

/* ca/server.c starts and ends it, ca/server_loop.c is its thread. */
enum { CONNECTIONS_MAX = 16 };

enum phase { SERVING, DRAINING, STOPPING };

struct server {
    struct server_config config;
    int epoll_fd;
    int wake_fd;
    pthread_t thread;
    struct connection *connections[CONNECTIONS_MAX]; /* the reader's alone, as the next two */
    bool drained;
    int64_t accept_ms; /* not before; 0: the listening socket is being waited for */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    enum phase wanted;
    enum phase reached;
};

/* Waits for `events` on one of the two descriptors that are no connection. CA_FAULT. */
CA_RC server_watch(struct server *s, int operation, int fd, uint32_t events, struct ca_err *err);

void *server_run(void *arg); /* until `wanted` is STOPPING */
