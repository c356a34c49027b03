/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that makes CRLs, and those who ask it. What is due is judged in ca/schedule.c. */
#include <pthread.h>
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/crl_internal.h"
#include "ca/schedule_internal.h"
#include "policy/shard.h"

enum {
    POLL_MS = 5000,  /* the longest time that a change by another node stays unseen */
    RETRY_MS = 1000, /* after a failure of the database */
    POOL_WAIT_MS = 200,
};

/* Somebody who waits for a CRL, on his own stack. */
struct ask {
    struct ask *next;
    int64_t authority_id;
    const char *actor;
    const char *request_id;
    struct crl_made *ret;
    struct ca_err *err;
    bool emergency;
    enum ca_rc rc;
    bool done;
};

struct publisher {
    struct signer *signer;
    struct db *db; /* the thread's */
    pthread_t thread;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake;
    pthread_cond_t answered;
    struct ask *asks;
    struct schedule schedule;
    bool stopping;
};

static void made_log(const struct crl_ask *ask, const struct crl_made *made, int64_t us)
{
    char scope[CRL_SCOPE_TEXT];

    CA_LOG(CA_LOG_INFO, "crl_published", CA_STR("ca", ask->authority->name),
           CA_STR("part", crl_scope_text(ask->scope, scope)), CA_INT("number", made->number),
           CA_INT("entries", made->entries), CA_INT("octets", made->size), CA_INT("ms", us / 1000));
}

/* One CRL, on the thread. The lock is not held. */
static enum ca_rc make(struct publisher *p, const struct crl_ask *ask, struct crl_made *ret,
                       struct ca_err *err)
{
    int64_t started = ca_mono_us();
    enum ca_rc rc = crl_make(p->signer, p->db, ask, ret, err);
    int64_t us = ca_mono_us() - started;
    char scope[CRL_SCOPE_TEXT];

    if (rc == CA_OK) {
        made_log(ask, ret, us);
    } else {
        CA_LOG(rc == CA_CONFLICT ? CA_LOG_INFO : CA_LOG_ERROR, "crl_failed",
               CA_STR("ca", ask->authority->name),
               CA_STR("part", crl_scope_text(ask->scope, scope)), CA_STR("text", err->text));
    }
    (void)pthread_mutex_lock(&p->lock);
    schedule_made(&p->schedule, ask, rc, rc == CA_OK ? ret : NULL, err, us);
    (void)pthread_mutex_unlock(&p->lock);
    return rc;
}

/* As make, of the one that is held. */
static enum ca_rc emergency_make(struct publisher *p, const struct crl_ask *ask,
                                 struct crl_made *ret, struct ca_err *err)
{
    enum ca_rc rc = crl_ahead_publish(p->signer, p->db, ask, ret, err);

    if (rc != CA_OK) {
        CA_LOG(CA_LOG_ERROR, "crl_emergency_failed", CA_STR("ca", ask->authority->name),
               CA_INT("part", ask->scope.shard), CA_STR("text", err->text));
    }
    (void)pthread_mutex_lock(&p->lock);
    schedule_emergency_made(&p->schedule, ask, rc, ret);
    (void)pthread_mutex_unlock(&p->lock);
    return rc;
}

static struct ask *ask_take(struct publisher *p)
{
    struct ask *ask;

    (void)pthread_mutex_lock(&p->lock);
    ask = p->asks;
    if (ask != NULL)
        p->asks = ask->next;
    (void)pthread_mutex_unlock(&p->lock);
    return ask;
}

