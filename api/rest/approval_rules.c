/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/access_view.h"
#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"
#include "policy/guarded.h"

static CA_RC row_view(struct request *rq, const struct guarded_act *act,
                      const struct db_approval_rule *row, struct rest_approval_rule *ret,
                      struct ca_err *err)
{
    *ret = (struct rest_approval_rule){
        .action = act->action,
        .help = act->help,
        .policy = rest_keep(rq, ca_bytes_str(row != NULL ? row->policy : act->policy)),
        .origin = row != NULL ? "set" : "default",
        .updated_at = row != NULL ? row->updated_at : 0,
        .updated_by = rest_keep(rq, ca_bytes_str(row != NULL ? row->updater : "")),
    };
    return ret->policy != NULL && ret->updated_by != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC policy_view(struct request *rq, const struct rest_electorate *all,
                         struct rest_approval_rule *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf expires = {0};
    struct approval_policy policy = {.step_n = 0};
    struct rest_step *steps = NULL;
    struct ca_err ignored;

    if (approval_policy_read(ret->policy, &policy, &ignored) != CA_OK)
        policy.step_n = 0; /* the signer refuses it; whoever looks sees the text */
    if (policy.step_n > 0)
        approval_duration_write(policy.expires_s, &expires);
    CA_TRY(ca_buf_check(&expires, err));
    ret->expires = rest_keep(rq, ca_buf_view(&expires));
    if (ret->expires == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(rest_steps_view(rq, &policy, &steps, err));
    ret->eligible = rest_electorate_count(all, &policy, steps);
    ret->steps = (struct json_list){steps, (uint32_t)policy.step_n, true};
    return CA_OK;
}

static CA_RC rule_view(struct request *rq, const struct guarded_act *act,
                       const struct db_approval_rule *row, const struct rest_electorate *all,
                       struct rest_approval_rule *ret, struct ca_err *err)
{
    struct rest_action *a = request_alloc(rq, sizeof(*a));
    const char *by_token =
        request_caller(rq)->by_token ? "this takes a client certificate, not an API token" : NULL;

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(row_view(rq, act, row, ret, err));
    CA_TRY(policy_view(rq, all, ret, err));
    a[0] = rest_action(rq, "change", CA_ADMIN, by_token);
    ret->allowed_actions = (struct json_list){a, 1, true};
    return CA_OK;
}

static const struct db_approval_rule *row_of(const struct db_result *rows, const char *action)
{
    const struct db_approval_rule *rules = rows->rows;

    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rules[i].action, action) == 0)
            return &rules[i];
    }
    return NULL;
}

/* GET /api/v1/approval-rules */
CA_RC rest_rules_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    struct rest_electorate all = {.n = 0};
    struct rest_approval_rule *items = request_alloc(rq, guarded_count() * sizeof(*items));
    const struct rest_page page = {
        .items = {items, (uint32_t)guarded_count(), true}
    };

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_electorate_load(rq, &all, err));
    CA_TRY(db_approval_rules(request_db(rq), NULL, &rows, err));
    for (size_t i = 0; i < guarded_count(); i++) {
        const struct guarded_act *act = guarded_at(i);

        CA_TRY(rule_view(rq, act, row_of(&rows, act->action), &all, &items[i], err));
    }
    return rest_answer(rq, rs, 200, &rest_approval_rule_page, &page, err);
}

static CA_RC rule_load(struct request *rq, struct rest_approval_rule *ret, struct ca_err *err)
{
    const struct guarded_act *act = guarded_find(request_var(rq, "action"));
    CA_AUTO(db_result) struct db_result rows = {0};
    struct rest_electorate all = {.n = 0};

    if (act == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no guarded act of this name: GET /approval-rules");
    CA_TRY(rest_electorate_load(rq, &all, err));
    CA_TRY(db_approval_rules(request_db(rq), act->action, &rows, err));
    return rule_view(rq, act, row_of(&rows, act->action), &all, ret, err);
}

/* GET /api/v1/approval-rules/{action} */
CA_RC rest_rule_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_approval_rule view;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rule_load(rq, &view, err));
    return rest_answer(rq, rs, 200, &rest_approval_rule_schema, &view, err);
}

static CA_RC step_read(const struct rest_step_submit *from, size_t k, struct approval_step *ret,
                       struct ca_err *err)
{
    const struct wire_text *roles = from->roles.items;

    if (from->count < 1)
        return CA_FAIL(err, CA_MALFORMED, "/steps/%zu/count: at least 1", k);
    ret->count = (unsigned)from->count;
    for (uint32_t i = 0; i < from->roles.n; i++) {
        unsigned role = 0;

        if (!ca_role_parse(roles[i].text, &role) || role == CA_AUDITOR) {
            return CA_FAIL(err, CA_MALFORMED,
                           "/steps/%zu/roles/%u: is not one of requester, officer, admin", k, i);
        }
        ret->roles |= role;
    }
    if (from->group != NULL)
        (void)snprintf(ret->group, sizeof(ret->group), "%s", from->group);
    if (ret->roles == 0 && ret->group[0] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "/steps/%zu: says neither roles nor group", k);
    return CA_OK;
}

/* The body as a policy's text; what that does not read back is refused here. */
static CA_RC policy_write(const struct rest_rule_submit *body, struct ca_buf *ret,
                          struct ca_err *err)
{
    const struct rest_step_submit *steps = body->steps.items;
    struct approval_policy policy = {.step_n = body->steps.n};

    if (!approval_duration_read(body->expires, &policy.expires_s))
        return CA_FAIL(err, CA_MALFORMED, "/expires: is not a time like 12h or 7d");
    for (size_t k = 0; k < policy.step_n; k++)
        CA_TRY(step_read(&steps[k], k, &policy.steps[k], err));
    approval_policy_write(&policy, ret);
    CA_TRY(ca_buf_check(ret, err));
    return approval_policy_read(ca_buf_cstr(ret), &policy, err);
}

/* PUT /api/v1/approval-rules/{action}: guarded itself. */
CA_RC rest_rule_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf policy = {0};
    struct rest_rule_submit body = {.expires = "7d"};
    struct wire_rule_put ask = {.caller = request_wire_caller(rq)};
    struct rest_approval_rule now;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rule_load(rq, &now, err));
    CA_TRY(rest_json_body(rq, &rest_rule_submit_schema, &body, err));
    CA_TRY(rest_if_match_required(rq, err));
    CA_TRY(rest_if_match(rq, &rest_approval_rule_schema, &now, err));
    CA_TRY(policy_write(&body, &policy, err));
    ask.action = now.action;
    ask.policy = ca_buf_cstr(&policy);
    return request_ask(rq, WIRE_RULE_PUT, &ask, err);
}

/* WIRE_APPROVAL in any case: still pending, it waits. */
CA_RC rest_rule_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_approval *got = request_answer(rq);
    bool waits = false;
    struct rest_approval_rule view;

    if (strcmp(got->state, "done") != 0)
        return rest_changed_or_waits(rq, rs, &waits, err);
    CA_TRY(rule_load(rq, &view, err));
    return rest_answer(rq, rs, 200, &rest_approval_rule_schema, &view, err);
}
