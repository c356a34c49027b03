/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/authority_internal.h"
#include "ca/seal_internal.h"
#include "ca/signer_internal.h"
#include "db/rollover.h"

/* The next authority of an authority: prepared, published, in its place from a moment on. */

/* ca/rollover.c: what is known of successors is read again, and who was followed is retired. Rows
 * without a good seal change nothing and are said. At a start without a recorder nobody is. */
CA_RC rollover_refresh(struct signer *s, struct db *db, struct ca_err *err);
/* Upkeep: whose successor is in charge is retired. */
CA_RC rollover_retire(struct signer *s, struct ca_err *err);

/* An authority that is made as the next one of another (`follows`): may that be? And, once it is
 * there: it is named, unless it is already. As "prepare". */
CA_RC rollover_follow_check(struct signer *s, const struct wire_authority_create *ask,
                            struct ca_err *err);
CA_RC rollover_follow(struct signer *s, const struct actor *actor,
                      const struct wire_authority_create *ask, struct ca_err *err);

/* ca/rollover_bundle.c: the answer of GetNextCACert (RFC 8894 4.7.1): the certificate of `next` and
 * those of its issuers, certs-only, in SignedData that `current` signs with its key in the token.
 * Appends nothing when the certificate of `current` may not sign that (no digitalSignature).
 * CA_UNAVAILABLE the token. */
CA_RC rollover_bundle(struct signer *s, const struct authority *current,
                      const struct authority *next, struct ca_buf *ret, struct ca_err *err);
