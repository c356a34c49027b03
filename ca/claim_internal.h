/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/claim.h"
#include "policy/judge.h"

struct record;

/* What the rules that look at earlier certificates ask of one certificate to be, and what they
 * found. Texts and bytes of `row` are borrowed. */
enum { CLAIM_FINDINGS_MAX = 8 };
struct claim {
    struct db_claim row;
    struct db_claim_rules rules;
    bool key; /* is its key another's? */
    struct finding findings[CLAIM_FINDINGS_MAX];
    size_t finding_n; /* 0: nothing stands against it */
};
bool claim_asks_names(const struct claim *c); /* any of `rules` */

/* Looks without a lock: for a first answer. */
CA_RC claim_look(struct db *db, struct claim *c, struct ca_err *err);

/* In the transaction of the intents, before they are written: looks again under locks, so that of
 * two that exclude each other one passes, on whatever nodes they are, and writes the claims of
 * those that pass. The others have findings then, and nothing of them may be written. Records
 * without a claim are passed over. */
CA_RC claims_make(struct db *db, struct record *const *records, size_t n, struct ca_err *err);

/* In the transaction of the certificates: what their claims took up is on record. */
CA_RC claims_end(struct db *db, struct record *const *records, size_t n, struct ca_err *err);

/* claim_finding.c: what stands against it, as a finding. */
void claim_key_finding(struct claim *c);
void claim_conflict_finding(struct claim *c, enum db_claim_rule rule,
                            const struct db_claim_conflict *found);
