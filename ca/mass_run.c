/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that works mass revocations off. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/crl_internal.h"
#include "ca/named_list_internal.h"

enum {
    BATCH = 500, /* certificates in a transaction: longer ones would keep issuance waiting */
    PAUSE_LEAST_MS = 5,
    POLL_MS = 2000,
    RETRY_MS = 1000,
    POOL_WAIT_MS = 2000,
    LEASE_S = 60,
    LEASE_EVERY_MS = 10000,
};
#define LEASE "revocation-jobs"

struct mass_runner {
    struct signer *signer;
    pthread_t thread;
    int64_t lease_ms; /* until then it need not be asked for again */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken; /* guarded by lock, as the next */
    bool stopping;
};

/* What is known of a job while it is worked on; texts of `row` are its list's. */
struct work {
    struct mass_runner *runner;
    struct db_revocation_job row;
    struct named_reader reader; /* of its list */
    char detail[200];
};

/* One batch. */
struct batch {
    struct work *work;
    const struct db_result *page;
    struct ca_uuid ids[BATCH];
    int64_t at;
    int64_t revoked;
};

/* False: the runner is to stop. */
static bool runner_wait(struct mass_runner *r, int64_t ms, bool for_work)
{
    struct timespec until = ca_mono_timespec(ca_mono_ms() + ms);
    bool go_on;
    int rc = 0;

    (void)pthread_mutex_lock(&r->lock);
    while (rc == 0 && !r->stopping && !(for_work && r->woken))
        rc = pthread_cond_timedwait(&r->changed, &r->lock, &until);
    r->woken = false;
    go_on = !r->stopping;
    (void)pthread_mutex_unlock(&r->lock);
    return go_on;
}

static int selected_compare(const void *key, const void *row)
{
    return memcmp(key, &((const struct db_selected *)row)->id, CA_UUID_LEN);
}

static CA_RC changed_audit(struct audit *audit, const struct batch *b, const struct ca_uuid *id,
                           struct ca_err *err)
{
    const struct db_selected *row =
        bsearch(id, b->page->rows, b->page->count, sizeof(struct db_selected), selected_compare);
    char object[CA_UUID_TEXT];
    struct audit_event event = {.actor = b->work->row.creator,
                                .channel = "signer",
                                .action = "certificate.revoke",
                                .outcome = "ok",
                                .object = ca_uuid_text(id, object),
                                .request_id = "",
                                .detail = b->work->detail};

    if (row == NULL)
        return CA_FAIL(err, CA_FAULT, "a certificate was revoked that nobody asked for");
    event.object_hash = row->fingerprint;
    return audit_add(audit, &event, err);
}

/* I13: revocations, their lines and how far the job is are committed together. */
static CA_RC batch_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct batch *b = arg;
    const struct db_revocation_job *job = &b->work->row;
    const struct db_revocation change = {.reason = job->reason,
                                         .revoked_at = b->at,
                                         .invalidity_date = job->invalidity_date,
                                         .comment = job->comment};
    CA_AUTO(db_result) struct db_result changed = {0};
    const struct db_selected *rows;
    struct db_revocation_step step = {
        .position = b->ids[b->page->count - 1], .done = (int64_t)b->page->count, .at = b->at};

    CA_TRY(db_certificate_revoke_batch(db, &change, b->ids, b->page->count, &changed, err));
    rows = changed.rows;
    for (size_t i = 0; i < changed.count; i++)
        CA_TRY(changed_audit(audit, b, &rows[i].id, err));
    b->revoked = step.revoked = (int64_t)changed.count;
    return db_revocation_job_advance(db, job, b->work->runner->signer->config.node, &step, err);
}

/* The publisher gathers what it is told: one CRL for all batches of half a minute. */
static void publisher_tell(struct signer *s, const struct db_result *page)
{
    const struct db_selected *rows = page->rows;

    for (size_t i = 0; i < page->count; i++) {
        if (i == 0 || rows[i].authority_id != rows[i - 1].authority_id)
            publisher_note(s->publisher, rows[i].authority_id, NULL, NULL);
    }
}

