/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "api/limit_internal.h"

enum { BUCKETS = 4096, BURST_S = 2 };

/* Two operators who share a place start afresh in turn: they get more than their due, not less. */
struct bucket {
    struct ca_uuid who;
    int64_t at_ms; /* when `left` was right */
    int64_t left;  /* thousandths of a request */
};

struct rate {
    int64_t per_second;
    pthread_mutex_t lock; /* guards the buckets */
    struct bucket buckets[BUCKETS];
};

CA_RC rate_new(unsigned per_second, struct rate **ret, struct ca_err *err)
{
    struct rate *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return CA_FAIL_NOMEM(err);
    r->per_second = per_second;
    (void)pthread_mutex_init(&r->lock, NULL);
    *ret = r;
    return CA_OK;
}

void rate_free(struct rate *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

/* A rate of n a second is n thousandths a millisecond. */
static void fill(const struct rate *r, struct bucket *b, int64_t now_ms)
{
    int64_t full = r->per_second * BURST_S * 1000;
    int64_t passed = now_ms - b->at_ms;

    b->at_ms = now_ms;
    if (passed >= BURST_S * 1000 || b->left + passed * r->per_second > full) {
        b->left = full;
    } else if (passed > 0) {
        b->left += passed * r->per_second;
    }
}

bool rate_take(struct rate *r, const struct ca_uuid *who, int64_t now_ms)
{
    const uint8_t *end = who->octets + CA_UUID_LEN;
    struct bucket *b = &r->buckets[(end[-1] + 256U * end[-2]) % BUCKETS];
    bool there;

    if (r->per_second == 0)
        return true;
    (void)pthread_mutex_lock(&r->lock);
    if (memcmp(&b->who, who, sizeof(*who)) != 0)
        *b = (struct bucket){*who, now_ms, r->per_second * BURST_S * 1000};
    fill(r, b, now_ms);
    there = b->left >= 1000;
    if (there)
        b->left -= 1000;
    (void)pthread_mutex_unlock(&r->lock);
    return there;
}
