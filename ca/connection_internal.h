/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "ca/frames_internal.h"
#include "ca/server_internal.h"

/* One front at the server's socket. The reader's thread reads; answers are written from any. It
 * lives as long as the reader or an exchange holds it. */
struct connection {
    atomic_uint holders;
    struct frames in; /* the reader's alone */

    pthread_mutex_t lock; /* guards the rest */
    int fd;               /* -1: gone */
    int epoll_fd;
    bool draining;     /* no longer waiting for input */
    struct ca_buf out; /* what the kernel did not take yet */
    size_t out_from;
};

/* Takes `fd` over and waits for input on `epoll_fd`, with the connection as its data. */
CA_RC connection_open(int fd, int epoll_fd, struct connection **ret, struct ca_err *err);
struct connection *connection_hold(struct connection *c);
void connection_release(struct connection *c); /* NULL is fine */

/* Writes a frame or keeps it until the kernel takes it; a peer that lets too much pile up is gone.
 */
void connection_write(struct connection *c, struct ca_bytes frame);
void connection_flush(struct connection *c);
void connection_drain(struct connection *c);
bool connection_empty(struct connection *c); /* nothing left to write, or gone */
void connection_end(struct connection *c);   /* closes the descriptor; by the reader */
