/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/explain_view.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"

CA_RC rest_explain_ask(struct request *rq, struct wire_issue *issue, struct ca_bytes draft,
                       struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf frame = {0};
    struct wire_explain ask = {.caller = request_wire_caller(rq), .draft = draft};

    issue->caller = ask.caller;
    if (issue->idempotency_key == NULL || issue->idempotency_key[0] == '\0')
        issue->idempotency_key = "-"; /* nothing is stored */
    CA_TRY(wire_encode(WIRE_ISSUE, 0, issue, &frame, err));
    ask.issue = ca_buf_view(&frame);
    return request_ask(rq, WIRE_EXPLAIN, &ask, err);
}

static CA_RC recorded_ask(struct request *rq, struct ca_err *err)
{
    struct wire_explain ask = {.caller = request_wire_caller(rq)};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.request_id, err));
    if (ca_uuid_is_nil(&ask.request_id))
        return CA_FAIL(err, CA_NOT_FOUND, "no such request");
    return request_ask(rq, WIRE_EXPLAIN, &ask, err);
}

/* GET /api/v1/requests/{id}/explanation */
CA_RC rest_request_explanation(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return recorded_ask(rq, err);
}

/* Also of POST /api/v1/profiles/{name}/test. */
CA_RC rest_explanation_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    return rest_explain_answer(rq, rs, err);
}

/* GET /api/v1/requests/{id}/diff */
CA_RC rest_request_diff(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return recorded_ask(rq, err);
}

CA_RC rest_request_diff_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_explained *got = request_answer(rq);
    struct rest_diff view = {
        .verdict = got->verdict,
        .profile = got->profile,
        .profile_version = got->profile_version,
        .plan_digest = got->plan_digest,
        .differences = {got->differences, got->differences_n, true},
    };

    CA_TRY(request_uuid(rq, "id", &view.request_id, err));
    for (uint32_t i = 0; i < got->differences_n; i++)
        view.violations += strcmp(got->differences[i].state, "violates") == 0 ? 1 : 0;
    return rest_answer(rq, rs, 200, &rest_diff_schema, &view, err);
}
