/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>

#include "api/rest/answer.h"
#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "api/rest/scep_view.h"
#include "base/time.h"
#include "db/operator.h"

enum { SECRET_MAX = 512 };

/* struct rest_san is a wire_pair by another name: api/rest/submit.c. */
static void names_ask(const struct rest_scep_challenge_submit *body,
                      struct wire_scep_challenge_create *ask)
{
    ask->subject = body->subject.items;
    ask->subject_n = body->subject.n;
    ask->sans = body->sans.items;
    ask->sans_n = body->sans.n;
    ask->any_name = body->any_name;
}

static CA_RC submit_read(struct request *rq, struct rest_scep_challenge_submit *ret,
                         struct ca_err *err)
{
    *ret = (struct rest_scep_challenge_submit){.kind = "one-time", .validity_seconds = -1};
    CA_TRY(rest_json_body(rq, &rest_scep_challenge_create_schema, ret, err));
    if (ret->kind == NULL)
        ret->kind = "one-time";
    if (ret->validity_seconds == 0)
        return CA_FAIL(err, CA_MALFORMED, "/validity_seconds: at least 1");
    return CA_OK;
}

/* POST /api/v1/scep/endpoints/{name}/challenges */
CA_RC rest_scep_challenges_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_scep_endpoint *endpoint = NULL;
    struct rest_scep_challenge_submit body;
    struct wire_scep_challenge_create ask = {.caller = request_wire_caller(rq),
                                             .endpoint = request_var(rq, "name")};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(submit_read(rq, &body, err));
    CA_TRY(rest_scep_endpoint_find(rq, &found, &endpoint, err));
    ask.kind = body.kind;
    ask.comment = body.comment;
    ask.validity_s = body.validity_seconds > 0 ? body.validity_seconds : 0;
    names_ask(&body, &ask);
    return request_ask(rq, WIRE_SCEP_CHALLENGE_CREATE, &ask, err);
}

/* The secret is written into this one answer, and nowhere else. */
CA_RC rest_scep_challenges_post_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_scep_challenge *got = request_answer(rq);
    struct rest_scep_challenge_submit body;
    struct rest_scep_secret view;
    char secret[SECRET_MAX + 1];
    uint32_t modes = DB_SCEP_ONE_TIME;
    enum ca_rc rc;

    CA_TRY(submit_read(rq, &body, err));
    if (got->secret.len == 0 || got->secret.len > SECRET_MAX)
        return CA_FAIL(err, CA_FAULT, "a challenge of %zu octets", got->secret.len);
    if (strcmp(body.kind, "static") == 0)
        modes = DB_SCEP_STATIC;
    view = (struct rest_scep_secret){.id = got->id,
                                     .endpoint = request_var(rq, "name"),
                                     .url = rest_scep_url(rq, request_var(rq, "name")),
                                     .kind = body.kind,
                                     .challenge = secret,
                                     .expires_at = got->expires_at};
    CA_TRY(rest_scep_warnings(rq, modes, 0, &view.warnings, err));
    memcpy(secret, got->secret.ptr, got->secret.len);
    secret[got->secret.len] = '\0';
    rc = rest_answer(rq, rs, 201, &rest_scep_secret_schema, &view, err);
    OPENSSL_cleanse(secret, sizeof(secret));
    return rc;
}

static const char *status_of(const struct db_scep_challenge *row)
{
    if (row->used_at != 0)
        return "used";
    if (row->revoked_at != 0)
        return "revoked";
    return row->expires_at <= ca_time_now() ? "expired" : "unused";
}

static const char *name_of(struct request *rq, const struct db_result *operators,
                           const struct ca_uuid *id)
{
    const struct db_operator *rows = operators->rows;

    for (size_t i = 0; i < operators->count; i++) {
        if (memcmp(&rows[i].id, id, sizeof(*id)) == 0)
            return rest_keep(rq, ca_bytes_str(rows[i].name));
    }
    return NULL;
}

/* What points into the rows is good as long as the results. */
static CA_RC challenge_view(struct request *rq, const struct db_scep_challenge *row,
                            const char *endpoint, const struct db_result *operators,
                            struct rest_scep_challenge *ret, struct ca_err *err)
{
    struct rest_action *revoke = request_alloc(rq, sizeof(*revoke));
    const char *status = status_of(row);
    bool open = strcmp(status, "used") != 0 && strcmp(status, "revoked") != 0;

