/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/answer.h"
#include "api/rest/certificate_names.h"
#include "api/rest/named_list_view.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "db/named_list.h"

enum { NUMBER_DIGITS = 4, SHOWN = 100 };

/* Lines, each of which is one; in memory of the request. */
static CA_RC lines_list(struct request *rq, const char *lines, struct json_list *ret,
                        struct ca_err *err)
{
    struct wire_text *texts = request_alloc(rq, SHOWN * sizeof(*texts));
    char *at = request_alloc(rq, strlen(lines) + 1);
    uint32_t n = 0;

    if (texts == NULL || at == NULL)
        return CA_FAIL_NOMEM(err);
    memcpy(at, lines, strlen(lines) + 1);
    while (*at != '\0' && n < SHOWN) {
        texts[n++].text = at;
        at += strcspn(at, "\n");
        if (*at != '\0')
            *at++ = '\0';
    }
    *ret = (struct json_list){texts, n, true};
    return CA_OK;
}

static CA_RC list_answer(struct request *rq, struct response *rs, int status,
                         const struct ca_uuid *id, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_named_list *row;
    struct rest_named_list view;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_named_list_get(db, id, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such list: it has expired, or was dropped");
    row = found.rows;
    view = (struct rest_named_list){.id = row->id,
                                    .status = row->digest.len > 0 ? "complete" : "open",
                                    .authority = row->authority,
                                    .created_at = row->created_at,
                                    .created_by = row->creator,
                                    .expires_at = row->expires_at,
                                    .pieces = row->pieces,
                                    .named = row->digest.len > 0 ? row->named : row->pieces_named,
                                    .digest = row->digest,
                                    .unknown_total = row->unknown_n};
    CA_TRY(lines_list(rq, row->unknown, &view.unknown, err));
    return rest_answer(rq, rs, status, &rest_named_list_schema, &view, err);
}

/* POST /api/v1/named-lists */
CA_RC rest_named_lists_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_named_create body = {.authority = ""};
    struct wire_named_list_act ask = {.caller = request_wire_caller(rq), .act = "create"};
    bool idempotent = false;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    if (request_body(rq).len > 0)
        CA_TRY(rest_json_body(rq, &rest_named_create_schema, &body, err));
    ask.authority = body.authority;
    return request_ask(rq, WIRE_NAMED_LIST_ACT, &ask, err);
}

CA_RC rest_named_lists_post_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_named_list *got = request_answer(rq);
    char location[512];
    char id[CA_UUID_TEXT];

    (void)snprintf(location, sizeof(location), "%s/api/v1/named-lists/%s", request_base_url(rq),
                   ca_uuid_text(&got->list_id, id));
    response_header(rs, "Location", location);
    return list_answer(rq, rs, 201, &got->list_id, err);
}

/* GET /api/v1/named-lists/{id} */
CA_RC rest_named_list_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct ca_uuid id;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &id, err));
    return list_answer(rq, rs, 200, &id, err);
}

/* The number of a piece, in decimal digits; the signer says how many there may be. */
static CA_RC number_read(const struct request *rq, uint32_t *ret, struct ca_err *err)
{
    const char *text = request_var(rq, "number");
    uint32_t number = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || p - text == NUMBER_DIGITS)
            return CA_FAIL(err, CA_NOT_FOUND, "pieces have numbers from 1");
        number = number * 10 + (uint32_t)(*p - '0');
    }
    *ret = number;
    return CA_OK;
}

/* PUT /api/v1/named-lists/{id}/pieces/{number} */
CA_RC rest_named_piece_put(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf listed = {0};
    struct rest_named_submit body = {0};
    struct wire_named_list_act ask = {
        .caller = request_wire_caller(rq), .act = "append", .authority = ""};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.list_id, err));
    CA_TRY(number_read(rq, &ask.number, err));
    CA_TRY(rest_json_body(rq, &rest_named_submit_schema, &body, err));
    CA_TRY(rest_certificate_names(&body.certificates, &listed, err));
    ask.listed = ca_buf_view(&listed);
    return request_ask(rq, WIRE_NAMED_LIST_ACT, &ask, err);
}

CA_RC rest_named_piece_put_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_named_list *got = request_answer(rq);
    struct rest_named_piece view = {
        .named = (int64_t)got->named,
        .unknown_total = (int64_t)got->unknown_total,
        .unknown = {got->unknown, got->unknown_n, true}
    };
    uint32_t number = 0;

    CA_TRY(number_read(rq, &number, err));
    view.number = number;
    return rest_answer(rq, rs, 200, &rest_named_piece_schema, &view, err);
}

/* POST /api/v1/named-lists/{id}/completion */
CA_RC rest_named_list_complete(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_named_complete body = {0};
    struct wire_named_list_act ask = {
        .caller = request_wire_caller(rq), .act = "complete", .authority = ""};
    bool idempotent = false;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.list_id, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(rest_json_body(rq, &rest_named_complete_schema, &body, err));
    ask.named = body.named > 0 ? (uint64_t)body.named : 0;
    ask.digest = body.digest;
    return request_ask(rq, WIRE_NAMED_LIST_ACT, &ask, err);
}

CA_RC rest_named_list_complete_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_named_list *got = request_answer(rq);

    return list_answer(rq, rs, 200, &got->list_id, err);
}

/* DELETE /api/v1/named-lists/{id} */
CA_RC rest_named_list_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_named_list_act ask = {
        .caller = request_wire_caller(rq), .act = "drop", .authority = ""};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.list_id, err));
    return request_ask(rq, WIRE_NAMED_LIST_ACT, &ask, err);
}

CA_RC rest_named_list_delete_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_named_list *got = request_answer(rq);
    const struct rest_named_dropped view = {got->list_id};

    return rest_answer(rq, rs, 200, &rest_named_dropped_schema, &view, err);
}
