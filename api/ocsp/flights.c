/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/flights.h"

#include <pthread.h>
#include <stdatomic.h>

#include "api/request.h"
#include "base/time.h"

enum {
    FLIGHT_WANTS = WIRE_OCSP_IDS_MAX,
    FLIGHTS_MAX = 128,
    FLIGHTS_SENT = 2, /* of an authority and a hash: one is signed while the next is on its way */
    FLIGHT_MS = 3000, /* shorter than requests may take, so that a client gets tryLater */
    FLIGHTS_PAUSE_MS = 5,
    CLOCK_SLACK_S = 300,
};

struct want {
    struct ocsp_key key;
    bool stale;
    struct ocsp_wait *waits;
    struct ocsp_answer *answer;
};

/* A frame: filled while others are under way, then sent. */
struct flight {
    struct flight *next;
    struct ocsp_flights *all;
    char authority[64];
    bool sent;
    size_t n;
    struct want wants[FLIGHT_WANTS];
};

struct ocsp_flights {
    struct client *client;
    struct ocsp_cache *cache;
    atomic_size_t alive;  /* flights; those taken off the list until they are gone */
    pthread_mutex_t lock; /* guards the rest; of flights that are sent, waits and stale alone */
    struct flight *first; /* the oldest */
    size_t n;
};

CA_RC ocsp_flights_new(struct client *client, struct ocsp_cache *cache, struct ocsp_flights **ret,
                       struct ca_err *err)
{
    struct ocsp_flights *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return CA_FAIL_NOMEM(err);
    all->client = client;
    all->cache = cache;
    (void)pthread_mutex_init(&all->lock, NULL);
    *ret = all;
    return CA_OK;
}

void ocsp_flights_free(struct ocsp_flights *all)
{
    if (all == NULL)
        return;
    while (atomic_load(&all->alive) > 0) { /* each has its deadline */
        struct timespec pause = {0, FLIGHTS_PAUSE_MS * 1000000L};

        (void)nanosleep(&pause, NULL);
    }
    (void)pthread_mutex_destroy(&all->lock);
    free(all);
}

/* Those that go together: of one authority and one hash. */
static bool same_kind(const struct ocsp_key *a, const struct ocsp_key *b)
{
    return a->authority == b->authority && a->digest == b->digest;
}

static struct want *want_find(const struct ocsp_flights *all, const struct ocsp_key *key)
{
    for (struct flight *f = all->first; f != NULL; f = f->next) {
        for (size_t i = 0; same_kind(&f->wants[0].key, key) && i < f->n; i++) {
            if (!f->wants[i].stale && ocsp_key_equal(&f->wants[i].key, key))
                return &f->wants[i];
        }
    }
    return NULL;
}

/* One that has room, or a new one; NULL: too many, or no memory. */
static struct flight *flight_open(struct ocsp_flights *all, const char *authority,
                                  const struct ocsp_key *key)
{
    struct flight **at = &all->first;
    struct flight *f;

    for (; *at != NULL; at = &(*at)->next) {
        if (!(*at)->sent && same_kind(&(*at)->wants[0].key, key) && (*at)->n < FLIGHT_WANTS)
            return *at;
    }
    f = all->n < FLIGHTS_MAX ? calloc(1, sizeof(*f)) : NULL;
    if (f == NULL)
        return NULL;
    f->all = all;
    (void)ca_text_copy(f->authority, sizeof(f->authority), ca_bytes_str(authority));
    *at = f;
    all->n++;
    (void)atomic_fetch_add(&all->alive, 1);
    return f;
}

/* The oldest of this kind that may go now, marked as sent; NULL: none. */
static struct flight *flight_release(struct ocsp_flights *all, const struct ocsp_key *kind)
{
    struct flight *next = NULL;
    size_t sent = 0;

    for (struct flight *f = all->first; f != NULL; f = f->next) {
        if (!same_kind(&f->wants[0].key, kind))
            continue;
        sent += f->sent;
        if (!f->sent && next == NULL)
            next = f;
    }
    if (next == NULL || sent >= FLIGHTS_SENT)
        return NULL;
    next->sent = true;
    return next;
}

static void flight_unlink(struct ocsp_flights *all, struct flight *f)
{
    struct flight **at = &all->first;

    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    all->n--;
}

/* What was signed must be what was asked for, and of now; else nobody gets it. */
static CA_RC want_judge(const struct want *want, const struct wire_ocsp_answer *row, int64_t now,
                        struct ocsp_answer **ret, struct ca_err *err)
{
    const struct ocsp_said said = {ocsp_key_serial(&want->key), (enum ocsp_status)row->status,
                                   row->this_update, row->next_update};

    if (!ca_bytes_equal(row->serial, said.serial) || row->status >= OCSP__COUNT)
        return CA_FAIL(err, CA_FAULT, "the signer answers for another certificate");
    if (row->this_update > now + CLOCK_SLACK_S || row->next_update <= now)
        return CA_FAIL(err, CA_FAULT, "the signer answers for another time");
    return ocsp_answer_new(row->response, &said, ret, err);
}

/* Into the cache, before the flight is taken off the list: a change of status that comes between
 * finds it in one of the two. */
static void answers_keep(struct flight *f, const struct wire_ocsp_signed *answer)
{
    int64_t now = ca_time_now();

    for (size_t i = 0; i < f->n && i < answer->answers_n; i++) {
        struct want *want = &f->wants[i];
        struct ca_err err;

        if (want_judge(want, &answer->answers[i], now, &want->answer, &err) == CA_OK)
            ocsp_cache_put(f->all->cache, &want->key, want->answer, now);
    }
}

