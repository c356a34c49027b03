/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/cert_named_list.h"

#include <stdio.h>
#include <string.h>

#include "cactl/error.h"
#include "cactl/json.h"
#include "cactl/object.h"
#include "cactl/progress.h"
#include "cactl/rest.h"

#define LISTS "/api/v1/named-lists"
enum { UNKNOWN_SHOWN = 100 };

static CA_RC list_path(const json_t *list, const char *more, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, LISTS);
    path_add(ret, json_text(list, "id"));
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

json_int_t cert_unknown_show(const json_t *seen, const struct cert_names *names, size_t *shown)
{
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(seen, "unknown"), i, one)
    {
        CA_AUTO(buf) struct ca_buf text = {0};
        uint32_t line;

        if (++*shown > UNKNOWN_SHOWN)
            break;
        json_plain(one, &text);
        line = names != NULL ? cert_names_line(names, ca_buf_cstr(&text)) : 0;
        if (line != 0) {
            (void)fprintf(stderr, "unknown: %s (line %u)\n", ca_buf_cstr(&text), line);
        } else {
            (void)fprintf(stderr, "unknown: %s\n", ca_buf_cstr(&text));
        }
    }
    return json_integer_value(json_object_get(seen, "unknown_total"));
}

CA_RC cert_unknown_fail(json_int_t unknown, struct ca_err *err)
{
    if (unknown > 0)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "not-found",
                          "%lld of those that are named are not on record: nothing was revoked",
                          (long long)unknown);
    return CA_OK;
}

/* Names from `from` on, as many as one call takes. */
static CA_RC piece_body(const struct cert_names *names, size_t from, json_t **ret,
                        struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    json_t *listed = json_array();

    if (json_object_set_new(body, "certificates", listed) != 0)
        return CA_FAIL_NOMEM(err);
    for (size_t i = from; i < names->n && i < from + CERT_PART_MAX; i++) {
        if (json_array_append_new(listed, json_string(cert_names_text(names, i))) != 0)
            return CA_FAIL_NOMEM(err);
    }
    *ret = CA_MOVE(body);
    return CA_OK;
}

static CA_RC piece_send(struct app *app, const json_t *list, size_t number, const json_t *body,
                        json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    char more[40];

    (void)snprintf(more, sizeof(more), "/pieces/%zu", number);
    CA_TRY(list_path(list, more, &path, err));
    return rest_send(app, "PUT", ca_buf_cstr(&path), body, ret, NULL, err);
}

static CA_RC pieces_send(struct app *app, const json_t *list, const struct cert_names *names,
                         struct ca_err *err)
{
    struct progress p;
    json_int_t unknown = 0;
    size_t shown = 0;

    progress_init(&p, app, "names", (int64_t)names->n);
    for (size_t from = 0; from < names->n; from += CERT_PART_MAX) {
        CA_AUTO(json) json_t *body = NULL;
        CA_AUTO(json) json_t *seen = NULL;

        progress_at(&p, (int64_t)from);
        CA_TRY(piece_body(names, from, &body, err));
        CA_TRY(piece_send(app, list, from / CERT_PART_MAX + 1, body, &seen, err));
        unknown += cert_unknown_show(seen, names, &shown);
    }
    progress_end(&p, (int64_t)names->n);
    return cert_unknown_fail(unknown, err);
}

static CA_RC completed(struct app *app, const json_t *list, const struct cert_names *names,
                       json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    char digest[65];
    size_t n = 0;

    CA_TRY(cert_names_digest(names, &n, digest, err));
    CA_TRY(list_path(list, "/completion", &path, err));
    if (json_object_set_new(body, "named", json_integer((json_int_t)n)) != 0 ||
        !json_set_text(body, "digest", digest))
        return CA_FAIL_NOMEM(err);
    return rest_send(app, "POST", ca_buf_cstr(&path), body, ret, NULL, err);
}

static CA_RC list_begin(struct app *app, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "authority", args_text(&app->args, "authority")))
        return CA_FAIL_USAGE(err, "--authority: not UTF-8");
    return rest_send(app, "POST", LISTS, body, ret, NULL, err);
}

CA_RC cert_named_list_make(struct app *app, const struct cert_names *names, json_t **ret,
                           struct ca_err *err)
{
    CA_AUTO(json) json_t *list = NULL;
    enum ca_rc rc;

    CA_TRY(list_begin(app, &list, err));
    rc = pieces_send(app, list, names, err);
    if (rc == CA_OK)
        rc = completed(app, list, names, ret, err);
    if (rc != CA_OK)
        cert_named_list_drop(app, list);
    return rc;
}

/* What a refusal said before stays what is shown. */
void cert_named_list_drop(struct app *app, const json_t *list)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    struct ca_err ignored = {0};

    if (list == NULL || list_path(list, "", &path, &ignored) != CA_OK)
        return;
    (void)!http_send(app->http, &(struct http_ask){.method = "DELETE", .path = ca_buf_cstr(&path)},
                     &answer, &ignored);
}
