/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "ca/flights_internal.h"
#include "ca/uplink_internal.h"

/* ca/client.c is what callers see, ca/client_loop.c the thread behind it. */
struct client {
    struct uplink uplink; /* the thread's alone */
    char path[108];       /* as long as sun_path */
    int wake_fd;
    pthread_t thread;
    int64_t sweep_ms; /* the thread's: no sweep before */

    pthread_mutex_t lock; /* guards from here to the blank line */
    struct flights flights;
    struct ca_buf notes; /* frames to be written */
    bool asleep;         /* somebody must write to wake_fd */
    bool closing;

    _Atomic bool connected;
    _Atomic uint64_t in_flight, asked, answered, resent, timed_out, notes_dropped;
};

enum { CLIENT_NOTES_MAX = 64 * 1024 };

void *client_run(void *arg); /* until c->closing; then every open question is refused */
