/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/file.h"
#include "cactl/access.h"
#include "cactl/nouns.h"

static const struct column user[] = {
    {"NAME",     "name",       COLUMN_PLAIN, false},
    {"ROLES",    "roles",      COLUMN_PLAIN, false},
    {"ENABLED",  "enabled",    COLUMN_PLAIN, false},
    {"OWNS",     "names",      COLUMN_PLAIN, false},
    {"ENROLLED", "created_at", COLUMN_TIME,  false},
    {"CHANGED",  "updated_at", COLUMN_TIME,  true },
    {"ID",       "id",         COLUMN_PLAIN, true },
};
static const struct view view_user = {user, CA_COUNT(user), "name"};

static const struct column key[] = {
    {"ID",       "id",         COLUMN_PLAIN,  false},
    {"NAME",     "name",       COLUMN_PLAIN,  false},
    {"STATUS",   "status",     COLUMN_STATUS, false},
    {"ENROLLED", "created_at", COLUMN_TIME,   false},
    {"KEY",      "key_hash",   COLUMN_PLAIN,  true },
};
static const struct view view_key = {key, CA_COUNT(key), "id"};

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/users", &page, err));
    return output_list(app, &view_user, json_object_get(page, "items"), err);
}

static CA_RC user_path(const json_t *who, const char *more, struct ca_buf *ret, struct ca_err *err)
{
    ca_buf_str(ret, "/api/v1/users");
    path_add(ret, json_text(who, "id"));
    ca_buf_str(ret, more);
    return ca_buf_check(ret, err);
}

static CA_RC show(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *who = NULL;
    CA_AUTO(json) json_t *full = NULL;

    CA_TRY(access_user(app, app->args.words[0], &who, err));
    CA_TRY(user_path(who, "", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &full, err));
    return output_object(app, &view_user, full, err);
}

/* His new certificate goes to --file, when there is one. */
static CA_RC certificate_keep(struct app *app, json_t *object, struct ca_err *err)
{
    const char *file = args_text(&app->args, "file");
    const char *pem = json_text(object, "certificate");

    if (file == NULL || pem[0] == '\0')
        return CA_OK;
    CA_TRY(ca_file_replace(file, ca_bytes_str(pem), 0644, err));
    app_say(app, "the certificate is in %s", file);
    (void)json_object_del(object, "certificate");
    return CA_OK;
}

static CA_RC create(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *made = NULL;
    long status = 0;

    if (!json_set_text(body, "name", app->args.words[0]))
        return CA_FAIL_USAGE(err, "the name is not UTF-8");
    if (!args_on(&app->args, "role"))
        return CA_FAIL_USAGE(err, "user create: --role is missing");
    CA_TRY(access_list_set(app, body, "role", "roles", err));
    CA_TRY(access_list_set(app, body, "owns", "names", err));
    CA_TRY(access_key_set(app, body, err));
    CA_TRY(rest_send(app, "POST", "/api/v1/users", body, &made, &status, err));
    CA_TRY(certificate_keep(app, made, err));
    return access_changed(app, status, &view_user, made, err);
}

/* As the ETag of the moment says; who was faster wins. */
static CA_RC change(struct app *app, const json_t *body, struct ca_err *err)
{
    CA_AUTO(json) json_t *who = NULL;
    CA_AUTO(json) json_t *changed = NULL;
    CA_AUTO(buf) struct ca_buf path = {0};
    long status = 0;

    CA_TRY(access_user(app, app->args.words[0], &who, err));
    CA_TRY(user_path(who, "", &path, err));
    CA_TRY(rest_change(app, "PATCH", ca_buf_cstr(&path), body, &changed, &status, err));
    return access_changed(app, status, &view_user, changed, err);
}

static CA_RC set(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_object();

    CA_TRY(access_list_set(app, body, "role", "roles", err));
    CA_TRY(access_list_set(app, body, "owns", "names", err));
    if (json_object_size(body) == 0)
        return CA_FAIL_USAGE(err, "user set: --role or --owns");
    return change(app, body, err);
}

static CA_RC enabled_set(struct app *app, bool enabled, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = json_pack("{s:b}", "enabled", (int)enabled);

    if (body == NULL)
        return CA_FAIL_NOMEM(err);
    return change(app, body, err);
}

static CA_RC disable(struct app *app, struct ca_err *err)
{
    CA_TRY(app_confirm(app, "disable", app->args.words[0], err));
    return enabled_set(app, false, err);
}

static CA_RC enable(struct app *app, struct ca_err *err)
{
    return enabled_set(app, true, err);
}

static CA_RC keys(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *who = NULL;
    CA_AUTO(json) json_t *page = NULL;

    CA_TRY(access_user(app, app->args.words[0], &who, err));
    CA_TRY(user_path(who, "/credentials", &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &page, err));
    return output_list(app, &view_key, json_object_get(page, "items"), err);
}

