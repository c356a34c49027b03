/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* A server_fn: `arg` is the signer. A kind without a row is refused (I9). */
void dispatch(void *arg, struct exchange *x);
/* A connection that was ended for what it sent, or for whose it is. */
void dispatch_malformed(void *arg, enum ca_rc rc, const struct ca_err *why);
