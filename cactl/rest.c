/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/rest.h"

#include <stdio.h>

#include "base/text.h"

static CA_RC printed(const struct app *app, const struct http_ask *ask, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf line = {0};

    http_as_curl(&app->http_settings, ask, &line);
    CA_TRY(output_text(&line, err));
    return CA_FAIL_AS(err, CA_CONFLICT, REST_PRINTED, "the call was printed, not made");
}

static enum ca_rc rc_of(long status)
{
    static const struct {
        long status;
        enum ca_rc rc;
    } rows[] = {
        {401, CA_DENIED     },
        {403, CA_DENIED     },
        {404, CA_NOT_FOUND  },
        {409, CA_CONFLICT   },
        {412, CA_CONFLICT   },
        {413, CA_LIMIT      },
        {422, CA_DENIED     },
        {429, CA_LIMIT      },
        {500, CA_FAULT      },
        {503, CA_UNAVAILABLE},
    };

    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (rows[i].status == status)
            return rows[i].rc;
    }
    return status >= 500 ? CA_FAULT : CA_MALFORMED;
}

/* "/problems/policy" as "policy". */
static const char *code_of(const json_t *problem)
{
    const char *type = json_text(problem, "type");
    const char *slash = strrchr(type, '/');

    return slash != NULL ? slash + 1 : type;
}

static CA_RC refused(struct app *app, const struct http_ask *ask, const struct http_answer *answer,
                     struct ca_err *err)
{
    struct ca_err ignored;
    const char *text;

    json_decref(app->problem);
    app->problem = NULL;
    app->status = answer->status;
    app->of_body = ask->body.len > 0;
    (void)snprintf(app->request_id, sizeof(app->request_id), "%s", answer->request_id);
    if (json_parse(ca_buf_view(&answer->body), &app->problem, &ignored) != CA_OK)
        return CA_FAIL(err, rc_of(answer->status), "the server answered %ld", answer->status);
    text = json_text(app->problem, "detail");
    if (text[0] == '\0')
        text = json_text(app->problem, "title");
    return CA_FAIL_AS(err, rc_of(answer->status), code_of(app->problem), "%s", text);
}

CA_RC rest_call(struct app *app, const struct http_ask *ask, bool final, struct http_answer *ret,
                struct ca_err *err)
{
    CA_TRY(app_http(app, err));
    if (final && args_on(&app->args, "curl"))
        return printed(app, ask, err);
    CA_TRY(http_send(app->http, ask, ret, err));
    return ret->status < 400 ? CA_OK : refused(app, ask, ret, err);
}

CA_RC rest_json(const struct http_answer *answer, json_t **ret, struct ca_err *err)
{
    struct ca_err why = {0};

    if (answer->status >= 300 || json_parse(ca_buf_view(&answer->body), ret, &why) != CA_OK) {
        return CA_FAIL(err, CA_FAULT, "the server answers %ld with something else than JSON",
                       answer->status);
    }
    return CA_OK;
}

static CA_RC get(struct app *app, const char *path, bool final, json_t **ret, struct ca_err *err)
{
    CA_AUTO(http_answer) struct http_answer answer = {0};
    const struct http_ask ask = {.method = "GET", .path = path};

    CA_TRY(rest_call(app, &ask, final, &answer, err));
    return rest_json(&answer, ret, err);
}

CA_RC rest_get(struct app *app, const char *path, json_t **ret, struct ca_err *err)
{
    return get(app, path, false, ret, err);
}

CA_RC rest_get_final(struct app *app, const char *path, json_t **ret, struct ca_err *err)
{
    return get(app, path, true, ret, err);
}

CA_RC rest_key(const struct app *app, char *own, const char **ret, struct ca_err *err)
{
    struct ca_uuid id;

    *ret = args_text(&app->args, "idempotency-key");
    if (*ret != NULL)
        return CA_OK;
    CA_TRY(ca_uuid_new(&id, err));
    *ret = ca_uuid_text(&id, own);
    return CA_OK;
}

CA_RC rest_send(struct app *app, const char *method, const char *path, const json_t *body,
                json_t **ret, long *ret_status, struct ca_err *err)
{
    CA_AUTO(http_answer) struct http_answer answer = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    struct http_ask ask = {.method = method, .path = path};
    char own[CA_UUID_TEXT];

    if (body != NULL)
        CA_TRY(json_write(body, false, &text, err));
    ask.body = ca_buf_view(&text);
    if (strcmp(method, "POST") == 0)
        CA_TRY(rest_key(app, own, &ask.key, err));
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    if (ret_status != NULL)
        *ret_status = answer.status;
    return rest_json(&answer, ret, err);
}

CA_RC rest_change(struct app *app, const char *method, const char *path, const json_t *body,
                  json_t **ret, long *ret_status, struct ca_err *err)
{
    CA_AUTO(http_answer) struct http_answer before = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    struct http_ask ask = {.method = "GET", .path = path};

    CA_TRY(rest_call(app, &ask, false, &before, err));
    CA_TRY(json_write(body, false, &text, err));
    ask.method = method;
    ask.if_match = before.etag;
    ask.body = ca_buf_view(&text);
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    if (ret_status != NULL)
        *ret_status = answer.status;
    return rest_json(&answer, ret, err);
}

CA_RC rest_content(struct app *app, const char *path, const char *accept, struct ca_buf *ret,
                   struct ca_err *err)
{
    CA_AUTO(http_answer) struct http_answer answer = {0};
    const struct http_ask ask = {.method = "GET", .path = path, .accept = accept};

    CA_TRY(rest_call(app, &ask, false, &answer, err));
    ca_buf_bytes(ret, ca_buf_view(&answer.body));
    return ca_buf_check(ret, err);
}
