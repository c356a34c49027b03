/* SPDX-License-Identifier: Apache-2.0 */
/* Each CRL to a server of the operator's with HTTP PUT (RFC 9110 9.3.4), by the rules of webhooks.
 */
#include <stdio.h>

#include "api/front.h"
#include "api/publish/publish_internal.h"
#include "api/webhook/call.h"

enum { CONNECT_MS = 5000, WHOLE_MS = 120000, ANSWER_MAX = 65536, URL_MAX = 512 };

static void call_done(struct webhook_call call)
{
    webhook_call_done(&call);
}
CA_AUTO_DEFINE(call, struct webhook_call, call_done);

/* Nothing else says that it is there: 202 is a promise. */
static bool is_stored(long status)
{
    return status == 200 || status == 201 || status == 204;
}

static CA_RC call_run(struct webhook_call *call, struct ca_err *err)
{
    char why[WEBHOOK_WHY_MAX];
    long status = 0;
    CURLcode code = curl_easy_perform(call->curl);

    webhook_call_why(call, code, &status, why);
    if (why[0] != '\0')
        return CA_FAIL(err, CA_UNAVAILABLE, "%s", why);
    if (!is_stored(status))
        return CA_FAIL(err, CA_UNAVAILABLE, "HTTP status %ld", status);
    return CA_OK;
}

CA_RC push_http(const struct push_job *job, struct ca_err *err)
{
    const struct front_config *c = job->config;
    CA_AUTO(secret) struct ca_secret *token = NULL;
    CA_AUTO(call)
    struct webhook_call call = {
        .body = job->der, .put_type = "application/pkix-crl", .stopping = job->stopping};
    char path[SHELF_NAME_MAX + 1];
    char url[URL_MAX];
    const struct webhook_call_config to = {url,        c->webhook_roots, c->webhook_private,
                                           CONNECT_MS, WHOLE_MS,         ANSWER_MAX};
    bool slash = c->crl_put[strlen(c->crl_put) - 1] == '/';

    publish_path(job->crl->name, path);
    (void)snprintf(url, sizeof(url), "%s%s%s.crl", c->crl_put, slash ? "" : "/", path);
    if (c->crl_put_token != NULL && c->crl_put_token[0] != '\0')
        CA_TRY(ca_secret_from_file(c->crl_put_token, &token, err)); /* now: it may be a new one */
    call.bearer = token;
    CA_TRY(webhook_call_make(&call, &to, NULL, err));
    return call_run(&call, err);
}
