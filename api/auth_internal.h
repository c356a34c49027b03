/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"
#include "api/route.h"

/* Who may what. Operators come from the database by the SHA-256 of their certificate, and are
 * remembered for a second. */
struct auth;

enum { AUTH_TTL_MS = 1000, AUTH_ENTRIES = 512 };

CA_RC auth_new(struct auth **ret, struct ca_err *err);
void auth_free(struct auth *a);

/* True: the cache knows, and *ret_rc with ret or err is its answer. */
bool auth_cached(struct auth *a, const uint8_t fingerprint[32], enum ca_rc *ret_rc,
                 struct caller *ret, struct ca_err *err);
/* Asks the database and remembers. CA_DENIED, problem "client-certificate": nobody is enrolled
 * with it, the operator is disabled, or the certificate is revoked. */
CA_RC auth_lookup(struct auth *a, struct db *db, const uint8_t fingerprint[32], struct caller *ret,
                  struct ca_err *err);
/* After a revocation or an enrolment: what is remembered may be wrong. */
void auth_forget(struct auth *a);

/* CA_DENIED, problem "forbidden": the text names the roles that may. */
CA_RC auth_permit(const struct caller *caller, enum permission may, struct ca_err *err);
const char *auth_permission_text(enum permission may); /* "officer or admin" */
