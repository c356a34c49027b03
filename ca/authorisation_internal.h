/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "ca/authority_internal.h"
#include "ca/consent_internal.h"

/* What signing needs (I9), and what only verdicts that issue can make, or one that waits together
 * with the consent to its very plan: leave to sign exactly these bytes with exactly this authority.
 */
struct authorisation;

struct authorisation_ask {
    const struct verdict *request; /* on the request */
    const struct verdict *tbs;     /* on these bytes */
    const struct consent *consent; /* NULL: nobody was asked */
    const struct authority *authority;
    struct ca_bytes bytes; /* TBSCertificate */
};
/* CA_DENIED, problem "policy": a verdict does not issue; the text is its first refusal. Problem
 * "consent-void": the request waits for others, and this is not their consent to it. */
CA_RC authorisation_make(const struct authorisation_ask *ask, struct authorisation **ret,
                         struct ca_err *err);
void authorisation_free(struct authorisation *a);
CA_AUTO_DEFINE(authorisation, struct authorisation *, authorisation_free);

/* The sentence of the first finding that refuses, or a general one. */
const char *verdict_reason(const struct verdict *verdict);

/* Signs in the token, verifies in software (I2), appends the Certificate.
 * CA_FAULT        the authorisation is for other bytes or another authority
 * CA_UNAVAILABLE  the authority is offline, or the token failed (problem "token-failed"), or what
 * it made does not verify (problem "bad-signature") */
CA_RC certificate_sign(const struct authority *authority, const struct authorisation *a,
                       struct ca_bytes tbs, struct ca_buf *ret, struct ca_err *err);
