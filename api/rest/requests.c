/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/cursor.h"
#include "api/rest/explain_view.h"
#include "api/rest/parameters.h"
#include "api/rest/request_view.h"
#include "api/rest/rest.h"
#include "api/rest/submit.h"
#include "api/rest/to_decide.h"
#include "base/text.h"
#include "db/operator.h"

CA_RC rest_idempotency_key(struct request *rq, const char **ret, struct ca_err *err)
{
    struct ca_uuid id = {{0}};
    char text[CA_UUID_TEXT];
    bool given = false;

    CA_TRY(rest_idempotency_key_check(rq, &given, err));
    if (given) {
        *ret = request_header(rq, "Idempotency-Key");
        return CA_OK;
    }
    CA_TRY(ca_uuid_new(&id, err));
    *ret = rest_keep(rq, ca_bytes_str(ca_uuid_text(&id, text)));
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC dry_run_read(struct request *rq, bool *ret_dry, bool *ret_explain, struct ca_err *err)
{
    CA_TRY(rest_query_bool(rq, "dry_run", false, ret_dry, err));
    CA_TRY(rest_query_bool(rq, "explain", false, ret_explain, err));
    if (*ret_explain && !*ret_dry)
        return CA_FAIL(err, CA_MALFORMED, "explain: only together with dry_run=true");
    return CA_OK;
}

/* POST /api/v1/requests. The front reads; the signer judges, signs and records. */
CA_RC rest_requests_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    enum rest_request_type type = REST_REQUEST_JSON;
    struct wire_issue ask = {0};
    bool dry_run = false;
    bool explain = false;

    (void)rs;
    CA_TRY(rest_request_accept(rq, &type, err)); /* before anything is issued */
    CA_TRY(rest_submit_read(rq, &ask, err));
    CA_TRY(dry_run_read(rq, &dry_run, &explain, err));
    CA_TRY(rest_idempotency_key(rq, &ask.idempotency_key, err));
    if (dry_run)
        return rest_explain_ask(rq, &ask, (struct ca_bytes){NULL, 0}, err);
    ask.caller = request_wire_caller(rq);
    return request_ask(rq, WIRE_ISSUE, &ask, err);
}

static int post_status(const struct wire_issued *got)
{
    if (got->certificate.len == 0)
        return 202;
    return got->repeated ? 200 : 201;
}

/* What would be refused is refused, unless somebody wants to know everything about it. */
static CA_RC dry_run_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    bool dry_run = false;
    bool explain = false;

    CA_TRY(dry_run_read(rq, &dry_run, &explain, err));
    if (!explain)
        CA_TRY(rest_explain_verdict(rq, err));
    return rest_explain_answer(rq, rs, err);
}

static void location(const struct request *rq, struct response *rs, const struct ca_uuid *id)
{
    char text[512];
    char uuid[CA_UUID_TEXT];

    (void)snprintf(text, sizeof(text), "%s/api/v1/requests/%s", request_base_url(rq),
                   ca_uuid_text(id, uuid));
    response_header(rs, "Location", text);
}

/* What waits for people has much to say that the signer did not: it is read anew, unless the
 * database is away. */
static CA_RC posted_view(struct request *rq, const struct wire_issued *got, struct db_result *row,
                         struct rest_issued *ret, struct ca_err *err)
{
    if (strcmp(got->state, "pending") == 0 && request_db(rq) != NULL)
        return rest_request_load(rq, &got->request_id, row, ret, err);
    return rest_request_of_answer(rq, got, ret, err);
}

CA_RC rest_requests_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result row = {0};
    const struct wire_issued *got = request_answer(rq);
    struct rest_issued issued;
    int status;

    if (request_answer_kind(rq) == WIRE_EXPLAINED)
        return dry_run_done(rq, rs, err);
    status = post_status(got);
    CA_TRY(posted_view(rq, got, &row, &issued, err));
    if (!ca_uuid_is_nil(&got->request_id))
        location(rq, rs, &got->request_id);
    if (status == 202) /* people decide on a pending one, a machine goes on with the rest */
        response_header(rs, "Retry-After", strcmp(got->state, "pending") == 0 ? "30" : "1");
    return rest_request_answer(rq, rs, status, &issued, err);
}

static const struct rest_parameters *const filters = &rest_requests_parameters;

static CA_RC filter_read(struct request *rq, struct db_request_filter *ret, struct ca_err *err)
{
    struct rest_cursor cursor = {.mode = 0};
    enum db_request_state state = DB_REQUEST_PENDING;
    bool given = false;
    bool mine = false;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(rest_cursor_read(rq, filters, &cursor, &given, err));
    CA_TRY(rest_query_bool(rq, "mine", false, &mine, err));
    ret->before = cursor.id;
    ret->profile = request_query(rq, "profile");
    ret->state = request_query(rq, "status");
    if (ret->state != NULL && !db_request_state_parse(ret->state, &state)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "status: is not one of pending, approved, issuing, "
                       "issued, denied, withdrawn, expired, failed");
    }
    /* A requester sees only what he asked for; the others see all. */
    if (mine || !rest_has_role(rq, CA_OFFICER | CA_ADMIN | CA_AUDITOR))
        ret->requester = &request_caller(rq)->id;
    return CA_OK;
}

static CA_RC page_fill(struct request *rq, const struct db_request *rows, uint32_t n,
                       struct rest_page *ret, struct ca_err *err)
{
    struct rest_request *items = request_alloc(rq, (n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        CA_TRY(rest_request_view(rq, &rows[i], &items[i], err));
    ret->items = (struct json_list){items, n, true};
    return CA_OK;
}

/* GET /api/v1/requests */
CA_RC rest_requests_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db_request_filter filter = {.state = NULL};
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    const struct db_request *rows;
    size_t limit = 0;
    bool to_decide = false;

    CA_TRY(rest_query_bool(rq, "to_decide", false, &to_decide, err));
    if (to_decide)
        return rest_requests_to_decide(rq, rs, err);
    CA_TRY(filter_read(rq, &filter, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(db_request_list(request_db(rq), &filter, limit + 1, &found, err));
    rows = found.rows;
    CA_TRY(page_fill(rq, rows, (uint32_t)(found.count > limit ? limit : found.count), &page, err));
    if (found.count > limit) {
        struct rest_cursor cursor = {.id = rows[limit - 1].id};

        CA_TRY(rest_cursor_text(rq, filters, &cursor, next, err));
        CA_TRY(rest_link_next(rq, rs, filters, next, err));
        page.next = next;
    }
    return rest_answer(rq, rs, 200, &rest_request_page, &page, err);
}
