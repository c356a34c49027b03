/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/error.h"
#include "cactl/profile.h"

#include <stdio.h>

static const struct column activation[] = {
    {"NAME",    "name",         COLUMN_PLAIN, false},
    {"VERSION", "version",      COLUMN_PLAIN, false},
    {"FROM",    "activated_at", COLUMN_TIME,  false},
    {"BY",      "activated_by", COLUMN_PLAIN, false},
};
static const struct view view_activation = {activation, CA_COUNT(activation), "version"};

static const struct column lint[] = {
    {"NAME",     "name",     COLUMN_PLAIN, false},
    {"VERSION",  "version",  COLUMN_PLAIN, false},
    {"IN FORCE", "in_force", COLUMN_PLAIN, false},
};
static const struct view view_lint = {lint, CA_COUNT(lint), "version"};

static CA_RC kept(struct app *app, const char *file, bool dry_run, json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf yaml = {0};
    CA_AUTO(json) json_t *body = json_object();

    CA_TRY(profile_file(file, &yaml, err));
    CA_TRY(json_set_buf(body, "yaml", &yaml, err));
    CA_TRY(profile_comment(app, body, err));
    return rest_send(app, "POST", dry_run ? "/api/v1/profiles?dry_run=true" : "/api/v1/profiles",
                     body, ret, NULL, err);
}

static CA_RC lint_show(struct app *app, const json_t *answer, struct ca_err *err)
{
    size_t i;
    json_t *finding;

    if (app->format == OUTPUT_TABLE || app->format == OUTPUT_WIDE) {
        json_array_foreach(json_at(answer, "findings"), i, finding)
            app_say(app, "note %s: %s (allowed: %s)", json_text(finding, "pointer"),
                    json_text(finding, "detail"), json_text(finding, "allowed"));
    }
    return output_object(app, &view_lint, answer, err);
}

CA_RC profile_create(struct app *app, struct ca_err *err)
{
    bool dry_run = args_on(&app->args, "dry-run");
    CA_AUTO(json) json_t *version = NULL;

    CA_TRY(kept(app, app->args.words[0], dry_run, &version, err));
    if (dry_run)
        return lint_show(app, version, err);
    return output_object(app, &view_profile_version, version, err);
}

/* Each file; the first that does not compile decides the exit status. */
CA_RC profile_lint(struct app *app, struct ca_err *err)
{
    for (size_t i = 0; i < app->args.words_n; i++) {
        CA_AUTO(json) json_t *answer = NULL;
        struct ca_err why = {0};
        enum ca_rc rc = kept(app, app->args.words[i], true, &answer, &why);

        if (rc == CA_OK) {
            CA_TRY(lint_show(app, answer, err));
            continue;
        }
        if (app->args.words_n == 1) {
            *err = why;
            return rc;
        }
        (void)fprintf(stderr, "%s:\n", app->args.words[i]);
        error_show(app, rc, &why);
        if (app->exit == EXIT_FINE)
            app->exit = exit_of(app, rc, &why);
        error_forget(app);
    }
    return CA_OK;
}

/* In force at once, or an approval that waits. */
static CA_RC changed(struct app *app, const char *method, const char *rest, const json_t *body,
                     struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *answer = NULL;
    long status = 0;

    CA_TRY(profile_path(app->args.words[0], rest, &path, err));
    CA_TRY(rest_send(app, method, ca_buf_cstr(&path), body, &answer, &status, err));
    if (status == 202) {
        app->exit = EXIT_WAITING;
        app_say(app, "it waits for the consent of others: approval %s",
                json_text(answer, "approval_id"));
    }
    return output_object(app, &view_activation, answer, err);
}

CA_RC profile_activate(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    if (!json_set_text(body, "version", app->args.words[1]))
        return CA_FAIL_USAGE(err, "the version is not UTF-8");
    CA_TRY(profile_comment(app, body, err));
    return changed(app, "PUT", "/activation", body, err);
}

CA_RC profile_rollback(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    CA_TRY(profile_comment(app, body, err));
    return changed(app, "POST", "/rollback", body, err);
}

CA_RC profile_disable(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    CA_TRY(profile_comment(app, body, err));
    CA_TRY(app_confirm(app, "profile", app->args.words[0], err));
    return changed(app, "DELETE", "/activation", body, err);
}
