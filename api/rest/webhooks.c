/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/auth_internal.h"
#include "api/rest/answer.h"
#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "api/rest/webhook_view.h"
#include "base/digest.h"
#include "base/pem.h"
#include "db/webhook.h"
#include "hsm/hsm.h"

static const struct rest_parameters *const filters = &rest_deliveries_parameters;

static CA_RC actions_view(struct request *rq, struct json_list *ret, struct ca_err *err)
{
    static const char *const names[] = {"change", "remove", "test"};
    struct rest_action *items = request_alloc(rq, CA_COUNT(names) * sizeof(*items));

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < CA_COUNT(names); i++)
        items[i] = rest_action(rq, names[i], auth_permission_roles(MAY_ADMIN), NULL);
    *ret = (struct json_list){items, CA_COUNT(names), true};
    return CA_OK;
}

static CA_RC events_view(struct request *rq, const char *joined, struct json_list *ret,
                         struct ca_err *err)
{
    enum { MOST = 64 };
    struct wire_text *items = request_alloc(rq, MOST * sizeof(*items));
    uint32_t n = 0;

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    while (*joined != '\0' && n < MOST) {
        size_t len = strcspn(joined, "\n");

        items[n].text = rest_keep(rq, (struct ca_bytes){(const uint8_t *)joined, len});
        if (items[n++].text == NULL)
            return CA_FAIL_NOMEM(err);
        joined += len + (joined[len] == '\n');
    }
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}

/* What points into the row is good as long as the result: the answer is written before. */
static CA_RC webhook_view(struct request *rq, const struct db_webhook *row,
                          struct rest_webhook *ret, struct ca_err *err)
{
    *ret = (struct rest_webhook){.id = row->id,
                                 .url = row->url,
                                 .enabled = row->enabled,
                                 .created_at = row->created_at,
                                 .created_by = row->creator};
    CA_TRY(events_view(rq, row->events, &ret->events, err));
    return actions_view(rq, &ret->allowed_actions, err);
}

/* GET /api/v1/webhooks */
CA_RC rest_webhooks_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_webhook *items;
    struct rest_page page;
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_webhook_list(db, NULL, &found, err));
    items = request_alloc(rq, (found.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < found.count; i++)
        CA_TRY(webhook_view(rq, (const struct db_webhook *)found.rows + i, &items[i], err));
    page = (struct rest_page){
        .items = {items, (uint32_t)found.count, true}
    };
    return rest_answer(rq, rs, 200, &rest_webhook_page, &page, err);
}

static CA_RC webhook_find(struct request *rq, const struct ca_uuid *id, struct db_result *ret,
                          struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_webhook_list(db, id, ret, err));
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such webhook");
    return CA_OK;
}

static CA_RC webhook_answer(struct request *rq, struct response *rs, const struct ca_uuid *id,
                            int status, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_webhook view;

    CA_TRY(webhook_find(rq, id, &found, err));
    CA_TRY(webhook_view(rq, found.rows, &view, err));
    return rest_answer(rq, rs, status, &rest_webhook_schema, &view, err);
}

/* GET /api/v1/webhooks/{id} */
CA_RC rest_webhook_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct ca_uuid id;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &id, err));
    return webhook_answer(rq, rs, &id, 200, err);
}

static CA_RC put_ask(struct request *rq, const struct json_schema *schema,
                     struct wire_webhook_put *ask, struct ca_err *err)
{
    struct rest_webhook_submit body = {.url = ""};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, schema, &body, err));
    ask->url = body.url;
    ask->events = body.events.items;
    ask->events_n = body.events.n;
    ask->enabled_given = body.enabled != JSON_NEITHER;
    ask->enabled = body.enabled == JSON_ON;
    if (body.events.given && body.events.n == 0)
        return CA_FAIL(err, CA_MALFORMED, "/events: names no event");
    return request_ask(rq, WIRE_WEBHOOK_PUT, ask, err);
}

/* POST /api/v1/webhooks */
CA_RC rest_webhooks_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_webhook_put ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    return put_ask(rq, &rest_webhook_create_schema, &ask, err);
}

CA_RC rest_webhooks_post_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_webhook *got = request_answer(rq);
    char id[CA_UUID_TEXT];
    char location[512];

    (void)snprintf(location, sizeof(location), "%s/api/v1/webhooks/%s", request_base_url(rq),
                   ca_uuid_text(&got->id, id));
    response_header(rs, "Location", location);
    return webhook_answer(rq, rs, &got->id, 201, err);
}

/* PATCH /api/v1/webhooks/{id} */
CA_RC rest_webhook_patch(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_webhook_put ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(request_uuid(rq, "id", &ask.id, err));
    return put_ask(rq, &rest_webhook_change_schema, &ask, err);
}

