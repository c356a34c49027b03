/* SPDX-License-Identifier: Apache-2.0 */
#include "api/health.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/http_internal.h"
#include "api/keeper.h"
#include "api/ocsp/ocsp_internal.h"
#include "api/request_internal.h"
#include "base/time.h"

enum { HEALTH_WAIT_MS = 2000 };

CA_RC health_livez(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rq;
    return response_body(rs, "text/plain; charset=utf-8", ca_bytes_str("ok\n"), err);
}

static CA_RC status_ask(struct request *rq, struct ca_err *err)
{
    struct wire_status ask = {.caller = request_wire_caller(rq)};

    return request_ask_tolerant(rq, WIRE_STATUS, &ask, HEALTH_WAIT_MS, err);
}

CA_RC health_readyz(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return status_ask(rq, err);
}

/* "missing" as a list of JSON strings; none of the names needs escaping. */
struct missing {
    struct ca_buf list;
    size_t n;
};

static void miss(struct missing *m, const char *what, const char *name)
{
    ca_buf_printf(&m->list, "%s\"%s%s\"", m->n > 0 ? "," : "", what, name);
    m->n++;
}

static void crls_miss(struct request *rq, const struct wire_status_is *status, struct missing *m)
{
    for (uint32_t i = 0; i < status->authorities_n; i++) {
        CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
        const struct wire_authority_status *a = &status->authorities[i];

        if (!a->online)
            continue;
        if (!shelf_take(publish_shelf(rq->front->publish), a->name, &crl) ||
            crl.next_update <= ca_time_now())
            miss(m, "crl:", a->name);
    }
}

CA_RC health_readyz_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_status_is *status = request_answer(rq);
    CA_AUTO(buf) struct ca_buf body = {0};
    struct missing m = {0};

    if (!publish_database(rq->front->publish))
        miss(&m, "database", "");
    if (rq->front->config.https_fd >= 0 && rq->front->tls == NULL)
        miss(&m, "front-token", "");
    if (status == NULL) {
        miss(&m, "signer", "");
    } else {
        if (!status->token)
            miss(&m, "token", "");
        crls_miss(rq, status, &m);
    }
    if (m.n > 0) {
        response_status(rs, 503);
        response_header(rs, "Retry-After", "2");
    }
    ca_buf_printf(&body, "{\"ready\":%s,\"missing\":[%s]}\n", m.n == 0 ? "true" : "false",
                  ca_buf_cstr(&m.list));
    ca_buf_done(&m.list);
    CA_TRY(ca_buf_check(&body, err));
    return response_body(rs, "application/json", ca_buf_view(&body), err);
}

CA_RC health_metrics(struct request *rq, struct response *rs, struct ca_err *err)
{
    (void)rs;
    return status_ask(rq, err);
}

static void client_write(const struct front *front, struct ca_buf *to)
{
    struct client_stats s = {0};

    client_stats(front->config.client, &s);
    front_metrics_gauge(to, "ca_signer_connected", "1: the signer is connected.", s.connected);
    front_metrics_gauge(to, "ca_front_signer_in_flight",
                        "Questions to the signer without an answer.", (int64_t)s.in_flight);
    ca_buf_str(
        to,
        "# HELP ca_front_signer_questions_total Questions to the signer by what became of them.\n"
        "# TYPE ca_front_signer_questions_total counter\n");
    ca_buf_printf(to, "ca_front_signer_questions_total{result=\"asked\"} %" PRIu64 "\n", s.asked);
    ca_buf_printf(to, "ca_front_signer_questions_total{result=\"answered\"} %" PRIu64 "\n",
                  s.answered);
    ca_buf_printf(to, "ca_front_signer_questions_total{result=\"resent\"} %" PRIu64 "\n", s.resent);
    ca_buf_printf(to, "ca_front_signer_questions_total{result=\"timed_out\"} %" PRIu64 "\n",
                  s.timed_out);
    ca_buf_printf(to, "ca_front_signer_questions_total{result=\"note_dropped\"} %" PRIu64 "\n",
                  s.notes_dropped);
}

static int64_t ocsp_answers(const struct front *front)
{
    struct ocsp_cache_stats s;

    ocsp_cache_stats(front->ocsp->cache, 0, &s);
    return (int64_t)(s.good + s.revoked + s.unknown);
}

static void gauges_write(const struct front *front, struct ca_buf *to)
{
    front_metrics_gauge(to, "ca_front_connections", "Open connections.",
                        (int64_t)http_connections(front->http));
    front_metrics_gauge(to, "ca_front_queue", "Requests waiting for a worker.",
                        (int64_t)ca_queue_length(front->work));
    front_metrics_gauge(to, "ca_front_processing", "Requests under way.",
                        (int64_t)atomic_load(&front->processing));
    front_metrics_gauge(to, "ca_front_workers", "Workers, each with a database connection.",
                        (int64_t)front->worker_n);
    front_metrics_gauge(to, "ca_front_database", "1: the last look met the database.",
                        publish_database(front->publish));
    push_metrics_write(front, to);
    front_metrics_gauge(to, "ca_front_ocsp_answers", "OCSP answers in memory.",
                        ocsp_answers(front));
}

static const struct {
    const char *name;
    const char *help;
} crl_gauges[] = {
    {"ca_front_crl_number",              "Number of the CRL that is served."                            },
    {"ca_front_crl_age_seconds",         "Age of the CRL that is served."                               },
    {"ca_front_crl_next_update_seconds",
     "Time until nextUpdate of the CRL that is served; negative: it is over."                           },
    {"ca_front_crl_size_bytes",          "Octets of the CRL that is served."                            },
    {"ca_front_crl_read_back",           "1: the CRL that is served was read back over HTTP, and equal."},
};

static int64_t crl_value(const struct shelf_crl *crl, size_t gauge, int64_t now)
{
    const int64_t values[CA_COUNT(crl_gauges)] = {crl->number, now - crl->this_update,
                                                  crl->next_update - now, (int64_t)crl->size,
                                                  crl->read_back};

    return values[gauge];
}

static void crls_write(const struct front *front, struct ca_buf *to)
{
    struct shelf_crl *crls = calloc(SHELF_MAX, sizeof(*crls));
    size_t n = crls != NULL ? shelf_list(publish_shelf(front->publish), crls, SHELF_MAX) : 0;
    int64_t now = ca_time_now();

    for (size_t g = 0; g < CA_COUNT(crl_gauges); g++) {
        ca_buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n", crl_gauges[g].name, crl_gauges[g].help,
                      crl_gauges[g].name);
        for (size_t i = 0; i < n; i++) {
            ca_buf_printf(to, "%s{ca=\"%s\"} %" PRId64 "\n", crl_gauges[g].name, crls[i].name,
                          crl_value(&crls[i], g, now));
        }
    }
    free(crls);
}

CA_RC health_metrics_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    const struct wire_status_is *status = request_answer(rq);
    CA_AUTO(buf) struct ca_buf body = {0};

    front_metrics_write(rq->front->metrics, &body);
    gauges_write(rq->front, &body);
    client_write(rq->front, &body);
    crls_write(rq->front, &body);
    service_metrics(rq->front, &body);
    if (status != NULL)
        ca_buf_str(&body, status->metrics);
    CA_TRY(ca_buf_check(&body, err));
    return response_body(rs, "text/plain; version=0.0.4; charset=utf-8", ca_buf_view(&body), err);
}
