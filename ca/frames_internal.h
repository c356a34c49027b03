/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"

/* Frames out of a non-blocking stream socket. Not more than one frame and one read's worth of
 * octets is ever kept. */
struct frames {
    bool questions; /* which half of the kinds may arrive; the other ends the connection */
    uint8_t *ptr;
    size_t cap;
    size_t from; /* octets before it have been taken */
    size_t to;
};

struct frame {
    struct wire_header header;
    struct ca_bytes payload; /* borrowed until the next frames_fill */
};

enum frames_state { FRAMES_MORE, FRAMES_ALL, FRAMES_WAIT, FRAMES_END };

/* One read. FRAMES_MORE: there may be whole frames, and more to read; FRAMES_ALL: the same, and
 * that was all for now; FRAMES_WAIT: nothing to read; FRAMES_END: closed or failed, or no memory.
 */
enum frames_state frames_fill(struct frames *f, int fd);

/* Takes the next whole frame; *ret_found is false when there is none yet. CA_MALFORMED as
 * wire_header_read, or a kind that must not arrive here; noticed before the payload is read. */
CA_RC frames_take(struct frames *f, struct frame *ret, bool *ret_found, struct ca_err *err);

void frames_reset(struct frames *f); /* a new connection */
void frames_done(struct frames *f);

/* The user at the other end of a unix socket. (uid_t)-1 stands for our own; root is taken too: it
 * is who listens for a service that systemd or a supervisor starts. CA_DENIED, CA_UNAVAILABLE. */
CA_RC peer_check(int fd, uid_t uid, struct ca_err *err);
