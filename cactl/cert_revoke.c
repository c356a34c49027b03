/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/cert.h"
#include "cactl/error.h"
#include "cactl/object.h"
#include "cactl/resolve.h"

/* What is about to change, for people: on stderr. */
static void object_show(const json_t *certificate)
{
    static const char *const members[] = {"common_name", "sans",      "serial", "authority",
                                          "profile",     "requester", "status", "not_after"};

    for (size_t i = 0; i < CA_COUNT(members); i++) {
        CA_AUTO(buf) struct ca_buf text = {0};

        json_plain(json_at(certificate, members[i]), &text);
        if (text.len > 0)
            (void)fprintf(stderr, "  %-12s %s\n", members[i], ca_buf_cstr(&text));
    }
}

/* The name that is asked for: CN, else the first of its names, else the serial. */
static CA_RC name_of(const json_t *certificate, struct ca_buf *ret, struct ca_err *err)
{
    const json_t *sans = json_at(certificate, "sans");
    const char *name = json_text(certificate, "common_name");

    if (name[0] == '\0')
        name = json_text(json_array_get(sans, 0), "value");
    if (name[0] == '\0')
        name = json_text(certificate, "serial");
    ca_buf_str(ret, name);
    return ca_buf_check(ret, err);
}

static CA_RC path_of(const json_t *certificate, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/certificates");
    path_add(ret, json_text(certificate, "id"));
    ca_buf_str(ret, "/revocation");
    return ca_buf_check(ret, err);
}

static CA_RC body_make(const struct app *app, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "reason", args_text(&app->args, "reason")) ||
        !json_set_text(body, "invalidity_date", args_text(&app->args, "invalidity-date")) ||
        !json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    *ret = CA_MOVE(body);
    return CA_OK;
}

static CA_RC one(struct app *app, const char *id, json_t **ret, struct ca_err *err)
{
    CA_AUTO(json) json_t *certificate = NULL;
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf name = {0};
    bool dry = args_on(&app->args, "dry-run");

    CA_TRY(body_make(app, &body, err));
    CA_TRY(resolve_certificate(app, id, &certificate, err));
    CA_TRY(name_of(certificate, &name, err));
    CA_TRY(path_of(certificate, &path, err));
    if (dry || (!args_on(&app->args, "quiet") && !args_on(&app->args, "curl")))
        object_show(certificate);
    if (dry) {
        app_say(app, "would be revoked with reason %s; nothing was changed",
                json_text(body, "reason"));
        *ret = CA_MOVE(certificate);
        return CA_OK;
    }
    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "revoke", ca_buf_cstr(&name), err));
    return rest_send(app, "PUT", ca_buf_cstr(&path), body, ret, NULL, err);
}

static CA_RC several(struct app *app, struct ca_err *err)
{
    const struct view *view = args_on(&app->args, "dry-run") ? &view_certificate : &view_revocation;
    CA_AUTO(output) struct output *out = NULL;

    CA_TRY(output_new(app, view, &out, err));
    for (size_t i = 0; i < app->args.words_n; i++) {
        CA_AUTO(json) json_t *done = NULL;
        CA_AUTO(json) json_t *line = json_array();
        struct ca_err why = {0};
        enum ca_rc rc = one(app, app->args.words[i], &done, &why);

        if (rc != CA_OK) {
            (void)fprintf(stderr, "%s:\n", app->args.words[i]);
            error_show(app, rc, &why);
            app->exit = app->exit == EXIT_FINE ? exit_of(app, rc, &why) : app->exit;
            error_forget(app);
            continue;
        }
        if (json_array_append(line, done) != 0)
            return CA_FAIL_NOMEM(err);
        CA_TRY(output_page(out, line, err));
    }
    return output_end(out, NULL, err);
}

CA_RC cert_revoke(struct app *app, struct ca_err *err)
{
    const struct view *view = args_on(&app->args, "dry-run") ? &view_certificate : &view_revocation;
    CA_AUTO(json) json_t *done = NULL;

    if (args_text(&app->args, "reason") == NULL) {
        return CA_FAIL_USAGE(err,
                             "--reason is missing; unspecified, superseded, key_compromise, …");
    }
    if (cert_mass_wanted(app))
        return cert_revoke_mass(app, err);
    if (app->args.words_n == 0)
        return CA_FAIL_USAGE(err, "cert revoke: name certificates, or say by criteria which");
    if (app->args.words_n > 1)
        return several(app, err);
    CA_TRY(one(app, app->args.words[0], &done, err));
    return output_object(app, view, done, err);
}

CA_RC cert_unhold(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *certificate = NULL;
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(json) json_t *done = NULL;
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(body_make(app, &body, err));
    CA_TRY(resolve_certificate(app, app->args.words[0], &certificate, err));
    CA_TRY(path_of(certificate, &path, err));
    if (args_on(&app->args, "dry-run")) {
        object_show(certificate);
        app_say(app, "would be released from hold; nothing was changed");
        return output_object(app, &view_certificate, certificate, err);
    }
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), body, &done, NULL, err));
    return output_object(app, &view_revocation, done, err);
}
