/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/client.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "ca/client_internal.h"
#include "ca/wire_internal.h"

static void client_free(struct client *c)
{
    if (c == NULL)
        return;
    flights_done(&c->flights);
    uplink_done(&c->uplink);
    ca_buf_done(&c->notes);
    ca_fd_close(c->wake_fd);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}
CA_AUTO_DEFINE(client_whole, struct client *, client_free);

static CA_RC client_new(const struct client_config *config, struct client **ret, struct ca_err *err)
{
    CA_AUTO(client_whole) struct client *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&c->lock, NULL);
    uplink_init(&c->uplink, c->path, config->peer_uid);
    c->notes.max = CLIENT_NOTES_MAX;
    c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->wake_fd < 0)
        return CA_FAIL(err, CA_FAULT, "eventfd: %s", strerror(errno));
    if (!ca_text_copy(c->path, sizeof(c->path), ca_bytes_str(config->socket_path)))
        return CA_FAIL(err, CA_FAULT, "path of a socket is too long: %s", config->socket_path);
    CA_TRY(flights_init(&c->flights, config->in_flight_max, err));
    *ret = CA_MOVE(c);
    return CA_OK;
}

CA_RC client_open(const struct client_config *config, struct client **ret, struct ca_err *err)
{
    CA_AUTO(client_whole) struct client *c = NULL;

    CA_TRY(client_new(config, &c, err));
    if (pthread_create(&c->thread, NULL, client_run, c) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for the client");
    *ret = CA_MOVE(c);
    return CA_OK;
}

static void client_wake(struct client *c)
{
    uint64_t one = 1;

    while (write(c->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

void client_close(struct client *c)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_lock(&c->lock);
    c->closing = true;
    (void)pthread_mutex_unlock(&c->lock);
    client_wake(c);
    (void)pthread_join(c->thread, NULL);
    client_free(c);
}

static CA_RC flight_add(struct client *c, const struct flight *flight, bool *ret_wake,
                        struct ca_err *err)
{
    if (c->closing)
        return CA_FAIL(err, CA_UNAVAILABLE, "the way to the signer is being closed");
    CA_TRY(flights_add(&c->flights, flight, err));
    c->in_flight = c->flights.n;
    *ret_wake = c->asleep;
    c->asleep = false;
    return CA_OK;
}

CA_RC client_ask(struct client *c, enum wire_kind kind, const void *msg, int64_t deadline_ms,
                 client_fn fn, void *arg, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct flight flight = {.kind = kind, .deadline_ms = deadline_ms, .fn = fn, .arg = arg};
    bool wake = false;
    enum ca_rc rc;

    if (!wire_is_question(kind) || kind == WIRE_NOTE)
        return CA_FAIL(err, CA_FAULT, "%s is not a question", wire_kind_name(kind));
    if (deadline_ms <= ca_mono_ms())
        return CA_FAIL(err, CA_UNAVAILABLE, "no time left to ask the signer");
    CA_TRY(wire_encode(kind, 0, msg, &frame, err));
    flight.frame = frame.ptr;
    flight.len = frame.len;
    (void)pthread_mutex_lock(&c->lock);
    rc = flight_add(c, &flight, &wake, err);
    (void)pthread_mutex_unlock(&c->lock);
    if (rc != CA_OK)
        return rc;
    frame = (struct ca_buf){0}; /* the flight has it now */
    c->asked++;
    if (wake)
        client_wake(c);
    return CA_OK;
}

void client_note(struct client *c, const struct wire_note *note)
{
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct ca_err err;
    bool taken = false;
    bool wake = false;

    if (c->connected && wire_encode(WIRE_NOTE, 0, note, &frame, &err) == CA_OK) {
        (void)pthread_mutex_lock(&c->lock);
        taken = !c->closing && frame.len <= CLIENT_NOTES_MAX - c->notes.len;
        if (taken) {
            ca_buf_bytes(&c->notes, ca_buf_view(&frame));
            taken = c->notes.state == CA_BUF_FINE;
            c->notes.state = CA_BUF_FINE; /* no memory now need not be none later */
            wake = c->asleep;
            c->asleep = false;
        }
        (void)pthread_mutex_unlock(&c->lock);
    }
    if (!taken)
        c->notes_dropped++;
    if (wake)
        client_wake(c);
}

/* client_call's own thread waits here until the client's thread has the answer. */
struct waiter {
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t over;
    bool done;
    enum ca_rc rc;
    struct wire_message *answer;
    struct ca_err err;
};

static void waiter_answer(void *arg, enum ca_rc rc, struct wire_message *answer,
                          const struct ca_err *err)
{
    struct waiter *w = arg;

    (void)pthread_mutex_lock(&w->lock);
    w->rc = rc;
    w->answer = answer;
    w->err = *err;
    w->done = true;
    (void)pthread_cond_signal(&w->over);
    (void)pthread_mutex_unlock(&w->lock);
}

CA_RC client_call(struct client *c, enum wire_kind kind, const void *msg, int64_t deadline_ms,
                  struct wire_message **ret, struct ca_err *err)
{
    struct waiter w = {.lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};

    CA_TRY(client_ask(c, kind, msg, deadline_ms, waiter_answer, &w, err));
    (void)pthread_mutex_lock(&w.lock);
    while (!w.done) /* the client's thread keeps the deadline */
        (void)pthread_cond_wait(&w.over, &w.lock);
    (void)pthread_mutex_unlock(&w.lock);
    (void)pthread_cond_destroy(&w.over);
    (void)pthread_mutex_destroy(&w.lock);
    if (w.rc == CA_OK) {
        *ret = w.answer;
        return CA_OK;
    }
    wire_message_free(w.answer);
    *err = w.err;
    return w.rc;
}

void client_stats(const struct client *c, struct client_stats *ret)
{
    *ret = (struct client_stats){
        .connected = c->connected,
        .in_flight = c->in_flight,
        .asked = c->asked,
        .answered = c->answered,
        .resent = c->resent,
        .timed_out = c->timed_out,
        .notes_dropped = c->notes_dropped,
    };
}
