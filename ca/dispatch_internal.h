/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* A server_fn: `arg` is the signer. A kind without a row is refused (I9). */
void dispatch(void *arg, struct exchange *x);
/* Runs the handler of a question that others agreed to as this act, without asking again. CA_DENIED
 * who asked may not do it any more, or it is another act. */
CA_RC dispatch_act(struct signer *s, const struct actor *actor, const char *action,
                   const struct wire_message *question, struct ca_err *err);
/* A connection that was ended for what it sent, or for whose it is. */
void dispatch_malformed(void *arg, enum ca_rc rc, const struct ca_err *why);
