/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that makes checkpoints. */
#include <pthread.h>
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/checkpoint_internal.h"
#include "db/crl.h"

enum {
    POLL_MS = 1000,
    LEASE_SLACK_S = 30, /* beyond two intervals: a node that is only slow keeps its chain */
};

struct checkpointer {
    struct signer *signer;
    struct db *db;
    struct hsm_key *key;           /* NULL: none, and no checkpoints */
    struct checkpoint_key *public; /* its other half */
    struct ca_buf unwritten;       /* newest note that the file has not got */
    bool failing;                  /* said so */
    pthread_t thread;
    bool runs;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake;
    struct checkpoint_chain chains[CHECKPOINT_CHAINS_MAX]; /* written by the thread only */
    size_t chain_n;
    uint64_t made;
    uint64_t failures;
    bool stopping;
};

static struct checkpoint_chain *chain_of(struct checkpointer *c, const char *name)
{
    for (size_t i = 0; i < c->chain_n; i++) {
        if (strcmp(c->chains[i].name, name) == 0)
            return &c->chains[i];
    }
    if (c->chain_n == CHECKPOINT_CHAINS_MAX)
        return NULL;
    (void)pthread_mutex_lock(&c->lock);
    c->chains[c->chain_n] = (struct checkpoint_chain){.at_ms = -1};
    (void)ca_text_copy(c->chains[c->chain_n].name, sizeof(c->chains->name), ca_bytes_str(name));
    c->chain_n++;
    (void)pthread_mutex_unlock(&c->lock);
    return &c->chains[c->chain_n - 1];
}

static bool is_due(const struct checkpointer *c, const struct checkpoint_chain *chain,
                   const struct db_checkpoint_state *state, bool now)
{
    const struct signer_config *config = &c->signer->config;
    bool own = strcmp(chain->name, config->node) == 0;
    int64_t lines = state->sequence - state->size;
    int64_t age_ms = (ca_time_now() - state->at) * 1000;

    if (lines == 0)
        return false;
    if (own && (now || chain->at_ms < 0 || lines >= config->checkpoint_rows))
        return true;
    if (own)
        return ca_mono_ms() - chain->at_ms >= config->checkpoint_interval_ms;
    return age_ms >= config->checkpoint_interval_ms; /* if its own node does not */
}

static CA_RC lease_take(struct checkpointer *c, const char *chain, bool *ret, struct ca_err *err)
{
    int64_t seconds = 2 * c->signer->config.checkpoint_interval_ms / 1000 + LEASE_SLACK_S;
    char name[sizeof("audit:") + CHECKPOINT_CHAIN_MAX];

    (void)snprintf(name, sizeof(name), "audit:%s", chain);
    return db_lease_take(c->db, name, c->signer->config.node, ca_time_now(), seconds, ret, err);
}

/* A note that the file has not got is tried again at every look, or replaced by a newer one: each
 * speaks of all lines before. */
static void file_write(struct checkpointer *c)
{
    const char *path = c->signer->config.checkpoint_file;
    struct ca_err err;

    if (c->unwritten.len == 0)
        return;
    if (checkpoint_file_add(path, ca_buf_view(&c->unwritten), &err) == CA_OK) {
        ca_buf_reset(&c->unwritten);
        return;
    }
    (void)pthread_mutex_lock(&c->lock);
    c->failures++;
    (void)pthread_mutex_unlock(&c->lock);
    if (!c->failing)
        CA_LOG(CA_LOG_ERROR, "checkpoint_file_failed", CA_STR("text", err.text));
    c->failing = true;
}

static void file_take(struct checkpointer *c, struct ca_bytes note)
{
    const char *path = c->signer->config.checkpoint_file;

    if (path == NULL || path[0] == '\0')
        return;
    ca_buf_reset(&c->unwritten);
    ca_buf_bytes(&c->unwritten, note);
    file_write(c);
}

static CA_RC chain_store(struct checkpointer *c, const struct checkpoint_chain *chain,
                         const struct checkpoint *signed_one, struct ca_buf *note,
                         struct ca_err *err)
{
    const struct db_checkpoint row = {
        .chain = chain->name,
        .size = (int64_t)signed_one->size,
        .root = {signed_one->root, sizeof(signed_one->root)},
        .at = ca_time_now(),
        .key = hsm_key_spki(c->key),
        .note = ca_buf_cstr(note),
    };

    return db_checkpoint_insert(c->db, &row, checkpoint_tree_edge(&chain->tree), err);
}