static CA_RC lease_keep(struct mass_runner *r, struct db *db, bool *ret_mine, struct ca_err *err)
{
    *ret_mine = ca_mono_ms() < r->lease_ms;
    if (*ret_mine)
        return CA_OK;
    CA_TRY(db_lease_take(db, LEASE, r->signer->config.node, ca_time_now(), LEASE_S, ret_mine, err));
    r->lease_ms = *ret_mine ? ca_mono_ms() + LEASE_EVERY_MS : 0;
    return CA_OK;
}

static CA_RC page_read(struct work *w, struct db_result *ret, bool *ret_mine, struct ca_err *err)
{
    struct signer *s = w->runner->signer;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = lease_keep(w->runner, db, ret_mine, err);
    if (rc == CA_OK && *ret_mine)
        rc = named_list_page(s, db, &w->reader, &w->row.selection, &w->row.position, BATCH, ret,
                             err);
    db_pool_give(s->pool, db);
    return rc;
}

struct ending {
    const struct work *work;
    enum db_revocation_job_state to;
    const char *failure;
};

static CA_RC ending_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct ending *e = arg;

    (void)audit;
    return db_revocation_job_end(db, &e->work->row.id, e->to, ca_time_now(), NULL, e->failure, err);
}

static CA_RC job_end(const struct work *w, enum db_revocation_job_state to, const char *failure,
                     struct ca_err *err)
{
    struct ending e = {w, to, failure};
    char object[CA_UUID_TEXT];
    char detail[400];
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "revocation_job.end",
                                      .outcome = to == DB_REVOCATION_DONE ? "ok" : "failed",
                                      .object = ca_uuid_text(&w->row.id, object),
                                      .request_id = "",
                                      .detail = detail,
                                      .object_hash = w->row.digest};

    (void)snprintf(detail, sizeof(detail), "%jd of %jd certificates, %jd revoked%s%.250s",
                   (intmax_t)w->row.done, (intmax_t)w->row.total, (intmax_t)w->row.revoked,
                   failure[0] != '\0' ? ": " : "", failure);
    CA_LOG(CA_LOG_INFO, "revocation_job_ended", CA_STR("job", object), CA_STR("text", detail));
    named_counts_forget(w->runner->signer->named_counts); /* states are others now */
    return recorder_change(w->runner->signer->recorder, ending_write, &e, &event, 1, err);
}

static CA_RC batch_run(struct work *w, const struct db_result *page, struct ca_err *err)
{
    struct signer *s = w->runner->signer;
    const struct db_selected *rows = page->rows;
    struct batch b = {.work = w, .page = page, .at = ca_time_now()};

    for (size_t i = 0; i < page->count; i++)
        b.ids[i] = rows[i].id;
    CA_TRY(recorder_change(s->recorder, batch_write, &b, NULL, 0, err));
    w->row.position = b.ids[page->count - 1];
    w->row.done += (int64_t)page->count;
    w->row.revoked += b.revoked;
    if (b.revoked > 0)
        publisher_tell(s, page);
    return CA_OK;
}

/* The next batch, or the end. Never more than what was agreed to. */
static CA_RC job_step(struct work *w, bool *ret_more, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result page = {0};
    bool mine = false;

    *ret_more = false;
    CA_TRY(page_read(w, &page, &mine, err));
    if (!mine)
        return CA_OK;
    if (w->row.done + (int64_t)page.count > w->row.total)
        return CA_FAIL(err, CA_DENIED, "more certificates are meant than were agreed to");
    if (page.count > 0) {
        CA_TRY(batch_run(w, &page, err));
        *ret_more = true;
        return CA_OK;
    }
    if (w->row.done < w->row.total)
        return CA_FAIL(err, CA_DENIED, "fewer certificates are there than were agreed to");
    return job_end(w, DB_REVOCATION_DONE, "", err);
}

