/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/time.h"
#include "ca/client_internal.h"
#include "ca/wire_internal.h"

enum {
    SWEEP_MS = 10,           /* deadlines are late by no more */
    WRITE_MOST = 256 * 1024, /* octets gathered for one write, and one frame more */
    READS_MOST = 16,         /* before others have their turn */
};

static void refuse(struct flight *flights, size_t n, const struct ca_err *err)
{
    for (size_t i = 0; i < n; i++) {
        flights[i].fn(flights[i].arg, CA_UNAVAILABLE, NULL, err);
        flight_done(&flights[i]);
    }
}

/* Between frames; with the lock held. */
static void stats_update(struct client *c)
{
    c->in_flight = c->flights.n;
}

/* The connection is of no use any more: what was in flight waits for the next, or is refused. */
static void connection_lost(struct client *c)
{
    struct flight over[FLIGHTS_BATCH];
    struct ca_err err = {0};
    uint64_t again = 0;
    size_t n = FLIGHTS_BATCH;

    c->connected = false;
    ca_fail_at(&err, "", __FILE__, __LINE__, "the signer ended while it had the question: %.150s",
               c->uplink.why.text);
    while (n == FLIGHTS_BATCH) {
        (void)pthread_mutex_lock(&c->lock);
        n = flights_lost(&c->flights, c->uplink.written, over, &again);
        stats_update(c);
        (void)pthread_mutex_unlock(&c->lock);
        refuse(over, n, &err);
    }
    c->resent += again;
    uplink_close(&c->uplink, ca_mono_ms());
}

/* Answers a question from its frame. CA_MALFORMED or CA_FAULT: the frame was no answer to it. */
static CA_RC answer_read(const struct flight *flight, const struct frame *frame,
                         struct wire_message **ret, struct ca_err *err)
{
    enum wire_kind kind = frame->header.kind;

    if (!wire_answers(flight->kind, kind)) {
        return CA_FAIL(err, CA_MALFORMED, "%s is no answer to %s", wire_kind_name(kind),
                       wire_kind_name(flight->kind));
    }
    return wire_decode(&frame->header, frame->payload, ret, err);
}

static void answer_give(const struct flight *flight, struct wire_message *answer)
{
    const struct wire_refused *refused = answer->body;
    struct ca_err err = {0};

    if (answer->kind != WIRE_REFUSED) {
        flight->fn(flight->arg, CA_OK, answer, &err);
        return;
    }
    ca_fail_at(&err, refused->problem, "signer", 0, "%s", refused->text);
    flight->fn(flight->arg, (enum ca_rc)refused->rc, answer, &err);
}

/* False: the signer talks nonsense. */
static bool frame_handle(struct client *c, const struct frame *frame)
{
    struct flight flight = {0};
    struct wire_message *answer = NULL;
    struct ca_err err = {0};
    bool found;
    enum ca_rc rc;

    (void)pthread_mutex_lock(&c->lock);
    found = flights_take(&c->flights, frame->header.id, &flight);
    stats_update(c);
    (void)pthread_mutex_unlock(&c->lock);
    if (!found)
        return true; /* its deadline has passed */
    rc = answer_read(&flight, frame, &answer, &err);
    if (rc == CA_OK) {
        c->answered++;
        uplink_works(&c->uplink);
        answer_give(&flight, answer);
    } else {
        c->uplink.why = err;
        flight.fn(flight.arg, CA_FAULT, NULL, &err);
    }
    flight_done(&flight);
    return rc == CA_OK;
}

static bool frames_handle(struct client *c)
{
    struct frame frame;
    bool found = true;

    while (found) {
        if (frames_take(&c->uplink.in, &frame, &found, &c->uplink.why) != CA_OK)
            return false;
        if (found && !frame_handle(c, &frame))
            return false;
    }
    return true;
}

static bool answers_read(struct client *c)
{
    enum frames_state state = FRAMES_MORE;

    for (unsigned i = 0; i < READS_MOST && state == FRAMES_MORE; i++) {
        state = frames_fill(&c->uplink.in, c->uplink.fd);
        if (state <= FRAMES_ALL && !frames_handle(c))
            return false;
    }
    if (state == FRAMES_END)
        ca_fail_at(&c->uplink.why, "", __FILE__, __LINE__, "the connection was closed");
    return state != FRAMES_END;
}

static void expired_refuse(const struct client *c, struct flight *over, size_t n)
{
    struct ca_err err = {0};

    if (c->uplink.fd >= 0) {
        ca_fail_at(&err, "", __FILE__, __LINE__, "no answer from the signer in time");
    } else {
        ca_fail_at(&err, "", __FILE__, __LINE__, "no signer: %.200s", c->uplink.why.text);
    }
    refuse(over, n, &err);
}

