/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/webhook/call.h"
#include "base/rc.h"
#include "base/text.h"

/* Calls the webhooks that decide on enrolments, on a thread of its own: no worker waits for them.
 * A webhook that is slow takes places of its endpoint only. */
struct scep_decider;

enum {
    DECIDER_MAX = 128,         /* calls in flight */
    DECIDER_ENDPOINT_MAX = 32, /* of one endpoint */
    DECIDER_MS = 5000          /* from the call to the last octet of its answer */
};

/* One call; the memory of who asks, until he is told. Zeroed before use. */
struct scep_call_out {
    struct webhook_call call; /* made; its answer is kept */
    struct ca_uuid endpoint;
    void *arg;
    struct scep_call_out *next;  /* the decider's */
    long status;                 /* of HTTP; 0: there was none */
    char error[WEBHOOK_WHY_MAX]; /* "": 2xx, and its whole body is in call.answer */
    bool too_long;
    /* Once, on the decider's thread; must not block. The call is the asker's again. */
    void (*told)(struct scep_call_out *out);
};

CA_RC scep_decider_start(struct scep_decider **ret, struct ca_err *err);
/* Nothing is asked any more; who still waits is told that there was no answer. */
void scep_decider_stop(struct scep_decider *d); /* NULL is fine */
/* CA_LIMIT, problem "overloaded": as many calls are in flight as may be. NULL: CA_UNAVAILABLE. */
CA_RC scep_decider_put(struct scep_decider *d, struct scep_call_out *out, struct ca_err *err);
