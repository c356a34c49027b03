/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/nouns.h"
#include "cactl/object.h"
#include "cactl/rest.h"

/* "https://ca.example:8443" as "ca.example": a name for the context. */
static void name_of(const char *url, char *ret, size_t size)
{
    const char *host = url + strlen("https://");

    (void)snprintf(ret, size, "%.*s", (int)strcspn(host, ":/"), host);
    for (char *c = ret; *c != '\0'; c++) {
        if (*c == '[' || *c == ']')
            *c = '_';
    }
}

static CA_RC target_given(struct app *app, struct ca_err *err)
{
    const char *cacert = args_text(&app->args, "cacert");
    const char *cert = args_text(&app->args, "cert");
    const char *token_file = args_text(&app->args, "token-file");
    const char *name = args_text(&app->args, "name");

    if (cacert == NULL || (cert == NULL) == (token_file == NULL))
        return CA_FAIL_USAGE(err, "login: --cacert, and --cert or --token-file, are needed");
    CA_TRY(context_set(&app->target, "url", app->args.words[0], err));
    CA_TRY(context_set(&app->target, "cacert", cacert, err));
    if (cert != NULL)
        CA_TRY(context_set(&app->target, "cert", cert, err));
    if (token_file != NULL)
        CA_TRY(context_set(&app->target, "token_file", token_file, err));
    if (name != NULL && !context_name_is_good(name))
        return CA_FAIL_USAGE(err, "--name %.40s: letters, digits, '.', '_' and '-'", name);
    if (name != NULL) {
        (void)snprintf(app->target.name, CONTEXT_NAME, "%s", name);
    } else {
        name_of(app->target.url, app->target.name, CONTEXT_NAME);
    }
    return http_new(&app->http_settings, &app->http, err);
}

static CA_RC login(struct app *app, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;
    CA_AUTO(json) json_t *caller = NULL;

    CA_TRY(target_given(app, err));
    CA_TRY(contexts_load(&all, err));
    CA_TRY(rest_get_final(app, "/api/v1/whoami", &caller, err));
    CA_TRY(contexts_put(all, &app->target, err));
    (void)snprintf(all->current, sizeof(all->current), "%s", app->target.name);
    CA_TRY(contexts_save(all, err));
    app_say(app, "context %s: %s", app->target.name, app->target.url);
    return output_object(app, &view_caller, caller, err);
}

static CA_RC logout(struct app *app, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;
    CA_AUTO(json) json_t *object = NULL;
    const char *name = args_text(&app->args, "context");
    char gone[CONTEXT_NAME];

    CA_TRY(contexts_load(&all, err));
    (void)snprintf(gone, sizeof(gone), "%s", name != NULL ? name : all->current);
    if (contexts_find(all, gone) == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no context '%s' to leave", gone);
    contexts_remove(all, gone);
    CA_TRY(contexts_save(all, err));
    app_say(app, "context %s is removed; the files of its certificates are where they were", gone);
    object = json_pack("{s:s}", "name", gone);
    if (object == NULL)
        return CA_FAIL_NOMEM(err);
    return output_object(app, &view_context, object, err);
}

static CA_RC whoami(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *caller = NULL;

    CA_TRY(rest_get_final(app, "/api/v1/whoami", &caller, err));
    return output_object(app, &view_caller, caller, err);
}

/* clang-format off */
static const struct flag login_flags[] = {
    {"name", "NAME", FLAG_VALUE, 0, "of the context (default: the host)", NULL, NULL},
};
static const struct verb login_verb[] = {
    {
        .name = "", .arguments = "URL", .least = 1, .most = 1,
        .line = "Check server and certificate, and remember them as a context",
        .notes = "The file of --cert holds your certificate and its key. What is remembered are the\n"
                 "names of the files; they stay where they are.",
        .flags = login_flags, .flags_n = CA_COUNT(login_flags),
        .examples = {{"cactl login https://ca.example:8443 --cacert root.pem --cert me.pem", NULL},
                     {"cactl login \"$CA_HTTPS_URL\" --cacert \"$CA_ROOT_PEM\" --cert \"$CA_OFFICER1_PEM\" --name dev", "a development CA"}},
        .run = login,
    },
};
static const struct verb logout_verb[] = {
    {
        .name = "", .arguments = "", .line = "Forget the context in use, or the one of --context",
        .examples = {{"cactl logout", NULL}},
        .run = logout,
    },
};
static const struct verb whoami_verb[] = {
    {
        .name = "", .arguments = "", .line = "Show who the server takes you for, and your roles",
        .examples = {{"cactl whoami", NULL}, {"cactl whoami -o json", NULL}},
        .run = whoami,
    },
};
/* clang-format on */

const struct noun noun_login = {"login", "Remember a server and your certificate for it",
                                login_verb, 1, false};
const struct noun noun_logout = {"logout", "Forget a server", logout_verb, 1, false};
const struct noun noun_whoami = {"whoami", "Show who you are", whoami_verb, 1, false};
