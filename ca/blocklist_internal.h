/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"
#include "policy/key_check.h"

/* The checks on keys: the weak ones of the configuration and those that are blocked in the
 * database, which are read again when somebody has changed them, on whatever node. */
struct blocklist;

CA_RC blocklist_new(struct blocklist **ret, struct ca_err *err);
void blocklist_free(struct blocklist *b); /* NULL is fine; nobody may still hold a loan */
CA_AUTO_DEFINE(blocklist, struct blocklist *, blocklist_free);
/* Reads the list if it has changed since. */
CA_RC blocklist_refresh(struct signer *s, struct db *db, struct ca_err *err);

/* What is in force now; stays as it is until it is given back. */
struct blocklist_loan;
struct blocklist_loan *blocklist_take(struct blocklist *b);
const struct key_checks *blocklist_checks(const struct blocklist_loan *loan); /* NULL: none */
void blocklist_give(struct blocklist_loan *loan);                             /* NULL is fine */
CA_AUTO_DEFINE(blocklist_loan, struct blocklist_loan *, blocklist_give);

/* WIRE_KEY_BLOCK: the key of an authority's own certificate is refused (CA_DENIED). One that is
 * blocked already is an answer too. With `revoke`, so many of its certificates are revoked as a few
 * seconds allow, each with its audit line, and the answer says how many are left: asking again goes
 * on. */
CA_RC handle_key_block(struct signer *s, const struct actor *actor, const void *question,
                       void *answer, struct ca_buf *own, struct ca_err *err);
/* WIRE_KEY_UNBLOCK: what was revoked stays so. CA_NOT_FOUND. */
CA_RC handle_key_unblock(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err);