static enum ca_rc ask_run(struct publisher *p, struct ask *ask)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(p->signer->registry);
    const struct authority *a = authority_set_by_id(set, ask->authority_id);

    if (a == NULL)
        return CA_FAIL(ask->err, CA_NOT_FOUND, "no authority %jd", (intmax_t)ask->authority_id);
    if (ask->emergency && a->key != NULL) {
        return CA_FAIL(ask->err, CA_CONFLICT,
                       "authority '%s' is online: generate a CRL, which lists what came since",
                       a->name);
    }
    CA_TRY(db_ready(p->db, ask->err));
    for (int32_t shard = a->crl_shards; shard >= 0; shard--) {
        const struct crl_ask one = {
            a, {shard, false},
             ask->actor, ask->request_id
        };

        CA_TRY((ask->emergency ? emergency_make : make)(p, &one, ask->ret, ask->err));
    }
    return CA_OK;
}

static void asks_run(struct publisher *p)
{
    for (struct ask *ask = ask_take(p); ask != NULL; ask = ask_take(p)) {
        enum ca_rc rc = ask_run(p, ask);

        (void)pthread_mutex_lock(&p->lock);
        ask->rc = rc;
        ask->done = true;
        (void)pthread_cond_broadcast(&p->answered);
        (void)pthread_mutex_unlock(&p->lock);
    }
}

/* An authority that another node made. */
static CA_RC registry_follow(struct publisher *p, const struct db_result *states,
                             struct ca_err *err)
{
    const struct db_crl_state *state = states->rows;
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(p->signer->registry);
    bool missing = false;
    enum ca_rc rc;

    for (size_t i = 0; i < states->count; i++) {
        const struct authority *a = authority_set_by_id(set, state[i].authority_id);

        missing = missing || a == NULL || a->state == DB_AUTHORITY_PENDING;
    }
    if (!missing)
        return CA_OK;
    rc = authority_registry_load(p->signer->registry, p->db, err);
    if (rc == CA_UNAVAILABLE && strcmp(err->problem, "token-failed") == 0)
        signer_fatal(p->signer, err);
    return rc;
}

static void one_make(struct publisher *p, const struct crl_ask *ask)
{
    struct crl_made made;
    struct ca_err why = {0};
    bool due;

    (void)pthread_mutex_lock(&p->lock);
    due = !p->stopping && schedule_is_due(&p->schedule, ask);
    (void)pthread_mutex_unlock(&p->lock);
    if (due)
        (void)!make(p, ask, &made, &why); /* logged, and tried again */
}

/* Deltas last: each builds on a complete one. */
static void due_make(struct publisher *p, const struct authority *a)
{
    for (int delta = 0; delta <= (a->crl_delta_interval_s > 0); delta++) {
        for (int32_t shard = 0; shard <= a->crl_shards; shard++) {
            const struct crl_ask ask = {
                a, {shard, delta != 0},
                 "system", ""
            };

            one_make(p, &ask);
        }
    }
}

static void large_log(struct schedule_slot *slot)
{
    bool large = schedule_large(slot);

    if (large && !slot->told_large) {
        CA_LOG(CA_LOG_ERROR, "crl_large", CA_STR("ca", slot->name),
               CA_INT("number", slot->state.number), CA_INT("octets", slot->state.size),
               CA_INT("most", SHARD_OCTETS_MAX), CA_INT("parts", slot->shards),
               CA_INT("better", shard_more(slot->shards)),
               CA_STR("text", "published all the same; give new certificates more parts: cactl "
                              "crl schedule CA --shards N"));
    }
    slot->told_large = large;
}

/* Nothing newer came for too long, whatever the reason. */
static void emergencies_make(struct publisher *p, const struct authority *a)
{
    for (int32_t shard = 0; shard <= a->crl_shards; shard++) {
        const struct crl_ask ask = {
            a, {shard, false},
             "system", ""
        };
        struct crl_made made = {0};
        struct ca_err why = {0};
        bool due;

        (void)pthread_mutex_lock(&p->lock);
        due = !p->stopping && schedule_emergency_due(&p->schedule, &ask);
        (void)pthread_mutex_unlock(&p->lock);
        if (due)
            (void)!emergency_make(p, &ask, &made, &why); /* logged, and tried again */
    }
}

