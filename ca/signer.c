/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/signer.h"

#include <pthread.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/blocklist_internal.h"
#include "ca/checkpoint_internal.h"
#include "ca/clock_internal.h"
#include "ca/crl_internal.h"
#include "ca/crl_spread_internal.h"
#include "ca/dispatch_internal.h"
#include "ca/named_list_internal.h"
#include "ca/ocsp_internal.h"
#include "ca/operator_internal.h"
#include "ca/profiles_internal.h"
#include "ca/record_rules_internal.h"
#include "ca/rollover_internal.h"
#include "ca/seal_internal.h"
#include "ca/settle_internal.h"
#include "ca/webhook_internal.h"
#include "db/setting.h"
#include "db/status.h"
#include "db/webhook.h"

enum {
    WORKERS_MAX = 64,
    CHANGES_MAX = 256,    /* in the recorder beside issuances */
    REQUESTS_AFTER_S = 5, /* the front may send its own again first */
    UPKEEP_S = 60,
    DELIVERIES_S = 30 * 86400, /* so long it is known what a webhook was told */
    TOKEN_S = 3,               /* between two looks at the token */
};

/* What only this file sees. */
struct engine {
    struct signer s; /* first */
    pthread_t workers[WORKERS_MAX];
    unsigned worker_n;
    pthread_t upkeep;
    bool upkeep_runs;
    struct ca_queue *stop; /* closed: the upkeep ends */
};

static struct engine *engine_of(struct signer *s)
{
    return CA_CONTAINER(s, struct engine, s);
}

bool signer_put(struct signer *s, struct task *t)
{
    return ca_queue_put(s->work, t);
}

bool signer_admit(struct signer *s)
{
    if (atomic_fetch_add(&s->metrics.in_flight, 1) < s->config.queue_max)
        return true;
    signer_leave(s);
    return false;
}

void signer_leave(struct signer *s)
{
    (void)atomic_fetch_sub(&s->metrics.in_flight, 1);
}

void signer_fatal(struct signer *s, const struct ca_err *err)
{
    s->config.on_fatal(75, err->text);
}

static void *worker_main(void *arg)
{
    struct signer *s = arg;
    void *item = NULL;

    while (ca_queue_take(s->work, &item, 1, -1) == 1) {
        struct task *t = item;

        t->run(s, t);
    }
    return NULL;
}

/* Reads authorities and their keys again (I14), makes the next storage partition, and lets requests
 * go on that nobody came back for. */
static CA_RC upkeep_once(struct signer *s, bool first, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + 1000, &db, err));
    rc = db_period_ensure(db, ca_time_now(), err);
    if (rc == CA_OK)
        rc = authority_registry_load(s->registry, db, err);
    if (rc == CA_OK)
        rc = db_claim_trim(db, ca_time_now() - UPKEEP_S, err);
    if (rc == CA_OK)
        rc = db_webhook_delivery_trim(db, ca_time_now() - DELIVERIES_S, err);
    if (rc == CA_OK)
        rc = db_status_trim(db, err);
    if (rc == CA_OK)
        rc = db_named_list_trim(db, ca_time_now(), ca_time_now() - NAMED_AFTER_S, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    CA_TRY(settle_overdue(s, err));
    CA_TRY(approvals_expire(s, err));
    CA_TRY(approvals_carry_out(s, first, err));
    return settle_requests(s, err);
}

/* An idle signer, too, notices soon that its token is gone. */
static void token_look(struct signer *s)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    struct ca_err err = {0};

    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct hsm_key *key = authority_set_at(set, i)->key;

        if (key == NULL)
            continue;
        if (hsm_key_alive(key, &err) != CA_OK)
            signer_fatal(s, &err); /* a lost token is not repaired: the next process finds it */
        return;
    }
}

/* What was activated or blocked through another node is in force here soon, too. */
static void lists_look(struct signer *s)
{
    struct ca_err err = {0};
    struct db *db;
    enum ca_rc rc = db_pool_take(s->pool, ca_mono_ms() + 1000, &db, &err);

    if (rc == CA_OK) {
        rc = profiles_refresh(s, db, &err);
        if (rc == CA_OK)
            rc = blocklist_refresh(s, db, &err);
        if (rc == CA_OK)
            rc = webhooks_refresh(s, db, &err);
        if (rc == CA_OK)
            rc = rollover_refresh(s, db, &err);
        db_pool_give(s->pool, db);
    }
    if (rc != CA_OK && rc != CA_UNAVAILABLE)
        CA_LOG(CA_LOG_ERROR, "lists_not_read", CA_STR("text", err.text));
}

