/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "base/rc.h"
#include "db/service.h"
#include "hsm/hsm.h"

/* Certificates of the front's own: when to get another one, and how to ask the signer for it. */
struct front;
struct wire_message;

/* Three fifths of its life are over: early enough for a signer that is away for weeks, and late
 * enough for the signer, which wants a half. */
bool service_due(int64_t not_before, int64_t not_after, int64_t now);

/* One that is shown now. */
struct service_life {
    const char *kind; /* "tls", "scep-ra"; static */
    char owner[64];   /* node, endpoint */
    int64_t not_before;
    int64_t not_after;
};
/* Two thirds of its life are over, or it has none yet: whatever was tried did not help. */
bool service_alarm(const struct service_life *life, int64_t now);
/* When each of them ends and which of them alarm, in the text format of Prometheus. */
void service_metrics(const struct front *front, struct ca_buf *to);

/* CertificationRequest (RFC 2986 4) with an empty subject: the signer says the names. Appends. */
CA_RC service_csr(const struct hsm_key *key, struct ca_buf *ret, struct ca_err *err);
/* *ret is a WIRE_SERVICE, for wire_message_free. Refusals as the signer says; CA_UNAVAILABLE. */
CA_RC service_ask(struct front *front, const char *kind, const char *owner,
                  const struct hsm_key *key, struct wire_message **ret, struct ca_err *err);

/* A thread that looks after something, at once and then every `period_ms`. Why `tick` fails is
 * logged. `name` is static. */
struct keeper;
typedef CA_RC (*keeper_fn)(void *arg, struct ca_err *err);
CA_RC keeper_start(const char *name, int64_t period_ms, keeper_fn tick, void *arg,
                   struct keeper **ret, struct ca_err *err);
void keeper_stop(struct keeper *k); /* NULL is fine; waits for the tick under way */
