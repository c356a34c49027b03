/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "api/front_internal.h"
#include "api/peer_internal.h"

/* One open connection. libmicrohttpd's own timeout is for inactivity only, so each phase gets an
 * absolute deadline here, and what passes it is shut by the sweep. */
struct connection {
    struct connection *next, *prev; /* of connections, under their lock */
    int fd;
    enum route_door door;
    atomic_int_fast64_t deadline_ms; /* of the phase it is in; 0: none, the request has its own */
    struct peer peer;                /* HTTPS; the epoll thread's alone */
    void *session;                   /* of TLS; NULL: plain */
    uint8_t address[16];             /* of the client; IPv4 as mapped */
};

/* All open connections. */
struct connections;
CA_RC connections_new(struct connections **ret, struct ca_err *err);
void connections_free(struct connections *all);

/* NULL: out of memory. The connection is then served without a record, that is: refused. */
struct connection *connections_add(struct connections *all, int fd, enum route_door door,
                                   int64_t deadline_ms);
void connections_remove(struct connections *all, struct connection *c);
size_t connections_count(struct connections *all);
/* shutdown() for each whose deadline has passed; answers how many. */
size_t connections_sweep(struct connections *all, int64_t now_ms);
