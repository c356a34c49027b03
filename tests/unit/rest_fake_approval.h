/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/approval.h"
#include "db/group.h"
#include "db/operator.h"
#include "tests/unit/rest_fake_db.h"

/* Approvals, those who vote, and rules in memory. */
extern struct rest_fake_approval {
    struct db_approval approvals[FAKE_MAX];
    size_t approval_n;
    struct db_approval_vote votes[FAKE_MAX];
    size_t vote_n;
    struct db_approval_comment comments[FAKE_MAX];
    size_t comment_n;
    struct db_approval_rule rules[FAKE_MAX];
    size_t rule_n;
    struct db_operator operators[FAKE_MAX];
    size_t operator_n;
    struct db_group groups[FAKE_MAX];
    size_t group_n;
    struct db_approval_filter filter; /* of the last list */
    char words[256];                  /* of the last filter */
} rest_fake_approval;
