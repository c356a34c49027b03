/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/cursor.h"
#include "api/rest/parameters.h"
#include "api/rest/request_view.h"
#include "api/rest/to_decide.h"

static const struct rest_parameters *const filters = &rest_requests_parameters;

static CA_RC octets_keep(struct request *rq, struct ca_bytes *octets, struct ca_err *err)
{
    const char *own = rest_keep(rq, *octets);

    if (own == NULL)
        return CA_FAIL_NOMEM(err);
    octets->ptr = (const uint8_t *)own;
    return CA_OK;
}

/* A view that outlives its row. */
static CA_RC request_keep(struct request *rq, struct db_request row, struct rest_request *ret,
                          struct ca_err *err)
{
    const char **texts[] = {&row.requester, &row.channel, &row.profile,
                            &row.authority, &row.comment, &row.subject};
    struct ca_bytes *octets[] = {&row.profile_version, &row.plan_digest, &row.serial};

    for (size_t i = 0; i < CA_COUNT(texts); i++) {
        *texts[i] = rest_keep(rq, ca_bytes_str(*texts[i]));
        if (*texts[i] == NULL)
            return CA_FAIL_NOMEM(err);
    }
    for (size_t i = 0; i < CA_COUNT(octets); i++)
        CA_TRY(octets_keep(rq, octets[i], err));
    return rest_request_view(rq, &row, ret, err);
}

/* Of the approvals of requests those that the caller can vote on; the request of each. */
static CA_RC item_add(struct request *rq, const struct db_approval *row, struct rest_request *items,
                      struct json_list *ret, struct ca_err *err)
{
    CA_AUTO(rest_matter) struct rest_matter matter = {.row = NULL};
    CA_AUTO(db_result) struct db_result found = {0};
    const char *profile = request_query(rq, "profile");
    const struct db_request *request;

    CA_TRY(rest_matter_load(rq, row, &matter, err));
    if (!rest_to_decide(&matter))
        return CA_OK;
    CA_TRY(db_request_by_id(request_db(rq), &row->id, &found, err));
    request = found.rows;
    if (found.count == 0 || (profile != NULL && strcmp(profile, request->profile) != 0))
        return CA_OK;
    return request_keep(rq, *request, &items[ret->n++], err);
}

static CA_RC page_fill(struct request *rq, const struct db_approval *rows, size_t n,
                       struct rest_page *ret, struct ca_err *err)
{
    struct rest_request *items = request_alloc(rq, (n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    ret->items = (struct json_list){items, 0, true};
    for (size_t i = 0; i < n; i++)
        CA_TRY(item_add(rq, &rows[i], items, &ret->items, err));
    return CA_OK;
}

static CA_RC filter_read(struct request *rq, struct db_approval_filter *ret, struct ca_err *err)
{
    const char *status = request_query(rq, "status");
    struct rest_cursor cursor = {.mode = 0};
    bool given = false;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(rest_cursor_read(rq, filters, &cursor, &given, err));
    if (status != NULL && strcmp(status, "pending") != 0)
        return CA_FAIL(err, CA_MALFORMED, "status: what is to be decided is pending");
    ret->before = cursor.id;
    ret->action = "certificate.issue";
    return rest_to_decide_filter(rq, ret, err);
}

CA_RC rest_requests_to_decide(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db_approval_filter filter = {.state = NULL};
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    const struct db_approval *rows;
    size_t limit = 0;

    CA_TRY(filter_read(rq, &filter, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(db_approval_list(request_db(rq), &filter, limit + 1, &found, err));
    rows = found.rows;
    CA_TRY(page_fill(rq, rows, found.count > limit ? limit : found.count, &page, err));
    if (found.count > limit) {
        struct rest_cursor cursor = {.id = rows[limit - 1].id};

        CA_TRY(rest_cursor_text(rq, filters, &cursor, next, err));
        CA_TRY(rest_link_next(rq, rs, filters, next, err));
        page.next = next;
    }
    return rest_answer(rq, rs, 200, &rest_request_page, &page, err);
}
