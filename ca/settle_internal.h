/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* I5: every intent that this node left open is burned: its serial goes on the CRL, its request goes
 * on with another one or, interrupted twice, fails. Before the first question is taken. */
CA_RC settle_intents(struct signer *s, struct ca_err *err);

/* The same while questions are served, for intents that are past their deadline: burning one
 * failed, or its outcome was never known. What is still being signed then loses its serial: such a
 * certificate cannot be stored any more, and nobody gets it. */
CA_RC settle_overdue(struct signer *s, struct ca_err *err);

/* Puts requests that were interrupted and that nobody came back for on their way again. One that
 * cannot go on (an older version asked it in another form) fails, and holds up no other. */
CA_RC settle_requests(struct signer *s, struct ca_err *err);