static CA_RC add_key(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *body = json_object();
    CA_AUTO(json) json_t *who = NULL;
    CA_AUTO(json) json_t *made = NULL;
    long status = 0;

    CA_TRY(access_key_set(app, body, err));
    if (json_object_size(body) == 0)
        return CA_FAIL_USAGE(err, "user add-key: --certificate or --csr");
    if (!json_set_text(body, "name", args_text(&app->args, "name")))
        return CA_FAIL_USAGE(err, "--name: not UTF-8");
    CA_TRY(access_user(app, app->args.words[0], &who, err));
    CA_TRY(user_path(who, "/credentials", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), body, &made, &status, err));
    CA_TRY(certificate_keep(app, made, err));
    return access_changed(app, status, &view_key, made, err);
}

static CA_RC revoke_key(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(json) json_t *who = NULL;
    CA_AUTO(json) json_t *gone = NULL;

    CA_TRY(app_confirm(app, "revoke the key of", app->args.words[0], err));
    CA_TRY(access_user(app, app->args.words[0], &who, err));
    CA_TRY(user_path(who, "/credentials", &path, err));
    path_add(&path, app->args.words[1]);
    CA_TRY(ca_buf_check(&path, err));
    CA_TRY(rest_send(app, "DELETE", ca_buf_cstr(&path), NULL, &gone, NULL, err));
    return output_object(app, &view_key, gone, err);
}

/* clang-format off */
#define ROLE  {"role", "ROLE", FLAG_MANY, 0, "requester, officer, admin, or auditor alone; repeat it, or put commas between", NULL, NULL}
#define OWNS  {"owns", "NAME", FLAG_MANY, 0, "name that is his: a domain with all under it, a mailbox, a network", NULL, NULL}
#define A_KEY \
    {"csr", "FILE", FLAG_VALUE, 0, "his request: the server issues his certificate", NULL, "file"}, \
    {"certificate", "FILE", FLAG_VALUE, 0, "PEM: his certificate, whose key is enrolled", NULL, "file"}
static const struct flag create_flags[] = { ROLE, OWNS, A_KEY };
static const struct flag set_flags[] = { ROLE, OWNS };
static const struct flag key_flags[] = { A_KEY, {"name", "TEXT", FLAG_VALUE, 0, "what he calls it", NULL, NULL} };
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List operators",
     .examples = {{"cactl user list", NULL}}, .run = list},
    {.name = "show", .arguments = "NAME", .least = 1, .most = 1, .completes = "user", .line = "Show an operator and what you may do with him",
     .examples = {{"cactl user show alice", NULL}}, .run = show},
    {.name = "create", .arguments = "NAME", .least = 1, .most = 1, .line = "Enrol an operator",
     .notes = "With --csr the server issues his certificate; -f says where it goes. A requester may do without\n"
              "a key: an admin then makes him an API token.",
     .flags = create_flags, .flags_n = CA_COUNT(create_flags), .with = WITH_KEY | WITH_FILE,
     .examples = {{"cactl user create bob --role officer --csr bob.csr -f bob.pem", NULL},
                  {"cactl user create robot --role requester --owns example.org", "for an API token"}},
     .run = create},
    {.name = "set", .arguments = "NAME", .least = 1, .most = 1, .completes = "user", .line = "Change the roles or names of an operator",
     .notes = "What is given replaces what was there.",
     .flags = set_flags, .flags_n = CA_COUNT(set_flags),
     .examples = {{"cactl user set bob --role requester,officer", NULL},
                  {"cactl user set bob --owns example.org --owns 10.0.0.0/8", NULL}},
     .run = set},
    {.name = "disable", .arguments = "NAME", .least = 1, .most = 1, .completes = "user", .line = "Take every right from an operator, at once",
     .with = WITH_YES, .examples = {{"cactl user disable bob --yes", NULL}}, .run = disable},
    {.name = "enable", .arguments = "NAME", .least = 1, .most = 1, .completes = "user", .line = "Give a disabled operator his rights back",
     .examples = {{"cactl user enable bob", NULL}}, .run = enable},
    {.name = "keys", .arguments = "NAME", .least = 1, .most = 1, .completes = "user", .line = "List the keys of an operator's certificates",
     .examples = {{"cactl user keys bob", NULL}}, .run = keys},
    {.name = "add-key", .arguments = "NAME", .least = 1, .most = 1, .completes = "user", .line = "Enrol another certificate of an operator",
     .notes = "With --csr for a key that is his already his certificate is renewed.",
     .flags = key_flags, .flags_n = CA_COUNT(key_flags), .with = WITH_KEY | WITH_FILE,
     .examples = {{"cactl user add-key bob --csr phone.csr --name phone -f phone.pem", NULL}}, .run = add_key},
    {.name = "revoke-key", .arguments = "NAME ID", .least = 2, .most = 2, .line = "Let a key of an operator's in no more",
     .with = WITH_YES, .examples = {{"cactl user revoke-key bob 01a1fe4b-8e7d-7629-840c-a8920ef5c94d --yes", NULL}}, .run = revoke_key},
};
/* clang-format on */

const struct noun noun_user = {"user", "Operators: who may call", verbs, CA_COUNT(verbs), false};
