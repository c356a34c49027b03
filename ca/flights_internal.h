/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/queue.h>

#include "ca/client.h"

/* The client's open questions. All are made at the start; an id names a place and how often that
 * place has been used, so a late answer finds nothing. The caller locks. */
struct flight {
    TAILQ_ENTRY(flight) link;
    uint64_t id; /* 0: the place is free */
    uint32_t uses;
    enum wire_kind kind;
    uint8_t *frame; /* own */
    size_t len;
    int64_t deadline_ms;
    uint64_t end; /* where in the connection's stream its last octet stands; 0: still waiting */
    bool lost;    /* a connection ended while the signer had it */
    client_fn fn;
    void *arg;
};
TAILQ_HEAD(flight_list, flight);

enum { FLIGHTS_BATCH = 64, FLIGHTS_OCTETS_MAX = 64 * 1024 * 1024 };

struct flights {
    struct flight *places;
    size_t capacity;
    size_t n;      /* open */
    size_t octets; /* of their frames */
    struct flight_list free;
    struct flight_list waiting; /* to be written, in this order */
    struct flight_list sent;
    int64_t next_deadline_ms; /* none is earlier; INT64_MAX: none */
};

CA_RC flights_init(struct flights *f, size_t capacity, struct ca_err *err);
void flights_done(struct flights *f);

/* Takes a place for `flight` and its frame, whose id it writes into the frame's header, and moves
 * the frame over. CA_LIMIT: no place, or too many octets; the frame stays the caller's. */
CA_RC flights_add(struct flights *f, const struct flight *flight, struct ca_err *err);

/* The following end flights: they copy them out and free their place. Who gets them calls `fn`,
 * without the lock, and frees `frame` (flight_done). */
bool flights_take(struct flights *f, uint64_t id, struct flight *ret); /* false: none such */
/* Up to FLIGHTS_BATCH whose deadline has passed; call again until fewer come. */
size_t flights_expired(struct flights *f, int64_t now_ms, struct flight *ret);
/* The connection has ended after `written` octets of its stream. What the signer may have read
 * is sent again if this is its first loss and its kind allows it, and is else copied out; call
 * again until fewer than FLIGHTS_BATCH come. *ret_again grows by the number to be sent again. */
size_t flights_lost(struct flights *f, uint64_t written, struct flight *ret, uint64_t *ret_again);
/* Up to FLIGHTS_BATCH of all. */
size_t flights_all(struct flights *f, struct flight *ret);

/* Appends frames that wait to `out`, whose next octet stands at `*end` in the stream, until it
 * holds `most` octets. A failed buffer leaves the rest waiting. */
void flights_write(struct flights *f, struct ca_buf *out, size_t most, uint64_t *end);

void flight_done(struct flight *flight);
