/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/recorder_internal.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "base/time.h"
#include "ca/recorder_batch_internal.h"

enum { PARKED_RETRY_MS = 200 };

/* Entries whose outcome the database still owes us: intents after a COMMIT that nobody answered,
 * and certificates that could not be stored. They are tried again until the database is back;
 * meanwhile new entries are refused, so there are never more than one batch of them. */
struct recorder {
    struct recorder_config config;
    struct ca_queue *queue;
    struct db *db;
    struct audit *audit;
    struct record **batch; /* config.batch_max of them */
    struct record **parked;
    size_t parked_n;
    bool head_unknown; /* of the audit chain: a COMMIT was not answered */
    pthread_t thread;
    _Atomic bool giving_up; /* nothing stays parked */
    _Atomic bool database;
    _Atomic uint64_t batches, intents, certificates, changes, failures, commit_us;
};

static void record_end(struct recorder *r, struct record *record, enum ca_rc rc,
                       const struct ca_err *err)
{
    if (rc != CA_OK) {
        (void)atomic_fetch_add(&r->failures, 1);
    } else if (record->kind == RECORD_INTENT) {
        (void)atomic_fetch_add(&r->intents, 1);
    } else if (record->kind == RECORD_CERTIFICATE) {
        (void)atomic_fetch_add(&r->certificates, 1);
    } else {
        (void)atomic_fetch_add(&r->changes, 1);
    }
    record->done(record, rc, err);
}

static CA_RC head_know(struct recorder *r, struct ca_err *err)
{
    if (!r->head_unknown)
        return CA_OK;
    CA_TRY(audit_reload(r->audit, r->db, err));
    r->head_unknown = false;
    return CA_OK;
}

/* One transaction with its audit lines; the head moves only when COMMIT is known. */
static CA_RC transact(struct recorder *r, db_tx_fn fn, void *arg, struct ca_err *err)
{
    int64_t started = ca_mono_us();
    enum ca_rc rc = db_ready(r->db, err);

    if (rc == CA_OK)
        rc = head_know(r, err);
    if (rc == CA_OK)
        rc = db_tx(r->db, fn, arg, err);
    if (rc == CA_OK) {
        audit_commit(r->audit);
    } else if (strcmp(err->problem, "commit-unknown") == 0) {
        r->head_unknown = true;
    }
    atomic_store(&r->database, rc != CA_UNAVAILABLE);
    (void)atomic_fetch_add(&r->commit_us, (uint64_t)(ca_mono_us() - started));
    (void)atomic_fetch_add(&r->batches, 1);
    return rc;
}

struct change {
    struct audit *audit;
    const struct record *record;
};

static CA_RC change_write(struct db *db, void *arg, struct ca_err *err)
{
    struct change *c = arg;

    audit_begin(c->audit);
    if (c->record->change != NULL)
        CA_TRY(c->record->change(db, c->audit, c->record->arg, err));
    for (size_t i = 0; i < c->record->event_n; i++)
        CA_TRY(audit_add(c->audit, &c->record->events[i], err));
    return audit_write(c->audit, db, err);
}

static void change_run(struct recorder *r, struct record *record)
{
    struct change c = {r->audit, record};
    struct ca_err err = {0};
    enum ca_rc rc = transact(r, change_write, &c, &err);

    record_end(r, record, rc, &err);
}

/* May its outcome still become known, or its certificate still be stored? */
static bool worth_parking(const struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    if (rc != CA_UNAVAILABLE)
        return false;
    return record->kind == RECORD_CERTIFICATE || strcmp(err->problem, "commit-unknown") == 0;
}

static CA_RC issuances_try(struct recorder *r, struct record **records, size_t n,
                           struct ca_err *err)
{
    struct batch b = {.audit = r->audit, .records = records, .n = n};

    return transact(r, batch_write, &b, err);
}

