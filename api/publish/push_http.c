/* SPDX-License-Identifier: Apache-2.0 */
/* Each CRL to a server of the operator's with HTTP PUT (RFC 9110 9.3.4), by the rules of webhooks,
 * unless it is there. */
#include <stdio.h>

#include "api/front.h"
#include "api/publish/publish_internal.h"
#include "api/webhook/call.h"

enum {
    CONNECT_MS = 5000,
    WHOLE_MS = 120000,
    ANSWER_MAX = 65536,
    URL_MAX = 512,
    THERE_MAX = 64 * 1024 * 1024, /* octets that are read of what is there */
};

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

/* An address, and what is found there. */
struct place {
    const struct push_job *job;
    const struct ca_secret *token;
    struct webhook_call_config to;
    char url[URL_MAX];
    char condition[WEBHOOK_ETAG_MAX + 16]; /* under which it may be replaced; "": any */
    bool held;                             /* it is there, or a newer one */
};

static CA_RC call_perform(const struct webhook_call *call, long *ret_status, struct ca_err *err)
{
    char why[WEBHOOK_WHY_MAX];
    CURLcode code = curl_easy_perform(call->curl);

    webhook_call_why(call, code, ret_status, why);
    if (*ret_status == 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "%s", why);
    if (code != CURLE_OK && code != CURLE_WRITE_ERROR) /* the latter: more than anybody wants */
        return CA_FAIL(err, CA_UNAVAILABLE, "%s", curl_easy_strerror(code));
    return CA_OK;
}

/* What was read says whether it stays; what is no CRL does not. */
static void place_judge(struct place *p, struct ca_bytes octets, const char *etag)
{
    struct shelf_crl there = {.fd = -1, .number = -1};
    struct ca_err none;

    p->held =
        shelf_crl_read(octets, &there, &none) == CA_OK && shelf_crl_holds(&there, p->job->crl);
    if (etag[0] != '\0')
        (void)snprintf(p->condition, sizeof(p->condition), "If-Match: %s", etag);
}

/* Another node may have been faster: an older CRL never takes the place of a newer one. Who lets
 * nobody read is sent it all the same. */
static CA_RC place_look(struct place *p, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {.max = THERE_MAX};
    CA_AUTO(call)
    struct webhook_call call = {
        .get = true, .bearer = p->token, .stopping = p->job->stopping, .answer = &octets};
    struct webhook_call_config to = p->to;
    long status = 0;

    to.answer_max = THERE_MAX;
    CA_TRY(webhook_call_make(&call, &to, NULL, err));
    CA_TRY(call_perform(&call, &status, err));
    if (status >= 500)
        return CA_FAIL(err, CA_UNAVAILABLE, "HTTP status %ld to GET", status);
    if (status == 404 || status == 410)
        (void)snprintf(p->condition, sizeof(p->condition), "If-None-Match: *");
    if (status == 200 && call.received > THERE_MAX)
        return CA_FAIL(err, CA_UNAVAILABLE, "more than %d octets are there", THERE_MAX);
    if (status == 200 && ca_buf_check(&octets, err) == CA_OK)
        place_judge(p, ca_buf_view(&octets), call.etag);
    return CA_OK;
}

static CA_RC place_write(const struct place *p, struct ca_err *err)
{
    CA_AUTO(call)
    struct webhook_call call = {.body = p->job->der,
                                .put_type = "application/pkix-crl",
                                .bearer = p->token,
                                .condition = p->condition[0] != '\0' ? p->condition : NULL,
                                .stopping = p->job->stopping};
    long status = 0;

    CA_TRY(webhook_call_make(&call, &p->to, NULL, err));
    CA_TRY(call_perform(&call, &status, err));
    if (!is_stored(status))
        return CA_FAIL(err, CA_UNAVAILABLE, "HTTP status %ld", status);
    return CA_OK;
}

CA_RC push_http(const struct push_job *job, struct ca_err *err)
{
    const struct front_config *c = job->config;
    CA_AUTO(secret) struct ca_secret *token = NULL;
    char path[SHELF_NAME_MAX + 1];
    struct place p = {.job = job};
    bool slash = c->crl_put[strlen(c->crl_put) - 1] == '/';

    publish_path(job->crl->name, path);
    (void)snprintf(p.url, sizeof(p.url), "%s%s%s.crl", c->crl_put, slash ? "" : "/", path);
    p.to = (struct webhook_call_config){p.url,      c->webhook_roots, c->webhook_private,
                                        CONNECT_MS, WHOLE_MS,         ANSWER_MAX};
    if (c->crl_put_token != NULL && c->crl_put_token[0] != '\0')
        CA_TRY(ca_secret_from_file(c->crl_put_token, &token, err)); /* now: it may be a new one */
    p.token = token;
    if (job->der.len <= THERE_MAX / 2)
        CA_TRY(place_look(&p, err));
    return p.held ? CA_OK : place_write(&p, err);
}