static void deadlines_sweep(struct client *c, int64_t now_ms)
{
    struct flight over[FLIGHTS_BATCH];
    size_t n = FLIGHTS_BATCH;

    while (n == FLIGHTS_BATCH) {
        n = 0;
        (void)pthread_mutex_lock(&c->lock);
        if (now_ms >= c->flights.next_deadline_ms) {
            n = flights_expired(&c->flights, now_ms, over);
            c->sweep_ms = now_ms + SWEEP_MS;
        }
        stats_update(c);
        (void)pthread_mutex_unlock(&c->lock);
        c->timed_out += n;
        if (n > 0)
            expired_refuse(c, over, n);
    }
}

/* With the lock held: what waits goes into one write, once the last one is over. */
static void gather(struct client *c)
{
    struct uplink *u = &c->uplink;

    if (u->fd < 0 || u->out.len > 0)
        return;
    ca_buf_bytes(&u->out, ca_buf_view(&c->notes));
    if (u->out.state == CA_BUF_FINE) {
        u->end += c->notes.len;
        ca_buf_reset(&c->notes);
    }
    flights_write(&c->flights, &u->out, WRITE_MOST, &u->end);
    u->out.state = CA_BUF_FINE; /* no memory: the rest waits */
}

/* With the lock held. Milliseconds until there is something to do although no socket says so. */
static int sleep_ms(const struct client *c, int64_t now_ms)
{
    int64_t until = c->flights.next_deadline_ms;

    if (until < c->sweep_ms)
        until = c->sweep_ms;
    if (c->uplink.fd < 0 && c->uplink.retry_ms < until)
        until = c->uplink.retry_ms;
    if (until <= now_ms)
        return 0;
    return until - now_ms < INT32_MAX ? (int)(until - now_ms) : -1;
}

/* Writes all that waits, as far as the kernel takes it; *ret_sleep_ms as for poll. */
static bool questions_write(struct client *c, int *ret_sleep_ms)
{
    bool more;

    do {
        (void)pthread_mutex_lock(&c->lock);
        gather(c);
        more = !TAILQ_EMPTY(&c->flights.waiting);
        *ret_sleep_ms = sleep_ms(c, ca_mono_ms());
        c->asleep = true;
        (void)pthread_mutex_unlock(&c->lock);
        if (c->uplink.fd >= 0 && !uplink_flush(&c->uplink))
            return false;
    } while (more && c->uplink.fd >= 0 && uplink_unwritten(&c->uplink) == 0);
    return true;
}

static void nap(struct client *c, struct pollfd fds[2], int timeout_ms)
{
    uint64_t count;

    fds[0] = (struct pollfd){.fd = c->wake_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = c->uplink.fd, .events = POLLIN};
    if (uplink_unwritten(&c->uplink) > 0)
        fds[1].events |= POLLOUT;
    if (poll(fds, 2, timeout_ms) < 0) /* EINTR: as if nothing had happened */
        fds[0].revents = fds[1].revents = 0;
    if (fds[0].revents != 0)
        (void)!read(c->wake_fd, &count, sizeof(count));
}

/* One round. False: the client closes. */
static bool step(struct client *c)
{
    struct pollfd fds[2];
    int timeout_ms = 0;
    int64_t now_ms;
    bool closing;
    bool useful;

    c->connected = uplink_connect(&c->uplink, ca_mono_ms()) || c->uplink.fd >= 0;
    useful = questions_write(c, &timeout_ms);
    if (useful) {
        nap(c, fds, timeout_ms);
        useful = (fds[1].revents & (POLLIN | POLLERR | POLLHUP)) == 0 || answers_read(c);
    }
    if (!useful)
        connection_lost(c);
    now_ms = ca_mono_ms();
    if (now_ms >= c->sweep_ms)
        deadlines_sweep(c, now_ms);
    (void)pthread_mutex_lock(&c->lock);
    c->asleep = false;
    closing = c->closing;
    (void)pthread_mutex_unlock(&c->lock);
    return !closing;
}

void *client_run(void *arg)
{
    struct client *c = arg;
    struct flight over[FLIGHTS_BATCH];
    struct ca_err err = {0};
    size_t n = FLIGHTS_BATCH;

    while (step(c))
        ;
    ca_fail_at(&err, "", __FILE__, __LINE__, "the way to the signer is being closed");
    while (n == FLIGHTS_BATCH) {
        (void)pthread_mutex_lock(&c->lock);
        n = flights_all(&c->flights, over);
        stats_update(c);
        (void)pthread_mutex_unlock(&c->lock);
        refuse(over, n, &err);
    }
    return NULL;
}
