/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "api/auth_internal.h"
#include "api/front.h"
#include "api/limit_internal.h"
#include "api/metrics_internal.h"
#include "api/publish/publish_internal.h"
#include "api/route.h"
#include "api/scep/ra.h"
#include "api/scep/scep.h"
#include "api/tls_internal.h"
#include "base/queue.h"

struct request;
struct connection;
struct webhook;
struct ra_keeper;
struct tls_keeper;
struct ocsp;
struct http;

/* What the parts of the front share; set up once by front_start. */
struct front {
    struct front_config config;
    _Atomic(struct db_pool *) pool; /* NULL until the database was there for the first time */
    struct auth *auth;
    struct lockout *lockout;
    struct rate *rate;
    struct tls *tls; /* NULL: no HTTPS, the front token is away */
    struct authority_cache *authorities;
    struct profile_watch *profiles;
    struct publish *publish;
    struct ocsp *ocsp;
    struct scep *scep;
    struct webhook *webhook; /* NULL: nothing is delivered */
    struct tls_keeper *tls_keeper;
    struct ra_keeper *ra; /* NULL: SCEP has no keys, the front token is away */
    struct front_metrics *metrics;
    struct http *http;     /* api/server.c */
    struct ca_queue *work; /* struct request */
    pthread_t *workers;
    size_t worker_n;
    pthread_t sweeper;
    bool sweeping;
    atomic_bool draining;
    atomic_bool stopping;
    atomic_size_t starting;   /* in `work`, not yet begun: at most queue_max */
    atomic_size_t processing; /* requests that a worker, the signer or the queue has */

    pthread_mutex_t lock;                         /* guards the two below */
    struct request *waiting_first, *waiting_last; /* suspended, by deadline */

    pthread_mutex_t share_lock;               /* guards the three below */
    struct request *share_first, *share_last; /* ON_SHARE, in nobody's hands: as many are at work */
    size_t share_n;                           /* at work; at most front_share */
};

/* api/dispatch.c: the life of a request, without libmicrohttpd. Each runs on an epoll thread. */
/* All header fields are here. False: answer now, rq->rs is filled. */
bool request_begin(struct request *rq, const char *version);
void request_body_add(struct request *rq, const void *octets, size_t len);
/* So much of a body that is refused is read all the same, for a peer that is about to send it. */
size_t request_discard_max(const struct request *rq);
/* The body is complete. True: suspended, it will be resumed; false: answer now. */
bool request_submit(struct request *rq);
/* After it was suspended: takes the deadline's answer where that came first. */
void request_resumed(struct request *rq);
/* Sent, or given up: counts and logs. */
void request_answered(struct request *rq);

/* api/worker.c */
CA_RC front_workers_start(struct front *front, struct ca_err *err);
void front_workers_stop(struct front *front);
/* How many workers may do ON_SHARE at a time: never all of several. */
size_t front_share(const struct front *front);
/* A connection to the database. CA_UNAVAILABLE: there is none, and nobody waited. */
CA_RC front_db_take(struct front *front, int64_t deadline_ms, struct db **ret, struct ca_err *err);
void front_db_give(struct front *front, struct db *db); /* NULL is fine */
/* Opens the pool where it is not open yet. */
CA_RC front_db_open(struct front *front, struct ca_err *err);
