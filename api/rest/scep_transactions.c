/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "api/rest/scep_view.h"

static const struct rest_parameters *const filters = &rest_scep_pages_parameters;

CA_RC rest_scep_place_read(const struct request *rq, struct rest_scep_place *ret,
                           struct ca_err *err)
{
    struct rest_cursor cursor = {.mode = 0};
    bool given = false;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(rest_cursor_read(rq, filters, &cursor, &given, err));
    CA_TRY(rest_limit_read(rq, &ret->limit, err));
    ret->before = given ? cursor.id : (struct ca_uuid){{0}};
    return CA_OK;
}

CA_RC rest_scep_place_next(const struct request *rq, struct response *rs,
                           const struct ca_uuid *last, char text[REST_CURSOR_TEXT],
                           const char **ret_next, struct ca_err *err)
{
    const struct rest_cursor cursor = {.id = *last};

    CA_TRY(rest_cursor_text(rq, filters, &cursor, text, err));
    *ret_next = text;
    return rest_link_next(rq, rs, filters, text, err);
}

static CA_RC transaction_view(struct request *rq, const struct db_scep_transaction *row,
                              struct rest_scep_transaction *ret, struct ca_err *err)
{
    char url[512];
    char id[CA_UUID_TEXT];

    (void)snprintf(url, sizeof(url), "%s/api/v1/requests/%s", request_base_url(rq),
                   ca_uuid_text(&row->request_id, id));
    *ret = (struct rest_scep_transaction){
        .transaction_id = row->transaction_id,
        .request_id = row->request_id,
        .request = rest_keep(rq, ca_bytes_str(url)),
        .status = row->state,
        .spki_sha256 = row->spki_hash,
        .remote = row->remote,
        .renews = row->renews,
        .certificate_id = row->certificate_id,
        .created_at = row->created_at,
    };
    return ret->request != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

/* GET /api/v1/scep/endpoints/{name}/transactions */
CA_RC rest_scep_transactions_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result known = {0};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_scep_endpoint *endpoint = NULL;
    const struct db_scep_transaction *rows;
    struct rest_scep_transaction *items;
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    struct rest_scep_place place;
    struct db *db = NULL;
    uint32_t n;

    CA_TRY(rest_scep_place_read(rq, &place, err));
    CA_TRY(rest_scep_endpoint_find(rq, &known, &endpoint, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(
        db_scep_transaction_list(db, &endpoint->id, &place.before, place.limit + 1, &found, err));
    rows = found.rows;
    n = (uint32_t)(found.count > place.limit ? place.limit : found.count);
    items = request_alloc(rq, (n + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        CA_TRY(transaction_view(rq, &rows[i], &items[i], err));
    if (found.count > place.limit)
        CA_TRY(rest_scep_place_next(rq, rs, &rows[n - 1].request_id, next, &page.next, err));
    page.items = (struct json_list){items, n, true};
    return rest_answer(rq, rs, 200, &rest_scep_transaction_page, &page, err);
}
