/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a request as its epoll thread sees it: header, body, submission, answer. What happens
 * in between is in api/process.c. */
#include <stdio.h>
#include <sys/types.h>

#include "api/connection_internal.h"
#include "api/http_internal.h"
#include "api/login_internal.h"
#include "api/process_internal.h"
#include "base/log.h"
#include "base/time.h"

static bool id_taken_over(struct request *rq)
{
    const char *text = request_header(rq, "X-Request-Id");
    size_t n = text != NULL ? strlen(text) : 0;

    if (n == 0 || n > REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
            return false;
    }
    memcpy(rq->id, text, n + 1);
    return true;
}

static CA_RC id_set(struct request *rq, struct ca_err *err)
{
    struct ca_uuid uuid;

    if (id_taken_over(rq))
        return CA_OK;
    CA_TRY(ca_uuid_new(&uuid, err));
    (void)ca_uuid_text(&uuid, rq->id);
    return CA_OK;
}

/* Announced lengths; what comes without one is counted as it arrives. */
static CA_RC length_check(struct request *rq, struct ca_err *err)
{
    const char *length = request_header(rq, "Content-Length");

    rq->body.max = rq->route->body_max > 0 ? rq->route->body_max : 1;
    if (length != NULL && strtoull(length, NULL, 10) > rq->route->body_max) {
        return CA_FAIL_AS(err, CA_LIMIT, "too-large", "the body has %s octets, at most %zu", length,
                          rq->route->body_max);
    }
    return CA_OK;
}

static CA_RC judge(struct request *rq, struct ca_err *err)
{
    CA_TRY(id_set(rq, err));
    CA_TRY(target_parse(rq->target_text, &rq->target, err));
    if (atomic_load(&rq->front->draining))
        return CA_FAIL(err, CA_UNAVAILABLE, "shutting down");
    CA_TRY(route_find(rq->door, rq->method, rq->target.path, &rq->route, rq->allow, err));
    if (!route_query_is_raw(rq->route))
        CA_TRY(target_query(&rq->target, err));
    CA_TRY(target_bind(&rq->target, rq->route->path, err));
    CA_TRY(login_check(rq, err));
    return length_check(rq, err);
}

size_t request_discard_max(const struct request *rq)
{
    size_t most = rq->route != NULL ? 2 * rq->route->body_max : 0;

    return most > REQUEST_DISCARD_MAX ? most : REQUEST_DISCARD_MAX;
}

/* Is there a body that can be read and dropped, so that the peer sees the answer and not a reset?
 */
static bool body_can_be_dropped(const struct request *rq)
{
    const char *length = request_header(rq, "Content-Length");

    if (request_header(rq, "Expect") != NULL)
        return false; /* it waits for our word before it sends */
    if (length != NULL)
        return strtoull(length, NULL, 10) <= request_discard_max(rq);
    return request_header(rq, "Transfer-Encoding") != NULL;
}

bool request_begin(struct request *rq, const char *version)
{
    bool framed = request_check(rq, version, &rq->err) == CA_OK;

    rq->rc = framed ? judge(rq, &rq->err) : CA_MALFORMED;
    if (rq->rc == CA_OK)
        return true;
    request_finalize(rq, &rq->rs);
    rq->refused = framed && body_can_be_dropped(rq);
    if (!framed || rq->rc == CA_UNAVAILABLE)
        response_header(&rq->rs, "Connection", "close");
    return rq->refused;
}

void request_body_add(struct request *rq, const void *octets, size_t len)
{
    if (rq->refused || rq->discarded > 0 || len > rq->route->body_max - rq->body.len) {
        rq->discarded += len;
        return;
    }
    ca_buf_add(&rq->body, octets, len);
}

static CA_RC body_check(struct request *rq, struct ca_err *err)
{
    if (rq->discarded > 0) {
        return CA_FAIL_AS(err, CA_LIMIT, "too-large", "the body has more than %zu octets",
                          rq->route->body_max);
    }
    return ca_buf_check(&rq->body, err);
}

