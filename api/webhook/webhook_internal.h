/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/webhook/call.h"
#include "api/webhook/webhook.h"
#include "db/webhook.h"
#include "hsm/hsm.h"

/* One attempt. */
struct sending {
    const struct db_webhook_delivery *delivery;
    long status;                 /* of HTTP; 0: there was no answer */
    char error[WEBHOOK_WHY_MAX]; /* "" it was accepted */
};

struct sender_config {
    const struct hsm_key *key;
    bool allow_private;
    const char *roots; /* PEM file of who is trusted over HTTPS; "": the system's */
};
/* All at once; returns when each has an answer or its time is over. CA_UNAVAILABLE: the token
 * failed, and nothing was sent; CA_FAULT. */
CA_RC sender_run(const struct sender_config *config, struct sending *list, size_t n,
                 struct ca_err *err);
