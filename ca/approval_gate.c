/* SPDX-License-Identifier: Apache-2.0 */
/* May a guarded act be done now, or does it wait for others? */
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/approval_internal.h"

enum { POOL_WAIT_MS = 2000 };

struct waiting {
    struct signer *signer;
    const struct actor *actor;
    struct db_approval row;
    const struct audit_event *event;
};

/* What the rule wants, and whether the built-in one cannot be met by anybody: then there is nobody
 * whose consent could be asked. */
static CA_RC rule_judge(struct signer *s, const struct actor *actor, const char *action,
                        struct approval_policy *ret, bool *ret_nobody, struct ca_err *err)
{
    bool builtin = false;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = approval_rule_read(s, db, action, ret, &builtin, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    *ret_nobody = false;
    rc = approval_policy_check(s, ret, &actor->id, err);
    if (rc == CA_DENIED && builtin && strcmp(err->problem, "unsatisfiable-rule") == 0) {
        *ret_nobody = true;
        return CA_OK;
    }
    return rc;
}

static CA_RC alone_audit(struct signer *s, const struct actor *actor, const struct guarded *guarded,
                         const struct wire_caller *caller, struct ca_err *err)
{
    const struct audit_event event = {.actor = actor->name,
                                      .channel = caller->channel,
                                      .action = "approval.alone",
                                      .outcome = "ok",
                                      .object = guarded->action,
                                      .request_id = caller->request_id,
                                      .detail = "nobody else could consent"};

    return recorder_change(s->recorder, NULL, NULL, &event, 1, err);
}

/* The act as it will be done: what differs from one try to the next is not in it, so that the same
 * act asked twice waits once. The caller is the first member of every question. */
static CA_RC question_encode(const struct wire_message *question, struct ca_buf *ret,
                             struct ca_err *err)
{
    struct wire_caller *caller = question->body;
    const struct wire_caller kept = *caller;
    enum ca_rc rc;

    caller->credential_id = (struct ca_uuid){{0}};
    caller->request_id = "";
    rc = wire_encode(question->kind, 0, question->body, ret, err);
    *caller = kept;
    return rc;
}

static CA_RC waiting_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct waiting *w = arg;
    struct ca_uuid before;
    bool found = false;

    CA_TRY(db_approval_same(db, &w->row, ca_time_now(), &before, &found, err));
    if (found) {
        w->row.id = before;
        return CA_OK;
    }
    CA_TRY(db_approval_insert(db, &w->row, err));
    return audit_add(audit, w->event, err);
}

static CA_RC waiting_store(struct waiting *w, const struct wire_caller *caller, struct ca_err *err)
{
    char object[CA_UUID_TEXT];
    char detail[500];
    uint8_t seal[SEAL_LEN];
    const struct audit_event event = {.actor = w->actor->name,
                                      .channel = caller->channel,
                                      .action = "approval.ask",
                                      .outcome = "ok",
                                      .object = ca_uuid_text(&w->row.id, object),
                                      .request_id = caller->request_id,
                                      .detail = detail,
                                      .object_hash = w->row.digest};

    (void)snprintf(detail, sizeof(detail), "%s of %.200s waits for %.200s", w->row.action,
                   w->row.object, w->row.policy);
    w->event = &event;
    CA_TRY(approval_seal(w->signer->seal, &w->row, seal, err));
    return recorder_change(w->signer->recorder, waiting_write, w, NULL, 0, err);
}

static CA_RC wait_for(struct signer *s, const struct actor *actor, const struct guarded *guarded,
                      const struct approval_policy *policy, const struct wire_message *question,
                      struct ca_uuid *ret_id, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf frame = {0};
    uint8_t digest[CA_SHA256_LEN];
    int64_t now = ca_time_now();
    struct waiting w = {.signer = s, .actor = actor};

    approval_policy_write(policy, &text);
    CA_TRY(ca_buf_check(&text, err));
    CA_TRY(question_encode(question, &frame, err));
    CA_TRY(ca_sha256(ca_buf_view(&frame), digest, err));
    w.row = (struct db_approval){
        .action = guarded->action,
        .object = guarded->object,
        .requester_id = actor->id,
        .author_id = actor->id,
        .revision = 1,
        .digest = {digest, sizeof(digest)},
        .policy = ca_buf_cstr(&text),
        .question = ca_buf_view(&frame),
        .state = DB_APPROVAL_PENDING,
        .created_at = now,
        .expires_at = now + policy->expires_s
    };
    CA_TRY(ca_uuid_new(&w.row.id, err));
    CA_TRY(waiting_store(&w, question->body, err));
    *ret_id = w.row.id;
    return CA_OK;
}

CA_RC approval_gate(struct signer *s, const struct actor *actor, const struct guarded *guarded,
                    const struct wire_message *question, struct ca_uuid *ret_id, struct ca_err *err)
{
    struct approval_policy policy;
    bool nobody = false;

    *ret_id = (struct ca_uuid){{0}};
    if (guarded->action == NULL || ca_uuid_is_nil(&actor->id))
        return CA_OK; /* the very first set-up: nobody is enrolled */
    if (actor->by_token && approval_action_needs_certificate(guarded->action)) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token does not ask for %s: use a client certificate",
                          guarded->action);
    }
    CA_TRY(rule_judge(s, actor, guarded->action, &policy, &nobody, err));
    if (nobody)
        return alone_audit(s, actor, guarded, question->body, err);
    if (policy.step_n == 0)
        return CA_OK;
    return wait_for(s, actor, guarded, &policy, question, ret_id, err);
}
