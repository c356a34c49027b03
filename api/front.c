/* SPDX-License-Identifier: Apache-2.0 */
#include "api/front.h"

#include <assert.h>

#include "api/http_internal.h"
#include "api/ocsp/ocsp_internal.h"
#include "api/process_internal.h"
#include "api/profiles_internal.h"
#include "api/scep/ra.h"
#include "api/tls_keeper.h"
#include "api/webhook/webhook.h"
#include "base/log.h"
#include "base/time.h"

enum { FRONT_PAUSE_MS = 5, FRONT_STOP_MS = 30000 };

static void front_free(struct front *front)
{
    tls_keeper_free(front->tls_keeper);
    ocsp_stop(front->ocsp);
    publish_stop(front->publish);
    scep_free(front->scep);
    authority_cache_free(front->authorities);
    profile_watch_free(front->profiles);
    auth_free(front->auth);
    lockout_free(front->lockout);
    rate_free(front->rate);
    tls_free(front->tls);
    front_metrics_free(front->metrics);
    ca_queue_free(front->work);
    db_pool_free(atomic_load(&front->pool));
    (void)pthread_mutex_destroy(&front->lock);
    (void)pthread_mutex_destroy(&front->share_lock);
    free(front);
}

/* Without the database the front starts all the same: CRLs must be served. */
static CA_RC database_try(struct front *front, struct ca_err *err)
{
    enum ca_rc rc = front_db_open(front, err);

    if (rc != CA_UNAVAILABLE)
        return rc;
    CA_LOG(CA_LOG_ERROR, "database_away", CA_STR("text", err->text));
    return CA_OK;
}

static CA_RC limits_make(struct front *front, struct ca_err *err)
{
    const struct front_config *c = &front->config;
    const struct lockout_config lockout = {c->login_failures, c->login_window_ms,
                                           c->login_lockout_ms};
    const struct scep_config scep = {.requests = c->scep_requests};

    CA_TRY(lockout_new(&lockout, &front->lockout, err));
    CA_TRY(scep_new(&scep, &front->scep, err));
    return rate_new(c->operator_requests, &front->rate, err);
}

static CA_RC tls_make(struct front *front, struct ca_err *err)
{
    const struct front_config *c = &front->config;
    CA_AUTO(buf) struct ca_buf chain = {0};

    if (c->https_fd < 0 || c->tls_key == NULL)
        return CA_OK;
    CA_TRY(tls_keeper_new(front, &front->tls_keeper, err));
    CA_TRY(tls_keeper_choose(front->tls_keeper, c->tls_chain, &chain, err));
    return tls_new(c->tls_key, ca_buf_view(&chain), c->client_roots, c->on_token_lost, &front->tls,
                   err);
}

static CA_RC parts_make(struct front *front, struct ca_err *err)
{
    const struct front_config *c = &front->config;

    CA_TRY(front_metrics_new(&front->metrics, err));
    CA_TRY(limits_make(front, err));
    CA_TRY(auth_new(&front->auth, err));
    CA_TRY(authority_cache_new(&front->authorities, err));
    CA_TRY(profile_watch_new(front, &front->profiles, err));
    /* Each connection has one request at most, and each that was given up may be here still. */
    CA_TRY(ca_queue_new((size_t)2 * DOOR__COUNT * c->connection_limit + c->queue_max, &front->work,
                        err));
    CA_TRY(tls_make(front, err));
    CA_TRY(publish_start(front, &front->publish, err));
    CA_TRY(ocsp_start(front, &front->ocsp, err));
    return database_try(front, err);
}

static CA_RC parts_run(struct front *front, struct ca_err *err)
{
    CA_TRY(profile_watch_start(front->profiles, err)); /* before anybody asks */
    CA_TRY(http_start(front, &front->http, err));
    CA_TRY(front_workers_start(front, err));
    CA_TRY(webhook_start(front, &front->webhook, err));
    CA_TRY(scep_run(front->scep, err));
    CA_TRY(tls_keeper_run(front->tls_keeper, err));
    CA_TRY(ra_start(front, &front->ra, err));
    CA_TRY(ocsp_run(front->ocsp, err));
    return publish_run(front->publish, err);
}

CA_RC front_start(const struct front_config *config, struct front **ret, struct ca_err *err)
{
    struct front *front = calloc(1, sizeof(*front));
    enum ca_rc rc;

    if (front == NULL)
        return CA_FAIL_NOMEM(err);
    front->config = *config;
    (void)pthread_mutex_init(&front->lock, NULL);
    (void)pthread_mutex_init(&front->share_lock, NULL);
    rc = parts_make(front, err);
    if (rc == CA_OK)
        rc = parts_run(front, err);
    if (rc != CA_OK) {
        front_stop(front);
        return rc;
    }
    *ret = front;
    return CA_OK;
}

static void processing_wait(struct front *front, int64_t deadline_ms)
{
    while (atomic_load(&front->processing) > 0 && ca_mono_ms() < deadline_ms) {
        struct timespec pause = {0, FRONT_PAUSE_MS * 1000000L};

        (void)nanosleep(&pause, NULL);
    }
}

void front_drain(struct front *front, int64_t deadline_ms)
{
    if (front->http == NULL || atomic_exchange(&front->draining, true))
        return;
    http_quiesce(front->http);
    processing_wait(front, ca_mono_ms() + deadline_ms);
}

/* What is still suspended gets its 503. The client and the database keep their deadlines, so that
 * nothing that knows of a request outlives the wait. */
void front_stop(struct front *front)
{
    if (front == NULL)
        return;
    front_drain(front, 0);
    request_expire(front, INT64_MAX);
    processing_wait(front, ca_mono_ms() + FRONT_STOP_MS);
    assert(atomic_load(&front->processing) == 0);
    profile_watch_stop(front->profiles);
    webhook_stop(front->webhook);
    scep_stop(front->scep);
    front_workers_stop(front);
    ra_stop(front->ra); /* nobody has its sets any more */
    http_stop(front->http);
    front_free(front);
}

CA_RC front_reload_tls(struct front *front, const struct hsm_key *key, struct ca_bytes chain,
                       struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf chosen = {0};

    if (front->tls == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "HTTPS is closed");
    CA_TRY(tls_keeper_choose(front->tls_keeper, chain, &chosen, err));
    return tls_replace(front->tls, key, ca_buf_view(&chosen), err);
}
