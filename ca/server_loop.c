/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/server_loop_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"

enum {
    EVENTS_MAX = CONNECTIONS_MAX + 2,
    READS_MOST = 16,       /* of one connection before others have their turn */
    ACCEPT_PAUSE_MS = 100, /* after the system had no descriptor or memory for one more */
    STOP_MS = 1000,
};

CA_RC server_watch(struct server *s, int operation, int fd, uint32_t events, struct ca_err *err)
{
    struct epoll_event event = {.events = events};

    event.data.ptr = fd == s->wake_fd ? (void *)&s->wake_fd : (void *)&s->config.listen_fd;
    if (epoll_ctl(s->epoll_fd, operation, fd, &event) != 0)
        return CA_FAIL(err, CA_FAULT, "epoll: %s", strerror(errno));
    return CA_OK;
}

static void told(const struct server *s, enum ca_rc rc, const struct ca_err *err)
{
    if (s->config.malformed != NULL)
        s->config.malformed(s->config.arg, rc, err);
}

static void slot_end(struct connection **slot)
{
    connection_end(*slot);
    connection_release(*slot);
    *slot = NULL;
}

static struct connection **slot_find(struct server *s)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] == NULL)
            return &s->connections[i];
    }
    return NULL;
}

static CA_RC peer_allow(const struct server *s, int fd, struct ca_err *err)
{
    if (peer_check(fd, (uid_t)-1, err) == CA_OK)
        return CA_OK;
    return peer_check(fd, s->config.peer_uid, err);
}

/* Takes `fd` over. */
static CA_RC connection_add(struct server *s, int fd, struct ca_err *err)
{
    CA_AUTO(fd) int own = fd;
    struct connection **slot = slot_find(s);

    CA_TRY(peer_allow(s, own, err));
    if (slot == NULL)
        return CA_FAIL(err, CA_LIMIT, "more than %d connections", CONNECTIONS_MAX);
    return connection_open(ca_fd_move(&own), s->epoll_fd, slot, err);
}

static void accept_pause(struct server *s)
{
    struct ca_err err;

    (void)!server_watch(s, EPOLL_CTL_MOD, s->config.listen_fd, 0, &err);
    s->accept_ms = ca_mono_ms() + ACCEPT_PAUSE_MS;
}

static void accept_one(struct server *s)
{
    int fd = accept4(s->config.listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct ca_err err = {0};
    enum ca_rc rc;

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            accept_pause(s);
        return;
    }
    rc = connection_add(s, fd, &err);
    if (rc == CA_DENIED)
        told(s, rc, &err);
}

static CA_RC exchange_new(struct connection *c, const struct frame *frame, struct exchange **ret,
                          struct ca_err *err)
{
    struct exchange *x = calloc(1, sizeof(*x));

    if (x == NULL)
        return CA_FAIL_NOMEM(err);
    x->connection = connection_hold(c);
    x->received_ms = ca_mono_ms();
    *ret = x;
    return wire_decode(&frame->header, frame->payload, &x->question, err);
}

/* Hands on what has been read whole. */
static CA_RC questions_handle(struct server *s, struct connection *c, struct ca_err *err)
{
    struct frame frame;
    bool found = true;

    for (;;) {
        struct exchange *x = NULL;
        enum ca_rc rc;

        CA_TRY(frames_take(&c->in, &frame, &found, err));
        if (!found)
            return CA_OK;
        rc = exchange_new(c, &frame, &x, err);
        if (rc != CA_OK) {
            exchange_drop(x);
            return rc;
        }
        s->config.handle(s->config.arg, x);
    }
}

/* False: the connection has ended, or must. */
static bool connection_read(struct server *s, struct connection *c, int fd)
{
    enum frames_state state = FRAMES_MORE;
    struct ca_err err = {0};

    for (unsigned i = 0; i < READS_MOST && state == FRAMES_MORE; i++) {
        enum ca_rc rc;

        state = frames_fill(&c->in, fd);
        rc = state <= FRAMES_ALL ? questions_handle(s, c, &err) : CA_OK;
        if (rc == CA_MALFORMED)
            told(s, rc, &err);
        if (rc != CA_OK)
            return false;
    }
    return state != FRAMES_END;
}

static void connection_serve(struct server *s, struct connection *c, uint32_t events)
{
    bool alive = true;

    if ((events & EPOLLOUT) != 0)
        connection_flush(c);
    if (s->drained) {
        alive = (events & (EPOLLERR | EPOLLHUP)) == 0;
    } else if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
        alive = connection_read(s, c, c->fd); /* only the reader's thread changes fd */
    }
    if (alive)
        return;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] == c)
            slot_end(&s->connections[i]);
    }
}

static void event_serve(struct server *s, const struct epoll_event *event)
{
    uint64_t count;

    if (event->data.ptr == &s->wake_fd) {
        (void)!read(s->wake_fd, &count, sizeof(count));
    } else if (event->data.ptr == &s->config.listen_fd) {
        accept_one(s);
    } else {
        connection_serve(s, event->data.ptr, event->events);
    }
}

static enum phase phase_wanted(struct server *s)
{
    enum phase wanted;

    (void)pthread_mutex_lock(&s->lock);
    wanted = s->wanted;
    (void)pthread_mutex_unlock(&s->lock);
    return wanted;
}

static void phase_reached(struct server *s, enum phase phase)
{
    (void)pthread_mutex_lock(&s->lock);
    s->reached = phase;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
}

static void drain(struct server *s)
{
    s->drained = true;
    s->accept_ms = 0;
    ca_fd_close(s->config.listen_fd); /* also leaves epoll */
    s->config.listen_fd = -1;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] != NULL)
            connection_drain(s->connections[i]);
    }
    phase_reached(s, DRAINING);
}

static void accept_resume(struct server *s)
{
    struct ca_err err;

    if (s->accept_ms == 0 || ca_mono_ms() < s->accept_ms)
        return;
    s->accept_ms = 0;
    (void)!server_watch(s, EPOLL_CTL_MOD, s->config.listen_fd, EPOLLIN, &err);
}

static void serve(struct server *s, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(s->epoll_fd, events, EVENTS_MAX, timeout_ms);

    for (int i = 0; i < n; i++) /* -1: EINTR, as if nothing had happened */
        event_serve(s, &events[i]);
    accept_resume(s);
}

static bool all_written(struct server *s)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] != NULL && !connection_empty(s->connections[i]))
            return false;
    }
    return true;
}

void *server_run(void *arg)
{
    struct server *s = arg;
    int64_t until_ms;

    while (phase_wanted(s) == SERVING)
        serve(s, s->accept_ms != 0 ? ACCEPT_PAUSE_MS : -1);
    drain(s);
    while (phase_wanted(s) == DRAINING)
        serve(s, -1);
    for (until_ms = ca_mono_ms() + STOP_MS; !all_written(s) && ca_mono_ms() < until_ms;)
        serve(s, 20);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->connections[i] != NULL)
            slot_end(&s->connections[i]);
    }
    return NULL;
}
