/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/frames_internal.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FIRST_CAP = 64 * 1024,
    LAST_CAP = FIRST_CAP + WIRE_HEADER_LEN + WIRE_PAYLOAD_MAX,
};

/* Moves what is left to the front, and grows when that fills the buffer: only a frame longer than
 * the buffer can. */
static bool room_make(struct frames *f)
{
    uint8_t *ptr;
    size_t cap = f->cap == 0 ? FIRST_CAP : LAST_CAP;

    if (f->from > 0) {
        memmove(f->ptr, f->ptr + f->from, f->to - f->from);
        f->to -= f->from;
        f->from = 0;
    }
    if (f->to < f->cap)
        return true;
    ptr = realloc(f->ptr, cap);
    if (ptr == NULL)
        return false;
    f->ptr = ptr;
    f->cap = cap;
    return true;
}

enum frames_state frames_fill(struct frames *f, int fd)
{
    size_t room;
    ssize_t n;

    if (!room_make(f))
        return FRAMES_END;
    room = f->cap - f->to;
    do {
        n = recv(fd, f->ptr + f->to, room, MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? FRAMES_WAIT : FRAMES_END;
    if (n == 0)
        return FRAMES_END;
    f->to += (size_t)n;
    return (size_t)n == room ? FRAMES_MORE : FRAMES_ALL;
}

CA_RC frames_take(struct frames *f, struct frame *ret, bool *ret_found, struct ca_err *err)
{
    struct wire_header header = {0};

    *ret_found = false;
    if (f->to - f->from < WIRE_HEADER_LEN)
        return CA_OK;
    CA_TRY(wire_header_read(f->ptr + f->from, &header, err));
    if (wire_is_question(header.kind) != f->questions)
        return CA_FAIL(err, CA_MALFORMED, "%s must not arrive here", wire_kind_name(header.kind));
    if (f->to - f->from - WIRE_HEADER_LEN < header.length)
        return CA_OK;
    ret->header = header;
    ret->payload = (struct ca_bytes){f->ptr + f->from + WIRE_HEADER_LEN, header.length};
    f->from += WIRE_HEADER_LEN + header.length;
    *ret_found = true;
    return CA_OK;
}

void frames_reset(struct frames *f)
{
    f->from = 0;
    f->to = 0;
}

void frames_done(struct frames *f)
{
    free(f->ptr);
    *f = (struct frames){.questions = f->questions};
}

CA_RC peer_check(int fd, uid_t uid, struct ca_err *err)
{
    uid_t wanted = uid != (uid_t)-1 ? uid : geteuid();
    struct ucred peer = {0};
    socklen_t len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "peer credentials: %s", strerror(errno));
    if (peer.uid != wanted && peer.uid != 0)
        return CA_FAIL(err, CA_DENIED, "peer is user %u, not %u", peer.uid, wanted);
    return CA_OK;
}
