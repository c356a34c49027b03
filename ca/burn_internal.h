/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* A serial that was reserved and that nobody got (I3, I5): its intent is closed, the serial goes on
 * the next CRL, its request goes on with another one or, interrupted twice, fails; *ret is its
 * state then. Waits for the recorder. */
CA_RC serial_burn(struct signer *s, const struct db_intent *intent, const struct audit_event *event,
                  enum db_request_state *ret, struct ca_err *err);