static void waits_wake(struct want *want, enum ca_rc rc)
{
    while (want->waits != NULL) {
        struct ocsp_wait *wait = want->waits;

        want->waits = wait->next;
        wait->rc = want->answer != NULL ? CA_OK : rc;
        wait->answer = want->answer != NULL ? ocsp_answer_ref(want->answer) : NULL;
        wait->stale = want->stale;
        request_wake(wait->rq);
    }
}

/* Answers the next one that goes. */
static struct flight *flight_end(struct flight *f, enum ca_rc rc,
                                 const struct wire_ocsp_signed *answer)
{
    struct ocsp_flights *all = f->all;
    struct flight *next;

    if (answer != NULL)
        answers_keep(f, answer);
    (void)pthread_mutex_lock(&all->lock);
    flight_unlink(all, f);
    next = flight_release(all, &f->wants[0].key);
    (void)pthread_mutex_unlock(&all->lock);
    for (size_t i = 0; i < f->n; i++) {
        if (f->wants[i].stale)
            (void)ocsp_cache_drop(all->cache, &f->wants[i].key);
        waits_wake(&f->wants[i], rc);
        ocsp_answer_unref(f->wants[i].answer);
    }
    free(f);
    (void)atomic_fetch_sub(&all->alive, 1); /* the next one is alive itself */
    return next;
}

static void flight_arrived(void *arg, enum ca_rc rc, struct wire_message *answer,
                           const struct ca_err *err);

static CA_RC flight_ask(struct flight *f, struct ca_err *err)
{
    struct wire_ocsp_id ids[FLIGHT_WANTS];
    struct wire_ocsp_sign ask = {
        .caller = {.channel = "ocsp", .request_id = "ocsp"},
        .authority = f->authority,
        .digest = ocsp_digest_name((enum ocsp_digest)f->wants[0].key.digest),
        .ids = ids,
        .ids_n = (uint32_t)f->n,
    };

    for (size_t i = 0; i < f->n; i++)
        ids[i].serial = ocsp_key_serial(&f->wants[i].key);
    return client_ask(f->all->client, WIRE_OCSP_SIGN, &ask, ca_mono_ms() + FLIGHT_MS,
                      flight_arrived, f, err);
}

/* From where it is taken on, the flight is its answer's. */
static void flights_send(struct flight *f)
{
    while (f != NULL) {
        struct ca_err err;
        enum ca_rc rc = flight_ask(f, &err);

        if (rc == CA_OK)
            return;
        f = flight_end(f, rc, NULL);
    }
}

/* On the client's thread. */
static void flight_arrived(void *arg, enum ca_rc rc, struct wire_message *answer,
                           const struct ca_err *err)
{
    (void)err;
    flights_send(flight_end(arg, rc == CA_OK ? CA_FAULT : rc, rc == CA_OK ? answer->body : NULL));
    wire_message_free(answer);
}

/* With the lock held. */
static CA_RC want_add(struct ocsp_flights *all, const char *authority, const struct ocsp_key *key,
                      struct ocsp_wait *wait, struct ca_err *err)
{
    struct want *want = want_find(all, key);

    if (want == NULL) {
        struct flight *f = flight_open(all, authority, key);

        if (f == NULL)
            return CA_FAIL_AS(err, CA_LIMIT, "overloaded", "too much is asked of the signer");
        want = &f->wants[f->n++];
        want->key = *key;
    }
    if (wait != NULL) {
        wait->next = want->waits;
        want->waits = wait;
    }
    return CA_OK;
}

CA_RC ocsp_flights_join(struct ocsp_flights *all, const char *authority, const struct ocsp_key *key,
                        struct ocsp_wait *wait, struct ca_err *err)
{
    struct flight *goes = NULL;
    enum ca_rc rc;

    (void)pthread_mutex_lock(&all->lock);
    rc = want_add(all, authority, key, wait, err);
    if (rc == CA_OK)
        goes = flight_release(all, key);
    (void)pthread_mutex_unlock(&all->lock);
    flights_send(goes);
    return rc;
}

static bool flight_stale(struct flight *f, const struct ocsp_key *key)
{
    bool found = false;

    for (size_t i = 0; i < f->n; i++) {
        if (key == NULL || ocsp_key_equal(&f->wants[i].key, key))
            f->wants[i].stale = found = true;
    }
    return found;
}

bool ocsp_flights_drop(struct ocsp_flights *all, const struct ocsp_key *key)
{
    bool found = false;

    (void)pthread_mutex_lock(&all->lock);
    for (struct flight *f = all->first; f != NULL; f = f->next) {
        if (f->sent && same_kind(&f->wants[0].key, key) && flight_stale(f, key))
            found = true;
    }
    (void)pthread_mutex_unlock(&all->lock);
    return ocsp_cache_drop(all->cache, key) || found;
}

void ocsp_flights_drop_all(struct ocsp_flights *all)
{
    (void)pthread_mutex_lock(&all->lock);
    for (struct flight *f = all->first; f != NULL; f = f->next) {
        if (f->sent)
            (void)flight_stale(f, NULL);
    }
    (void)pthread_mutex_unlock(&all->lock);
    ocsp_cache_clear(all->cache);
}

size_t ocsp_flights_count(struct ocsp_flights *all)
{
    size_t n;

    (void)pthread_mutex_lock(&all->lock);
    n = all->n;
    (void)pthread_mutex_unlock(&all->lock);
    return n;
}
