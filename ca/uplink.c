/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/uplink_internal.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"

enum { BACKOFF_FIRST_MS = 20, BACKOFF_LAST_MS = 100 };

void uplink_init(struct uplink *u, const char *path, uid_t peer_uid)
{
    *u = (struct uplink){
        .path = path, .peer_uid = peer_uid, .fd = -1, .backoff_ms = BACKOFF_FIRST_MS};
    ca_fail_at(&u->why, "", __FILE__, __LINE__, "not connected yet");
}

void uplink_done(struct uplink *u)
{
    ca_fd_close(u->fd);
    u->fd = -1;
    frames_done(&u->in);
    ca_buf_done(&u->out);
}

/* A unix socket connects at once or not at all. */
static CA_RC socket_connect(const char *path, uid_t peer_uid, int *ret, struct ca_err *err)
{
    CA_AUTO(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    if (fd < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "socket: %s", strerror(errno));
    if (!ca_text_copy(to.sun_path, sizeof(to.sun_path), ca_bytes_str(path)))
        return CA_FAIL(err, CA_FAULT, "path of a socket is too long: %s", path);
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "connect to %s: %s", path, strerror(errno));
    CA_TRY(peer_check(fd, peer_uid, err));
    *ret = ca_fd_move(&fd);
    return CA_OK;
}

static void retry_later(struct uplink *u, int64_t now_ms)
{
    u->retry_ms = now_ms + u->backoff_ms;
    u->backoff_ms *= 2;
    if (u->backoff_ms > BACKOFF_LAST_MS)
        u->backoff_ms = BACKOFF_LAST_MS;
}

bool uplink_connect(struct uplink *u, int64_t now_ms)
{
    if (u->fd >= 0 || now_ms < u->retry_ms)
        return false;
    if (socket_connect(u->path, u->peer_uid, &u->fd, &u->why) != CA_OK) {
        retry_later(u, now_ms);
        return false;
    }
    return true;
}

void uplink_close(struct uplink *u, int64_t now_ms)
{
    ca_fd_close(u->fd);
    u->fd = -1;
    frames_reset(&u->in);
    ca_buf_reset(&u->out);
    u->out_from = 0;
    u->end = 0;
    u->written = 0;
    retry_later(u, now_ms);
}

void uplink_works(struct uplink *u)
{
    u->backoff_ms = BACKOFF_FIRST_MS;
}

size_t uplink_unwritten(const struct uplink *u)
{
    return u->out.len - u->out_from;
}

static void out_rewind(struct uplink *u)
{
    if (u->out_from < u->out.len)
        return;
    ca_buf_reset(&u->out);
    u->out_from = 0;
}

bool uplink_flush(struct uplink *u)
{
    while (uplink_unwritten(u) > 0) {
        ssize_t n =
            send(u->fd, u->out.ptr + u->out_from, uplink_unwritten(u), MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0) {
            ca_fail_at(&u->why, "", __FILE__, __LINE__, "write: %s", strerror(errno));
            return false;
        }
        u->out_from += (size_t)n;
        u->written += (uint64_t)n;
    }
    out_rewind(u);
    return true;
}
