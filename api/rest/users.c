/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/access_view.h"
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"

/* GET /api/v1/users */
CA_RC rest_users_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_page page = {.items = {.given = true}};
    struct rest_user *items;
    struct db *db = NULL;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_operator_list(db, &found, err));
    items = request_alloc(rq, (found.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < found.count; i++)
        CA_TRY(rest_user_view(rq, (const struct db_operator *)found.rows + i, &items[i], err));
    page.items = (struct json_list){items, (uint32_t)found.count, true};
    return rest_answer(rq, rs, 200, &rest_user_page, &page, err);
}

static CA_RC user_load(struct request *rq, const struct ca_uuid *id, struct rest_user *ret,
                       struct db_result *ret_row, struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_operator_by_id(db, id, ret_row, err));
    return rest_user_view(rq, ret_row->rows, ret, err);
}

/* GET /api/v1/users/{id} */
CA_RC rest_user_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_user view;
    struct ca_uuid id;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &id, err));
    CA_TRY(user_load(rq, &id, &view, &found, err));
    return rest_answer(rq, rs, 200, &rest_user_schema, &view, err);
}

/* POST /api/v1/users: by certificate, by CSR, or for an API token to come. */
CA_RC rest_users_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_user_submit body = {.name = ""};
    struct wire_operator_enrol ask = {.caller = request_wire_caller(rq)};
    bool idempotent = false;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(rest_json_body(rq, &rest_user_submit_schema, &body, err));
    CA_TRY(rest_roles_read(&body.roles, &ask.roles, err));
    CA_TRY(rest_texts_check(&body.names, "/names", err));
    CA_TRY(rest_certificate_one(body.certificate, err));
    ask.name = body.name;
    ask.names = body.names.items;
    ask.names_n = body.names.n;
    ask.certificate = body.certificate;
    ask.csr = body.csr;
    return request_ask(rq, WIRE_OPERATOR_ENROL, &ask, err);
}

/* PATCH /api/v1/users/{id}: roles, names, enabled; for the user that the ETag names. */
CA_RC rest_user_patch(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct rest_user_change body = {0};
    struct wire_operator_change ask = {.caller = request_wire_caller(rq), .enabled_given = true};
    const struct db_operator *row;
    struct rest_user view;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.operator_id, err));
    CA_TRY(user_load(rq, &ask.operator_id, &view, &found, err));
    row = found.rows;
    body.enabled = row->enabled;
    CA_TRY(rest_json_body(rq, &rest_user_change_schema, &body, err));
    CA_TRY(rest_if_match_required(rq, err));
    CA_TRY(rest_if_match(rq, &rest_user_schema, &view, err));
    CA_TRY(rest_roles_read(&body.roles, &ask.roles, err));
    CA_TRY(rest_texts_check(&body.names, "/names", err));
    ask.seen = row->seal;
    ask.enabled = body.enabled;
    ask.names_given = body.names.given;
    ask.names = body.names.items;
    ask.names_n = body.names.n;
    return request_ask(rq, WIRE_OPERATOR_CHANGE, &ask, err);
}

/* Of POST and PATCH: the user as he is now. */
CA_RC rest_user_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct wire_operator *got = request_answer(rq);
    bool created = strcmp(request_method(rq), "POST") == 0;
    bool waits = false;
    struct rest_user view;
    char id[CA_UUID_TEXT];
    char location[512];

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    CA_TRY(user_load(rq, &got->id, &view, &found, err));
    if (created) {
        (void)snprintf(location, sizeof(location), "%s/api/v1/users/%s", request_base_url(rq),
                       ca_uuid_text(&got->id, id));
        response_header(rs, "Location", location);
        view.credential_id = got->credential_id;
        CA_TRY(rest_keep_pem(rq, got->certificate, &view.certificate, err));
    }
    return rest_answer(rq, rs, created ? 201 : 200, &rest_user_schema, &view, err);
}
