/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "cactl/cert.h"
#include "cactl/explained.h"
#include "cactl/key.h"
#include "cactl/object.h"
#include "cactl/request.h"

static CA_RC flags_check(const struct app *app, struct ca_err *err)
{
    if (args_text(&app->args, "profile") == NULL)
        return CA_FAIL_USAGE(err, "cert issue: --profile is missing; see: cactl profile list");
    if (args_text(&app->args, "key-out") == NULL && !args_on(&app->args, "dry-run"))
        return CA_FAIL_USAGE(err, "cert issue: --key-out is missing: where does the key go?");
    return CA_OK;
}

/* Did the server say no, so that the key will never have a certificate? When the answer was lost it
 * may have said yes. */
static bool is_refused(const struct app *app)
{
    return app->status >= 400 && app->status < 500;
}

static CA_RC issued_show(struct app *app, const json_t *request, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf chain = {0};

    request_chain(request, &chain);
    if (chain.len == 0) {
        app_say(app, "request %s is %s; look again: cactl request show %s",
                json_text(request, "id"), json_text(request, "status"), json_text(request, "id"));
        return output_object(app, &view_request, request, err);
    }
    if (args_text(&app->args, "file") == NULL && app->format != OUTPUT_TABLE)
        return output_object(app, &view_request, request, err);
    return output_content(app, args_text(&app->args, "file"), "pem", ca_buf_view(&chain), 0644,
                          err);
}

CA_RC cert_issue(struct app *app, struct ca_err *err)
{
    const char *path = args_text(&app->args, "key-out");
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    CA_AUTO(buf) struct ca_buf csr = {0};
    CA_AUTO(json) json_t *request = NULL;
    bool dry = args_on(&app->args, "dry-run");
    struct ca_key_spec spec;
    enum ca_rc rc;

    CA_TRY(flags_check(app, err));
    CA_TRY(key_choose(app, &spec, err));
    CA_TRY(key_make(spec, &key, err));
    CA_TRY(key_csr(app, key, spec, &csr, err));
    if (!dry)
        CA_TRY(key_write(app, key, err));
    rc = request_submit(app, ca_buf_cstr(&csr), false, &request, err);
    if (rc != CA_OK && !dry && is_refused(app)) {
        (void)unlink(path);
    } else if (!dry) {
        app_say(app, "%s: the key, for nobody else", path);
    }
    if (rc == CA_OK && dry)
        return explained_show(app, request, false, err);
    return rc == CA_OK ? issued_show(app, request, err) : rc;
}
