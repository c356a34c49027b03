/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"

/* Enrolled operators, as the signer knows them: looked up by id and kept for a second. */
CA_RC operators_new(struct operators **ret, struct ca_err *err);
void operators_free(struct operators *o);

/* Who is the caller? In bootstrap the channel "local" with a nil id is the one who sets up, with
 * every role but auditor. CA_DENIED, problem "forbidden": unknown, disabled, or his certificate is
 * revoked. */
CA_RC operators_find(struct signer *s, const struct wire_caller *caller, struct actor *ret,
                     struct ca_err *err);
