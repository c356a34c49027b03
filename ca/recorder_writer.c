/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/recorder_writer_internal.h"

#include <stdatomic.h>

#include "base/time.h"
#include "ca/recorder_batch_internal.h"

struct writer {
    const char *node;
    struct db *db;
    struct audit *audit;
    struct record **parked;
    size_t parked_n;
    bool head_unknown; /* of the audit chain: a COMMIT was not answered */
    _Atomic bool database;
    _Atomic uint64_t batches, intents, certificates, changes, failures, commit_us;
};

static void record_end(struct writer *w, struct record *record, enum ca_rc rc,
                       const struct ca_err *err)
{
    if (rc != CA_OK) {
        (void)atomic_fetch_add(&w->failures, 1);
    } else if (record->kind == RECORD_INTENT) {
        (void)atomic_fetch_add(&w->intents, 1);
    } else if (record->kind == RECORD_CERTIFICATE) {
        (void)atomic_fetch_add(&w->certificates, 1);
    } else {
        (void)atomic_fetch_add(&w->changes, 1);
    }
    record->done(record, rc, err);
}

static CA_RC head_know(struct writer *w, struct ca_err *err)
{
    if (!w->head_unknown)
        return CA_OK;
    CA_TRY(audit_reload(w->audit, w->db, err));
    w->head_unknown = false;
    return CA_OK;
}

/* One transaction with its audit lines; the head moves only when COMMIT is known. */
static CA_RC transact(struct writer *w, db_tx_fn fn, void *arg, struct ca_err *err)
{
    int64_t started = ca_mono_us();
    enum ca_rc rc = db_ready(w->db, err);

    if (rc == CA_OK)
        rc = head_know(w, err);
    if (rc == CA_OK)
        rc = db_tx(w->db, fn, arg, err);
    if (rc == CA_OK) {
        audit_commit(w->audit);
    } else if (strcmp(err->problem, "commit-unknown") == 0) {
        w->head_unknown = true;
    }
    atomic_store(&w->database, rc != CA_UNAVAILABLE);
    (void)atomic_fetch_add(&w->commit_us, (uint64_t)(ca_mono_us() - started));
    (void)atomic_fetch_add(&w->batches, 1);
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

static void change_run(struct writer *w, struct record *record)
{
    struct change c = {w->audit, record};
    struct ca_err err = {0};
    enum ca_rc rc = transact(w, change_write, &c, &err);

    record_end(w, record, rc, &err);
}

/* May its outcome still become known, or its certificate still be stored? */
static bool worth_parking(const struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    if (rc != CA_UNAVAILABLE)
        return false;
    return record->kind == RECORD_CERTIFICATE || strcmp(err->problem, "commit-unknown") == 0;
}

static CA_RC issuances_try(struct writer *w, struct record **records, size_t n, struct ca_err *err)
{
    struct batch b = {.audit = w->audit, .records = records, .n = n};

    return transact(w, batch_write, &b, err);
}

static void issuances_end(struct writer *w, struct record **records, size_t n, enum ca_rc rc,
                          const struct ca_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (rc == CA_OK && records[i]->repeated) {
            struct ca_err repeated = {0};

            record_end(w, records[i],
                       CA_FAIL_AS(&repeated, CA_CONFLICT, "repeated", "idempotency key is in use"),
                       &repeated);
        } else if (rc == CA_OK && records[i]->claim != NULL && records[i]->claim->finding_n > 0) {
            struct ca_err denied = {0};

            record_end(
                w, records[i],
                CA_FAIL_AS(&denied, CA_DENIED, "policy", "%s", records[i]->claim->findings[0].text),
                &denied);
        } else if (worth_parking(records[i], rc, err)) {
            w->parked[w->parked_n++] = records[i];
        } else {
            record_end(w, records[i], rc, err);
        }
    }
}

