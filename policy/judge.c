/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/judge.h"

#include "policy/judge_internal.h"

void verdict_free(struct verdict *v)
{
    if (v == NULL)
        return;
    plan_free(v->plan);
    free(v);
}

/* The plan, as it would be signed, before the judge of final bytes. */
static CA_RC plan_judge(const struct judge_input *in, const struct plan *plan,
                        struct verdict *verdict, struct ca_err *err)
{
    static const uint8_t made_up[20] = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a};
    CA_AUTO(buf) struct ca_buf tbs = {0};

    CA_TRY(plan_tbs(plan, (struct ca_bytes){made_up, sizeof(made_up)}, &tbs, err));
    return judge_tbs(in->profile, in->issuer, ca_buf_view(&tbs), in->now, verdict, err);
}

CA_RC judge_request(const struct judge_input *in, struct verdict **ret, struct ca_err *err)
{
    CA_AUTO(verdict) struct verdict *v = malloc(sizeof(*v)); /* findings are filled one by one */
    CA_AUTO(der_writer) struct der_writer octets = {0};
    struct choice choice;

    if (v == NULL)
        return CA_FAIL_NOMEM(err);
    v->outcome = OUTCOME_ISSUE;
    v->finding_n = 0;
    v->plan = NULL;
    choice.octets = &octets;
    choice_make(in, &choice, v);
    CA_TRY(judge_key_checks(in, v, err));
    CA_TRY(der_writer_check(&octets, err));
    if (v->outcome == OUTCOME_ISSUE) {
        CA_TRY(plan_make(&choice, &v->plan, err));
        CA_TRY(plan_judge(in, v->plan, v, err));
    }
    if (v->outcome == OUTCOME_ISSUE && in->profile->approvals.step_n > 0)
        v->outcome = OUTCOME_WAIT;
    *ret = CA_MOVE(v);
    return CA_OK;
}
