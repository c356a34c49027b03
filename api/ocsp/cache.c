/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/cache.h"

#include <pthread.h>
#include <stdatomic.h>

struct entry {
    struct entry *next;          /* in its bucket */
    struct entry *newer, *older; /* by when it was asked for last */
    struct ocsp_key key;
    struct ocsp_answer *answer;
    int64_t until; /* no longer served then */
    bool asked;    /* since it came */
    int64_t quiet; /* ocsp_cache_due does not tell it until then */
};

struct part {
    pthread_mutex_t lock; /* guards the rest */
    size_t count, most;
    struct entry *newest, *oldest;
    size_t buckets_n; /* a power of two */
    struct entry **buckets;
};

struct ocsp_cache {
    atomic_uint due; /* part that ocsp_cache_due looks at next */
    struct part known[OCSP_CACHE_PARTS];
    struct part unknown[OCSP_CACHE_PARTS];
};

/* FNV-1a. Serial numbers of ours are random, and those of strangers are few. */
static uint64_t hash_of(const struct ocsp_key *key)
{
    uint64_t h = 0xcbf29ce484222325U ^ (uint64_t)key->authority ^ ((uint64_t)key->digest << 32);

    for (size_t i = 0; i < key->serial_len; i++)
        h = (h ^ key->serial[i]) * 0x100000001b3U;
    return h ^ h >> 32;
}

static struct part *part_of(struct part parts[OCSP_CACHE_PARTS], uint64_t hash)
{
    return &parts[hash % OCSP_CACHE_PARTS];
}

static struct entry **bucket_of(const struct part *p, uint64_t hash)
{
    return &p->buckets[hash / OCSP_CACHE_PARTS & (p->buckets_n - 1)];
}

static bool part_init(struct part *p, size_t most)
{
    size_t n = 16;

    while (n < most)
        n *= 2;
    (void)pthread_mutex_init(&p->lock, NULL);
    p->most = most;
    p->buckets_n = n;
    p->buckets = calloc(n, sizeof(struct entry *));
    return p->buckets != NULL;
}

CA_RC ocsp_cache_new(size_t entries, struct ocsp_cache **ret, struct ca_err *err)
{
    struct ocsp_cache *cache = calloc(1, sizeof(*cache));
    size_t most = (entries + OCSP_CACHE_PARTS - 1) / OCSP_CACHE_PARTS;
    bool made = true;

    if (cache == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < OCSP_CACHE_PARTS; i++) {
        bool known = part_init(&cache->known[i], most);

        made = part_init(&cache->unknown[i], most / OCSP_UNKNOWN_PART + 1) && known && made;
    }
    if (!made) {
        ocsp_cache_free(cache);
        return CA_FAIL_NOMEM(err);
    }
    *ret = cache;
    return CA_OK;
}

static void age_unlink(struct part *p, struct entry *e)
{
    if (e->newer != NULL) {
        e->newer->older = e->older;
    } else {
        p->newest = e->older;
    }
    if (e->older != NULL) {
        e->older->newer = e->newer;
    } else {
        p->oldest = e->newer;
    }
}

static void age_link(struct part *p, struct entry *e)
{
    e->newer = NULL;
    e->older = p->newest;
    if (p->newest != NULL) {
        p->newest->newer = e;
    } else {
        p->oldest = e;
    }
    p->newest = e;
}

/* Where the pointer to it stands; *result NULL: it is not there. */
static struct entry **place_of(const struct part *p, const struct ocsp_key *key, uint64_t hash)
{
    struct entry **at = bucket_of(p, hash);

    while (*at != NULL && !ocsp_key_equal(&(*at)->key, key))
        at = &(*at)->next;
    return at;
}

static void entry_remove(struct part *p, struct entry **at)
{
    struct entry *e = *at;

    *at = e->next;
    age_unlink(p, e);
    p->count--;
    ocsp_answer_unref(e->answer);
    free(e);
}

static void part_clear(struct part *p)
{
    while (p->oldest != NULL)
        entry_remove(p, place_of(p, &p->oldest->key, hash_of(&p->oldest->key)));
}

void ocsp_cache_clear(struct ocsp_cache *cache)
{
    for (size_t i = 0; i < OCSP_CACHE_PARTS; i++) {
        struct part *parts[] = {&cache->known[i], &cache->unknown[i]};

        for (size_t k = 0; k < CA_COUNT(parts); k++) {
            (void)pthread_mutex_lock(&parts[k]->lock);
            part_clear(parts[k]);
            (void)pthread_mutex_unlock(&parts[k]->lock);
        }
    }
}

void ocsp_cache_free(struct ocsp_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < OCSP_CACHE_PARTS; i++) {
        struct part *parts[] = {&cache->known[i], &cache->unknown[i]};

        for (size_t k = 0; k < CA_COUNT(parts); k++) {
            part_clear(parts[k]);
            (void)pthread_mutex_destroy(&parts[k]->lock);
            free(parts[k]->buckets);
        }
    }
    free(cache);
}

