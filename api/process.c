/* SPDX-License-Identifier: Apache-2.0 */
#include "api/process_internal.h"

#include "api/http_internal.h"
#include "api/login_internal.h"
#include "api/profiles_internal.h"
#include "base/time.h"

/* Slower than the client's own deadline, whose answer says more. */
enum { PROCESS_GRACE_MS = 250, ROUND_IN_FLIGHT = 16 };

static void waiting_remove(struct front *front, struct request *rq)
{
    if (!rq->waiting)
        return;
    if (rq->waiting_next != NULL) {
        rq->waiting_next->waiting_prev = rq->waiting_prev;
    } else {
        front->waiting_last = rq->waiting_prev;
    }
    if (rq->waiting_prev != NULL) {
        rq->waiting_prev->waiting_next = rq->waiting_next;
    } else {
        front->waiting_first = rq->waiting_next;
    }
    rq->waiting = false;
}

static bool outcome_decide(struct request *rq, int outcome)
{
    int pending = REQUEST_PENDING;

    return atomic_compare_exchange_strong(&rq->outcome, &pending, outcome);
}

/* The end of processing. Nothing of the request is touched after it. */
static void processing_end(struct request *rq)
{
    struct front *front = rq->front;

    if (outcome_decide(rq, REQUEST_READY)) {
        (void)pthread_mutex_lock(&front->lock);
        waiting_remove(front, rq);
        (void)pthread_mutex_unlock(&front->lock);
        http_resume(rq);
    }
    request_unref(rq);
    (void)atomic_fetch_sub(&front->processing, 1);
}

/* Under the lock a waiting request cannot be freed: whoever makes it READY takes it off the list
 * before its connection goes on. Resuming waits until the lock is free: it takes one of
 * libmicrohttpd's. */
void request_expire(struct front *front, int64_t now_ms)
{
    struct request *expired = NULL;

    (void)pthread_mutex_lock(&front->lock);
    while (front->waiting_first != NULL) {
        struct request *rq = front->waiting_first;

        if (now_ms != INT64_MAX && rq->deadline_ms + PROCESS_GRACE_MS > now_ms)
            break;
        waiting_remove(front, rq);
        if (!outcome_decide(rq, REQUEST_EXPIRED))
            continue;
        rq->waiting_next = expired;
        expired = rq;
    }
    (void)pthread_mutex_unlock(&front->lock);
    while (expired != NULL) {
        struct request *next = expired->waiting_next;

        http_resume(expired);
        expired = next;
    }
}

void request_overloaded(struct request *rq)
{
    rq->rc = CA_FAIL_AS(&rq->err, CA_LIMIT, "overloaded", "too many requests are waiting");
    front_metrics_count(rq->front->metrics, METRIC_OVERLOADED);
    request_finalize(rq, &rq->rs);
    processing_end(rq);
}

/* The database says who it is, where the cache did not. */
static CA_RC caller_complete(struct request *rq, struct ca_err *err)
{
    if (rq->caller_known || rq->route->may == MAY_ANYONE)
        return CA_OK;
    CA_TRY(login_lookup(rq, err));
    rq->caller_known = true;
    return login_admit(rq, err);
}

static CA_RC start_run(struct request *rq, struct ca_err *err)
{
    CA_TRY(front_db_take(rq->front, rq->deadline_ms, &rq->db, err));
    CA_TRY(caller_complete(rq, err));
    return rq->route->start(rq, &rq->rs, err);
}

static void db_return(struct request *rq)
{
    front_db_give(rq->front, rq->db);
    rq->db = NULL;
}

static void start_work(struct request *rq)
{
    (void)atomic_fetch_sub(&rq->front->starting, 1);
    atomic_store(&rq->joins, 2);
    /* Too late already: nobody waits for it. */
    if (atomic_load(&rq->outcome) != REQUEST_PENDING) {
        processing_end(rq);
        return;
    }
    rq->rc = start_run(rq, &rq->err);
    db_return(rq);
    if (rq->asked) {
        request_join(rq);
        return;
    }
    request_finalize(rq, &rq->rs);
    processing_end(rq);
}

