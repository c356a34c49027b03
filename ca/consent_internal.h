/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"
#include "db/request.h"

/* Proof that those whom a profile wants have agreed to exactly this plan (I9, I10). Only
 * consent_make makes one. */
struct consent;

/* What is to be signed, as it is judged now. */
struct consent_ask {
    struct ca_uuid request_id;
    struct ca_uuid requester_id;
    const struct profile *profile;
    const struct approval_policy *policy; /* NULL: the profile's */
    struct ca_bytes plan_digest;
};

/* Was anybody ever asked to agree to this request? Then *ret_requester is who asked, by the sealed
 * word of the approval, and nothing is signed without consent. CA_DENIED, problem "row-altered". */
CA_RC consent_wanted(struct signer *s, const struct ca_uuid *request_id, bool *ret,
                     struct ca_uuid *ret_requester, struct ca_err *err);

/* Reads request, approval, votes, voters and their groups again, checks every seal, counts by who
 * the voters are now, and compares requester, profile and digest. Any other answer than CA_OK,
 * CA_UNAVAILABLE and CA_FAULT: this must not be signed.
 * CA_DENIED, problem "consent-void": not agreed to, or to something else; problem "row-altered" */
CA_RC consent_make(struct signer *s, const struct consent_ask *ask, struct consent **ret,
                   struct ca_err *err);
void consent_free(struct consent *c); /* NULL is fine */
CA_AUTO_DEFINE(consent, struct consent *, consent_free);
struct ca_bytes consent_digest(const struct consent *c); /* of the plan; borrowed */
