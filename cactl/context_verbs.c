/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/app.h"
#include "cactl/nouns.h"
#include "cactl/object.h"

static CA_RC row_json(const struct contexts *all, const struct context *row, json_t **ret,
                      struct ca_err *err)
{
    bool current = strcmp(all->current, row->name) == 0;

    *ret = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "name", row->name, "url", row->url, "cacert",
                     row->cacert, "cert", row->cert, "token_file", row->token_file, "current",
                     current);
    return *ret != NULL ? CA_OK : CA_FAIL_NOMEM(err);
}

static CA_RC row_show(const struct app *app, const struct contexts *all, const struct context *row,
                      struct ca_err *err)
{
    CA_AUTO(json) json_t *object = NULL;

    CA_TRY(row_json(all, row, &object, err));
    return output_object(app, &view_context, object, err);
}

static CA_RC list(struct app *app, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;
    CA_AUTO(json) json_t *rows = json_array();

    CA_TRY(contexts_load(&all, err));
    for (size_t i = 0; i < all->n; i++) {
        json_t *row = NULL;

        CA_TRY(row_json(all, &all->rows[i], &row, err));
        if (json_array_append_new(rows, row) != 0)
            return CA_FAIL_NOMEM(err);
    }
    return output_list(app, &view_context, rows, err);
}

static CA_RC named(struct contexts *all, const char *name, struct context **ret, struct ca_err *err)
{
    *ret = contexts_find(all, name);
    if (*ret == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "no context '%.60s'; see: cactl context list", name);
    return CA_OK;
}

static CA_RC use(struct app *app, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;
    struct context *row = NULL;

    CA_TRY(contexts_load(&all, err));
    CA_TRY(named(all, app->args.words[0], &row, err));
    (void)snprintf(all->current, sizeof(all->current), "%s", row->name);
    CA_TRY(contexts_save(all, err));
    return row_show(app, all, row, err);
}

static CA_RC add(struct app *app, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *name;
        bool needed;
    } settings[] = {
        {"url",        "url",        true },
        {"cacert",     "cacert",     true },
        {"cert",       "cert",       false},
        {"token-file", "token_file", false},
    };
    CA_AUTO(contexts) struct contexts *all = NULL;
    struct context row = {.url = ""};

    if (!context_name_is_good(app->args.words[0])) {
        return CA_FAIL_USAGE(err, "'%.40s' is no name: letters, digits, '.', '_' and '-'",
                             app->args.words[0]);
    }
    (void)snprintf(row.name, sizeof(row.name), "%s", app->args.words[0]);
    for (size_t i = 0; i < CA_COUNT(settings); i++) {
        const char *value = args_text(&app->args, settings[i].flag);

        if (value == NULL && settings[i].needed)
            return CA_FAIL_USAGE(err, "context add: --%s is missing", settings[i].flag);
        if (value != NULL)
            CA_TRY(context_set(&row, settings[i].name, value, err));
    }
    if ((row.cert[0] == '\0') == (row.token_file[0] == '\0'))
        return CA_FAIL_USAGE(err, "context add: --cert is missing, or --token-file in its place");
    CA_TRY(contexts_load(&all, err));
    if (contexts_find(all, row.name) != NULL)
        return CA_FAIL(err, CA_CONFLICT, "context '%s' is there already", row.name);
    CA_TRY(contexts_put(all, &row, err));
    if (all->current[0] == '\0')
        (void)snprintf(all->current, sizeof(all->current), "%s", row.name);
    CA_TRY(contexts_save(all, err));
    return row_show(app, all, &row, err);
}

static CA_RC remove_one(struct app *app, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;
    CA_AUTO(json) json_t *object = NULL;
    struct context *row = NULL;

    CA_TRY(contexts_load(&all, err));
    CA_TRY(named(all, app->args.words[0], &row, err));
    CA_TRY(row_json(all, row, &object, err));
    contexts_remove(all, app->args.words[0]);
    CA_TRY(contexts_save(all, err));
    app_say(app, "context %s is removed", app->args.words[0]);
    return output_object(app, &view_context, object, err);
}

/* clang-format off */
static const struct verb verbs[] = {
    {.name = "list", .arguments = "", .line = "List contexts",
     .examples = {{"cactl context list", NULL}}, .run = list},
    {.name = "use", .arguments = "NAME", .least = 1, .most = 1, .completes = "context",
     .line = "Use a context from now on",
     .examples = {{"cactl context use work", NULL}, {"cactl cert list --context work", "only once"}}, .run = use},
    {.name = "add", .arguments = "NAME", .least = 1, .most = 1, .line = "Add a context without trying it",
     .notes = "Needs --url, --cacert, and --cert or --token-file; cactl login also tries them.",
     .examples = {{"cactl context add work --url https://ca.example:8443 --cacert root.pem --cert me.pem", NULL}}, .run = add},
    {.name = "remove", .arguments = "NAME", .least = 1, .most = 1, .completes = "context",
     .line = "Forget a context", .examples = {{"cactl context remove work", NULL}}, .run = remove_one},
};
/* clang-format on */

const struct noun noun_context = {"context", "Servers that you use, by name", verbs,
                                  CA_COUNT(verbs), false};