CA_RC rest_webhook_patch_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_webhook *got = request_answer(rq);

    return webhook_answer(rq, rs, &got->id, 200, err);
}

static CA_RC act_ask(struct request *rq, const char *act, struct ca_err *err)
{
    struct wire_webhook_act ask = {.caller = request_wire_caller(rq), .act = act};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.id, err));
    return request_ask(rq, WIRE_WEBHOOK_ACT, &ask, err);
}

/* DELETE /api/v1/webhooks/{id} */
CA_RC rest_webhook_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return act_ask(rq, "remove", err);
}

CA_RC rest_webhook_delete_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_webhook *got = request_answer(rq);
    const struct rest_webhook_removed view = {got->id};

    return rest_answer(rq, rs, 200, &rest_webhook_removed_schema, &view, err);
}

/* POST /api/v1/webhooks/{id}/test */
CA_RC rest_webhook_test(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return act_ask(rq, "test", err);
}

CA_RC rest_webhook_test_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_webhook *got = request_answer(rq);
    const struct rest_webhook_tested view = {got->id, got->delivery_id};

    return rest_answer(rq, rs, 200, &rest_webhook_tested_schema, &view, err);
}

static CA_RC delivery_view(struct request *rq, const struct db_webhook_delivery *row,
                           struct rest_delivery *ret, struct ca_err *err)
{
    *ret = (struct rest_delivery){
        .id = row->id,
        .event = row->event,
        .status = row->delivered_at != 0 ? "delivered"
                  : row->next_at != 0    ? "pending"
                                         : "given_up",
        .created_at = row->created_at,
        .attempts = row->attempts,
        .next_at = row->next_at,
        .delivered_at = row->delivered_at,
        .last_status = row->last_status > 0 ? row->last_status : -1,
        .last_error = row->last_error,
        .body = rest_keep(rq, row->body),
    };
    return ret->body != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC next_cursor(struct request *rq, struct response *rs, const struct ca_uuid *last,
                         char next[REST_CURSOR_TEXT], struct ca_err *err)
{
    const struct rest_cursor cursor = {.id = *last};

    CA_TRY(rest_cursor_text(rq, filters, &cursor, next, err));
    return rest_link_next(rq, rs, filters, next, err);
}

/* GET /api/v1/webhooks/{id}/deliveries */
CA_RC rest_deliveries_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result known = {0};
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_cursor cursor = {.mode = 0};
    struct rest_page page = {.next = NULL};
    const struct db_webhook_delivery *rows;
    struct rest_delivery *items;
    char next[REST_CURSOR_TEXT];
    struct ca_uuid id;
    struct db *db = NULL;
    bool given = false;
    size_t limit = 0;
    uint32_t n;

    CA_TRY(rest_parameters_check(rq, filters, err));
    CA_TRY(rest_cursor_read(rq, filters, &cursor, &given, err));
    CA_TRY(rest_limit_read(rq, &limit, err));
    CA_TRY(request_uuid(rq, "id", &id, err));
    CA_TRY(webhook_find(rq, &id, &known, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_webhook_delivery_list(db, &id, given ? &cursor.id : NULL, limit + 1, &found, err));
    rows = found.rows;
    n = (uint32_t)(found.count > limit ? limit : found.count);
    items = request_alloc(rq, (n + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (uint32_t i = 0; i < n; i++)
        CA_TRY(delivery_view(rq, &rows[i], &items[i], err));
    if (found.count > limit) {
        CA_TRY(next_cursor(rq, rs, &rows[limit - 1].id, next, err));
        page.next = next;
    }
    page.items = (struct json_list){items, n, true};
    return rest_answer(rq, rs, 200, &rest_delivery_page, &page, err);
}

/* GET /api/v1/webhook-key */
CA_RC rest_webhook_key_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct hsm_key *key = request_webhook_key(rq);
    CA_AUTO(buf) struct ca_buf pem = {0};
    uint8_t hash[CA_SHA256_LEN];
    struct rest_webhook_key view = {.algorithm = "ecdsa-p256-sha256"};

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    if (key == NULL)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-offline",
                          "the front has no key for webhooks");
    pem_put(&pem, "PUBLIC KEY", hsm_key_spki(key));
    CA_TRY(ca_buf_check(&pem, err));
    CA_TRY(ca_sha256(hsm_key_spki(key), hash, err));
    view.public_key = ca_buf_cstr(&pem);
    view.spki_sha256 = (struct ca_bytes){hash, sizeof(hash)};
    return rest_answer(rq, rs, 200, &rest_webhook_key_schema, &view, err);
}
