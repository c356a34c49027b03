/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/consent.h"
#include "cactl/request.h"
#include "cactl/source.h"

CA_RC request_approve(struct app *app, struct ca_err *err)
{
    return consent_vote(app, &consent_request, true, err);
}

CA_RC request_deny(struct app *app, struct ca_err *err)
{
    return consent_vote(app, &consent_request, false, err);
}

CA_RC request_withdraw(struct app *app, struct ca_err *err)
{
    return consent_withdraw(app, &consent_request, err);
}

CA_RC request_comment(struct app *app, struct ca_err *err)
{
    return consent_comment(app, &consent_request, err);
}

CA_RC request_assign(struct app *app, struct ca_err *err)
{
    return consent_assign(app, &consent_request, err);
}

/* With -f what was issued is written there. */
CA_RC request_wait(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf chain = {0};
    CA_AUTO(json) json_t *request = NULL;
    const char *to = args_text(&app->args, "file");

    CA_TRY(request_path(app->args.words[0], &path, err));
    CA_TRY(rest_get_final(app, ca_buf_cstr(&path), &request, err));
    CA_TRY(request_wait_for(app, &request, err));
    request_verdict(app, request);
    request_chain(request, &chain);
    if (to == NULL || chain.len == 0)
        return output_object(app, &view_request, request, err);
    return output_content(app, strcmp(to, "-") == 0 ? NULL : to, "pem", ca_buf_view(&chain), 0644,
                          err);
}

static CA_RC edit_body(const struct app *app, json_t **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {0};
    const char *file = args_text(&app->args, "csr");

    if (file != NULL)
        CA_TRY(source_csr(file, &csr, err));
    CA_TRY(request_body(app, file != NULL ? ca_buf_cstr(&csr) : NULL, true, ret, err));
    if (json_object_size(*ret) == 0)
        return CA_FAIL_USAGE(err, "request edit: nothing is to change");
    return CA_OK;
}

/* As the ETag of the moment says; who was faster wins. */
CA_RC request_edit(struct app *app, struct ca_err *err)
{
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(json) json_t *changed = NULL;
    CA_AUTO(buf) struct ca_buf path = {0};

    CA_TRY(edit_body(app, &body, err));
    CA_TRY(request_path(app->args.words[0], &path, err));
    CA_TRY(rest_change(app, "PATCH", ca_buf_cstr(&path), body, &changed, NULL, err));
    app_say(app, "this is revision %lld; whoever has agreed to another one is asked again",
            (long long)json_integer_value(json_at(changed, "revision")));
    request_verdict(app, changed);
    return output_object(app, &view_request, changed, err);
}
