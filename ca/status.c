/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/checkpoint_internal.h"
#include "ca/crl_internal.h"
#include "ca/ocsp_internal.h"

enum { POOL_WAIT_MS = 1000 };

static const char *const step_labels[STEP__COUNT] = {
    "step=\"admit\"", "step=\"intend\"", "step=\"sign\"", "step=\"record\"", "step=\"whole\"",
};

static void gauge(struct ca_buf *to, const char *name, const char *help, uint64_t value)
{
    ca_buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRIu64 "\n", name, help, name, name,
                  value);
}

static void steps_write(const struct signer *s, struct ca_buf *to)
{
    ca_buf_str(to, "# HELP ca_issue_step_seconds Time of each step of an issuance.\n"
                   "# TYPE ca_issue_step_seconds histogram\n");
    for (size_t i = 0; i < STEP__COUNT; i++)
        ca_histogram_write(&s->metrics.steps[i], "ca_issue_step_seconds", step_labels[i], to);
}

static void questions_write(const struct signer *s, struct ca_buf *to)
{
    ca_buf_str(to, "# HELP ca_signer_questions_total Questions of the front by outcome.\n"
                   "# TYPE ca_signer_questions_total counter\n");
    for (enum wire_kind kind = 0; kind < WIRE__COUNT; kind++) {
        if (!wire_is_question(kind))
            continue;
        ca_buf_printf(to, "ca_signer_questions_total{kind=\"%s\",outcome=\"ok\"} %" PRIu64 "\n",
                      wire_kind_name(kind), atomic_load(&s->metrics.answered[kind]));
        ca_buf_printf(to,
                      "ca_signer_questions_total{kind=\"%s\",outcome=\"refused\"} %" PRIu64 "\n",
                      wire_kind_name(kind), atomic_load(&s->metrics.refused[kind]));
    }
}

static void token_write(const struct signer *s, struct ca_buf *to)
{
    struct hsm_stats stats = {0};

    if (s->config.hsm != NULL)
        hsm_stats(s->config.hsm, &stats);
    gauge(to, "ca_token_present", "1 when the signer is logged in to its token.",
          s->config.hsm != NULL ? 1 : 0);
    ca_buf_printf(to,
                  "# HELP ca_token_calls_total Signatures asked of the token by result.\n"
                  "# TYPE ca_token_calls_total counter\n"
                  "ca_token_calls_total{result=\"ok\"} %" PRIu64 "\n"
                  "ca_token_calls_total{result=\"failed\"} %" PRIu64 "\n"
                  "ca_token_calls_total{result=\"wrong\"} %" PRIu64 "\n"
                  "# HELP ca_token_busy_seconds_total Time inside the token.\n"
                  "# TYPE ca_token_busy_seconds_total counter\n"
                  "ca_token_busy_seconds_total %.6f\n",
                  stats.signatures, stats.failures, atomic_load(&s->metrics.bad_signatures),
                  (double)stats.busy_us / 1e6);
}

static void recorder_write(const struct signer *s, struct ca_buf *to)
{
    struct recorder_stats stats;

    recorder_stats(s->recorder, &stats);
    gauge(to, "ca_recorder_queue", "Entries that wait for the database.", stats.queue);
    gauge(to, "ca_signer_in_flight", "Questions taken and not answered.",
          atomic_load(&s->metrics.in_flight));
    ca_buf_printf(to,
                  "# HELP ca_recorder_transactions_total Transactions of the recorder.\n"
                  "# TYPE ca_recorder_transactions_total counter\n"
                  "ca_recorder_transactions_total %" PRIu64 "\n"
                  "# HELP ca_recorder_entries_total Entries written, by kind.\n"
                  "# TYPE ca_recorder_entries_total counter\n"
                  "ca_recorder_entries_total{kind=\"intent\"} %" PRIu64 "\n"
                  "ca_recorder_entries_total{kind=\"certificate\"} %" PRIu64 "\n"
                  "ca_recorder_entries_total{kind=\"change\"} %" PRIu64 "\n"
                  "ca_recorder_entries_total{kind=\"failed\"} %" PRIu64 "\n",
                  stats.batches, stats.intents, stats.certificates, stats.changes, stats.failures);
    ca_buf_printf(
        to,
        "# HELP ca_serials_burned_total Serials that nobody got, since the start.\n"
        "# TYPE ca_serials_burned_total counter\n"
        "ca_serials_burned_total %" PRIu64 "\n"
        "# HELP ca_audit_notes_dropped_total Refusals of the front that were only counted.\n"
        "# TYPE ca_audit_notes_dropped_total counter\n"
        "ca_audit_notes_dropped_total %" PRIu64 "\n",
        atomic_load(&s->metrics.burned), atomic_load(&s->metrics.notes_dropped));
}

