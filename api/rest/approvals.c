/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "api/rest/cursor.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/to_decide.h"
#include "base/time.h"

static const struct rest_parameters *const filters = &rest_approvals_parameters;

static CA_RC filter_read(struct request *rq, struct db_approval_filter *ret, bool *ret_to_decide,
                         struct ca_err *err)
{
    struct rest_cursor cursor = {.mode = 0};
    enum db_approval_state state = DB_APPROVAL_PENDING;
    bool given = false;
    bool mine = false;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(rest_cursor_read(rq, filters, &cursor, &given, err));
    CA_TRY(rest_query_bool(rq, "mine", false, &mine, err));
    CA_TRY(rest_query_bool(rq, "to_decide", false, ret_to_decide, err));
    ret->before = cursor.id;
    ret->action = request_query(rq, "action");
    ret->state = request_query(rq, "status");
    if (ret->state != NULL && !db_approval_state_parse(ret->state, &state)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "status: is not one of pending, approved, done, failed, denied, withdrawn, "
                       "expired");
    }
    if (*ret_to_decide)
        return rest_to_decide_filter(rq, ret, err);
    if (mine || !rest_has_role(rq, CA_OFFICER | CA_ADMIN | CA_AUDITOR))
        ret->requester = &request_caller(rq)->id;
    return CA_OK;
}

/* Of the rows those that are to be shown. */
static CA_RC page_fill(struct request *rq, const struct db_approval *rows, size_t n, bool to_decide,
                       struct rest_page *ret, struct ca_err *err)
{
    struct rest_approval *items = request_alloc(rq, (n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    ret->items = (struct json_list){items, 0, true};
    for (size_t i = 0; i < n; i++) {
        CA_AUTO(rest_matter) struct rest_matter matter = {.row = NULL};

        CA_TRY(rest_matter_load(rq, &rows[i], &matter, err));
        if (to_decide && !rest_to_decide(&matter))
            continue;
        CA_TRY(rest_approval_view(rq, &matter, NULL, &items[ret->items.n++], err));
    }
    return CA_OK;
}

/* GET /api/v1/approvals. A page may have fewer than `limit` of them and still not be the last. */
CA_RC rest_approvals_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db_approval_filter filter = {.state = NULL};
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    const struct db_approval *rows;
    size_t limit = 0;
    bool to_decide = false;

    CA_TRY(filter_read(rq, &filter, &to_decide, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(db_approval_list(request_db(rq), &filter, limit + 1, &found, err));
    rows = found.rows;
    CA_TRY(page_fill(rq, rows, found.count > limit ? limit : found.count, to_decide, &page, err));
    if (found.count > limit) {
        struct rest_cursor cursor = {.id = rows[limit - 1].id};

        CA_TRY(rest_cursor_text(rq, filters, &cursor, next, err));
        CA_TRY(rest_link_next(rq, rs, filters, next, err));
        page.next = next;
    }
    return rest_answer(rq, rs, 200, &rest_approval_page, &page, err);
}

/* GET /api/v1/approvals/{id}, and the answer of whatever changed one. */
static CA_RC approval_answer(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(rest_matter) struct rest_matter matter = {.row = NULL};
    CA_AUTO(db_result) struct db_result comments = {0};
    struct rest_approval view = {.action = ""};
    struct ca_uuid id = {{0}};

    CA_TRY(request_uuid(rq, "id", &id, err));
    CA_TRY(rest_matter_find(rq, &id, &matter, err));
    /* Somebody else's is as good as none. */
    if (matter.row == NULL || !rest_matter_visible(rq, &matter))
        return CA_FAIL(err, CA_NOT_FOUND, "no approval %s", request_var(rq, "id"));
    CA_TRY(db_approval_comments(request_db(rq), &id, &comments, err));
    CA_TRY(rest_approval_view(rq, &matter, &comments, &view, err));
    return rest_answer(rq, rs, 200, &rest_approval_schema, &view, err);
}

CA_RC rest_approval_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return approval_answer(rq, rs, err);
}

CA_RC rest_approval_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    return approval_answer(rq, rs, err);
}
