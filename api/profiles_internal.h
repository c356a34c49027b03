/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/front_internal.h"
#include "policy/profile_shelf.h"

/* Which profiles are in force, as the front shows them: what is built in or in the configuration's
 * files, and over it what was activated. Only the signer can tell a good seal; here a version whose
 * text is not the one that its hash names is refused, and what is shown stays as it was. */
struct profile_watch;

CA_RC profile_watch_new(struct front *front, struct profile_watch **ret, struct ca_err *err);
/* Reads once, then has a thread that asks about once a second whether something was activated, by
 * whatever node. */
CA_RC profile_watch_start(struct profile_watch *w, struct ca_err *err);
void profile_watch_stop(struct profile_watch *w); /* NULL is fine */
void profile_watch_free(struct profile_watch *w); /* NULL is fine; nobody may still hold a loan */

/* At once: after an activation that went through this node. CA_DENIED, problem "row-altered". */
CA_RC profile_watch_read(struct profile_watch *w, struct db *db, struct ca_err *err);
struct profile_loan *profile_watch_take(struct profile_watch *w);