/* The names and reasons of one snapshot, which may be replaced before the answer is written. */
struct authority_text {
    char name[DB_AUTHORITY_NAME_MAX + 1];
    char reason[sizeof(((struct authority *)NULL)->reason)];
};

/* Everything that the answer points to, in one piece. */
static CA_RC status_fill(const struct authority_set *set, struct ca_buf *metrics,
                         struct wire_status_is *ret, struct ca_buf *own, struct ca_err *err)
{
    size_t n = authority_set_count(set);
    const char *text = ca_buf_cstr(metrics);
    size_t text_len = strlen(text) + 1;
    struct wire_authority_status *rows;
    struct authority_text *texts;
    uint8_t *room = ca_buf_room(own, n * (sizeof(*rows) + sizeof(*texts)) + text_len);

    if (room == NULL)
        return CA_FAIL_NOMEM(err);
    rows = (void *)room;
    texts = (void *)(room + n * sizeof(*rows));
    for (size_t i = 0; i < n; i++) {
        const struct authority *a = authority_set_at(set, i);

        memcpy(texts[i].name, a->name, sizeof(texts[i].name));
        memcpy(texts[i].reason, a->reason, sizeof(texts[i].reason));
        rows[i] = (struct wire_authority_status){texts[i].name, a->key != NULL, texts[i].reason};
    }
    ret->authorities = rows;
    ret->authorities_n = (uint32_t)n;
    ret->metrics = memcpy(room + n * (sizeof(*rows) + sizeof(*texts)), text, text_len);
    return CA_OK;
}

static bool intents_count(struct signer *s, struct wire_status_is *ret)
{
    struct ca_err err = {0};
    struct db *db;
    enum ca_rc rc;

    if (db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, &err) != CA_OK)
        return false;
    rc = db_intent_count(db, ca_time_now(), &ret->open_intents, &ret->overdue_intents, &err);
    db_pool_give(s->pool, db);
    return rc == CA_OK;
}

CA_RC handle_status(struct signer *s, const struct actor *actor, const void *question, void *answer,
                    struct ca_buf *own, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    CA_AUTO(buf) struct ca_buf metrics = {0};
    struct wire_status_is *ret = answer;

    (void)actor;
    (void)question;
    ret->token = s->config.hsm != NULL;
    ret->token_reason = s->config.token_reason != NULL ? s->config.token_reason : "";
    ret->database = intents_count(s, ret);
    gauge(&metrics, "ca_intents_open", "Serials reserved and not yet settled.", ret->open_intents);
    gauge(&metrics, "ca_intents_overdue", "Open intents past their deadline: 0, or an alarm.",
          ret->overdue_intents);
    steps_write(s, &metrics);
    questions_write(s, &metrics);
    token_write(s, &metrics);
    recorder_write(s, &metrics);
    approvals_metrics(s, &metrics);
    publisher_metrics(s->publisher, &metrics);
    ocsp_metrics(s, &metrics);
    checkpointer_metrics(s->checkpointer, &metrics);
    CA_TRY(ca_buf_check(&metrics, err));
    return status_fill(set, &metrics, ret, own, err);
}
