/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/explained.h"
#include "cactl/profile.h"
#include "cactl/request.h"
#include "cactl/source.h"

CA_RC profile_test(struct app *app, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf path = {0};
    CA_AUTO(buf) struct ca_buf csr = {0};
    CA_AUTO(json) json_t *body = NULL;
    CA_AUTO(json) json_t *explanation = NULL;

    CA_TRY(source_csr(app->args.words[1], &csr, err));
    CA_TRY(request_body(app, ca_buf_cstr(&csr), true, &body, err));
    CA_TRY(profile_draft(app, false, body, err));
    CA_TRY(profile_path(app->args.words[0], "/test", &path, err));
    CA_TRY(rest_send(app, "POST", ca_buf_cstr(&path), body, &explanation, NULL, err));
    return explained_show(app, explanation, true, err);
}
