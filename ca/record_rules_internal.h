/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/claim_internal.h"

struct issuance;
struct judging;
struct signer;

/* The rules of a profile that look at earlier certificates: key reuse, limits, unique common names,
 * the renewal window. Not for the server's own certificates. They are looked at twice: at admission
 * where there is something to look at before anybody is asked (limits, names, approvals, dry runs),
 * and under locks in the transaction of the intent.
 *
 * Who brought a key is remembered for a minute, so that the certificates of one requester for one
 * key cost one look at the database. */
struct key_owners;
CA_RC key_owners_new(struct key_owners **ret, struct ca_err *err);
void key_owners_free(struct key_owners *o); /* NULL is fine */

/* Adds what stands against it to the verdict, which is then to refuse. A request that came before,
 * by its idempotency key, passes: it gets the answer that it got then. */
CA_RC record_rules_check(struct issuance *i, struct ca_err *err);
/* The same for an explanation, of one that is asked now. */
CA_RC record_rules_preview(struct judging *j, struct signer *s, struct verdict *v,
                           struct ca_err *err);
/* For the record of the intent, whose serial is known; NULL: nothing is asked. */
struct claim *record_rules_claim(struct issuance *i);
/* The recorder found something: adds it to the verdict. */
void record_rules_refused(struct issuance *i);
/* The certificate is on record. */
void record_rules_stored(struct issuance *i);