    if (revoke == NULL)
        return CA_FAIL_NOMEM(err);
    *revoke = rest_action(rq, "revoke", CA_OFFICER | CA_ADMIN,
                          open ? NULL : "it is good for nothing already");
    *ret = (struct rest_scep_challenge){
        .id = row->id,
        .endpoint = endpoint,
        .status = status,
        .profile = row->profile,
        .subject = row->subject,
        .sans = row->names,
        .any_name = row->any_name,
        .comment = row->comment,
        .created_at = row->created_at,
        .created_by = name_of(rq, operators, &row->created_by),
        .expires_at = row->expires_at,
        .used_at = row->used_at,
        .request_id = row->request_id,
        .revoked_at = row->revoked_at,
        .allowed_actions = {revoke, 1, true},
    };
    return CA_OK;
}

static CA_RC page_fill(struct request *rq, const char *endpoint, const struct db_result *found,
                       uint32_t n, struct json_list *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result operators = {0};
    const struct db_scep_challenge *rows = found->rows;
    struct rest_scep_challenge *items = request_alloc(rq, (n + 1) * sizeof(*items));
    struct db *db = NULL;

    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_operator_list(db, &operators, err));
    for (uint32_t i = 0; i < n; i++)
        CA_TRY(challenge_view(rq, &rows[i], endpoint, &operators, &items[i], err));
    *ret = (struct json_list){items, n, true};
    return CA_OK;
}

/* GET /api/v1/scep/endpoints/{name}/challenges: those for one use. Neither secrets nor hashes. */
CA_RC rest_scep_challenges_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result known = {0};
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_scep_endpoint *endpoint = NULL;
    const struct db_scep_challenge *rows;
    struct rest_page page = {.next = NULL};
    char next[REST_CURSOR_TEXT];
    struct rest_scep_place place;
    struct db *db = NULL;
    uint32_t n;

    CA_TRY(rest_scep_place_read(rq, &place, err));
    CA_TRY(rest_scep_endpoint_find(rq, &known, &endpoint, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_scep_challenge_list(db, &endpoint->id, &place.before, place.limit + 1, &found, err));
    rows = found.rows;
    n = (uint32_t)(found.count > place.limit ? place.limit : found.count);
    CA_TRY(page_fill(rq, endpoint->name, &found, n, &page.items, err));
    if (found.count > place.limit)
        CA_TRY(rest_scep_place_next(rq, rs, &rows[n - 1].id, next, &page.next, err));
    return rest_answer(rq, rs, 200, &rest_scep_challenge_page, &page, err);
}

static CA_RC challenge_load(struct request *rq, const struct ca_uuid *id, struct db_result *ret,
                            const struct db_scep_challenge **row, struct ca_err *err)
{
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_scep_challenge_by_id(db, id, ret, err));
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such challenge");
    *row = ret->rows;
    return CA_OK;
}

static const char *endpoint_of(const struct db_result *endpoints, const struct ca_uuid *id)
{
    const struct db_scep_endpoint *rows = endpoints->rows;

    for (size_t i = 0; i < endpoints->count; i++) {
        if (memcmp(&rows[i].id, id, sizeof(*id)) == 0)
            return rows[i].name;
    }
    return ""; /* it was removed */
}

/* DELETE /api/v1/scep/challenges/{id}: revokes it, and its row stays. */
CA_RC rest_scep_challenge_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_scep_challenge *row = NULL;
    struct wire_scep_challenge_revoke ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.id, err));
    if (request_body(rq).len > 0)
        return CA_FAIL(err, CA_MALFORMED, "a body is not expected");
    CA_TRY(challenge_load(rq, &ask.id, &found, &row, err));
    return request_ask(rq, WIRE_SCEP_CHALLENGE_REVOKE, &ask, err);
}

CA_RC rest_scep_challenge_delete_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(db_result) struct db_result endpoints = {0};
    CA_AUTO(db_result) struct db_result operators = {0};
    const struct wire_scep_challenge *got = request_answer(rq);
    const struct db_scep_challenge *row = NULL;
    struct rest_scep_challenge view;
    struct db *db = NULL;

    CA_TRY(challenge_load(rq, &got->id, &found, &row, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_scep_endpoint_list(db, NULL, &endpoints, err));
    CA_TRY(db_operator_list(db, &operators, err));
    CA_TRY(challenge_view(rq, row, endpoint_of(&endpoints, &row->endpoint_id), &operators, &view,
                          err));
    return rest_answer(rq, rs, 200, &rest_scep_challenge_schema, &view, err);
}