/* From its moment on another one issues in its place; that it is retired follows. */
static void rollovers_look(struct signer *s)
{
    struct ca_err err = {0};

    if (rollover_retire(s, &err) != CA_OK && strcmp(err.problem, "token-failed") != 0)
        CA_LOG(CA_LOG_DEBUG, "rollovers_not_read", CA_STR("text", err.text));
}

static void *upkeep_main(void *arg)
{
    struct engine *e = arg;
    int64_t next = ca_mono_ms() + (int64_t)REQUESTS_AFTER_S * 1000;
    struct crl_spread spread = {0};
    bool first = true;
    void *none;

    ocsp_upkeep(&e->s); /* after weeks of standing still, before anybody is answered */
    while (!ca_queue_closed(e->stop)) {
        struct ca_err err = {0};

        (void)ca_queue_take(e->stop, &none, 1, ca_mono_ms() + (int64_t)TOKEN_S * 1000);
        if (ca_queue_closed(e->stop))
            break;
        token_look(&e->s);
        lists_look(&e->s);
        rollovers_look(&e->s);
        crl_spread_look(&e->s, &spread);
        if (ca_mono_ms() < next)
            continue;
        if (upkeep_once(&e->s, first, &err) != CA_OK)
            CA_LOG(CA_LOG_WARNING, "upkeep_failed", CA_STR("text", err.text));
        first = false;
        if (strcmp(err.problem, "token-failed") == 0)
            signer_fatal(&e->s, &err);
        ocsp_upkeep(&e->s);
        next = ca_mono_ms() + (int64_t)UPKEEP_S * 1000;
    }
    return NULL;
}

/* Another sealing key would make every row look altered: found here, it is said as what it is. */
static CA_RC seal_pin(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_AUTO(seal_form) struct seal_form form;
    uint8_t seal[SEAL_LEN];
    char text[2 * SEAL_LEN + 1];

    seal_form_init(&form, "seal");
    CA_TRY(seal_make(s->seal, &form, seal, err));
    return db_setting_pin(db, "seal", ca_hex((struct ca_bytes){seal, SEAL_LEN}, text), err);
}

static CA_RC pins_check(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_TRY(db_setting_pin(db, "environment", s->config.dev ? "dev" : "production", err));
    if (s->config.hsm == NULL)
        return CA_OK;
    CA_TRY(db_setting_pin(db, "ca_token", hsm_token(s->config.hsm)->serial, err));
    return seal_pin(s, db, err);
}

/* The newest time on record: of the audit, which every change ends with. */
static CA_RC clock_open(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    int64_t newest = 0;

    CA_TRY(db_audit_head(db, s->config.node, &result, err));
    if (result.count > 0)
        newest = ((const struct db_audit *)result.rows)->at_us / 1000000;
    return clock_guard_new(newest, &s->clock, err);
}

static CA_RC database_open(struct signer *s, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_new(s->config.db, s->config.workers + 1, &s->pool, err));
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + 5000, &db, err));
    rc = pins_check(s, db, err);
    if (rc == CA_OK)
        rc = db_period_ensure(db, ca_time_now(), err);
    if (rc == CA_OK)
        rc = profiles_open(s, db, err);
    if (rc == CA_OK)
        rc = blocklist_refresh(s, db, err);
    if (rc == CA_OK)
        rc = webhooks_refresh(s, db, err);
    if (rc == CA_OK)
        rc = clock_open(s, db, err);
    if (rc == CA_OK)
        rc = authority_registry_load(s->registry, db, err);
    if (rc == CA_OK)
        rc = rollover_refresh(s, db, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC recorder_open(struct signer *s, struct ca_err *err)
{
    const struct recorder_config config = {.db = s->config.db,
                                           .node = s->config.node,
                                           .queue_max = s->config.queue_max + CHANGES_MAX,
                                           .batch_max = s->config.batch_max,
                                           .tap = webhooks_tap,
                                           .tap_arg = s->webhooks};

    return recorder_start(&config, &s->recorder, err);
}

static CA_RC started_audit(struct signer *s, struct ca_err *err)
{
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "signer.start",
                                      .outcome = "ok",
                                      .object = s->config.node,
                                      .request_id = "",
                                      .detail =
                                          s->config.hsm != NULL ? "" : s->config.token_reason};

    return recorder_change(s->recorder, NULL, NULL, &event, 1, err);
}

