/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/connection_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/file.h"

enum { OUT_MAX = 8 * 1024 * 1024 };

CA_RC connection_open(int fd, int epoll_fd, struct connection **ret, struct ca_err *err)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct connection *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        ca_fd_close(fd);
        return CA_FAIL_NOMEM(err);
    }
    c->holders = 1;
    c->in.questions = true;
    (void)pthread_mutex_init(&c->lock, NULL);
    c->fd = fd;
    c->epoll_fd = epoll_fd;
    c->out.max = OUT_MAX;
    event.data.ptr = c;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        connection_end(c);
        connection_release(c);
        return CA_FAIL(err, CA_FAULT, "epoll: %s", strerror(errno));
    }
    *ret = c;
    return CA_OK;
}

struct connection *connection_hold(struct connection *c)
{
    c->holders++;
    return c;
}

void connection_release(struct connection *c)
{
    if (c == NULL || --c->holders > 0)
        return;
    frames_done(&c->in);
    ca_buf_done(&c->out);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

/* The following have the lock. */
static size_t unwritten(const struct connection *c)
{
    return c->out.len - c->out_from;
}

static void events_set(struct connection *c)
{
    struct epoll_event event = {.data.ptr = c};

    event.events = (c->draining ? 0U : EPOLLIN) | (unwritten(c) > 0 ? EPOLLOUT : 0U);
    (void)epoll_ctl(c->epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

/* The reader gets EPOLLHUP and ends it; nothing is written any more. */
static void give_up(struct connection *c)
{
    (void)shutdown(c->fd, SHUT_RDWR);
    ca_buf_reset(&c->out);
    c->out_from = 0;
}

/* How many octets the kernel took; SIZE_MAX: the connection broke. */
static size_t send_some(int fd, const uint8_t *ptr, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = send(fd, ptr + done, len - done, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? done : SIZE_MAX;
        done += (size_t)n;
    }
    return done;
}

/* Keeps the rest of a frame. What has been written goes first, so that `out` does not creep. */
static void keep(struct connection *c, struct ca_bytes rest)
{
    bool idle = unwritten(c) == 0;

    if (c->out_from > 0) {
        memmove(c->out.ptr, c->out.ptr + c->out_from, unwritten(c));
        c->out.len -= c->out_from;
        c->out_from = 0;
    }
    ca_buf_bytes(&c->out, rest);
    if (c->out.state != CA_BUF_FINE) {
        give_up(c);
    } else if (idle) {
        events_set(c);
    }
}

static void write_locked(struct connection *c, struct ca_bytes frame)
{
    size_t n = 0;

    if (c->fd < 0)
        return;
    if (unwritten(c) == 0)
        n = send_some(c->fd, frame.ptr, frame.len);
    if (n == SIZE_MAX) {
        give_up(c);
    } else if (n < frame.len) {
        keep(c, (struct ca_bytes){frame.ptr + n, frame.len - n});
    }
}

static void flush_locked(struct connection *c)
{
    size_t n;

    if (c->fd < 0 || unwritten(c) == 0)
        return;
    n = send_some(c->fd, c->out.ptr + c->out_from, unwritten(c));
    if (n == SIZE_MAX) {
        give_up(c);
        return;
    }
    c->out_from += n;
    if (unwritten(c) > 0)
        return;
    ca_buf_reset(&c->out);
    c->out_from = 0;
    events_set(c);
}

void connection_write(struct connection *c, struct ca_bytes frame)
{
    (void)pthread_mutex_lock(&c->lock);
    write_locked(c, frame);
    (void)pthread_mutex_unlock(&c->lock);
}

void connection_flush(struct connection *c)
{
    (void)pthread_mutex_lock(&c->lock);
    flush_locked(c);
    (void)pthread_mutex_unlock(&c->lock);
}

void connection_drain(struct connection *c)
{
    (void)pthread_mutex_lock(&c->lock);
    c->draining = true;
    if (c->fd >= 0)
        events_set(c);
    (void)pthread_mutex_unlock(&c->lock);
}

bool connection_empty(struct connection *c)
{
    bool empty;

    (void)pthread_mutex_lock(&c->lock);
    empty = c->fd < 0 || unwritten(c) == 0;
    (void)pthread_mutex_unlock(&c->lock);
    return empty;
}

void connection_end(struct connection *c)
{
    (void)pthread_mutex_lock(&c->lock);
    ca_fd_close(c->fd); /* also leaves epoll */
    c->fd = -1;
    (void)pthread_mutex_unlock(&c->lock);
}