/* Signed, to the file, then to the database: what the database loses is then still in the file. */
static CA_RC chain_make(struct checkpointer *c, const struct db_checkpoint_state *state,
                        struct checkpoint_chain *chain, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf note = {.max = CHECKPOINT_NOTE_MAX};
    struct checkpoint_chain next = *chain;
    struct checkpoint signed_one;
    bool mine = false;
    enum ca_rc rc;

    CA_TRY(lease_take(c, chain->name, &mine, err));
    if (!mine)
        return CA_OK;
    CA_TRY(checkpoint_follow(c->db, state, c->public, &next, err));
    rc = checkpoint_sign(&c->signer->config, c->key, c->public, &next, &signed_one, &note, err);
    if (rc == CA_UNAVAILABLE)
        signer_fatal(c->signer, err); /* a lost token is not repaired */
    CA_TRY(rc);
    file_take(c, ca_buf_view(&note));
    CA_TRY(chain_store(c, &next, &signed_one, &note, err));
    next.at = ca_time_now();
    next.at_ms = ca_mono_ms();
    (void)pthread_mutex_lock(&c->lock);
    *chain = next;
    c->made++;
    (void)pthread_mutex_unlock(&c->lock);
    CA_LOG(CA_LOG_DEBUG, "checkpoint_made", CA_STR("chain", chain->name),
           CA_INT("size", signed_one.size));
    return CA_OK;
}

static CA_RC chain_run(struct checkpointer *c, const struct db_checkpoint_state *state, bool now,
                       struct ca_err *err)
{
    struct checkpoint_chain *chain = chain_of(c, state->chain);

    if (chain == NULL)
        return CA_FAIL(err, CA_LIMIT, "more than %d audit chains", CHECKPOINT_CHAINS_MAX);
    if (c->key != NULL && is_due(c, chain, state, now))
        CA_TRY(chain_make(c, state, chain, err));
    (void)pthread_mutex_lock(&c->lock);
    chain->unprotected = state->sequence - state->size;
    if ((int64_t)chain->tree.size > state->size && chain->checked)
        chain->unprotected = state->sequence - (int64_t)chain->tree.size;
    if (chain->at < state->at)
        chain->at = state->at;
    (void)pthread_mutex_unlock(&c->lock);
    return CA_OK;
}

/* Every chain is tried, whatever became of the one before. */
static CA_RC round_run(struct checkpointer *c, bool now, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result states = {0};
    const struct db_checkpoint_state *state;
    enum ca_rc rc = CA_OK;

    file_write(c);
    CA_TRY(db_ready(c->db, err));
    CA_TRY(db_checkpoint_state(c->db, &states, err));
    state = states.rows;
    for (size_t i = 0; i < states.count; i++) {
        struct ca_err why = {0};
        enum ca_rc one = chain_run(c, &state[i], now, &why);

        if (one != CA_OK && rc == CA_OK) {
            rc = one;
            *err = why;
        }
    }
    return rc;
}

static void round_tell(struct checkpointer *c, bool now)
{
    struct ca_err err = {0};

    if (round_run(c, now, &err) == CA_OK) {
        c->failing = c->unwritten.len > 0;
        return;
    }
    (void)pthread_mutex_lock(&c->lock);
    c->failures++;
    (void)pthread_mutex_unlock(&c->lock);
    CA_LOG(c->failing ? CA_LOG_DEBUG : CA_LOG_ERROR, "checkpoint_failed", CA_STR("text", err.text));
    c->failing = true;
}

static bool wait_on(struct checkpointer *c)
{
    int64_t interval_ms = c->signer->config.checkpoint_interval_ms;
    struct timespec until =
        ca_mono_timespec(ca_mono_ms() + (interval_ms < POLL_MS ? interval_ms : POLL_MS));
    bool go_on;

    (void)pthread_mutex_lock(&c->lock);
    if (!c->stopping)
        (void)pthread_cond_timedwait(&c->wake, &c->lock, &until);
    go_on = !c->stopping;
    (void)pthread_mutex_unlock(&c->lock);
    return go_on;
}

static void *checkpointer_run(void *arg)
{
    struct checkpointer *c = arg;

    do
        round_tell(c, false);
    while (wait_on(c));
    round_tell(c, true);
    return NULL;
}

