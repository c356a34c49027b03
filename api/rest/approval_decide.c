/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "base/digest.h"
#include "db/operator.h"

/* Votes, words, assignments and withdrawals. The front asks; the signer judges and records. The
 * same for /approvals/{id}/… and /requests/{id}/…: a request's approval has its id. */

/* What is not for the caller's eyes is not there. */
static CA_RC id_read(struct request *rq, struct ca_uuid *ret, struct ca_err *err)
{
    CA_AUTO(rest_matter) struct rest_matter matter = {.row = NULL};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", ret, err));
    CA_TRY(rest_matter_find(rq, ret, &matter, err));
    if (matter.row == NULL || !rest_matter_visible(rq, &matter)) {
        return CA_FAIL(err, CA_NOT_FOUND, "nothing waits, or waited, for consent under %s",
                       request_var(rq, "id"));
    }
    return CA_OK;
}

static CA_RC decide(struct request *rq, const struct json_schema *schema, const char *digest,
                    struct ca_err *err)
{
    struct wire_decide ask = {.caller = request_wire_caller(rq)};
    struct rest_decision body = {.comment = ""};

    CA_TRY(id_read(rq, &ask.approval_id, err));
    CA_TRY(rest_json_body(rq, schema, &body, err));
    if (body.digest.len != CA_SHA256_LEN) {
        return CA_FAIL(err, CA_MALFORMED, "/%s: is not %d hexadecimal digits", digest,
                       2 * CA_SHA256_LEN);
    }
    ask.approves = strcmp(body.decision, "approve") == 0;
    ask.digest = body.digest;
    ask.comment = body.comment;
    if (!ask.approves && body.comment[strspn(body.comment, " \t\n")] == '\0')
        return CA_FAIL_AS(err, CA_MALFORMED, "comment-required", "/comment: a denial needs one");
    return request_ask(rq, WIRE_DECIDE, &ask, err);
}

/* POST /api/v1/approvals/{id}/decisions */
CA_RC rest_approval_decide(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return decide(rq, &rest_decision_schema, "digest", err);
}

/* POST /api/v1/requests/{id}/decisions */
CA_RC rest_request_decide(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return decide(rq, &rest_request_decision_schema, "plan_digest", err);
}

static CA_RC change(struct request *rq, const char *what, const struct json_schema *schema,
                    struct ca_err *err)
{
    struct wire_approval_change ask = {.caller = request_wire_caller(rq), .change = what};
    struct rest_word body = {.comment = ""};

    CA_TRY(id_read(rq, &ask.approval_id, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, schema, &body, err));
    if (strcmp(what, "comment") == 0 && body.comment[0] == '\0')
        return CA_FAIL_AS(err, CA_MALFORMED, "comment-required", "/comment: is empty");
    ask.comment = body.comment;
    return request_ask(rq, WIRE_APPROVAL_CHANGE, &ask, err);
}

/* POST …/{id}/withdrawal */
CA_RC rest_approval_withdraw(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return change(rq, "withdraw", &rest_withdrawal_schema, err);
}

/* POST …/{id}/comments */
CA_RC rest_approval_comment(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return change(rq, "comment", &rest_comment_schema, err);
}

static CA_RC operator_read(struct request *rq, const char *text, struct ca_uuid *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_operator *rows;
    struct ca_err ignored;

    if (text == NULL || text[0] == '\0')
        return CA_OK; /* nobody in particular */
    if (ca_uuid_parse(ca_bytes_str(text), ret, &ignored) == CA_OK)
        return CA_OK;
    CA_TRY(db_operator_list(request_db(rq), &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(rows[i].name, text) == 0) {
            *ret = rows[i].id;
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_MALFORMED, "/operator: there is no operator of this name");
}

/* PUT …/{id}/assignment */
CA_RC rest_approval_assign(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_approval_change ask = {
        .caller = request_wire_caller(rq), .change = "assign", .comment = ""};
    struct rest_assignment body = {.operator= NULL };

    (void)rs;
    CA_TRY(id_read(rq, &ask.approval_id, err));
    CA_TRY(rest_json_body(rq, &rest_assignment_schema, &body, err));
    CA_TRY(operator_read(rq, body.operator, & ask.assignee, err));
    return request_ask(rq, WIRE_APPROVAL_CHANGE, &ask, err);
}
