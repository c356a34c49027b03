/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/authority_internal.h"
#include "ca/signer_internal.h"

/* Issues by the six steps of docs/explanation/issuance.md, all on the caller's thread: for the
 * server's own certificates and those of authorities. `issuer` may be pending when it signs itself.
 */
struct issue_ask {
    const struct authority *issuer;
    const char *profile;
    struct ca_bytes csr;     /* DER */
    const struct wish *wish; /* NULL: none */
    const struct wire_caller *caller;
    const struct actor *actor;
    struct ca_uuid *ret_id; /* the certificate's; NULL: not wanted */
};
/* Appends the certificate's DER. CA_DENIED, problem "policy": the text is the first finding. */
CA_RC issue_now(struct signer *s, const struct issue_ask *ask, struct ca_buf *ret,
                struct ca_err *err);

/* Dispatch: WIRE_ISSUE. */
void issue_start(struct signer *s, struct exchange *x);
