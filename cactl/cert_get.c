/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/cert.h"
#include "cactl/resolve.h"

static const char *suffix(const struct app *app)
{
    const char *format = args_text(&app->args, "format");

    if (args_on(&app->args, "chain"))
        return "chain.pem";
    return format != NULL ? format : "pem";
}

CA_RC cert_get(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(http_answer) struct http_answer answer = {0};
    const char *format = args_text(&app->args, "format");
    struct http_ask ask = {.method = "GET", .accept = "*/*"};
    char id[40];

    if (args_on(&app->args, "chain") && format != NULL && strcmp(format, "pem") != 0)
        return CA_FAIL_USAGE(err, "--chain is PEM; --format p7c holds the chain too");
    CA_TRY(resolve_certificate_id(app, app->args.words[0], id, err));
    ca_buf_printf(&path, "/api/v1/certificates/%s/content.%s", id, suffix(app));
    CA_TRY(ca_buf_check(&path, err));
    ask.path = ca_buf_cstr(&path);
    CA_TRY(rest_call(app, &ask, true, &answer, err));
    return output_content(app, args_text(&app->args, "file"), format != NULL ? format : "pem",
                          ca_buf_view(&answer.body), 0644, err);
}