/* Once for each time that it begins; the metrics say it as long as it lasts. With the lock held. */
static void alarms_log(struct schedule *s)
{
    for (size_t i = 0; i < s->n; i++) {
        struct schedule_slot *slot = &s->slots[i];
        bool alarm = schedule_alarm(slot);

        if (alarm && !slot->alarmed) {
            CA_LOG(CA_LOG_ERROR, "crl_alarm", CA_STR("ca", slot->name),
                   CA_INT("number", slot->state.number),
                   CA_INT("next_update", slot->state.next_update),
                   CA_STR("text", slot->reason[0] != '\0' ? slot->reason : slot->failure));
        }
        slot->alarmed = alarm;
        large_log(slot);
    }
}

/* What the database has, then whatever is due. */
static CA_RC round_run(struct publisher *p, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result states = {0};
    CA_AUTO(authority_set) struct authority_set *set = NULL;

    CA_TRY(db_ready(p->db, err));
    (void)pthread_mutex_lock(&p->lock);
    schedule_reading(&p->schedule);
    (void)pthread_mutex_unlock(&p->lock);
    CA_TRY(db_crl_state(p->db, &states, err));
    CA_TRY(registry_follow(p, &states, err));
    set = authority_set_take(p->signer->registry);
    (void)pthread_mutex_lock(&p->lock);
    schedule_update(&p->schedule, set, &states);
    alarms_log(&p->schedule);
    (void)pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < authority_set_count(set); i++)
        due_make(p, authority_set_at(set, i));
    for (size_t i = 0; i < authority_set_count(set); i++)
        emergencies_make(p, authority_set_at(set, i));
    return CA_OK;
}

