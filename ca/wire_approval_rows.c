/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
static const struct wire_field decide_fields[] = {
    CALLER(wire_decide),
    F(UUID,  wire_decide, approval_id, 0),
    F(BOOL,  wire_decide, approves,    0),
    F(BYTES, wire_decide, digest,      DIGEST),
    F(LINES, wire_decide, comment,     COMMENT),
};
static const struct wire_field approval_change_fields[] = {
    CALLER(wire_approval_change),
    F(UUID,  wire_approval_change, approval_id, 0),
    F(TEXT,  wire_approval_change, change,      STATE),
    F(UUID,  wire_approval_change, assignee,    0),
    F(LINES, wire_approval_change, comment,     COMMENT),
};
static const struct wire_field rule_put_fields[] = {
    CALLER(wire_rule_put),
    F(TEXT, wire_rule_put, action, NAME),
    F(TEXT, wire_rule_put, policy, REASON),
};
static const struct wire_field vote_fields[] = {
    F(UUID,  wire_vote, operator_id, 0),
    F(TEXT,  wire_vote, name,        NAME),
    F(BOOL,  wire_vote, approves,    0),
    F(LINES, wire_vote, comment,     COMMENT),
    F(I64,   wire_vote, at,          0),
};
static const struct wire_list votes = LIST(wire_vote, vote_fields);
static const struct wire_field approval_fields[] = {
    F(UUID,  wire_approval, id,         0),
    F(TEXT,  wire_approval, action,     NAME),
    F(TEXT,  wire_approval, object,     REASON),
    F(TEXT,  wire_approval, state,      STATE),
    F(BYTES, wire_approval, digest,     DIGEST),
    F(I32,   wire_approval, revision,   0),
    F(TEXT,  wire_approval, policy,     REASON),
    F(U32,   wire_approval, step,       0),
    F(U32,   wire_approval, needed,     0),
    F(I64,   wire_approval, expires_at, 0),
    L(wire_approval, votes, votes_n, votes, VOTE_N),
    F(TEXT,  wire_approval, result,     REASON),
};

BODY(decide);
BODY(approval_change);
BODY(rule_put);
BODY(approval);
/* clang-format on */
