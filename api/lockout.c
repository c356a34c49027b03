/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "api/limit_internal.h"

enum { SETS = 1024, WAYS = 4, SUBNET = 8 };

struct way {
    uint8_t address[16];
    unsigned count;
    int64_t since_ms; /* of the first failure that counts */
    int64_t until_ms; /* locked; 0: not */
};

struct lockout {
    struct lockout_config config;
    pthread_mutex_t lock; /* guards the table */
    struct way table[SETS][WAYS];
};

CA_RC lockout_new(const struct lockout_config *config, struct lockout **ret, struct ca_err *err)
{
    struct lockout *l = calloc(1, sizeof(*l));

    if (l == NULL)
        return CA_FAIL_NOMEM(err);
    l->config = *config;
    (void)pthread_mutex_init(&l->lock, NULL);
    *ret = l;
    return CA_OK;
}

void lockout_free(struct lockout *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

static bool is_mapped(const uint8_t address[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

/* Whoever has one IPv6 address has its whole /64. */
static void subject_of(const uint8_t address[16], uint8_t ret[16])
{
    memcpy(ret, address, 16);
    if (!is_mapped(address))
        memset(ret + SUBNET, 0, 16 - SUBNET);
}

static struct way *set_of(struct lockout *l, const uint8_t subject[16])
{
    uint32_t h = 2166136261U; /* FNV-1a */

    for (size_t i = 0; i < 16; i++)
        h = (h ^ subject[i]) * 16777619U;
    return l->table[(h ^ h >> 16) % SETS];
}

static bool is_over(const struct lockout *l, const struct way *w, int64_t now_ms)
{
    return w->count == 0 ||
           (w->until_ms != 0 ? w->until_ms <= now_ms : w->since_ms + l->config.window_ms <= now_ms);
}

static struct way *find(struct way *set, const uint8_t subject[16])
{
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].count > 0 && memcmp(set[i].address, subject, 16) == 0)
            return &set[i];
    }
    return NULL;
}

/* One that is over, else the one with the fewest failures: those who are locked stay longest. */
static struct way *place(const struct lockout *l, struct way *set, int64_t now_ms)
{
    struct way *least = &set[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (is_over(l, &set[i], now_ms))
            return &set[i];
        if (set[i].count < least->count)
            least = &set[i];
    }
    return least;
}

static int64_t left(const struct way *w, int64_t now_ms)
{
    return w != NULL && w->until_ms > now_ms ? w->until_ms - now_ms : 0;
}

int64_t lockout_left(struct lockout *l, const uint8_t address[16], int64_t now_ms)
{
    uint8_t subject[16];
    int64_t ms;

    if (l->config.failures == 0)
        return 0;
    subject_of(address, subject);
    (void)pthread_mutex_lock(&l->lock);
    ms = left(find(set_of(l, subject), subject), now_ms);
    (void)pthread_mutex_unlock(&l->lock);
    return ms;
}

static int64_t failure_count(struct lockout *l, struct way *w, int64_t now_ms)
{
    int64_t before = left(w, now_ms);

    w->count++;
    if (w->count >= l->config.failures)
        w->until_ms = now_ms + l->config.locked_ms;
    return before;
}

int64_t lockout_failed(struct lockout *l, const uint8_t address[16], int64_t now_ms)
{
    uint8_t subject[16];
    struct way *set;
    struct way *w;
    int64_t ms;

    if (l->config.failures == 0)
        return 0;
    subject_of(address, subject);
    (void)pthread_mutex_lock(&l->lock);
    set = set_of(l, subject);
    w = find(set, subject);
    if (w == NULL || is_over(l, w, now_ms)) {
        if (w == NULL)
            w = place(l, set, now_ms);
        *w = (struct way){.since_ms = now_ms};
        memcpy(w->address, subject, 16);
    }
    ms = failure_count(l, w, now_ms);
    (void)pthread_mutex_unlock(&l->lock);
    return ms;
}
