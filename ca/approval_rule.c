/* SPDX-License-Identifier: Apache-2.0 */
/* Guarded acts, and who has to agree to each. */
#include <stdio.h>

#include "base/time.h"
#include "ca/approval_internal.h"
#include "policy/guarded.h"

enum { POOL_WAIT_MS = 2000 };

bool approval_action_known(const char *action)
{
    return guarded_find(action) != NULL;
}

bool approval_action_needs_certificate(const char *action)
{
    const struct guarded_act *act = guarded_find(action);

    return act == NULL || act->certificate;
}

CA_RC approval_rule_read(struct signer *s, struct db *db, const char *action,
                         struct approval_policy *ret, bool *ret_builtin, struct ca_err *err)
{
    const struct guarded_act *act = guarded_find(action);
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_approval_rule *row;

    if (act == NULL)
        return CA_FAIL(err, CA_FAULT, "'%s' is no guarded act", action);
    CA_TRY(db_approval_rules(db, action, &found, err));
    *ret_builtin = found.count == 0;
    if (found.count == 0)
        return approval_policy_read(act->policy, ret, err);
    row = found.rows;
    CA_TRY(approval_rule_check(s->seal, row, err));
    return approval_policy_read(row->policy, ret, err);
}

static CA_RC policy_check(struct signer *s, struct db *db, const struct approval_policy *policy,
                          const struct ca_uuid *requester, struct ca_err *err)
{
    CA_AUTO(voters) struct voters voters = {.n = 0};

    CA_TRY(voters_read(s, db, &voters, err));
    return approval_satisfiable(policy, requester, voters.list, voters.n, err);
}

CA_RC approval_policy_check(struct signer *s, const struct approval_policy *policy,
                            const struct ca_uuid *requester, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    if (policy->step_n == 0)
        return CA_OK;
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = policy_check(s, db, policy, requester, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC rule_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_approval_rule_put(db, arg, err);
}

CA_RC approval_rule_check_ask(struct signer *s, const struct actor *actor,
                              const struct wire_rule_put *ask, struct ca_err *err)
{
    struct approval_policy policy;

    if (!approval_action_known(ask->action))
        return CA_FAIL(err, CA_NOT_FOUND, "/action: '%s' is no guarded act", ask->action);
    CA_TRY(approval_policy_read(ask->policy, &policy, err));
    return approval_policy_check(s, &policy, &actor->id, err);
}

static CA_RC rule_put(struct signer *s, const struct audit_event *event, const char *action,
                      const char *policy, const struct ca_uuid *by, struct ca_err *err)
{
    struct db_approval_rule row = {
        .action = action, .policy = policy, .updated_at = ca_time_now(), .updated_by = *by};
    uint8_t seal[SEAL_LEN];

    CA_TRY(approval_rule_seal(s->seal, &row, seal, err));
    return recorder_change(s->recorder, rule_write, &row, event, 1, err);
}

CA_RC handle_rule_put(struct signer *s, const struct actor *actor, const void *question,
                      void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_rule_put *ask = question;
    const struct audit_event event = {.actor = actor->name,
                                      .channel = ask->caller.channel,
                                      .action = "approval_rule.change",
                                      .outcome = "ok",
                                      .object = ask->action,
                                      .request_id = ask->caller.request_id,
                                      .detail = ask->policy[0] != '\0' ? ask->policy : "nobody"};

    (void)own;
    CA_TRY(approval_rule_check_ask(s, actor, ask, err));
    CA_TRY(rule_put(s, &event, ask->action, ask->policy, &actor->id, err));
    *(struct wire_approval *)answer = (struct wire_approval){
        .action = "approval_rule.change", .object = ask->action, .state = "done", .policy = ""};
    return CA_OK;
}

/* Every rule that the set-up of a development server has to do without. */
static CA_RC rule_seed(struct signer *s, const char *action, struct ca_err *err)
{
    static const struct ca_uuid nobody;
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "approval_rule.change",
                                      .outcome = "ok",
                                      .object = action,
                                      .request_id = "",
                                      .detail = "nobody: this is a development server"};
    CA_AUTO(db_result) struct db_result found = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_approval_rules(db, action, &found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    return found.count > 0 ? CA_OK : rule_put(s, &event, action, "", &nobody, err);
}

CA_RC approval_rules_seed(struct signer *s, struct ca_err *err)
{
    if (!s->config.dev || !s->config.bootstrap || s->config.hsm == NULL)
        return CA_OK;
    for (size_t i = 0; i < guarded_count(); i++) {
        if (guarded_at(i)->scripted)
            CA_TRY(rule_seed(s, guarded_at(i)->action, err));
    }
    return CA_OK;
}
