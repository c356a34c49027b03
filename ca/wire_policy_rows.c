/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
static const struct wire_field profile_put_fields[] = {
    CALLER(wire_profile_put),
    F(BYTES, wire_profile_put, yaml,    DER_ONE),
    F(LINES, wire_profile_put, comment, COMMENT),
};
static const struct wire_field profile_activate_fields[] = {
    CALLER(wire_profile_activate),
    F(TEXT,  wire_profile_activate, name,    NAME),
    F(BYTES, wire_profile_activate, version, DIGEST),
    F(LINES, wire_profile_activate, comment, COMMENT),
};
static const struct wire_field profile_fields[] = {
    F(TEXT,  wire_profile, name,    NAME),
    F(BYTES, wire_profile, version, DIGEST),
    F(BOOL,  wire_profile, active,  0),
    F(BOOL,  wire_profile, existed, 0),
};
static const struct wire_field explain_fields[] = {
    CALLER(wire_explain),
    F(UUID,  wire_explain, request_id, 0),
    F(BYTES, wire_explain, issue,      DER_CHAIN),
    F(BYTES, wire_explain, draft,      DER_ONE),
};
static const struct wire_field rule_fields[] = {
    F(TEXT, wire_rule, rule,    NAME),
    F(TEXT, wire_rule, pointer, POINTER),
    F(TEXT, wire_rule, state,   STATE),
    F(TEXT, wire_rule, says,    SAYS),
};
static const struct wire_list rules = LIST(wire_rule, rule_fields);
static const struct wire_field difference_fields[] = {
    F(TEXT, wire_difference, field,  NAME),
    F(TEXT, wire_difference, rule,   SAYS),
    F(TEXT, wire_difference, asked,  SHOWN),
    F(TEXT, wire_difference, issued, SHOWN),
    F(TEXT, wire_difference, state,  STATE),
};
static const struct wire_list differences = LIST(wire_difference, difference_fields);
static const struct wire_field explained_fields[] = {
    F(TEXT,  wire_explained, verdict,         STATE),
    F(TEXT,  wire_explained, profile,         NAME),
    F(BYTES, wire_explained, profile_version, DIGEST),
    F(TEXT,  wire_explained, authority,       NAME),
    F(BYTES, wire_explained, plan_digest,     DIGEST),
    F(BYTES, wire_explained, tbs,             DER_ONE),
    F(TEXT,  wire_explained, approvals,       REASON),
    L(wire_explained, findings, findings_n, wire_findings, FINDING_N),
    L(wire_explained, rules, rules_n, rules, RULE_N),
    L(wire_explained, differences, differences_n, differences, DIFFERENCE_N),
};
static const struct wire_field replay_fields[] = {
    CALLER(wire_replay),
    F(TEXT,  wire_replay, profile, NAME),
    F(BYTES, wire_replay, draft,   DER_ONE),
    F(I64,   wire_replay, since,   0),
    F(UUID,  wire_replay, after,   0),
    F(U32,   wire_replay, limit,   0),
};
static const struct wire_field replay_change_fields[] = {
    F(UUID, wire_replay_change, request_id, 0),
    F(TEXT, wire_replay_change, subject,    PAIR_VALUE),
    F(TEXT, wire_replay_change, before,     STATE),
    F(TEXT, wire_replay_change, after,      STATE),
    F(TEXT, wire_replay_change, rule,       NAME),
    F(TEXT, wire_replay_change, text,       SENTENCE),
};
static const struct wire_list replay_changes = LIST(wire_replay_change, replay_change_fields);
static const struct wire_field replayed_fields[] = {
    F(U32,  wire_replayed, evaluated, 0),
    F(UUID, wire_replayed, next,      0),
    L(wire_replayed, changes, changes_n, replay_changes, CHANGE_N),
};

BODY(profile_put);
BODY(profile_activate);
BODY(explain);
BODY(replay);
BODY(profile);
BODY(explained);
BODY(replayed);
/* clang-format on */