static void issuances_end(struct recorder *r, struct record **records, size_t n, enum ca_rc rc,
                          const struct ca_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (rc == CA_OK && records[i]->repeated) {
            struct ca_err repeated = {0};

            record_end(r, records[i],
                       CA_FAIL_AS(&repeated, CA_CONFLICT, "repeated", "idempotency key is in use"),
                       &repeated);
        } else if (worth_parking(records[i], rc, err)) {
            r->parked[r->parked_n++] = records[i];
        } else {
            record_end(r, records[i], rc, err);
        }
    }
}

static void issuances_run(struct recorder *r, struct record **records, size_t n)
{
    struct ca_err err = {0};
    enum ca_rc rc = issuances_try(r, records, n, &err);

    if (rc == CA_OK || rc == CA_UNAVAILABLE || n == 1) {
        issuances_end(r, records, n, rc, &err);
        return;
    }
    /* One of them is at fault; alone, each gets its own answer. */
    for (size_t i = 0; i < n; i++) {
        rc = issuances_try(r, &records[i], 1, &err);
        issuances_end(r, &records[i], 1, rc, &err);
    }
}

/* Asks what became of each parked entry, and stores the certificates that are not there yet. */
static void parked_run(struct recorder *r)
{
    size_t n = r->parked_n;
    struct ca_err err = {0};

    if (db_ready(r->db, &err) != CA_OK)
        return;
    r->parked_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct record *record = r->parked[i];
        enum ca_rc rc = batch_outcome(r->db, r->config.node, record, &err);

        if (rc == CA_UNAVAILABLE) {
            r->parked[r->parked_n++] = record;
        } else if (rc == CA_NOT_FOUND && record->kind == RECORD_CERTIFICATE) {
            issuances_run(r, &record, 1); /* parks it again at its old place or an earlier one */
        } else if (rc == CA_NOT_FOUND) {
            record_end(r, record, CA_FAIL(&err, CA_UNAVAILABLE, "the database lost it: try again"),
                       &err);
        } else {
            record_end(r, record, rc, &err);
        }
    }
}

static void batch_refuse(struct recorder *r, struct record **records, size_t n)
{
    struct ca_err err = {0};

    for (size_t i = 0; i < n; i++)
        record_end(r, records[i], CA_FAIL(&err, CA_UNAVAILABLE, "the database is away"), &err);
}

static void batch_run(struct recorder *r, size_t n)
{
    size_t issuances = 0;

    for (size_t i = 0; i < n; i++) {
        struct record *record = r->batch[i];

        if (record->kind == RECORD_CHANGE) {
            change_run(r, record);
        } else {
            r->batch[issuances++] = record;
        }
    }
    if (issuances > 0)
        issuances_run(r, r->batch, issuances);
}

/* While entries are parked no new ones are begun; certificates join them. */
static void batch_hold(struct recorder *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (r->batch[i]->kind == RECORD_CERTIFICATE) {
            r->parked[r->parked_n++] = r->batch[i];
        } else {
            batch_refuse(r, &r->batch[i], 1);
        }
    }
}

static void parked_refuse(struct recorder *r)
{
    struct ca_err err = {0};

    for (size_t i = 0; i < r->parked_n; i++) {
        record_end(r, r->parked[i],
                   CA_FAIL(&err, CA_UNAVAILABLE, "the signer ends while the database is away"),
                   &err);
    }
    r->parked_n = 0;
}

static void *recorder_main(void *arg)
{
    struct recorder *r = arg;

    while (!ca_queue_closed(r->queue) || r->parked_n > 0) {
        int64_t deadline = r->parked_n > 0 ? ca_mono_ms() + PARKED_RETRY_MS : -1;
        size_t n = ca_queue_take(r->queue, (void **)r->batch, r->config.batch_max, deadline);

        if (r->parked_n > 0)
            parked_run(r);
        if (atomic_load(&r->giving_up) || (ca_queue_closed(r->queue) && n == 0))
            parked_refuse(r); /* stopping without a database: the next start settles what is open */
        if (r->parked_n > 0) {
            batch_hold(r, n);
        } else {
            batch_run(r, n);
        }
    }
    return NULL;
}

