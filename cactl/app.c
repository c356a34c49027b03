/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"

enum { TIMEOUT_MS = 30000 };

/* A flag, else the environment; NULL: neither. */
static const char *setting(const struct app *app, const char *flag, const char *variable)
{
    const char *text = args_text(&app->args, flag);

    if (text == NULL)
        text = getenv(variable);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static CA_RC target_from_file(struct app *app, struct ca_err *err)
{
    CA_AUTO(contexts) struct contexts *all = NULL;
    const char *name = setting(app, "context", "CACTL_CONTEXT");
    const struct context *row;

    if (name == NULL && setting(app, "url", "CACTL_URL") != NULL)
        return CA_OK; /* the environment says all */
    CA_TRY(contexts_load(&all, err));
    row = contexts_find(all, name != NULL ? name : all->current);
    if (row == NULL && name != NULL)
        return CA_FAIL_USAGE(err, "no context '%.40s'; see: cactl context list", name);
    if (row != NULL)
        app->target = *row;
    return CA_OK;
}

/* Whoever names one way to log in does not mean the context's other one. */
static void other_forget(struct app *app, const char *flag)
{
    if (strcmp(flag, "cert") == 0)
        app->target.token_file[0] = '\0';
    if (strcmp(flag, "token-file") == 0)
        app->target.cert[0] = '\0';
}

/* A certificate on the command line overrules a token of the environment. */
static bool is_overruled(const struct app *app, const char *flag)
{
    return strcmp(flag, "token-file") == 0 && args_text(&app->args, "token-file") == NULL &&
           args_text(&app->args, "cert") != NULL;
}

static CA_RC target_read(struct app *app, struct ca_err *err)
{
    static const struct {
        const char *flag;
        const char *variable;
        const char *name;
    } settings[] = {
        {"url",        "CACTL_URL",        "url"       },
        {"cacert",     "CACTL_CACERT",     "cacert"    },
        {"cert",       "CACTL_CERT",       "cert"      },
        {"token-file", "CACTL_TOKEN_FILE", "token_file"},
    };

    CA_TRY(target_from_file(app, err));
    for (size_t i = 0; i < CA_COUNT(settings); i++) {
        const char *value = setting(app, settings[i].flag, settings[i].variable);

        if (value == NULL || is_overruled(app, settings[i].flag))
            continue;
        CA_TRY(context_set(&app->target, settings[i].name, value, err));
        other_forget(app, settings[i].flag);
    }
    return CA_OK;
}

CA_RC app_init(struct app *app, struct ca_err *err)
{
    const char *timeout = args_text(&app->args, "timeout");

    CA_TRY(output_format_read(args_text(&app->args, "output"), &app->format, err));
    app->http_settings = (struct http_settings){
        .target = &app->target,
        .passphrase_file = args_text(&app->args, "passphrase-file"),
        .no_input = args_on(&app->args, "no-input"),
        .verbose = args_on(&app->args, "verbose"),
        .timeout_ms = TIMEOUT_MS,
    };
    if (timeout != NULL && !args_duration(timeout, &app->http_settings.timeout_ms))
        return CA_FAIL_USAGE(err, "--timeout %.40s: as 500ms, 30s, 10m", timeout);
    return CA_OK;
}

void app_done(struct app *app)
{
    http_free(app->http);
    json_decref(app->problem);
}

CA_RC app_http(struct app *app, struct ca_err *err)
{
    if (app->http != NULL)
        return CA_OK;
    CA_TRY(target_read(app, err));
    return http_new(&app->http_settings, &app->http, err);
}

void app_say(const struct app *app, const char *fmt, ...)
{
    va_list args;

    if (args_on(&app->args, "quiet"))
        return;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

CA_RC app_confirm(const struct app *app, const char *what, const char *name, struct ca_err *err)
{
    char line[512] = "";

    if (args_on(&app->args, "yes"))
        return CA_OK;
    if (args_on(&app->args, "no-input") || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return CA_FAIL_USAGE(err, "nobody can be asked whether to %.60s %.100s: give --yes", what,
                             name);
    }
    (void)fprintf(stderr, "Type the name %s to %s it: ", name, what);
    if (fgets(line, sizeof(line), stdin) == NULL)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, name) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "not-confirmed", "not confirmed; nothing was changed");
    return CA_OK;
}