static CA_RC threads_start(struct engine *e, struct ca_err *err)
{
    for (; e->worker_n < e->s.config.workers; e->worker_n++) {
        if (pthread_create(&e->workers[e->worker_n], NULL, worker_main, &e->s) != 0)
            return CA_FAIL(err, CA_FAULT, "no thread for a worker");
    }
    if (pthread_create(&e->upkeep, NULL, upkeep_main, e) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for the upkeep");
    e->upkeep_runs = true;
    return CA_OK;
}

static CA_RC parts_start(struct engine *e, struct ca_err *err)
{
    struct signer *s = &e->s;
    const struct server_config server = {.listen_fd = s->config.listen_fd,
                                         .peer_uid = s->config.peer_uid,
                                         .handle = dispatch,
                                         .malformed = dispatch_malformed,
                                         .arg = s};

    if (s->config.workers == 0 || s->config.workers > WORKERS_MAX)
        return CA_FAIL(err, CA_FAULT, "workers: 1 to %d", WORKERS_MAX);
    /* A task for every question, and what a start resumes. */
    CA_TRY(ca_queue_new(2 * s->config.queue_max + CHANGES_MAX, &s->work, err));
    CA_TRY(ca_queue_new(1, &e->stop, err));
    CA_TRY(seal_open(s->config.hsm, &s->seal, err));
    CA_TRY(operators_new(&s->operators, err));
    CA_TRY(key_owners_new(&s->key_owners, err));
    CA_TRY(blocklist_new(&s->blocklist, err));
    CA_TRY(webhooks_new(&s->webhooks, err));
    CA_TRY(ocsp_signers_new(&s->ocsp, err));
    CA_TRY(profile_shelf_new(s->config.profiles, &s->profiles, err));
    CA_TRY(authority_registry_new(s->config.hsm, s->config.token_reason, &s->registry, err));
    CA_TRY(database_open(s, err));
    CA_TRY(recorder_open(s, err));
    CA_TRY(settle_intents(s, err));
    CA_TRY(started_audit(s, err));
    CA_TRY(operators_adopt(s, err));
    CA_TRY(approval_rules_seed(s, err));
    CA_TRY(checkpointer_start(s, &s->checkpointer, err));
    CA_TRY(threads_start(e, err));
    CA_TRY(publisher_start(s, &s->publisher, err));
    CA_TRY(named_counts_new(&s->named_counts, err));
    CA_TRY(mass_runner_start(s, &s->mass_runner, err));
    return server_start(&server, &s->server, err);
}

static void engine_free(struct engine *e)
{
    struct signer *s = &e->s;

    clock_guard_free(s->clock);
    authority_registry_free(s->registry);
    operators_free(s->operators);
    key_owners_free(s->key_owners);
    blocklist_free(s->blocklist);
    webhooks_free(s->webhooks);
    ocsp_signers_free(s->ocsp);
    profile_shelf_free(s->profiles);
    named_counts_free(s->named_counts);
    seal_close(s->seal);
    db_pool_free(s->pool);
    ca_queue_free(s->work);
    ca_queue_free(e->stop);
    free(e);
}

static void threads_end(struct engine *e)
{
    if (e->stop != NULL)
        ca_queue_close(e->stop);
    if (e->upkeep_runs)
        (void)pthread_join(e->upkeep, NULL);
    if (e->s.work != NULL)
        ca_queue_close(e->s.work);
    for (unsigned i = 0; i < e->worker_n; i++)
        (void)pthread_join(e->workers[i], NULL);
}

CA_RC signer_start(const struct signer_config *config, struct signer **ret, struct ca_err *err)
{
    struct engine *e = calloc(1, sizeof(*e));
    enum ca_rc rc;

    if (e == NULL)
        return CA_FAIL_NOMEM(err);
    e->s.config = *config;
    rc = parts_start(e, err);
    if (rc != CA_OK) {
        signer_stop(&e->s, 0);
        return rc;
    }
    *ret = &e->s;
    return CA_OK;
}

void signer_stop(struct signer *s, int64_t deadline_ms)
{
    struct engine *e;
    int64_t until = ca_mono_ms() + deadline_ms;

    if (s == NULL)
        return;
    e = engine_of(s);
    if (s->server != NULL)
        server_drain(s->server);
    while (atomic_load(&s->metrics.in_flight) > 0 && ca_mono_ms() < until) {
        const struct timespec pause = {0, 5000000};

        (void)nanosleep(&pause, NULL);
    }
    recorder_give_up(s->recorder);
    mass_runner_stop(s->mass_runner);
    publisher_stop(s->publisher);
    threads_end(e);
    recorder_stop(s->recorder);
    checkpointer_stop(s->checkpointer); /* the last checkpoint has the last line */
    if (s->server != NULL)
        server_stop(s->server);
    engine_free(e);
}
