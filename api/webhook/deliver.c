/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "api/front_internal.h"
#include "api/webhook/webhook_internal.h"
#include "base/log.h"
#include "base/time.h"

enum {
    AT_ONCE = 8,  /* deliveries in flight */
    OF_ONE = 2,   /* to one webhook: a dead one takes no more of them */
    LEASE_S = 60, /* longer than an attempt takes: then another node may try */
    IDLE_MS = 1000,
    SLICE_MS = 100,
    DB_WAIT_MS = 2000,
    FIRST_S = 2,
    LONGEST_S = 4 * 3600,
    GIVEN_UP_S = 24 * 3600,
};

struct webhook {
    struct front *front;
    pthread_t thread;
    atomic_bool stopping;
};

int64_t webhook_delay_s(int32_t attempts, int64_t age_s, uint8_t chance)
{
    int64_t delay = FIRST_S;

    for (int32_t i = 1; i < attempts && delay < LONGEST_S; i++)
        delay *= 2;
    if (delay > LONGEST_S)
        delay = LONGEST_S;
    delay += delay * (chance - 128) / 512;
    if (age_s + delay > GIVEN_UP_S)
        return 0;
    return delay > 0 ? delay : 1;
}

static void log_attempt(const struct sending *s, int64_t next_at)
{
    const struct db_webhook_delivery *d = s->delivery;
    char id[CA_UUID_TEXT];
    bool good = s->error[0] == '\0';

    CA_LOG(good ? CA_LOG_INFO : CA_LOG_WARNING,
           good           ? "webhook_delivered"
           : next_at == 0 ? "webhook_given_up"
                          : "webhook_failed",
           CA_STR("delivery", ca_uuid_text(&d->id, id)), CA_STR("type", d->event),
           CA_INT("attempt", d->attempts), CA_INT("status", s->status), CA_STR("text", s->error));
}

static CA_RC attempt_end(struct db *db, const struct sending *s, struct ca_err *err)
{
    struct db_webhook_delivery d = *s->delivery;
    int64_t now = ca_time_now();
    struct ca_uuid random;

    d.last_status = (int32_t)s->status;
    if (s->error[0] == '\0') {
        d.delivered_at = now;
        d.next_at = 0;
    } else {
        int64_t delay;

        CA_TRY(ca_uuid_new(&random, err));
        delay = webhook_delay_s(d.attempts, now - d.created_at, random.octets[CA_UUID_LEN - 1]);
        d.next_at = delay > 0 ? now + delay : 0;
        d.last_error = s->error;
    }
    log_attempt(s, d.next_at);
    return db_webhook_delivery_end(db, &d, err);
}

static CA_RC take(struct webhook *w, struct db_result *ret, struct ca_err *err)
{
    struct db *db = NULL;
    int64_t now = ca_time_now();
    enum ca_rc rc;

    CA_TRY(front_db_take(w->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_webhook_delivery_take(db, now, now + LEASE_S, OF_ONE, AT_ONCE, ret, err);
    front_db_give(w->front, db);
    return rc;
}

/* What cannot be written down is tried once more when the lease is over. */
static CA_RC end(struct webhook *w, const struct sending *list, size_t n, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc = CA_OK;

    CA_TRY(front_db_take(w->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    for (size_t i = 0; i < n && rc == CA_OK; i++)
        rc = attempt_end(db, &list[i], err);
    front_db_give(w->front, db);
    return rc;
}

static CA_RC once(struct webhook *w, size_t *ret_n, struct ca_err *err)
{
    const struct front_config *c = &w->front->config;
    const struct sender_config config = {c->webhook_key, c->webhook_private, c->webhook_roots};
    CA_AUTO(db_result) struct db_result due = {0};
    struct sending list[AT_ONCE] = {{.status = 0}};
    const struct db_webhook_delivery *rows;

    CA_TRY(take(w, &due, err));
    rows = due.rows;
    *ret_n = due.count < AT_ONCE ? due.count : AT_ONCE;
    if (*ret_n == 0)
        return CA_OK;
    for (size_t i = 0; i < *ret_n; i++)
        list[i].delivery = &rows[i];
    CA_TRY(sender_run(&config, list, *ret_n, err));
    return end(w, list, *ret_n, err);
}

static void idle(struct webhook *w)
{
    for (int ms = 0; ms < IDLE_MS && !atomic_load(&w->stopping); ms += SLICE_MS)
        (void)poll(NULL, 0, SLICE_MS);
}

static void *deliver_main(void *arg)
{
    struct webhook *w = arg;

    while (!atomic_load(&w->stopping)) {
        struct ca_err err = {0};
        size_t n = 0;
        enum ca_rc rc = once(w, &n, &err);

        if (rc == CA_UNAVAILABLE && strcmp(err.problem, "token-failed") == 0)
            w->front->config.on_token_lost(err.text);
        if (rc != CA_OK && rc != CA_UNAVAILABLE)
            CA_LOG(CA_LOG_ERROR, "webhooks_stuck", CA_STR("text", err.text));
        if (rc != CA_OK || n == 0)
            idle(w);
    }
    return NULL;
}

CA_RC webhook_start(struct front *front, struct webhook **ret, struct ca_err *err)
{
    struct webhook *w;

    if (front->config.webhook_key == NULL)
        return CA_OK;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) /* before threads use it */
        return CA_FAIL(err, CA_FAULT, "libcurl does not start");
    w = calloc(1, sizeof(*w));
    if (w == NULL)
        return CA_FAIL_NOMEM(err);
    w->front = front;
    if (pthread_create(&w->thread, NULL, deliver_main, w) != 0) {
        free(w);
        return CA_FAIL(err, CA_FAULT, "no thread for webhooks");
    }
    *ret = w;
    return CA_OK;
}

void webhook_stop(struct webhook *w)
{
    if (w == NULL)
        return;
    atomic_store(&w->stopping, true);
    (void)pthread_join(w->thread, NULL);
    free(w);
}
