/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "cactl/page.h"
#include "cactl/scep.h"
#include "cactl/secret_file.h"
#include "cactl/subject.h"

static const struct column challenge[] = {
    {"ID",      "id",         COLUMN_PLAIN,  false},
    {"STATUS",  "status",     COLUMN_STATUS, false},
    {"SUBJECT", "subject",    COLUMN_PLAIN,  false},
    {"SANS",    "sans",       COLUMN_PLAIN,  false},
    {"ANY",     "any_name",   COLUMN_PLAIN,  false},
    {"EXPIRES", "expires_at", COLUMN_UNTIL,  false},
    {"BY",      "created_by", COLUMN_PLAIN,  false},
    {"CREATED", "created_at", COLUMN_TIME,   true },
    {"PROFILE", "profile",    COLUMN_PLAIN,  true },
    {"REQUEST", "request_id", COLUMN_PLAIN,  true },
    {"COMMENT", "comment",    COLUMN_PLAIN,  true },
};
static const struct view view_challenge = {challenge, CA_COUNT(challenge), "id"};

static const struct column made[] = {
    {"ENDPOINT",  "endpoint",   COLUMN_PLAIN, false},
    {"KIND",      "kind",       COLUMN_PLAIN, false},
    {"CHALLENGE", "challenge",  COLUMN_PLAIN, false},
    {"EXPIRES",   "expires_at", COLUMN_UNTIL, false},
    {"ID",        "id",         COLUMN_PLAIN, false},
    {"URL",       "url",        COLUMN_PLAIN, false},
};
static const struct view view_made = {made, CA_COUNT(made), "challenge"};
static const struct view view_kept = {made, CA_COUNT(made), "id"}; /* the challenge is in a file */

static const struct column transaction[] = {
    {"TRANSACTION", "transaction_id", COLUMN_PLAIN,  false},
    {"STATUS",      "status",         COLUMN_STATUS, false},
    {"REQUEST",     "request_id",     COLUMN_PLAIN,  false},
    {"FROM",        "remote",         COLUMN_PLAIN,  false},
    {"CAME",        "created_at",     COLUMN_TIME,   false},
    {"CERTIFICATE", "certificate_id", COLUMN_PLAIN,  true },
    {"RENEWS",      "renews",         COLUMN_PLAIN,  true },
    {"KEY SHA-256", "spki_sha256",    COLUMN_PLAIN,  true },
};
static const struct view view_transaction = {transaction, CA_COUNT(transaction), "request_id"};

static CA_RC names_set(const struct app *app, json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *subject = NULL;
    CA_AUTO(json) json_t *sans = NULL;
    struct subject read;

    CA_TRY(subject_read(&app->args, &read, err));
    CA_TRY(subject_json(&read, &subject, err));
    CA_TRY(sans_json(&app->args, &sans, err));
    if ((read.n > 0 && json_object_set(body, "subject", subject) != 0) ||
        (json_array_size(sans) > 0 && json_object_set(body, "sans", sans) != 0) ||
        (args_on(&app->args, "any-name") &&
         json_object_set_new(body, "any_name", json_true()) != 0))
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

static CA_RC body_fill(const struct app *app, json_t *body, struct ca_err *err)
{
    if (!json_set_text(body, "kind", args_text(&app->args, "kind")) ||
        !json_set_text(body, "comment", args_text(&app->args, "comment")))
        return CA_FAIL_USAGE(err, "a value is not UTF-8");
    CA_TRY(names_set(app, body, err));
    return scep_seconds_set(app, body, "ttl", "validity_seconds", err);
}

static CA_RC made_show(struct app *app, int fd, const json_t *body, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *object = NULL;

    CA_TRY(scep_path(app, "/challenges", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), body, &object, NULL, err));
    if (fd >= 0) {
        CA_TRY(secret_file_write(fd, json_text(object, "challenge"), err));
        app_say(app, "the challenge is in %s; the server does not show it again",
                args_text(&app->args, "out"));
        (void)json_object_del(object, "challenge");
    }
    scep_warn(app, object);
    return output_object(app, fd >= 0 ? &view_kept : &view_made, object, err);
}

CA_RC scep_challenge_create(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    const char *out = args_text(&app->args, "out");
    CA_AUTO(fd) int fd = -1;
    enum ca_rc rc;

    CA_TRY(body_fill(app, body, err));
    if (out == NULL || args_on(&app->args, "curl"))
        return made_show(app, -1, body, err);
    CA_TRY(secret_file_open(out, &fd, err));
    rc = made_show(app, fd, body, err);
    if (rc != CA_OK)
        secret_file_drop(fd, out);
    return rc;
}

CA_RC scep_challenge_list(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(scep_path(app, "/challenges", &path, err));
    return page_list(app, ca_buf_cstr(&path), &view_challenge, err);
}

CA_RC scep_challenge_revoke(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *gone = NULL;

    if (!args_on(&app->args, "curl"))
        CA_TRY(app_confirm(app, "revoke", app->args.words[0], err));
    ca_buf_str(&path, "/api/v1/scep/challenges");
    path_add(&path, app->args.words[0]);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), NULL, &gone, NULL, err));
    return output_object(app, &view_challenge, gone, err);
}

CA_RC scep_transaction_list(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(scep_path(app, "/transactions", &path, err));
    return page_list(app, ca_buf_cstr(&path), &view_transaction, err);
}
