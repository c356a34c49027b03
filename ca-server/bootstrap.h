/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "ca-server/config.h"
#include "ca/client.h"

/* The first questions of an installation, over the channel "local" of a signer that was started
 * with bootstrap. Each may be asked again after a crash. */

enum { BOOTSTRAP_DEADLINE_MS = 30000 };

struct wire_caller bootstrap_caller(void);

/* CA_OK also when it is there already. */
CA_RC bootstrap_authority(struct client *c, const struct wire_authority_create *ask,
                          struct ca_err *err);

/* Asks until the signer has its token, its database and every authority online.
 * CA_UNAVAILABLE not yet: the text says what is missing. */
CA_RC bootstrap_status(struct client *c, struct ca_err *err);

/* Issues under an internal profile. The idempotency key is made of `what` and the CSR's digest, so
 * the same CSR gets the same certificate. *ret: DER, appended. */
struct bootstrap_issue {
    const char *what;
    const char *profile;
    const char *authority;
    struct ca_bytes csr;
    const struct wire_pair *subject;
    uint32_t subject_n;
    const struct wire_pair *sans;
    uint32_t sans_n;
    int64_t validity_s;
};
CA_RC bootstrap_issue(struct client *c, const struct bootstrap_issue *ask, struct ca_buf *ret,
                      struct ca_err *err);

/* Whoever is enrolled with this name already gets these roles, and the key as one more credential.
 */
CA_RC bootstrap_enrol(struct client *c, const char *name, unsigned roles, struct ca_bytes cert,
                      struct ca_err *err);

/* Appends the certificate of an authority, PEM, from the database. CA_FAULT it has none. */
CA_RC bootstrap_chain(const struct server_config *config, const char *authority, struct ca_buf *ret,
                      struct ca_err *err);