static struct ocsp_answer *part_take(struct part *p, const struct ocsp_key *key, uint64_t hash,
                                     int64_t now)
{
    struct ocsp_answer *found = NULL;
    struct entry *e;

    (void)pthread_mutex_lock(&p->lock);
    e = *place_of(p, key, hash);
    if (e != NULL && now < e->until) {
        e->asked = true;
        age_unlink(p, e);
        age_link(p, e);
        found = ocsp_answer_ref(e->answer);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return found;
}

struct ocsp_answer *ocsp_cache_take(struct ocsp_cache *cache, const struct ocsp_key *key,
                                    int64_t now)
{
    uint64_t hash = hash_of(key);
    struct ocsp_answer *found = part_take(part_of(cache->known, hash), key, hash, now);

    return found != NULL ? found : part_take(part_of(cache->unknown, hash), key, hash, now);
}

static bool part_drop(struct part *p, const struct ocsp_key *key, uint64_t hash)
{
    struct entry **at;
    bool there;

    (void)pthread_mutex_lock(&p->lock);
    at = place_of(p, key, hash);
    there = *at != NULL;
    if (there)
        entry_remove(p, at);
    (void)pthread_mutex_unlock(&p->lock);
    return there;
}

bool ocsp_cache_drop(struct ocsp_cache *cache, const struct ocsp_key *key)
{
    uint64_t hash = hash_of(key);
    bool known = part_drop(part_of(cache->known, hash), key, hash);

    return part_drop(part_of(cache->unknown, hash), key, hash) || known;
}

/* With the lock held: an entry for this key, at the front of the ages; NULL: no memory. */
static struct entry *entry_for(struct part *p, const struct ocsp_key *key, uint64_t hash)
{
    struct entry **at = place_of(p, key, hash);
    struct entry *e = *at;

    if (e != NULL) {
        age_unlink(p, e);
    } else {
        e = calloc(1, sizeof(*e));
        if (e == NULL)
            return NULL;
        if (p->count == p->most)
            entry_remove(p, place_of(p, &p->oldest->key, hash_of(&p->oldest->key)));
        e->key = *key;
        at = bucket_of(p, hash);
        e->next = *at;
        *at = e;
        p->count++;
    }
    age_link(p, e);
    return e;
}

void ocsp_cache_put(struct ocsp_cache *cache, const struct ocsp_key *key, struct ocsp_answer *a,
                    int64_t now)
{
    bool unknown = ocsp_answer_status(a) == OCSP_UNKNOWN;
    uint64_t hash = hash_of(key);
    struct part *p = part_of(unknown ? cache->unknown : cache->known, hash);
    int64_t until = ocsp_answer_next_update(a);
    struct ocsp_answer *old = NULL;
    struct entry *e;

    if (unknown && until > now + OCSP_UNKNOWN_S)
        until = now + OCSP_UNKNOWN_S;
    (void)pthread_mutex_lock(&p->lock);
    e = entry_for(p, key, hash);
    if (e != NULL) {
        old = e->answer;
        e->answer = ocsp_answer_ref(a);
        e->until = until;
        e->asked = false;
        e->quiet = 0;
    }
    (void)pthread_mutex_unlock(&p->lock);
    ocsp_answer_unref(old);
}

size_t ocsp_cache_due(struct ocsp_cache *cache, int64_t now, struct ocsp_key *ret, size_t max)
{
    struct part *p = &cache->known[atomic_fetch_add(&cache->due, 1) % OCSP_CACHE_PARTS];
    size_t n = 0;

    (void)pthread_mutex_lock(&p->lock);
    for (struct entry *e = p->newest; e != NULL && n < max; e = e->older) {
        if (!e->asked || now < e->quiet || now < ocsp_answer_half_life(e->answer))
            continue;
        e->quiet = now + OCSP_QUIET_S;
        ret[n++] = e->key;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return n;
}

static void part_count(struct part *p, int64_t authority, struct ocsp_cache_stats *ret)
{
    (void)pthread_mutex_lock(&p->lock);
    for (const struct entry *e = p->newest; e != NULL; e = e->older) {
        enum ocsp_status status = ocsp_answer_status(e->answer);

        if (authority != 0 && e->key.authority != authority)
            continue;
        ret->good += status == OCSP_GOOD;
        ret->revoked += status == OCSP_REVOKED;
        ret->unknown += status == OCSP_UNKNOWN;
        if (status != OCSP_UNKNOWN && (ret->oldest == 0 || e->until < ret->oldest))
            ret->oldest = e->until;
    }
    (void)pthread_mutex_unlock(&p->lock);
}

void ocsp_cache_stats(struct ocsp_cache *cache, int64_t authority, struct ocsp_cache_stats *ret)
{
    *ret = (struct ocsp_cache_stats){0};
    for (size_t i = 0; i < OCSP_CACHE_PARTS; i++) {
        part_count(&cache->known[i], authority, ret);
        part_count(&cache->unknown[i], authority, ret);
    }
}