static void issuances_run(struct writer *w, struct record **records, size_t n)
{
    struct ca_err err = {0};
    enum ca_rc rc = issuances_try(w, records, n, &err);

    if (rc == CA_OK || rc == CA_UNAVAILABLE || n == 1) {
        issuances_end(w, records, n, rc, &err);
        return;
    }
    /* One of them is at fault; alone, each gets its own answer. */
    for (size_t i = 0; i < n; i++) {
        rc = issuances_try(w, &records[i], 1, &err);
        issuances_end(w, &records[i], 1, rc, &err);
    }
}

void writer_retry(struct writer *w)
{
    size_t n = w->parked_n;
    struct ca_err err = {0};

    if (db_ready(w->db, &err) != CA_OK)
        return;
    w->parked_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct record *record = w->parked[i];
        enum ca_rc rc = batch_outcome(w->db, w->node, record, &err);

        if (rc == CA_UNAVAILABLE) {
            w->parked[w->parked_n++] = record;
        } else if (rc == CA_NOT_FOUND && record->kind == RECORD_CERTIFICATE) {
            issuances_run(w, &record, 1); /* parks it again at its old place or an earlier one */
        } else if (rc == CA_NOT_FOUND) {
            record_end(w, record, CA_FAIL(&err, CA_UNAVAILABLE, "the database lost it: try again"),
                       &err);
        } else {
            record_end(w, record, rc, &err);
        }
    }
}

static void batch_write_all(struct writer *w, struct record **records, size_t n)
{
    size_t issuances = 0;

    for (size_t i = 0; i < n; i++) {
        struct record *record = records[i];

        if (record->kind == RECORD_CHANGE) {
            change_run(w, record);
        } else {
            records[issuances++] = record;
        }
    }
    if (issuances > 0)
        issuances_run(w, records, issuances);
}

static void batch_hold(struct writer *w, struct record **records, size_t n)
{
    struct ca_err err = {0};

    for (size_t i = 0; i < n; i++) {
        if (records[i]->kind == RECORD_CERTIFICATE) {
            w->parked[w->parked_n++] = records[i];
        } else {
            record_end(w, records[i], CA_FAIL(&err, CA_UNAVAILABLE, "the database is away"), &err);
        }
    }
}

void writer_put(struct writer *w, struct record **records, size_t n)
{
    if (w->parked_n > 0) {
        batch_hold(w, records, n);
    } else {
        batch_write_all(w, records, n);
    }
}

size_t writer_parked(const struct writer *w)
{
    return w->parked_n;
}

void writer_give_up(struct writer *w)
{
    struct ca_err err = {0};

    for (size_t i = 0; i < w->parked_n; i++) {
        record_end(w, w->parked[i],
                   CA_FAIL(&err, CA_UNAVAILABLE, "the signer ends while the database is away"),
                   &err);
    }
    w->parked_n = 0;
}

void writer_close(struct writer *w)
{
    if (w == NULL)
        return;
    audit_close(w->audit);
    db_close(w->db);
    free(w->parked);
    free(w);
}

CA_RC writer_open(const struct recorder_config *config, struct writer **ret, struct ca_err *err)
{
    CA_AUTO(writer) struct writer *w = calloc(1, sizeof(*w));

    if (w == NULL)
        return CA_FAIL_NOMEM(err);
    w->node = config->node;
    /* Everything that can be in flight could end up here. */
    w->parked = calloc(config->queue_max + 2 * config->batch_max, sizeof(struct record *));
    if (w->parked == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(db_open(config->db, &w->db, err));
    CA_TRY(audit_open(w->db, config->node, &w->audit, err));
    audit_set_tap(w->audit, config->tap, config->tap_arg);
    atomic_store(&w->database, true);
    *ret = CA_MOVE(w);
    return CA_OK;
}

void writer_stats(const struct writer *w, struct recorder_stats *ret)
{
    *ret = (struct recorder_stats){
        .batches = atomic_load(&w->batches),
        .intents = atomic_load(&w->intents),
        .certificates = atomic_load(&w->certificates),
        .changes = atomic_load(&w->changes),
        .failures = atomic_load(&w->failures),
        .commit_us = atomic_load(&w->commit_us),
        .database = atomic_load(&w->database),
    };
}
