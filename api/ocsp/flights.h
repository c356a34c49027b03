/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/ocsp/cache.h"
#include "ca/client.h"

/* What is being asked of the signer: answers that are missed at the same time go in one frame, and
 * whoever misses what is under way waits for the same one. Any thread. */
struct ocsp_flights;

struct request;

/* Somebody who waits; his memory, until he is woken (request_wake). */
struct ocsp_wait {
    struct ocsp_wait *next;
    struct request *rq;
    enum ca_rc rc;              /* CA_OK, or why there is no answer */
    struct ocsp_answer *answer; /* his reference */
    bool stale;                 /* the status changed while it was under way: not to be kept */
};

/* Both are borrowed. */
CA_RC ocsp_flights_new(struct client *client, struct ocsp_cache *cache, struct ocsp_flights **ret,
                       struct ca_err *err);
void ocsp_flights_free(struct ocsp_flights *all); /* waits for what is under way; NULL is fine */

/* Asks for this answer, which goes into the cache.
 *   authority  its name
 *   wait       woken when it is there, or is not to be had; NULL: nobody waits
 * CA_LIMIT too much is under way; `wait` is then not taken. */
CA_RC ocsp_flights_join(struct ocsp_flights *all, const char *authority, const struct ocsp_key *key,
                        struct ocsp_wait *wait, struct ca_err *err);

/* The status has changed: what is under way must not be kept, nor what is in the cache. True: it
 * was there, or is under way. */
bool ocsp_flights_drop(struct ocsp_flights *all, const struct ocsp_key *key);
void ocsp_flights_drop_all(struct ocsp_flights *all);

size_t ocsp_flights_count(struct ocsp_flights *all); /* frames, under way or being filled */