/* Until something is due, somebody asks, or it is time to look at the database. */
static bool wait_for_work(struct publisher *p, int64_t poll_ms)
{
    bool go_on;

    (void)pthread_mutex_lock(&p->lock);
    for (;;) {
        int64_t due_ms = schedule_next_ms(&p->schedule);
        int64_t until_ms = due_ms < poll_ms ? due_ms : poll_ms;
        struct timespec until = ca_mono_timespec(until_ms);

        if (p->stopping || p->asks != NULL || ca_mono_ms() >= until_ms)
            break;
        (void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
    }
    go_on = !p->stopping;
    (void)pthread_mutex_unlock(&p->lock);
    return go_on;
}

static void asks_refuse(struct publisher *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->stopping = true;
    for (; p->asks != NULL; p->asks = p->asks->next) {
        p->asks->rc = CA_FAIL(p->asks->err, CA_UNAVAILABLE, "the signer is stopping");
        p->asks->done = true;
    }
    (void)pthread_cond_broadcast(&p->answered);
    (void)pthread_mutex_unlock(&p->lock);
}

static void *publisher_run(void *arg)
{
    struct publisher *p = arg;
    bool failing = false;
    int64_t poll_ms = 0;

    while (wait_for_work(p, poll_ms)) {
        struct ca_err err = {0};

        asks_run(p);
        if (round_run(p, &err) == CA_OK) {
            failing = false;
            poll_ms = ca_mono_ms() + POLL_MS;
        } else {
            CA_LOG(failing ? CA_LOG_DEBUG : CA_LOG_ERROR, "crl_schedule_failed",
                   CA_STR("text", err.text));
            failing = true;
            poll_ms = ca_mono_ms() + RETRY_MS;
            (void)pthread_mutex_lock(&p->lock);
            schedule_postpone(&p->schedule, poll_ms);
            (void)pthread_mutex_unlock(&p->lock);
        }
    }
    asks_refuse(p);
    return NULL;
}

static void publisher_free(struct publisher *p)
{
    db_close(p->db);
    schedule_done(&p->schedule);
    (void)pthread_cond_destroy(&p->wake);
    (void)pthread_cond_destroy(&p->answered);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

static void conds_init(struct publisher *p)
{
    pthread_condattr_t attr;

    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->wake, &attr);
    (void)pthread_cond_init(&p->answered, &attr);
    (void)pthread_condattr_destroy(&attr);
}

CA_RC publisher_start(struct signer *s, struct publisher **ret, struct ca_err *err)
{
    struct publisher *p = calloc(1, sizeof(*p));
    enum ca_rc rc;

    if (p == NULL)
        return CA_FAIL_NOMEM(err);
    p->signer = s;
    p->schedule.soon_s = s->config.crl_soon_s;
    (void)pthread_mutex_init(&p->lock, NULL);
    conds_init(p);
    rc = db_open(s->config.db, &p->db, err);
    if (rc == CA_OK && pthread_create(&p->thread, NULL, publisher_run, p) != 0)
        rc = CA_FAIL(err, CA_FAULT, "no thread for CRLs");
    if (rc != CA_OK) {
        publisher_free(p);
        return rc;
    }
    *ret = p;
    return CA_OK;
}

void publisher_stop(struct publisher *p)
{
    if (p == NULL)
        return;
    (void)pthread_mutex_lock(&p->lock);
    p->stopping = true;
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_join(p->thread, NULL);
    publisher_free(p);
}

/* Read after the change was committed, so every higher number shows it, also from other nodes.
 * 0: the database did not say. */
static int64_t reserved_read(struct publisher *p, int64_t authority_id)
{
    struct db *db;
    struct ca_err err;
    int64_t reserved = -1;

    if (db_pool_take(p->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, &err) != CA_OK)
        return 0;
    if (db_crl_reserved(db, authority_id, &reserved, &err) != CA_OK)
        reserved = -1;
    db_pool_give(p->signer->pool, db);
    return reserved + 1;
}

void publisher_note(struct publisher *p, int64_t authority_id, int64_t *ret_number,
                    int64_t *ret_due)
{
    int64_t first;
    int64_t due_ms;

    if (p == NULL)
        return; /* not started yet: its first round finds the change */
    first = ret_number != NULL ? reserved_read(p, authority_id) : 0;
    (void)pthread_mutex_lock(&p->lock);
    due_ms = schedule_note(&p->schedule, authority_id, &first);
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
    if (ret_number != NULL)
        *ret_number = first;
    if (ret_due != NULL)
        *ret_due = ca_time_now() + (due_ms - ca_mono_ms() + 999) / 1000;
}

static CA_RC ask_wait(struct publisher *p, struct ask *ask)
{
    struct ask **last;

    (void)pthread_mutex_lock(&p->lock);
    if (p->stopping) {
        (void)pthread_mutex_unlock(&p->lock);
        return CA_FAIL(ask->err, CA_UNAVAILABLE, "the signer is stopping");
    }
    for (last = &p->asks; *last != NULL; last = &(*last)->next)
        ;
    *last = ask;
    (void)pthread_cond_signal(&p->wake);
    while (!ask->done)
        (void)pthread_cond_wait(&p->answered, &p->lock);
    (void)pthread_mutex_unlock(&p->lock);
    return ask->rc;
}

CA_RC publisher_now(struct publisher *p, int64_t authority_id, const char *actor,
                    const char *request_id, struct crl_made *ret, struct ca_err *err)
{
    struct ask ask = {.authority_id = authority_id,
                      .actor = actor,
                      .request_id = request_id,
                      .ret = ret,
                      .err = err};

    return ask_wait(p, &ask);
}

CA_RC publisher_emergency(struct publisher *p, int64_t authority_id, const char *actor,
                          const char *request_id, struct crl_made *ret, struct ca_err *err)
{
    struct ask ask = {.authority_id = authority_id,
                      .actor = actor,
                      .request_id = request_id,
                      .ret = ret,
                      .err = err,
                      .emergency = true};

    return ask_wait(p, &ask);
}

void publisher_metrics(struct publisher *p, struct ca_buf *ret)
{
    (void)pthread_mutex_lock(&p->lock);
    schedule_metrics(&p->schedule, ret);
    (void)pthread_mutex_unlock(&p->lock);
}
