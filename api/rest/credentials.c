/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials of users: keys of client certificates, and API tokens. */
#include <openssl/crypto.h>
#include <stdio.h>

#include "api/auth_internal.h"
#include "api/rest/access_view.h"
#include "api/rest/answer.h"
#include "api/rest/parameters.h"
#include "api/rest/rest.h"
#include "api/rest/waits.h"
#include "base/time.h"

static CA_RC list_answer(struct request *rq, struct response *rs, const struct ca_uuid *user,
                         enum db_credential_kind kind, const struct json_schema *schema,
                         struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_credential_row *rows;
    struct rest_page page;
    struct rest_credential *items;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_credential_list(db, user, kind, &found, err));
    rows = found.rows;
    items = request_alloc(rq, (found.count + 1) * sizeof(*items));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < found.count; i++)
        CA_TRY(
            rest_credential_view(rq, &rows[i].credential, rows[i].operator_name, &items[i], err));
    page = (struct rest_page){
        .items = {items, (uint32_t)found.count, true}
    };
    return rest_answer(rq, rs, 200, schema, &page, err);
}

/* His own, or for those who see all. Others learn nothing, not even that there is somebody. */
static CA_RC user_check(struct request *rq, struct ca_uuid *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db *db = NULL;

    CA_TRY(request_uuid(rq, "id", ret, err));
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_operator_by_id(db, ret, &found, err));
    if (!rest_sees_all(rq) && memcmp(&request_caller(rq)->id, ret, CA_UUID_LEN) != 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such operator");
    return CA_OK;
}

/* GET /api/v1/users/{id}/credentials */
CA_RC rest_credentials_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct ca_uuid user;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(user_check(rq, &user, err));
    return list_answer(rq, rs, &user, DB_CREDENTIAL_CERTIFICATE, &rest_credential_page, err);
}

/* POST /api/v1/users/{id}/credentials: another certificate of his. */
CA_RC rest_credentials_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_credential_submit body = {.name = ""};
    struct wire_credential_add ask = {.caller = request_wire_caller(rq)};
    bool idempotent = false;

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_idempotency_key_check(rq, &idempotent, err));
    CA_TRY(request_uuid(rq, "id", &ask.operator_id, err));
    CA_TRY(rest_json_body(rq, &rest_credential_submit_schema, &body, err));
    CA_TRY(rest_certificate_one(body.certificate, err));
    ask.name = body.name;
    ask.certificate = body.certificate;
    ask.csr = body.csr;
    return request_ask(rq, WIRE_CREDENTIAL_ADD, &ask, err);
}

static CA_RC credential_load(struct request *rq, const struct ca_uuid *id,
                             struct rest_credential *ret, enum db_credential_kind *ret_kind,
                             struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_credential_found *row;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_credential_by_id(db, id, ca_time_now(), &found, err));
    row = found.rows;
    *ret_kind = row->credential.kind;
    return rest_credential_view(rq, &row->credential, row->who.name, ret, err);
}

/* If-Match, when given, names what is to be revoked. */
static CA_RC revoke_ask(struct request *rq, const struct wire_credential_revoke *ask,
                        enum db_credential_kind kind, struct ca_err *err)
{
    struct rest_credential view;
    enum db_credential_kind is = kind;

    if (request_body(rq).len > 0)
        return CA_FAIL(err, CA_MALFORMED, "a body is not expected");
    CA_TRY(credential_load(rq, &ask->credential_id, &view, &is, err));
    if (is != kind)
        return CA_FAIL(err, CA_NOT_FOUND, "no such credential");
    CA_TRY(rest_if_match(rq,
                         kind == DB_CREDENTIAL_TOKEN ? &rest_token_schema : &rest_credential_schema,
                         &view, err));
    return request_ask(rq, WIRE_CREDENTIAL_REVOKE, ask, err);
}

/* DELETE /api/v1/users/{id}/credentials/{credential}: revokes it; its row stays. */
CA_RC rest_credential_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_credential_revoke ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.operator_id, err));
    CA_TRY(request_uuid(rq, "credential", &ask.credential_id, err));
    return revoke_ask(rq, &ask, DB_CREDENTIAL_CERTIFICATE, err);
}

/* GET /api/v1/api-tokens: one's own; an admin and an auditor see all. */
CA_RC rest_tokens_list(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct ca_uuid *user = rest_sees_all(rq) ? NULL : &request_caller(rq)->id;

    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    return list_answer(rq, rs, user, DB_CREDENTIAL_TOKEN, &rest_token_page, err);
}

/* POST /api/v1/api-tokens */
CA_RC rest_tokens_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct rest_token_submit body = {.name = ""};
    struct wire_token_create ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(rest_json_body(rq, &rest_token_submit_schema, &body, err));
    CA_TRY(rest_texts_check(&body.profiles, "/profiles", err));
    CA_TRY(rest_texts_check(&body.names, "/names", err));
    ask.operator_id = body.user_id;
    ask.name = body.name;
    ask.profiles_given = body.profiles.given;
    ask.profiles = body.profiles.items;
    ask.profiles_n = body.profiles.n;
    ask.names_given = body.names.given;
    ask.names = body.names.items;
    ask.names_n = body.names.n;
    if (body.expires_at != 0) {
        ask.validity_s = body.expires_at - ca_time_now();
        if (ask.validity_s <= 0)
            return CA_FAIL(err, CA_MALFORMED, "/expires_at: lies in the past");
    }
    return request_ask(rq, WIRE_TOKEN_CREATE, &ask, err);
}

/* DELETE /api/v1/api-tokens/{id} */
CA_RC rest_token_delete(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct wire_credential_revoke ask = {.caller = request_wire_caller(rq)};

    (void)rs;
    CA_TRY(rest_parameters_check(rq, &rest_no_parameters, err));
    CA_TRY(request_uuid(rq, "id", &ask.credential_id, err));
    return revoke_ask(rq, &ask, DB_CREDENTIAL_TOKEN, err);
}

/* Of POST and DELETE, of certificates and tokens: the credential as it is now. A new token is
 * written into this one answer, and nowhere else. */
CA_RC rest_credential_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_credential *got = request_answer(rq);
    bool created = strcmp(request_method(rq), "POST") == 0;
    enum db_credential_kind kind = DB_CREDENTIAL_CERTIFICATE;
    char token[AUTH_TOKEN_TEXT];
    struct rest_credential view;
    bool waits = false;
    enum ca_rc rc;

    CA_TRY(rest_changed_or_waits(rq, rs, &waits, err));
    if (waits)
        return CA_OK;
    CA_TRY(credential_load(rq, &got->id, &view, &kind, err));
    CA_TRY(rest_keep_pem(rq, got->certificate, &view.certificate, err));
    if (got->secret.len > 0) {
        CA_TRY(auth_token_write(&got->id, got->secret, token, err));
        view.token = token;
    }
    rc = rest_answer(rq, rs, created ? 201 : 200,
                     kind == DB_CREDENTIAL_TOKEN ? &rest_token_schema : &rest_credential_schema,
                     &view, err);
    OPENSSL_cleanse(token, sizeof(token));
    return rc;
}
