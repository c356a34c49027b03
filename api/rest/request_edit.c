/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/access_view.h"
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/request_view.h"
#include "api/rest/rest.h"
#include "api/rest/submit.h"
#include "base/digest.h"

/* What is not said stays with the request: profile, authority, CSR. The rest is asked anew. */
static CA_RC body_fill(const struct db_request *row, struct rest_request_edit *body,
                       struct ca_err *err)
{
    struct rest_submit *s = &body->submit;

    if (s->profile != NULL && strcmp(s->profile, row->profile) != 0) {
        return CA_FAIL(err, CA_MALFORMED, "/profile: a request keeps its profile, '%.63s'",
                       row->profile);
    }
    s->profile = row->profile;
    if (s->authority == NULL)
        s->authority = row->authority;
    if (s->comment == NULL)
        s->comment = row->comment;
    if (s->csr.len == 0)
        s->csr = row->csr;
    return CA_OK;
}

/* Whoever edits says what he saw: by ETag, or by the digest of the plan. */
static CA_RC seen_read(struct request *rq, const struct rest_issued *now,
                       const struct db_request *row, struct rest_request_edit *body,
                       struct ca_err *err)
{
    if (body->plan_digest.len == 0) {
        CA_TRY(rest_if_match_required(rq, err));
        body->plan_digest = row->plan_digest;
    }
    if (body->plan_digest.len != CA_SHA256_LEN) {
        return CA_FAIL(err, CA_MALFORMED, "/plan_digest: is not %d hexadecimal digits",
                       2 * CA_SHA256_LEN);
    }
    return rest_if_match(rq, &rest_request_schema, &now->view, err);
}

/* PATCH /api/v1/requests/{id}: a new revision, which nobody has agreed to yet. */
CA_RC rest_request_patch(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_request_edit body = {.submit = {.path_length = -1}};
    struct wire_issue ask = {0};
    struct rest_issued now;
    const struct db_request *row;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.revises, err));
    CA_TRY(rest_request_load(rq, &ask.revises, &found, &now, err));
    row = found.rows;
    CA_TRY(rest_json_body(rq, &rest_request_edit_schema, &body, err));
    CA_TRY(seen_read(rq, &now, row, &body, err));
    CA_TRY(body_fill(row, &body, err));
    CA_TRY(rest_submit_fill(rq, &body.submit, &ask, err));
    CA_TRY(rest_idempotency_key(rq, &ask.idempotency_key, err));
    ask.caller = request_wire_caller(rq);
    ask.revises = row->id;
    ask.revises_digest = body.plan_digest;
    return request_ask(rq, WIRE_ISSUE, &ask, err);
}
