/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/profile.h"

/* The profiles in force, which are replaced whole while others still use the ones before. Threads
 * share a shelf; no I/O, no clock. */
struct profile_shelf;

/* `base`: what is there when nothing was activated; borrowed, and in force until the first put. */
CA_RC profile_shelf_new(const struct profile_set *base, struct profile_shelf **ret,
                        struct ca_err *err);
void profile_shelf_free(struct profile_shelf *s); /* NULL is fine; nobody may still hold a loan */

/* The base, with these overrides, is in force from now on. `sequence` says how new they are: older
 * ones than those that are there change nothing. Errors as profile_set_with; nothing changes then.
 */
CA_RC profile_shelf_put(struct profile_shelf *s, const struct profile_override *overrides, size_t n,
                        int64_t sequence, struct ca_err *err);
int64_t profile_shelf_sequence(struct profile_shelf *s); /* of the last put; 0: none */

/* What is in force now; stays as it is until it is given back. */
struct profile_loan;
struct profile_loan *profile_shelf_take(struct profile_shelf *s);
const struct profile_set *profile_loan_set(const struct profile_loan *loan);
void profile_loan_give(struct profile_loan *loan); /* NULL is fine */
CA_AUTO_DEFINE(profile_loan, struct profile_loan *, profile_loan_give);
