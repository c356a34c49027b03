/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/rest_case.h"
#include "tests/unit/rest_fake_approval.h"

/* The request of a rest_case, pending, with the approval that it waits for: two officers, then an
 * admin or somebody of the group security. People: 7 alice (requester), 11 olaf, 12 olga
 * (officers), 13 adam (admin), 14 rita (requester, in the group). */
enum { ALICE = 7, OLAF = 11, OLGA = 12, ADAM = 13, RITA = 14 };
void rest_consent_init(struct rest_case *c);
/* From now on `who` calls. */
void rest_consent_as(struct rest_case *c, uint8_t who);
/* A vote of `who` on the revision and digest that the approval has now. */
void rest_consent_vote(uint8_t who, int32_t step, bool approves);
