/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/consent.h"

#include <stdio.h>

enum { DIGEST_SHOWN = 8 };

static const char *const request_shown[] = {"subject",  "profile",     "requester",
                                            "comment",  "status",      "plan_digest",
                                            "revision", "assigned_to", NULL};
static const char *const approval_shown[] = {
    "action", "object", "requester", "author", "status", "digest", "revision", "assigned_to", NULL};
const struct consent consent_request = {"/api/v1/requests", "plan_digest", &view_request,
                                        request_shown};
const struct consent consent_approval = {"/api/v1/approvals", "digest", &view_approval,
                                         approval_shown};

static CA_RC path_make(const struct app *app, const struct consent *kind, const char *more,
                       struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, kind->path);
    path_add(ret, app->args.words[0]);
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

static void line_show(const char *name, const json_t *value)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    json_plain(value, &text);
    if (text.len > 0)
        (void)fprintf(stderr, "  %-14s %s\n", name, ca_buf_cstr(&text));
}

static void votes_show(const json_t *object)
{
    size_t i;
    json_t *vote;

    json_array_foreach(json_object_get(object, "votes"), i, vote)
    {
        CA_AUTO(buf) struct ca_buf text = {0};
        bool is_void = json_is_true(json_object_get(vote, "void"));

        json_plain(json_at(vote, "operator"), &text);
        ca_buf_str(&text, " ");
        json_plain(json_at(vote, "decision"), &text);
        ca_buf_str(&text, is_void ? " (void: the content has changed) " : " ");
        json_plain(json_at(vote, "comment"), &text);
        (void)fprintf(stderr, "  %-14s %s\n", "vote", ca_buf_cstr(&text));
    }
}

/* What would be agreed to, for people: on stderr. */
static void object_show(const struct consent *kind, const json_t *object)
{
    size_t i;
    json_t *told;

    for (size_t k = 0; kind->shown[k] != NULL; k++)
        line_show(kind->shown[k], json_at(object, kind->shown[k]));
    line_show("policy", json_at(object, kind == &consent_request ? "approvals.policy" : "policy"));
    json_array_foreach(json_object_get(object, "question"), i, told)
    {
        CA_AUTO(buf) struct ca_buf name = {0};

        ca_buf_str(&name, "asks: ");
        json_plain(json_at(told, "field"), &name);
        line_show(ca_buf_cstr(&name), json_at(told, "value"));
    }
    votes_show(object);
}

static CA_RC sure(struct app *app, const struct consent *kind, bool approves, json_t *body,
                  struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *object = NULL;
    char start[DIGEST_SHOWN + 1];

    CA_TRY(path_make(app, kind, "", &path, err));
    CA_TRY(rest_get(app, ca_buf_cstr(&path), &object, err));
    if (!args_on(&app->args, "quiet"))
        object_show(kind, object);
    (void)snprintf(start, sizeof(start), "%s", json_text(object, kind->digest));
    if (start[0] == '\0')
        return CA_FAIL(err, CA_CONFLICT, "nobody has to agree to this");
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, approves ? "approve" : "deny", start, err));
    return json_set_text(body, kind->digest, json_text(object, kind->digest)) ? CA_OK
                                                                              : CA_FAIL_NOMEM(err);
}

static void verdict(struct app *app, const json_t *object, bool approves)
{
    static const struct {
        const char *status;
        int exit;
    } exits[] = {
        {"pending",  EXIT_WAITING},
        {"approved", EXIT_WAITING},
        {"issuing",  EXIT_WAITING},
        {"failed",   EXIT_REFUSED},
    };

    for (size_t i = 0; approves && i < CA_COUNT(exits); i++) {
        if (strcmp(json_text(object, "status"), exits[i].status) == 0)
            app->exit = exits[i].exit;
    }
}

CA_RC consent_vote(struct app *app, const struct consent *kind, bool approves, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *object = NULL;
    const char *digest = args_text(&app->args, "digest");
    const char *comment = args_text(&app->args, "comment");

    if (!approves && (comment == NULL || comment[0] == '\0'))
        return CA_FAIL_USAGE(err, "--comment is missing: a denial says why");
    if (!json_set_text(body, "decision", approves ? "approve" : "deny") ||
        !json_set_text(body, "comment", comment) || !json_set_text(body, kind->digest, digest))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    if (digest == NULL)
        CA_TRY(sure(app, kind, approves, body, err));
    CA_TRY(path_make(app, kind, "/decisions", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), body, &object, NULL, err));
    verdict(app, object, approves);
    return output_object(app, kind->view, object, err);
}

static CA_RC send(struct app *app, const struct consent *kind, const char *method, const char *what,
                  const json_t *body, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *object = NULL;

    CA_TRY(path_make(app, kind, what, &path, err));
    CA_TRY(rest_send(app, method, ca_buf_cstr(&path), body, &object, NULL, err));
    return output_object(app, kind->view, object, err);
}

CA_RC consent_withdraw(struct app *app, const struct consent *kind, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    return send(app, kind, "POST", "/withdrawal", body, err);
}

CA_RC consent_comment(struct app *app, const struct consent *kind, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "comment", app->args.words[1]))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    return send(app, kind, "POST", "/comments", body, err);
}

CA_RC consent_assign(struct app *app, const struct consent *kind, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    const char *to = args_text(&app->args, "to");

    if ((to == NULL) == !args_on(&app->args, "nobody"))
        return CA_FAIL_USAGE(err, "--to or --nobody");
    if (!json_set_text(body, "operator", to))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    return send(app, kind, "PUT", "/assignment", body, err);
}
