/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/frames_internal.h"

/* The client's connection, which comes and goes. Its thread's alone. */
struct uplink {
    const char *path; /* borrowed */
    uid_t peer_uid;
    int fd; /* -1: none */
    struct frames in;
    struct ca_buf out;
    size_t out_from;    /* octets of `out` that have been written */
    uint64_t end;       /* octets put into `out` since the connection was opened */
    uint64_t written;   /* octets of these that the kernel took */
    int64_t retry_ms;   /* without connection: when to try again */
    int64_t backoff_ms; /* how long to wait after the next end */
    struct ca_err why;  /* there is none */
};

void uplink_init(struct uplink *u, const char *path, uid_t peer_uid);
void uplink_done(struct uplink *u);

/* Tries if it is time to. True: a new connection. */
bool uplink_connect(struct uplink *u, int64_t now_ms);
/* Ends it; why is told in u->why beforehand, or here with an errno. */
void uplink_close(struct uplink *u, int64_t now_ms);
void uplink_works(
    struct uplink *u); /* the signer answered: the next loss waits the shortest time */

/* Writes what the kernel takes. False: the connection is of no use any more. */
bool uplink_flush(struct uplink *u);
size_t uplink_unwritten(const struct uplink *u);