/* A new key is an act that the log tells of. */
static CA_RC key_record(struct checkpointer *c, struct ca_err *err)
{
    uint8_t digest[CA_SHA256_LEN];
    const struct audit_event event = {
        .actor = "system",
        .channel = "signer",
        .action = "audit.key",
        .outcome = "ok",
        .object = CHECKPOINT_KEY_LABEL,
        .request_id = "",
        .detail = "made",
        .object_hash = {digest, sizeof(digest)}
    };

    CA_TRY(ca_sha256(hsm_key_spki(c->key), digest, err));
    return recorder_change(c->signer->recorder, NULL, NULL, &event, 1, err);
}

static CA_RC key_open(struct checkpointer *c, struct ca_err *err)
{
    const struct signer_config *config = &c->signer->config;
    bool made = false;
    enum ca_rc rc;

    if (config->hsm == NULL)
        return CA_OK; /* the process that comes with the token makes them */
    rc = checkpoint_key_take(config->hsm, config->dev || config->bootstrap, &c->key, &made, err);
    if (rc == CA_NOT_FOUND || rc == CA_DENIED) {
        CA_LOG(CA_LOG_WARNING, "checkpoints_off", CA_STR("text", err->text));
        return CA_OK;
    }
    CA_TRY(rc);
    CA_TRY(checkpoint_key_new(hsm_key_spki(c->key), &c->public, err));
    return made ? key_record(c, err) : CA_OK;
}

static void checkpointer_free(struct checkpointer *c)
{
    db_close(c->db);
    hsm_key_close(c->key);
    checkpoint_key_free(c->public);
    ca_buf_done(&c->unwritten);
    (void)pthread_cond_destroy(&c->wake);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

static void wake_init(struct checkpointer *c)
{
    pthread_condattr_t attr;

    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&c->wake, &attr);
    (void)pthread_condattr_destroy(&attr);
}

CA_RC checkpointer_start(struct signer *s, struct checkpointer **ret, struct ca_err *err)
{
    struct checkpointer *c = calloc(1, sizeof(*c));
    enum ca_rc rc;

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->signer = s;
    wake_init(c);
    rc = key_open(c, err);
    if (rc == CA_OK)
        rc = db_open(s->config.db, &c->db, err);
    if (rc == CA_OK && pthread_create(&c->thread, NULL, checkpointer_run, c) != 0)
        rc = CA_FAIL(err, CA_FAULT, "no thread for checkpoints");
    if (rc != CA_OK) {
        checkpointer_free(c);
        return rc;
    }
    *ret = c;
    return CA_OK;
}

void checkpointer_stop(struct checkpointer *c)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_lock(&c->lock);
    c->stopping = true;
    (void)pthread_cond_signal(&c->wake);
    (void)pthread_mutex_unlock(&c->lock);
    (void)pthread_join(c->thread, NULL);
    checkpointer_free(c);
}

static void chain_metrics(const struct checkpointer *c, const char *name, const char *help,
                          int64_t (*value)(const struct checkpoint_chain *chain),
                          struct ca_buf *ret)
{
    ca_buf_printf(ret, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
    for (size_t i = 0; i < c->chain_n; i++) {
        ca_buf_printf(ret, "%s{chain=\"%s\"} %jd\n", name, c->chains[i].name,
                      (intmax_t)value(&c->chains[i]));
    }
}

static int64_t at_of(const struct checkpoint_chain *chain)
{
    return chain->at;
}
static int64_t unprotected_of(const struct checkpoint_chain *chain)
{
    return chain->unprotected;
}

void checkpointer_metrics(struct checkpointer *c, struct ca_buf *ret)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_lock(&c->lock);
    ca_buf_printf(ret,
                  "# HELP ca_audit_checkpoints_total Checkpoints made by this signer.\n"
                  "# TYPE ca_audit_checkpoints_total counter\n"
                  "ca_audit_checkpoints_total %ju\n"
                  "# HELP ca_audit_checkpoint_failures_total Checkpoints that could not be made, "
                  "stored or written to the file.\n"
                  "# TYPE ca_audit_checkpoint_failures_total counter\n"
                  "ca_audit_checkpoint_failures_total %ju\n",
                  (uintmax_t)c->made, (uintmax_t)c->failures);
    chain_metrics(c, "ca_audit_checkpoint_seconds", "When the newest checkpoint was made; 0: none.",
                  at_of, ret);
    chain_metrics(c, "ca_audit_unprotected_lines", "Audit lines behind the newest checkpoint.",
                  unprotected_of, ret);
    (void)pthread_mutex_unlock(&c->lock);
}
