/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile, or a draft of one, would make of a request, and of those on record. */
#include "api/rest/answer.h"
#include "api/rest/explain_view.h"
#include "api/rest/parameters.h"
#include "api/rest/profile_view.h"
#include "api/rest/rest.h"
#include "api/rest/submit.h"

/* POST /api/v1/profiles/{name}/test */
CA_RC rest_profile_test(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_profile_test body = {
        .submit = {.authority = "", .comment = "", .path_length = -1}
    };
    struct wire_issue issue = {0};
    struct ca_bytes draft = {NULL, 0};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_profile_test_schema, &body, err));
    body.submit.profile = request_var(rq, "name");
    CA_TRY(rest_submit_fill(rq, &body.submit, &issue, err));
    CA_TRY(rest_draft_read(rq, body.yaml, body.version, &draft, err));
    return rest_explain_ask(rq, &issue, draft, err);
}

/* POST /api/v1/profiles/{name}/replay: one page. */
CA_RC rest_profile_replay(struct request *rq, struct response *rs, struct ca_err *err)
{
    enum { LIMIT_DEFAULT = 1000 };
    struct rest_profile_replay body = {.limit = LIMIT_DEFAULT};
    struct wire_replay ask = {.caller = request_wire_caller(rq),
                              .profile = request_var(rq, "name")};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_profile_replay_schema, &body, err));
    CA_TRY(rest_draft_read(rq, body.yaml, body.version, &ask.draft, err));
    if (ask.draft.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "/yaml: is required, or version");
    if (body.limit == 0)
        return CA_FAIL(err, CA_MALFORMED, "/limit: at least 1");
    ask.since = body.since;
    ask.after = body.cursor;
    ask.limit = (uint32_t)body.limit;
    return request_ask(rq, WIRE_REPLAY, &ask, err);
}

CA_RC rest_profile_replay_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_replayed *got = request_answer(rq);
    struct rest_replay_change *items = request_alloc(rq, (got->changes_n + 1) * sizeof(*items));
    struct rest_replay view = {.evaluated = got->evaluated, .next = got->next};

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < got->changes_n; i++) {
        const struct wire_replay_change *c = &got->changes[i];

        items[i] = (struct rest_replay_change){c->request_id, c->subject, c->before,
                                               c->after,      c->rule,    c->text};
    }
    view.changes = (struct json_list){items, got->changes_n, true};
    return rest_answer(rq, rs, 200, &rest_replay_schema, &view, err);
}
