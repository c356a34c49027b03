/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/buf.h"
#include "base/rc.h"

struct front;

/* Delivers what the signer wrote down for webhooks: signed, a few at a time, at least once each.
 * docs/how-to/webhooks.md has the form of a delivery. Without the front token nothing is delivered:
 * nothing could be signed. */
struct webhook;

CA_RC webhook_start(struct front *front, struct webhook **ret, struct ca_err *err);
void webhook_stop(struct webhook *w); /* NULL is fine */

/* How long from an attempt to the next, in seconds: doubled each time, a quarter more or less by
 * `chance` (0 to 255). 0: given up. */
int64_t webhook_delay_s(int32_t attempts, int64_t age_s, uint8_t chance);
/* Is it an address (4 or 16 octets) of this machine, of a private network, or nobody's? */
bool webhook_is_private(struct ca_bytes address);