static void recorder_free(struct recorder *r)
{
    if (r == NULL)
        return;
    ca_queue_free(r->queue);
    audit_close(r->audit);
    db_close(r->db);
    free(r->batch);
    free(r->parked);
    free(r);
}
CA_AUTO_DEFINE(recorder, struct recorder *, recorder_free);

CA_RC recorder_start(const struct recorder_config *config, struct recorder **ret,
                     struct ca_err *err)
{
    CA_AUTO(recorder) struct recorder *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return CA_FAIL_NOMEM(err);
    r->config = *config;
    r->batch = calloc(config->batch_max, sizeof(struct record *));
    /* Everything that can be in flight could end up here. */
    r->parked = calloc(config->queue_max + 2 * config->batch_max, sizeof(struct record *));
    if (r->batch == NULL || r->parked == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(ca_queue_new(config->queue_max, &r->queue, err));
    CA_TRY(db_open(config->db, &r->db, err));
    CA_TRY(audit_open(r->db, config->node, &r->audit, err));
    atomic_store(&r->database, true);
    if (pthread_create(&r->thread, NULL, recorder_main, r) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for the recorder");
    *ret = CA_MOVE(r);
    return CA_OK;
}

void recorder_give_up(struct recorder *r)
{
    if (r != NULL)
        atomic_store(&r->giving_up, true);
}

void recorder_stop(struct recorder *r)
{
    if (r == NULL)
        return;
    recorder_give_up(r);
    ca_queue_close(r->queue);
    (void)pthread_join(r->thread, NULL);
    recorder_free(r);
}

bool recorder_put(struct recorder *r, struct record *record)
{
    return ca_queue_put(r->queue, record);
}

/* For those who wait. */
struct waiter {
    struct record record; /* a copy; first, so that `done` finds the rest */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t over;
    bool ended;
    enum ca_rc rc;
    struct ca_err err;
};

static void waiter_done(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct waiter *w = (struct waiter *)record;

    (void)pthread_mutex_lock(&w->lock);
    w->ended = true;
    w->rc = rc;
    if (rc != CA_OK)
        w->err = *err;
    (void)pthread_cond_signal(&w->over);
    (void)pthread_mutex_unlock(&w->lock);
}

CA_RC recorder_wait(struct recorder *r, struct record *record, struct ca_err *err)
{
    struct waiter w = {
        .record = *record, .lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};

    w.record.done = waiter_done;
    if (!recorder_put(r, &w.record))
        return CA_FAIL_AS(err, CA_LIMIT, "overloaded", "too many changes wait for the database");
    (void)pthread_mutex_lock(&w.lock);
    while (!w.ended)
        (void)pthread_cond_wait(&w.over, &w.lock);
    (void)pthread_mutex_unlock(&w.lock);
    if (w.rc != CA_OK)
        *err = w.err;
    return w.rc;
}

CA_RC recorder_change(struct recorder *r, change_fn change, void *arg,
                      const struct audit_event *events, size_t event_n, struct ca_err *err)
{
    struct record record = {
        .kind = RECORD_CHANGE, .change = change, .arg = arg, .events = events, .event_n = event_n};

    return recorder_wait(r, &record, err);
}

void recorder_stats(const struct recorder *r, struct recorder_stats *ret)
{
    *ret = (struct recorder_stats){
        .batches = atomic_load(&r->batches),
        .intents = atomic_load(&r->intents),
        .certificates = atomic_load(&r->certificates),
        .changes = atomic_load(&r->changes),
        .failures = atomic_load(&r->failures),
        .commit_us = atomic_load(&r->commit_us),
        .queue = ca_queue_length(r->queue),
        .database = atomic_load(&r->database),
    };
}
