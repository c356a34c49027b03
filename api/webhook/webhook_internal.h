/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/webhook/webhook.h"
#include "db/webhook.h"
#include "hsm/hsm.h"

/* One attempt. */
struct sending {
    const struct db_webhook_delivery *delivery;
    long status;     /* of HTTP; 0: there was no answer */
    char error[160]; /* "" it was accepted */
};

struct sender_config {
    const struct hsm_key *key;
    bool allow_private;
    const char *roots; /* PEM file of who is trusted over HTTPS; "": the system's */
    const char *agent; /* User-Agent */
};
/* All at once; returns when each has an answer or its time is over. CA_UNAVAILABLE: the token
 * failed, and nothing was sent; CA_FAULT. */
CA_RC sender_run(const struct sender_config *config, struct sending *list, size_t n,
                 struct ca_err *err);

/* "id.timestamp.body", signed. Appends "v1es256," and the signature, ECDSA-Sig-Value in base64. */
CA_RC sender_sign(const struct hsm_key *key, const char *id, int64_t timestamp,
                  struct ca_bytes body, struct ca_buf *ret, struct ca_err *err);
