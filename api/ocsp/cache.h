/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/ocsp/answer.h"

/* Answers signed ahead, so many at most: what was not asked for longest goes first. Answers on
 * serial numbers that nobody issued stand apart, few and briefly, so that they push nothing out.
 * Any thread. */
struct ocsp_cache;

enum { OCSP_UNKNOWN_S = 30, OCSP_UNKNOWN_PART = 16 }; /* of `entries`, that many parts of it */

CA_RC ocsp_cache_new(size_t entries, struct ocsp_cache **ret, struct ca_err *err);
void ocsp_cache_free(struct ocsp_cache *cache); /* NULL is fine */

/* The answer that is good at `now`, with a reference, or NULL. */
struct ocsp_answer *ocsp_cache_take(struct ocsp_cache *cache, const struct ocsp_key *key,
                                    int64_t now);
/* Takes a reference of its own; in place of what was there. Without memory it is not kept. */
void ocsp_cache_put(struct ocsp_cache *cache, const struct ocsp_key *key, struct ocsp_answer *a,
                    int64_t now);
/* True: it was there. */
bool ocsp_cache_drop(struct ocsp_cache *cache, const struct ocsp_key *key);
void ocsp_cache_clear(struct ocsp_cache *cache);

/* Keys whose answer was asked for since it came and has passed half of its life, at most `max`;
 * each is told again only after a while. Looks at one part of the cache a call, at all in
 * OCSP_CACHE_PARTS calls. */
enum { OCSP_CACHE_PARTS = 16, OCSP_QUIET_S = 30 };
size_t ocsp_cache_due(struct ocsp_cache *cache, int64_t now, struct ocsp_key *ret, size_t max);

/* How many answers there are for one authority; of all, 0. */
struct ocsp_cache_stats {
    uint64_t good, revoked, unknown;
    int64_t oldest; /* next_update of the one that ends first; 0: none */
};
void ocsp_cache_stats(struct ocsp_cache *cache, int64_t authority, struct ocsp_cache_stats *ret);
