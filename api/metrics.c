/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metrics_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>

#include "base/histogram.h"

static const int statuses[] = {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406,
                               409, 412, 413, 415, 422, 428, 429, 500, 503, 0 /* any other */};
enum { METRICS_ROUTES = 160 };

struct route_metrics {
    atomic_uint_fast64_t by_status[CA_COUNT(statuses)];
    struct ca_histogram time;
    atomic_uint_fast64_t count;
};

struct front_metrics {
    struct route_metrics routes[DOOR__COUNT][METRICS_ROUTES]; /* the last: no route matched */
    atomic_uint_fast64_t counters[METRIC__COUNT];
};

static const struct {
    const char *name;
    const char *help;
} counters[METRIC__COUNT] = {
    [METRIC_CONNECTIONS_OPENED] = {"ca_front_connections_opened_total",    "Connections accepted."                    },
    [METRIC_CONNECTIONS_TIMED_OUT] = {"ca_front_connections_timed_out_total",
                                   "Connections shut because a phase took too long."                                  },
    [METRIC_OVERLOADED] = {"ca_front_overloaded_total",            "Requests refused by a full queue."        },
    [METRIC_EXPIRED] = {"ca_front_deadline_total",              "Requests that passed their deadline."     },
    [METRIC_LOGIN_REFUSED] = {"ca_front_login_refused_total",         "Client certificates refused."             },
    [METRIC_READBACK_OK] = {"ca_crl_readback_ok_total",             "CRLs read back over HTTP and equal."      },
    [METRIC_READBACK_FAILED] = {"ca_crl_readback_failed_total",
                                   "CRLs that could not be read back over HTTP, or differed."                         },
    [METRIC_OCSP_CACHED] = {"ca_ocsp_cached_total",                 "OCSP requests answered from memory."      },
    [METRIC_OCSP_MISSED] = {"ca_ocsp_missed_total",                 "OCSP requests that waited for the signer."},
    [METRIC_OCSP_TOGETHER] = {"ca_ocsp_together_total",
                                   "OCSP requests with a nonce or several certificates."                              },
    [METRIC_OCSP_LIMITED] = {"ca_ocsp_limited_total",
                                   "OCSP requests of addresses that wanted too many signatures."                      },
};

CA_RC front_metrics_new(struct front_metrics **ret, struct ca_err *err)
{
    struct front_metrics *m = calloc(1, sizeof(*m));

    assert(route_count(DOOR_HTTPS) < METRICS_ROUTES); /* else two routes are counted as one */
    if (m == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = m;
    return CA_OK;
}

void front_metrics_free(struct front_metrics *m)
{
    free(m);
}

static size_t route_index(enum route_door door, const struct route *route)
{
    size_t i = route != NULL ? (size_t)(route - route_at(door, 0)) : METRICS_ROUTES - 1;

    return i < METRICS_ROUTES ? i : METRICS_ROUTES - 1;
}

static size_t status_index(int status)
{
    size_t i = 0;

    while (statuses[i] != 0 && statuses[i] != status)
        i++;
    return i;
}

static void add(atomic_uint_fast64_t *counter, uint64_t n)
{
    (void)atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void front_metrics_request(struct front_metrics *m, enum route_door door, const struct route *route,
                           int status, int64_t elapsed_us)
{
    struct route_metrics *r = &m->routes[door][route_index(door, route)];

    ca_histogram_add(&r->time, elapsed_us);
    add(&r->by_status[status_index(status)], 1);
    add(&r->count, 1);
}

void front_metrics_count(struct front_metrics *m, enum metric metric)
{
    add(&m->counters[metric], 1);
}

static const char *const door_names[DOOR__COUNT] = {"public", "https"};

typedef void (*series_fn)(const struct route_metrics *r, const char *labels, struct ca_buf *to);

static void statuses_write(const struct route_metrics *r, const char *labels, struct ca_buf *to)
{
    for (size_t i = 0; i < CA_COUNT(statuses); i++) {
        uint64_t n = atomic_load_explicit(&r->by_status[i], memory_order_relaxed);

        if (n > 0) {
            ca_buf_printf(to, "ca_http_requests_total{%s,status=\"%d\"} %" PRIu64 "\n", labels,
                          statuses[i], n);
        }
    }
}

static void histogram_write(const struct route_metrics *r, const char *labels, struct ca_buf *to)
{
    if (atomic_load_explicit(&r->count, memory_order_relaxed) > 0)
        ca_histogram_write(&r->time, "ca_http_request_seconds", labels, to);
}

static void routes_write(const struct front_metrics *m, series_fn write, struct ca_buf *to)
{
    for (size_t door = 0; door < DOOR__COUNT; door++) {
        for (size_t i = 0; i < METRICS_ROUTES; i++) {
            bool named = i < route_count((enum route_door)door);
            const struct route *row = named ? route_at((enum route_door)door, i) : NULL;
            CA_AUTO(buf) struct ca_buf labels = {0};

            ca_buf_printf(&labels, "door=\"%s\",method=\"%s\",route=\"%s\"", door_names[door],
                          row != NULL ? row->method : "", row != NULL ? row->path : "");
            write(&m->routes[door][i], ca_buf_cstr(&labels), to);
        }
    }
}

void front_metrics_write(const struct front_metrics *m, struct ca_buf *to)
{
    ca_buf_str(to, "# HELP ca_http_requests_total Requests answered.\n"
                   "# TYPE ca_http_requests_total counter\n");
    routes_write(m, statuses_write, to);
    ca_buf_str(to, "# HELP ca_http_request_seconds Time from request line to answer.\n"
                   "# TYPE ca_http_request_seconds histogram\n");
    routes_write(m, histogram_write, to);
    for (size_t i = 0; i < METRIC__COUNT; i++) {
        ca_buf_printf(to, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n", counters[i].name,
                      counters[i].help, counters[i].name, counters[i].name,
                      atomic_load_explicit(&m->counters[i], memory_order_relaxed));
    }
}

void front_metrics_gauge(struct ca_buf *to, const char *name, const char *help, int64_t value)
{
    ca_buf_printf(to, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n", name, help, name, name,
                  value);
}
