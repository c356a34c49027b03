/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/problem.h"
#include "api/process_internal.h"
#include "base/log.h"

static const struct wire_finding *findings_of(const struct request *rq, uint32_t *ret_n)
{
    const struct wire_refused *refused;
    const struct wire_explained *explained;

    *ret_n = 0;
    if (rq->answer != NULL && rq->answer->kind == WIRE_EXPLAINED) {
        explained = rq->answer->body; /* what would be refused */
        *ret_n = explained->findings_n;
        return explained->findings;
    }
    if (rq->answer == NULL || rq->answer->kind != WIRE_REFUSED)
        return NULL;
    refused = rq->answer->body;
    *ret_n = refused->findings_n;
    return refused->findings;
}

/* Something that the front refused by itself belongs into the audit; what the signer refused is
 * there already. */
static void refusal_note(const struct request *rq, const struct problem_row *row)
{
    char object[160];
    char detail[300];
    struct wire_note note = {.caller = request_wire_caller(rq), .object = object, .detail = detail};

    if (row->status < 400 || row->status >= 500 || rq->door != DOOR_HTTPS || rq->route == NULL ||
        rq->route->may == MAY_ANYONE || rq->answer != NULL)
        return;
    note.action = rq->locked_out       ? "login.locked"
                  : row->status == 401 ? "login.refused"
                                       : "http.refused";
    (void)snprintf(object, sizeof(object), "%s %s", rq->method, rq->route->path);
    (void)snprintf(detail, sizeof(detail), "%s: %s", row->code, rq->err.text);
    client_note(rq->front->config.client, &note);
    if (row->status == 401)
        front_metrics_count(rq->front->metrics, METRIC_LOGIN_REFUSED);
}

static void problem_fields(const struct request *rq, const struct problem_row *row,
                           struct response *rs)
{
    char seconds[16];

    if (row->status == 401) {
        response_header(rs, "WWW-Authenticate",
                        "ClientCertificate realm=\"ca-server\", Bearer realm=\"ca-server\"");
    }
    if (row->status == 405)
        response_header(rs, "Allow", rq->allow);
    if (row->status == 503 || row->status == 429) {
        (void)snprintf(seconds, sizeof(seconds), "%d",
                       rq->retry_after_s > 0 ? rq->retry_after_s : 2);
        response_header(rs, "Retry-After", seconds);
    }
}

static void problem_fill(struct request *rq, enum ca_rc rc, const struct ca_err *why,
                         struct response *rs)
{
    const struct problem_row *row = problem_find(rc, why->problem);
    CA_AUTO(buf) struct ca_buf body = {0};
    struct ca_err err;
    uint32_t n = 0;
    const struct wire_finding *findings = rs == &rq->rs ? findings_of(rq, &n) : NULL;

    response_done(rs);
    rs->status = row->status;
    problem_fields(rq, row, rs);
    if (problem_write(row, rc, why, rq->id, findings, n, &body, &err) != CA_OK ||
        response_body(rs, "application/problem+json", ca_buf_view(&body), &err) != CA_OK)
        rs->status = 500; /* no memory: without a document */
}

static void common_fields(const struct request *rq, struct response *rs)
{
    if (rs->ready != NULL)
        return; /* it has them */
    if (rq->id[0] != '\0')
        response_header(rs, "X-Request-Id", rq->id);
    response_header(rs, "X-Content-Type-Options", "nosniff");
    if (response_field(rs, "Cache-Control") == NULL)
        response_header(rs, "Cache-Control", "no-store");
    if (strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0) {
        response_validate(rs, request_header(rq, "If-None-Match"),
                          request_header(rq, "If-Modified-Since"));
    }
}

static void fault_log(const struct request *rq, enum ca_rc rc)
{
    if (rc != CA_FAULT && rc != CA_UNAVAILABLE && rc != CA_RETRY)
        return;
    CA_LOG(rc == CA_FAULT ? CA_LOG_ERROR : CA_LOG_WARNING, "request_failed",
           CA_STR("request", rq->id), CA_STR("text", rq->err.text), CA_STR("file", rq->err.file),
           CA_INT("line", rq->err.line));
}

void request_finalize(struct request *rq, struct response *rs)
{
    if (rq->rc != CA_OK) {
        const struct problem_row *row = problem_find(rq->rc, rq->err.problem);

        (void)snprintf(rq->problem, sizeof(rq->problem), "%s", row->code);
        problem_fill(rq, rq->rc, &rq->err, rs);
        refusal_note(rq, row);
        fault_log(rq, rq->rc);
    }
    common_fields(rq, rs);
}

void request_expired_answer(struct request *rq)
{
    struct ca_err why = {.text = "the deadline passed"};

    front_metrics_count(rq->front->metrics, METRIC_EXPIRED);
    problem_fill(rq, CA_UNAVAILABLE, &why, &rq->late);
    common_fields(rq, &rq->late);
}
