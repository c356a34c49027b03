/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/route.h"

/* Counters of the front, in atomics: nobody waits for them. */
struct front_metrics;

CA_RC front_metrics_new(struct front_metrics **ret, struct ca_err *err);
void front_metrics_free(struct front_metrics *m);

/* One answered request; `route` NULL: none matched. */
void front_metrics_request(struct front_metrics *m, enum route_door door, const struct route *route,
                           int status, int64_t elapsed_us);

/* The rest of what is counted, by number. */
enum metric {
    METRIC_CONNECTIONS_OPENED,
    METRIC_CONNECTIONS_TIMED_OUT, /* shut because a phase took too long */
    METRIC_OVERLOADED,            /* 503 because the queue was full */
    METRIC_EXPIRED,               /* 503 because the deadline passed */
    METRIC_LOGIN_REFUSED,
    METRIC_READBACK_OK,
    METRIC_READBACK_FAILED,
    METRIC_OCSP_CACHED,   /* answered from memory */
    METRIC_OCSP_MISSED,   /* waited for the signer, with others */
    METRIC_OCSP_TOGETHER, /* with a nonce, or several certificates: signed for one request */
    METRIC_OCSP_LIMITED,  /* an address wanted too many signatures */
    METRIC__COUNT
};
void front_metrics_count(struct front_metrics *m, enum metric metric);

/* Appends everything in the text format of Prometheus. */
void front_metrics_write(const struct front_metrics *m, struct ca_buf *to);
/* One gauge without labels, with its HELP and TYPE. */
void front_metrics_gauge(struct ca_buf *to, const char *name, const char *help, int64_t value);