/* What these answers say may change who may what. */
static bool changes_operators(const struct wire_message *answer)
{
    return answer != NULL && (answer->kind == WIRE_REVOKED || answer->kind == WIRE_OPERATOR ||
                              answer->kind == WIRE_CREDENTIAL || answer->kind == WIRE_APPROVAL);
}

/* So that whoever activated a profile sees it in force; others wait for the watch. */
static void profiles_refresh(struct request *rq)
{
    struct ca_err ignored;

    if (rq->answer == NULL ||
        (rq->answer->kind != WIRE_PROFILE && rq->answer->kind != WIRE_APPROVAL) ||
        request_db(rq) == NULL)
        return;
    (void)!profile_watch_read(rq->front->profiles, rq->db, &ignored); /* the watch says why not */
    profile_loan_give(CA_MOVE(rq->profiles));
}

static CA_RC finish_run(struct request *rq, struct ca_err *err)
{
    if (changes_operators(rq->answer))
        auth_forget(rq->front->auth);
    profiles_refresh(rq);
    if (rq->answer_rc != CA_OK && !rq->tolerant) {
        *err = rq->answer_err;
        return rq->answer_rc;
    }
    return rq->route->finish(rq, &rq->rs, err);
}

static void finish_queue(struct request *rq)
{
    rq->stage = STAGE_FINISH;
    if (!ca_queue_put(rq->front->work, rq))
        request_overloaded(rq);
}

static void finish_work(struct request *rq)
{
    if (atomic_load(&rq->outcome) == REQUEST_PENDING || changes_operators(rq->answer)) {
        rq->rc = finish_run(rq, &rq->err);
        db_return(rq);
        if (rq->stage == STAGE_ARRIVAL && rq->db_missed) {
            response_done(&rq->rs);
            finish_queue(rq);
            return;
        }
        request_finalize(rq, &rq->rs);
    }
    processing_end(rq);
}

void request_work(struct request *rq)
{
    if (rq->stage == STAGE_START) {
        start_work(rq);
    } else {
        finish_work(rq);
    }
}

void request_join(struct request *rq)
{
    if (atomic_fetch_sub(&rq->joins, 1) != 1)
        return;
    if (rq->rc != CA_OK) { /* `start` failed after it had asked */
        request_finalize(rq, &rq->rs);
        processing_end(rq);
    } else if (rq->route->run == WITHOUT_WORKER) {
        rq->stage = STAGE_ARRIVAL;
        finish_work(rq);
    } else {
        finish_queue(rq);
    }
}

/* On the client's thread. */
static void answer_arrived(void *arg, enum ca_rc rc, struct wire_message *answer,
                           const struct ca_err *err)
{
    struct request *rq = arg;

    rq->answer_rc = rc;
    rq->answer = answer;
    if (rc != CA_OK)
        rq->answer_err = *err;
    request_join(rq);
}

static CA_RC ask(struct request *rq, enum wire_kind kind, const void *msg, int64_t deadline_ms,
                 struct ca_err *err)
{
    enum ca_rc rc;

    rq->asked = true; /* the answer may be here before client_ask is back */
    rc = client_ask(rq->front->config.client, kind, msg, deadline_ms, answer_arrived, rq, err);
    if (rc != CA_OK)
        rq->asked = false;
    return rc;
}

CA_RC request_ask(struct request *rq, enum wire_kind kind, const void *msg, struct ca_err *err)
{
    if (rq->asked || rq->route->finish == NULL)
        return CA_FAIL(err, CA_FAULT, "%s asks twice, or reads no answer", rq->route->path);
    return ask(rq, kind, msg, rq->deadline_ms, err);
}

CA_RC request_park(struct request *rq, struct ca_err *err)
{
    if (rq->asked || rq->route->finish == NULL)
        return CA_FAIL(err, CA_FAULT, "%s waits twice, or for nothing", rq->route->path);
    rq->asked = true;
    return CA_OK;
}

void request_wake(struct request *rq)
{
    request_join(rq);
}

void request_wake_refused(struct request *rq, enum ca_rc rc, const struct ca_err *why)
{
    rq->tolerant = true;
    rq->answer_rc = rc;
    rq->answer_err = *why;
    request_join(rq);
}

