/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/approval_view.h"

#include "api/rest/access_view.h"
#include "api/rest/answer.h"

static const char *keep(struct request *rq, const char *text)
{
    return rest_keep(rq, ca_bytes_str(text != NULL ? text : ""));
}

static CA_RC keep_octets(struct request *rq, struct ca_bytes octets, struct ca_bytes *ret,
                         struct ca_err *err)
{
    const char *own = rest_keep(rq, octets);

    if (own == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct ca_bytes){(const uint8_t *)own, octets.len};
    return CA_OK;
}

static CA_RC step_view(struct request *rq, const struct approval_step *step, struct rest_step *ret,
                       struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf who = {0};

    approval_who_write(step, &who);
    CA_TRY(ca_buf_check(&who, err));
    *ret = (struct rest_step){.count = step->count,
                              .who = rest_keep(rq, ca_buf_view(&who)),
                              .group = keep(rq, step->group),
                              .have = -1,
                              .eligible = -1};
    if (ret->who == NULL || ret->group == NULL)
        return CA_FAIL_NOMEM(err);
    return rest_roles_view(rq, step->roles, &ret->roles, err);
}

CA_RC rest_steps_view(struct request *rq, const struct approval_policy *policy,
                      struct rest_step **ret, struct ca_err *err)
{
    struct rest_step *steps = request_alloc(rq, (policy->step_n + 1) * sizeof(*steps));

    if (steps == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t k = 0; k < policy->step_n; k++)
        CA_TRY(step_view(rq, &policy->steps[k], &steps[k], err));
    *ret = steps;
    return CA_OK;
}

static CA_RC steps_view(struct request *rq, const struct rest_matter *m, struct json_list *ret,
                        struct ca_err *err)
{
    struct rest_step *steps = NULL;

    CA_TRY(rest_steps_view(rq, &m->policy, &steps, err));
    for (unsigned k = 0; k < m->policy.step_n; k++)
        steps[k].have = rest_matter_have(m, k);
    *ret = (struct json_list){steps, (uint32_t)m->policy.step_n, true};
    return CA_OK;
}

static CA_RC vote_view(struct request *rq, const struct rest_matter *m,
                       const struct db_approval_vote *row, struct rest_vote *ret,
                       struct ca_err *err)
{
    *ret = (struct rest_vote){
        .operator_id = row->operator_id,
        .operator= keep(rq, row->operator_name),
        .decision = row->approves ? "approve" : "deny",
        .comment = keep(rq, row->comment),
        .at = row->at,
        .revision = row->revision,
        .voided = row->revision != m->row->revision || !ca_bytes_equal(row->digest, m->row->digest),
    };
    return ret->operator!= NULL && ret->comment != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC votes_view(struct request *rq, const struct rest_matter *m, struct json_list *ret,
                        struct ca_err *err)
{
    const struct db_approval_vote *rows = m->votes.rows;
    struct rest_vote *votes = request_alloc(rq, (m->votes.count + 1) * sizeof(*votes));

    if (votes == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < m->votes.count; i++)
        CA_TRY(vote_view(rq, m, &rows[i], &votes[i], err));
    *ret = (struct json_list){votes, (uint32_t)m->votes.count, true};
    return CA_OK;
}

static CA_RC comments_view(struct request *rq, const struct db_result *comments,
                           struct json_list *ret, struct ca_err *err)
{
    const struct db_approval_comment *rows = comments->rows;
    struct rest_remark *items = request_alloc(rq, (comments->count + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < comments->count; i++) {
        items[i] = (struct rest_remark){keep(rq, rows[i].operator_name), keep(rq, rows[i].comment),
                                        rows[i].at};
        if (items[i].operator== NULL || items[i].comment == NULL)
            return CA_FAIL_NOMEM(err);
    }
    *ret = (struct json_list){items, (uint32_t)comments->count, true};
    return CA_OK;
}

static bool waits(const struct rest_matter *m)
{
    return m->row->state == DB_APPROVAL_PENDING && m->count.outcome == APPROVAL_WAITS &&
           m->policy.step_n > 0;
}

static CA_RC row_view(struct request *rq, const struct db_approval *row, struct rest_approval *ret,
                      struct ca_err *err)
{
    *ret = (struct rest_approval){
        .id = row->id,
        .action = keep(rq, row->action),
        .object = keep(rq, row->object),
        .requester = keep(rq, row->requester),
        .author = keep(rq, row->author),
        .revision = row->revision,
        .status = db_approval_state_name(row->state),
        .policy = keep(rq, row->policy),
        .assigned_to = keep(rq, row->assignee),
        .result = keep(rq, row->result),
        .created_at = row->created_at,
        .expires_at = row->expires_at,
        .decided_at = row->decided_at,
        .decided_by = keep(rq, row->decider),
    };
    if (ret->action == NULL || ret->object == NULL || ret->requester == NULL ||
        ret->author == NULL || ret->policy == NULL || ret->assigned_to == NULL ||
        ret->result == NULL || ret->decided_by == NULL)
        return CA_FAIL_NOMEM(err);
    return keep_octets(rq, row->digest, &ret->digest, err);
}

CA_RC rest_approval_view(struct request *rq, const struct rest_matter *matter,
                         const struct db_result *comments, struct rest_approval *ret,
                         struct ca_err *err)
{
    CA_TRY(row_view(rq, matter->row, ret, err));
    ret->step = waits(matter) ? (int64_t)matter->count.step : -1;
    ret->needed = waits(matter) ? matter->count.needed : 0;
    CA_TRY(steps_view(rq, matter, &ret->steps, err));
    CA_TRY(votes_view(rq, matter, &ret->votes, err));
    if (comments != NULL) {
        CA_TRY(comments_view(rq, comments, &ret->comments, err));
        CA_TRY(rest_question_view(rq, matter->row->question, &ret->question, err));
    }
    return rest_matter_actions(rq, matter, NULL, &ret->allowed_actions, err);
}

CA_RC rest_request_consent(struct request *rq, const struct rest_matter *matter,
                           const struct db_result *comments, struct rest_request *ret,
                           struct ca_err *err)
{
    struct rest_approvals *a = request_alloc(rq, sizeof(*a));
    struct json_list before = ret->allowed_actions;

    if (a == NULL)
        return CA_FAIL_NOMEM(err);
    *a = (struct rest_approvals){.policy = keep(rq, matter->row->policy),
                                 .step = waits(matter) ? (int64_t)matter->count.step : -1,
                                 .needed = waits(matter) ? matter->count.needed : 0,
                                 .expires_at = matter->row->expires_at};
    ret->approvals = a;
    ret->revision = matter->row->revision;
    ret->assigned_to = keep(rq, matter->row->assignee);
    if (a->policy == NULL || ret->assigned_to == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(steps_view(rq, matter, &a->steps, err));
    CA_TRY(votes_view(rq, matter, &ret->votes, err));
    CA_TRY(comments_view(rq, comments, &ret->comments, err));
    return rest_matter_actions(rq, matter, &before, &ret->allowed_actions, err);
}
