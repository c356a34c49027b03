/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/audit_view.h"
#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "base/pem.h"

static const struct rest_parameters *const event_filters = &rest_audit_events_parameters;
static const struct rest_parameters *const checkpoint_filters = &rest_audit_checkpoints_parameters;

static CA_RC events_fill(struct request *rq, const struct db_audit *rows, uint32_t n,
                         struct rest_page *ret, struct ca_err *err)
{
    struct rest_audit_event *items = request_alloc(rq, (n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        items[i] = (struct rest_audit_event){rows[i], rows[i].at_us / 1000000};
    ret->items = (struct json_list){items, n, true};
    return CA_OK;
}

/* GET /api/v1/audit/events */
CA_RC rest_audit_events(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf next = {0};
    struct rest_audit_search search = {0};
    struct rest_page page = {.next = NULL};
    const struct db_audit *rows;
    size_t limit = 0;

    CA_TRY(rest_audit_search_read(rq, event_filters, &search, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(db_audit_list(request_db(rq), &search.filter, DB_AUDIT_NEWEST, &search.after, limit + 1,
                         &found, err));
    rows = found.rows;
    CA_TRY(
        events_fill(rq, rows, (uint32_t)(found.count > limit ? limit : found.count), &page, err));
    if (found.count > limit) {
        CA_TRY(rest_audit_next(rq, rs, event_filters, &rows[limit - 1], &next, err));
        page.next = ca_buf_cstr(&next);
    }
    return rest_answer(rq, rs, 200, &rest_audit_event_page, &page, err);
}

static CA_RC newest_first(const struct request *rq, bool *ret, struct ca_err *err)
{
    const char *sort = request_query(rq, "sort");

    *ret = sort == NULL || strcmp(sort, "-at") == 0;
    return *ret || strcmp(sort, "at") == 0
               ? CA_OK
               : CA_FAIL(err, CA_MALFORMED, "sort: is not one of -at, at");
}

static CA_RC checkpoints_fill(struct request *rq, const struct db_checkpoint *rows, uint32_t n,
                              struct rest_page *ret, struct ca_err *err)
{
    struct rest_checkpoint *items = request_alloc(rq, (n + 1) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++) {
        CA_AUTO(buf) struct ca_buf pem = {0};

        pem_put(&pem, "PUBLIC KEY", rows[i].key);
        CA_TRY(ca_buf_check(&pem, err));
        items[i].row = rows[i];
        items[i].key.ptr = (const uint8_t *)rest_keep(rq, ca_buf_view(&pem));
        items[i].key.len = pem.len;
        if (items[i].key.ptr == NULL)
            return CA_FAIL_NOMEM(err);
    }
    ret->items = (struct json_list){items, n, true};
    return CA_OK;
}

/* GET /api/v1/audit/checkpoints */
CA_RC rest_audit_checkpoints(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_cursor cursor = {.mode = 0};
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    const struct db_checkpoint *rows;
    bool newest = true;
    bool given = false;
    size_t limit = 0;

    CA_TRY(rest_parameters_check(rq, checkpoint_filters, err));
    CA_TRY(rest_cursor_read(rq, checkpoint_filters, &cursor, &given, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(newest_first(rq, &newest, err));
    CA_TRY(db_checkpoint_list(request_db(rq), request_query(rq, "chain"), newest, cursor.not_after,
                              limit + 1, &found, err));
    rows = found.rows;
    CA_TRY(checkpoints_fill(rq, rows, (uint32_t)(found.count > limit ? limit : found.count), &page,
                            err));
    if (found.count > limit) {
        const struct rest_cursor last = {.not_after = rows[limit - 1].id};

        CA_TRY(rest_cursor_text(rq, checkpoint_filters, &last, next, err));
        CA_TRY(rest_link_next(rq, rs, checkpoint_filters, next, err));
        page.next = next;
    }
    return rest_answer(rq, rs, 200, &rest_checkpoint_page, &page, err);
}
