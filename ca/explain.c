/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "ca/issuance_internal.h"
#include "ca/judging_internal.h"
#include "ca/operator_internal.h"
#include "policy/approval.h"
#include "policy/diff.h"

enum { POOL_WAIT_MS = 2000, RULES_MAX = 256, DIFFERENCES_MAX = 160, SERIAL_LEN = 18 };

/* What an answer points to. */
struct explained {
    struct judging judging;
    struct wire_message *question; /* the WIRE_ISSUE that was asked about */
    struct profile *draft;
    struct db_result row;
    struct explanation *why;
    struct diff *diff;
    struct ca_buf tbs, approvals;
    struct wire_finding findings[FINDINGS_MAX];
    struct wire_rule rules[RULES_MAX];
    struct wire_difference differences[DIFFERENCES_MAX];
};

static void explained_free(struct explained *e)
{
    if (e == NULL)
        return;
    judging_done(&e->judging);
    wire_message_free(e->question);
    profile_free(e->draft);
    db_result_free(e->row);
    explanation_free(e->why);
    diff_free(e->diff);
    ca_buf_done(&e->tbs);
    ca_buf_done(&e->approvals);
    free(e);
}
CA_AUTO_DEFINE(explained, struct explained *, explained_free);

static CA_RC asked_read(const struct wire_explain *ask, struct explained *e, struct ca_err *err)
{
    struct wire_header header;

    if (ask->issue.len < WIRE_HEADER_LEN)
        return CA_FAIL(err, CA_MALFORMED, "nothing to explain");
    CA_TRY(wire_header_read(ask->issue.ptr, &header, err));
    if (header.kind != WIRE_ISSUE || header.length != ask->issue.len - WIRE_HEADER_LEN)
        return CA_FAIL(err, CA_MALFORMED, "nothing to explain");
    return wire_decode(&header, (struct ca_bytes){ask->issue.ptr + WIRE_HEADER_LEN, header.length},
                       &e->question, err);
}

static CA_RC recorded_read(struct signer *s, const struct ca_uuid *id, const struct actor *actor,
                           struct explained *e, struct ca_err *err)
{
    const struct db_request *row;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_request_by_id(db, id, &e->row, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    row = e->row.rows;
    if (e->row.count == 0 || ((actor->roles & ~(unsigned)CA_REQUESTER) == 0 &&
                              memcmp(&row->requester_id, &actor->id, sizeof(actor->id)) != 0))
        return CA_FAIL(err, CA_NOT_FOUND, "no such request");
    return judging_recorded(s, row, e->draft, NULL, &e->judging, err);
}

static CA_RC judge(struct signer *s, const struct wire_explain *ask, const struct actor *actor,
                   struct explained *e, struct ca_err *err)
{
    if (ask->draft.len > 0 && (actor->roles & CA_ADMIN) == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "only an admin tries drafts of profiles");
    if (ask->draft.len > 0)
        CA_TRY(judging_draft(s, ask->draft, &e->draft, err));
    if (!ca_uuid_is_nil(&ask->request_id)) {
        CA_TRY(recorded_read(s, &ask->request_id, actor, e, err));
    } else {
        CA_TRY(asked_read(ask, e, err));
        CA_TRY(judging_new_request(s, e->question->body, actor, e->draft, &e->judging, err));
    }
    CA_TRY(judge_explain(&e->judging.in, &e->why, err));
    if (ca_uuid_is_nil(&ask->request_id))
        CA_TRY(record_rules_preview(&e->judging, s, e->why->verdict, err));
    return diff_make(&e->judging.in, e->why->verdict, &e->diff, err);
}

static uint32_t rules_list(struct explained *e)
{
    static const char *const states[] = {"not-asked", "passed", "noted", "refused"};
    uint32_t n = e->why->n < RULES_MAX ? (uint32_t)e->why->n : RULES_MAX;

    for (uint32_t i = 0; i < n; i++) {
        const struct rule_trace *r = &e->why->rows[i];

        e->rules[i] = (struct wire_rule){r->rule, r->pointer, states[r->state], r->says};
    }
    return n;
}

static uint32_t differences_list(struct explained *e)
{
    uint32_t n = e->diff->n < DIFFERENCES_MAX ? (uint32_t)e->diff->n : DIFFERENCES_MAX;

    for (uint32_t i = 0; i < n; i++) {
        const struct diff_row *d = &e->diff->rows[i];

        e->differences[i] = (struct wire_difference){d->field, d->rule, d->asked, d->issued,
                                                     diff_state_name(d->state)};
    }
    return n;
}

static CA_RC answer_fill(struct explained *e, struct wire_explained *ret, struct ca_err *err)
{
    static const char *const verdicts[] = {"refuse", "wait", "issue"};
    static const uint8_t zeros[SERIAL_LEN];
    const struct profile *profile = e->judging.in.profile;
    const struct verdict *v = e->why->verdict;

    if (v->plan != NULL) {
        CA_TRY(plan_tbs(v->plan, (struct ca_bytes){zeros, sizeof(zeros)}, &e->tbs, err));
        ret->plan_digest = plan_digest(v->plan);
        ret->tbs = ca_buf_view(&e->tbs);
    }
    approval_policy_write(profile_approvals(profile), &e->approvals);
    CA_TRY(ca_buf_check(&e->approvals, err));
    ret->approvals = ca_buf_cstr(&e->approvals);
    ret->verdict = verdicts[v->outcome];
    ret->profile = profile_name(profile);
    ret->profile_version = profile_version(profile);
    ret->authority = e->judging.authority->name;
    ret->findings_n = finding_list(v, e->findings);
    ret->findings = e->findings;
    ret->rules_n = rules_list(e);
    ret->rules = e->rules;
    ret->differences_n = differences_list(e);
    ret->differences = e->differences;
    return CA_OK;
}

CA_RC explain_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                     struct ca_err *err)
{
    CA_AUTO(explained) struct explained *e = calloc(1, sizeof(*e));
    struct wire_explained answer = {0};

    if (e == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(judge(s, x->question->body, actor, e, err));
    CA_TRY(answer_fill(e, &answer, err));
    exchange_answer(x, WIRE_EXPLAINED, &answer);
    return CA_OK;
}
