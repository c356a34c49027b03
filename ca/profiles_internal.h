/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/signer_internal.h"
#include "db/profile.h"
#include "policy/profile_shelf.h"

/* Which profiles are in force, as the signer sees it: what is built in or in the configuration's
 * files, and over it what was activated and bears a good seal. */

/* Keeps the base as versions (audit and replay look them up), then reads what is in force.
 * CA_DENIED, problem "row-altered": an activation was not written by the signer. */
CA_RC profiles_open(struct signer *s, struct db *db, struct ca_err *err);
/* Reads again if anything was activated since, by whatever node. */
CA_RC profiles_refresh(struct signer *s, struct db *db, struct ca_err *err);

CA_RC handle_profile_put(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err);
/* CA_NOT_FOUND, problem "unknown-version"; CA_DENIED what profile_compile says, an approval rule
 * that nobody could satisfy, or a name of the server's own profiles. */
CA_RC handle_profile_activate(struct signer *s, const struct actor *actor, const void *question,
                              void *answer, struct ca_buf *own, struct ca_err *err);