/* Deadlines have one length, so the newest is the last. */
static void waiting_add(struct request *rq)
{
    struct front *front = rq->front;

    (void)pthread_mutex_lock(&front->lock);
    rq->waiting_prev = front->waiting_last;
    if (rq->waiting_prev != NULL) {
        rq->waiting_prev->waiting_next = rq;
    } else {
        front->waiting_first = rq;
    }
    front->waiting_last = rq;
    rq->waiting = true;
    (void)pthread_mutex_unlock(&front->lock);
}

static void suspend(struct request *rq)
{
    (void)atomic_fetch_add(&rq->references, 1);
    (void)atomic_fetch_add(&rq->front->processing, 1);
    http_suspend(rq);
    waiting_add(rq);
}

/* Without a worker where the route allows it. True: it asked the signer, and is suspended. */
static bool submit_here(struct request *rq)
{
    atomic_init(&rq->joins, 2);
    rq->rc = rq->route->start(rq, &rq->rs, &rq->err);
    if (!rq->asked) {
        request_finalize(rq, &rq->rs);
        return false;
    }
    suspend(rq);
    request_join(rq);
    return true;
}

static bool route_on_worker(const struct route *route)
{
    return route->run == ON_WORKER || route->run == ON_SHARE;
}

/* How many may wait for a worker before this one is refused. */
static size_t queue_most(const struct request *rq)
{
    size_t most = rq->front->config.queue_max;

    return rq->route->run == ON_SHARE ? (most + 1) / 2 : most;
}

bool request_submit(struct request *rq)
{
    struct front *front = rq->front;

    if (rq->refused)
        return false;
    rq->rc = body_check(rq, &rq->err);
    if (rq->rc != CA_OK) {
        request_finalize(rq, &rq->rs);
        return false;
    }
    rq->deadline_ms = ca_mono_ms() + front->config.request_deadline_ms;
    if (!route_on_worker(rq->route) && (rq->caller_known || rq->route->may == MAY_ANYONE))
        return submit_here(rq);
    if (atomic_fetch_add(&front->starting, 1) >= queue_most(rq)) {
        (void)atomic_fetch_sub(&front->starting, 1);
        rq->rc = CA_FAIL_AS(&rq->err, CA_LIMIT, "overloaded", "too many requests are waiting");
        front_metrics_count(front->metrics, METRIC_OVERLOADED);
        request_finalize(rq, &rq->rs);
        return false;
    }
    suspend(rq);
    if (!ca_queue_put(front->work, rq))
        request_overloaded(rq);
    return true;
}

/* Where the deadline came first, the processing still owns everything that it writes to. */
void request_resumed(struct request *rq)
{
    rq->suspended = false;
    rq->expired = atomic_load(&rq->outcome) == REQUEST_EXPIRED;
    if (rq->expired)
        request_expired_answer(rq);
}

void request_answered(struct request *rq)
{
    int64_t elapsed_us = ca_mono_us() - rq->began_us;

    if (!rq->begun)
        return;
    front_metrics_request(rq->front->metrics, rq->door, rq->route, rq->status, elapsed_us);
    /* What is sent from memory as it is, is counted alone: a line for each would cost more. */
    CA_LOG(rq->rs.ready != NULL ? CA_LOG_DEBUG : CA_LOG_INFO, "http", CA_STR("method", rq->method),
           CA_STR("route", rq->route != NULL ? rq->route->path : "-"), CA_INT("status", rq->status),
           CA_INT("ms", elapsed_us / 1000), CA_STR("request", rq->id),
           CA_STR("caller", rq->expired || rq->caller.name[0] == '\0' ? "-" : rq->caller.name),
           CA_STR("problem", rq->expired              ? "deadline"
                             : rq->problem[0] != '\0' ? rq->problem
                                                      : "-"));
}
