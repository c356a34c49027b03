/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/time.h"
#include "cactl/access.h"
#include "cactl/nouns.h"
#include "cactl/secret_file.h"

static const struct column token[] = {
    {"NAME",     "name",       COLUMN_PLAIN,  false},
    {"USER",     "user",       COLUMN_PLAIN,  false},
    {"STATUS",   "status",     COLUMN_STATUS, false},
    {"PROFILES", "profiles",   COLUMN_PLAIN,  false},
    {"NAMES",    "names",      COLUMN_PLAIN,  false},
    {"EXPIRES",  "expires_at", COLUMN_UNTIL,  false},
    {"ID",       "id",         COLUMN_PLAIN,  false},
};
static const struct view view_token = {token, CA_COUNT(token), "id"};

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/api-tokens", &page, err));
    return output_list(app, &view_token, json_object_get(page, "items"), err);
}

static CA_RC body_fill(struct app *app, json_t *body, struct ca_err *err)
{
    const char *valid = args_text(&app->args, "valid");
    const char *user = args_text(&app->args, "user");
    CA_AUTO(json) json_t *who = NULL;
    char expires[CA_TIME_TEXT];
    int64_t ms = 0;

    if (valid != NULL && !args_duration(valid, &ms))
        return CA_FAIL_USAGE(err, "--valid %.40s: as 12h, 30d", valid);
    if (!json_set_text(body, "name", app->args.words[0]) ||
        !json_set_text(body, "expires_at",
                       ms > 0 ? ca_time_text(ca_time_now() + ms / 1000, expires) : NULL))
        return CA_FAIL_USAGE(err, "the name is not UTF-8");
    CA_TRY(access_list_set(app, body, "profile", "profiles", err));
    CA_TRY(access_list_set(app, body, "for", "names", err));
    if (user == NULL)
        return CA_OK;
    CA_TRY(access_user(app, user, &who, err));
    return json_set_text(body, "user_id", json_text(who, "id")) ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC token_keep(struct app *app, int fd, json_t *made, struct ca_err *err)
{
    CA_TRY(secret_file_write(fd, json_text(made, "token"), err));
    app_say(app, "the token is in %s; the server does not show it again",
            args_text(&app->args, "file"));
    (void)json_object_del(made, "token");
    return CA_OK;
}

static CA_RC made_show(struct app *app, int fd, const json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *made = NULL;

    CA_TRY(rest_send(app, "POST", "/api/v1/api-tokens", body, &made, NULL, err));
    if (fd >= 0)
        CA_TRY(token_keep(app, fd, made, err));
    return output_object(app, &view_token, made, err);
}

static CA_RC create(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    const char *file = args_text(&app->args, "file");
    CA_AUTO(fd) int fd = -1;
    enum ca_rc rc;

    CA_TRY(body_fill(app, body, err));
    if (file == NULL || args_on(&app->args, "curl"))
        return made_show(app, -1, body, err);
    CA_TRY(secret_file_open(file, &fd, err));
    rc = made_show(app, fd, body, err);
    if (rc != CA_OK)
        secret_file_drop(fd, file);
    return rc;
}

static CA_RC revoke_one(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *gone = NULL;

    CA_TRY(app_confirm(app, "revoke", app->args.words[0], err));
    ca_buf_str(&path, "/api/v1/api-tokens");
    path_add(&path, app->args.words[0]);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), NULL, &gone, NULL, err));
    return output_object(app, &view_token, gone, err);
}

/* clang-format off */
static const struct flag create_flags[] = {
    {"profile", "NAME", FLAG_MANY, 0, "profile that it is for (without it all that you may use); repeat it", NULL, "profile"},
    {"for", "NAME", FLAG_MANY, 0, "name that it is for: a domain with all under it, a mailbox, a network; repeat it", NULL, NULL},
    {"valid", "DURATION", FLAG_VALUE, 0, "how long (90d without it, 365d at most)", NULL, NULL},
    {"user", "NAME", FLAG_VALUE, 0, "whose: yours without it; an admin makes those of requesters", NULL, "user"},
};
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List your API tokens",
     .notes = "An admin and an auditor see those of all.",
     .examples = {{"cactl api-token list", NULL}}, .run = list},
    {.name = "create", .arguments = "NAME", .least = 1, .most = 1, .line = "Make an API token",
     .notes = "It is shown this once: with -f it goes to a new file of mode 0600, else to stdout. Use it with\n"
              "--token-file. It makes no other tokens and enrols nobody.",
     .flags = create_flags, .flags_n = CA_COUNT(create_flags), .with = WITH_FILE,
     .examples = {{"cactl api-token create ci --profile https-ecc --for example.org --valid 30d -f ci.token", NULL},
                  {"cactl request submit www.csr --profile https-ecc --token-file ci.token", "use it"}},
     .run = create},
    {.name = "revoke", .arguments = "ID", .least = 1, .most = 1, .line = "Let an API token in no more",
     .with = WITH_YES, .examples = {{"cactl api-token revoke 01a1fe4b-8e7d-7629-840c-a8920ef5c94d --yes", NULL}}, .run = revoke_one},
};
/* clang-format on */

const struct noun noun_api_token = {"api-token", "API tokens: calls without a certificate", verbs,
                                    CA_COUNT(verbs), false};
