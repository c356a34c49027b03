/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/text.h"
#include "policy/profile.h"

/* Who has to agree, and have they? Pure. */

enum { APPROVAL_COUNT_MAX = 16 }; /* people in one step */

/* The form of struct approval_policy in database and messages, one step behind the other:
 *   "7d: 2 officer, then 1 admin|officer, then 1 group:security"
 * Appends; nothing for a policy without steps. */
void approval_policy_write(const struct approval_policy *policy, struct ca_buf *ret);
/* Reads only what approval_policy_write writes; "" is a policy without steps. CA_MALFORMED. */
CA_RC approval_policy_read(const char *text, struct approval_policy *ret, struct ca_err *err);

/* The parts of it: "7d", "admin|officer|group:security". */
void approval_duration_write(int64_t seconds, struct ca_buf *ret); /* seconds > 0 */
bool approval_duration_read(const char *text, int64_t *ret);       /* false: it is none */
void approval_who_write(const struct approval_step *step, struct ca_buf *ret);

struct approval_voter {
    struct ca_uuid id;
    unsigned roles;            /* bits of enum ca_role, as they are now; 0: no longer enrolled */
    const char *const *groups; /* that he is in */
    size_t group_n;
};
/* May he vote in that step? Never who asked (I10). */
bool approval_eligible(const struct approval_step *step, const struct approval_voter *voter,
                       const struct ca_uuid *requester);

struct approval_vote {
    struct approval_voter voter;
    bool approves;
    unsigned step; /* that it was given for */
    int32_t revision;
    struct ca_bytes digest;
};
struct approval_case {
    const struct approval_policy *policy;
    struct ca_uuid requester;
    int32_t revision;
    struct ca_bytes digest;
    const struct approval_vote *votes;
    size_t vote_n;
};
struct approval_count {
    enum approval_outcome { APPROVAL_WAITS, APPROVAL_AGREED, APPROVAL_DENIED } outcome;
    unsigned step;   /* that waits */
    unsigned needed; /* votes that it still needs */
};
/* Counts what counts: votes of this revision on this digest, one for each person, none of the
 * requester's, each in a step that he is eligible for. One denial ends it. A policy without steps
 * is never agreed to here: default is deny. */
void approval_count(const struct approval_case *c, struct approval_count *ret);

/* Could these voters, without the requester, satisfy it? Each person counts in one step only.
 * CA_DENIED, problem "unsatisfiable-rule": the text names step, how many it wants and how many
 * there are. */
CA_RC approval_satisfiable(const struct approval_policy *policy, const struct ca_uuid *requester,
                           const struct approval_voter *voters, size_t n, struct ca_err *err);