void request_wake_asking(struct request *rq, enum wire_kind kind, const void *msg)
{
    struct ca_err err = {0};
    enum ca_rc rc;

    rq->tolerant = true;
    rc = client_ask(rq->front->config.client, kind, msg, rq->deadline_ms, answer_arrived, rq, &err);
    if (rc != CA_OK)
        request_wake_refused(rq, rc, &err);
}

/* The last answer of all lets the request go on; nothing of it is touched after that. */
static void round_leave(struct request *rq)
{
    if (atomic_fetch_sub(&rq->round->open, 1) == 1)
        request_join(rq);
}

static void round_arrived(void *arg, enum ca_rc rc, struct wire_message *answer,
                          const struct ca_err *err);

/* Asks the next one that the client takes. Whoever calls has a question that is still open, or the
 * one more, so those that it does not take are never the last. */
static void round_next(struct request *rq)
{
    struct request_round *round = rq->round;

    for (;;) {
        size_t i = atomic_fetch_add(&round->next, 1);
        struct ca_err err = {0};
        enum ca_rc rc;

        if (i >= round->n)
            return;
        rc = client_ask(rq->front->config.client, round->kind, round->msgs + i * round->size,
                        rq->deadline_ms, round_arrived, &round->slots[i], &err);
        if (rc == CA_OK)
            return; /* from here on the slot is its answer's */
        round->slots[i].reply.rc = rc;
        round->slots[i].reply.err = err;
        (void)atomic_fetch_sub(&round->open, 1);
    }
}

/* On the client's thread. */
static void round_arrived(void *arg, enum ca_rc rc, struct wire_message *answer,
                          const struct ca_err *err)
{
    struct request_slot *slot = arg;

    slot->reply.rc = rc;
    slot->reply.message = answer;
    if (rc != CA_OK)
        slot->reply.err = *err;
    round_next(slot->rq);
    round_leave(slot->rq);
}

CA_RC request_ask_each(struct request *rq, enum wire_kind kind, const void *msgs, size_t size,
                       size_t n, struct ca_err *err)
{
    struct request_round *round;

    if (rq->asked || rq->route->finish == NULL || n == 0 || n > REQUEST_QUESTIONS_MAX)
        return CA_FAIL(err, CA_FAULT, "%s asks twice, or %zu questions", rq->route->path, n);
    round = calloc(1, sizeof(*round) + n * sizeof(round->slots[0]));
    if (round == NULL)
        return CA_FAIL_NOMEM(err);
    round->kind = kind;
    round->msgs = msgs;
    round->size = size;
    round->n = n;
    atomic_init(&round->open, n + 1);
    for (size_t i = 0; i < n; i++)
        round->slots[i].rq = rq;
    rq->round = round;
    rq->asked = true;
    for (size_t i = 0; i < ROUND_IN_FLIGHT; i++)
        round_next(rq);
    round_leave(rq);
    return CA_OK;
}

CA_RC request_ask_tolerant(struct request *rq, enum wire_kind kind, const void *msg,
                           int64_t wait_ms, struct ca_err *err)
{
    int64_t deadline_ms = ca_mono_ms() + wait_ms;
    enum ca_rc rc;

    if (rq->asked || rq->route->finish == NULL)
        return CA_FAIL(err, CA_FAULT, "%s asks twice, or reads no answer", rq->route->path);
    rq->tolerant = true;
    if (deadline_ms > rq->deadline_ms)
        deadline_ms = rq->deadline_ms;
    rc = ask(rq, kind, msg, deadline_ms, err);
    if (rc == CA_OK)
        return CA_OK; /* from here on the rest is the client's */
    rq->answer_rc = rc;
    rq->answer_err = *err;
    return rq->route->finish(rq, &rq->rs, err);
}

/* `finish` takes a connection when it wants one; where that could block, it runs once more. */
struct db *request_db(struct request *rq)
{
    struct ca_err ignored;

    if (rq->stage == STAGE_ARRIVAL)
        rq->db_missed = true;
    if (rq->db == NULL && rq->stage == STAGE_FINISH &&
        front_db_take(rq->front, rq->deadline_ms, &rq->db, &ignored) != CA_OK)
        rq->db = NULL;
    return rq->db;
}