static bool is_passing(enum ca_rc rc)
{
    return rc == CA_UNAVAILABLE || rc == CA_RETRY || rc == CA_LIMIT;
}

/* Until it has ended, somebody else has moved it, or the runner is to stop. Half of the time is the
 * recorder's for others. */
static CA_RC job_work(struct work *w, struct ca_err *err)
{
    bool more = true;

    CA_TRY(mass_seal_check(w->runner->signer->seal, &w->row, err));
    while (more) {
        int64_t started = ca_mono_ms();

        CA_TRY(job_step(w, &more, err));
        if (more && !runner_wait(w->runner, ca_mono_ms() - started + PAUSE_LEAST_MS, false))
            return CA_OK;
    }
    return CA_OK;
}

static CA_RC job_find(struct mass_runner *r, struct db_result *ret, struct ca_err *err)
{
    const enum db_revocation_job_state running = DB_REVOCATION_RUNNING;
    struct signer *s = r->signer;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_revocation_job_list(db, NULL, &running, NULL, 64, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

/* What can never be done ends, so that it does not stand in the way of the next one. */
static CA_RC job_run(struct work *w, struct ca_err *err)
{
    struct ca_err why = {0};
    enum ca_rc rc;

    (void)snprintf(w->detail, sizeof(w->detail), "reason %d, mass revocation: %.120s",
                   w->row.reason, w->row.comment);
    rc = job_work(w, &why);
    if (rc == CA_OK || rc == CA_CONFLICT)
        return CA_OK; /* cancelled, or worked on by another node */
    if (is_passing(rc)) {
        *err = why;
        return rc;
    }
    rc = job_end(w, DB_REVOCATION_FAILED, why.text, err);
    return rc == CA_CONFLICT ? CA_OK : rc;
}

/* The oldest first. */
static CA_RC jobs_run(struct mass_runner *r, struct ca_err *err)
{
    struct work w = {.runner = r};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_revocation_job *rows;

    CA_TRY(job_find(r, &found, err));
    rows = found.rows;
    for (size_t i = found.count; i > 0; i--) {
        enum ca_rc rc;

        w.row = rows[i - 1];
        rc = job_run(&w, err);
        named_reader_done(&w.reader);
        CA_TRY(rc);
    }
    return CA_OK;
}

static void *runner_main(void *arg)
{
    struct mass_runner *r = arg;
    int64_t wait_ms = 0;

    while (runner_wait(r, wait_ms, true)) {
        struct ca_err err = {0};
        enum ca_rc rc = jobs_run(r, &err);

        wait_ms = rc == CA_OK ? POLL_MS : RETRY_MS;
        if (rc != CA_OK)
            CA_LOG(CA_LOG_WARNING, "revocation_job_waits", CA_STR("text", err.text));
    }
    return NULL;
}

static void runner_free(struct mass_runner *r)
{
    (void)pthread_cond_destroy(&r->changed);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

CA_RC mass_runner_start(struct signer *s, struct mass_runner **ret, struct ca_err *err)
{
    struct mass_runner *r = calloc(1, sizeof(*r));
    pthread_condattr_t attr;

    if (r == NULL)
        return CA_FAIL_NOMEM(err);
    r->signer = s;
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&r->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    if (pthread_create(&r->thread, NULL, runner_main, r) != 0) {
        runner_free(r);
        return CA_FAIL(err, CA_FAULT, "no thread for mass revocations");
    }
    *ret = r;
    return CA_OK;
}

void mass_runner_stop(struct mass_runner *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->lock);
    r->stopping = true;
    (void)pthread_cond_signal(&r->changed);
    (void)pthread_mutex_unlock(&r->lock);
    (void)pthread_join(r->thread, NULL);
    runner_free(r);
}

void mass_runner_wake(struct mass_runner *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->lock);
    r->woken = true;
    (void)pthread_cond_signal(&r->changed);
    (void)pthread_mutex_unlock(&r->lock);
}
