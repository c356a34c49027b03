/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/profile_view.h"
#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE, COMMENT = 1000, DIGITS = 64 };

/* clang-format off */
static const struct json_field profile_fields[] = {
    ROW(rest_profile, JSON_TEXT, name, R, 0, "its address"),
    ROW(rest_profile, JSON_TEXT, description, R, 0, "one sentence"),
    ROW(rest_profile, JSON_HEX, version, R, 32, "SHA-256 of the YAML that is in force"),
    ROW(rest_profile, JSON_TEXT, origin, R, 0, "builtin, file (of the configuration) or database (activated)"),
    ROW(rest_profile, JSON_TIME, activated_at, N, 0, "null: it was never activated"),
    ROW(rest_profile, JSON_TEXT, activated_by, N, 0, "name of the operator"),
    ROW(rest_profile, JSON_LINES, yaml, R, 0, "the whole policy"),
    ROW(rest_profile, JSON_BOOL, ca, R, 0, "makes certificates of authorities"),
    ROW(rest_profile, JSON_BOOL, internal, R, 0, "for the server's own certificates: no requester may name it"),
    ROW_OF(rest_profile, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_profile_schema = SCHEMA("Profile", rest_profile, profile_fields, "A signing policy that is in force.");

static const struct json_field version_fields[] = {
    ROW(rest_profile_version, JSON_HEX, version, R, 32, "SHA-256 of the YAML; its address"),
    ROW(rest_profile_version, JSON_TEXT, name, R, 0, "of the profile"),
    ROW(rest_profile_version, JSON_TIME, created_at, R, 0, "when it was kept"),
    ROW(rest_profile_version, JSON_TEXT, created_by, N, 0, "name of the operator; null: it came with the program or in a file"),
    ROW(rest_profile_version, JSON_TEXT, comment, R, 0, "of whoever made it"),
    ROW(rest_profile_version, JSON_BOOL, in_force, R, 0, "is it the one that decides now"),
    ROW(rest_profile_version, JSON_LINES, yaml, 0, 0, "the whole policy; not in lists"),
};
const struct json_schema rest_profile_version_schema = SCHEMA("ProfileVersion", rest_profile_version, version_fields, "A version of a profile; it never changes.");

static const struct json_field activation_fields[] = {
    ROW(rest_profile_activation, JSON_TEXT, name, R, 0, "of the profile"),
    ROW(rest_profile_activation, JSON_HEX, version, N, 32, "in force from then on; null: out of use"),
    ROW(rest_profile_activation, JSON_TIME, activated_at, R, 0, "when"),
    ROW(rest_profile_activation, JSON_TEXT, activated_by, N, 0, "name of the operator"),
    ROW(rest_profile_activation, JSON_UUID, approval_id, N, 0, "the consent of others; null: none was wanted"),
    ROW(rest_profile_activation, JSON_TEXT, comment, R, 0, "why"),
};
const struct json_schema rest_profile_activation_schema = SCHEMA("ProfileActivation", rest_profile_activation, activation_fields, "One line of what was in force.");

static const struct json_field lint_fields[] = {
    ROW(rest_profile_lint, JSON_TEXT, name, R, 0, "of the profile"),
    ROW(rest_profile_lint, JSON_HEX, version, R, 32, "that it would have"),
    ROW(rest_profile_lint, JSON_BOOL, in_force, R, 0, "is it the one that decides now"),
    ROW_OF(rest_profile_lint, JSON_LIST, findings, R, 0, rest_finding_schema, "what is worth a second look"),
};
const struct json_schema rest_profile_lint_schema = SCHEMA("ProfileLint", rest_profile_lint, lint_fields, "A profile that compiles.");

static const struct json_field change_fields[] = {
    ROW(rest_replay_change, JSON_UUID, request_id, R, 0, "the request on record"),
    ROW(rest_replay_change, JSON_TEXT, subject, R, 0, "RFC 4514"),
    ROW(rest_replay_change, JSON_TEXT, before, R, 0, "issue, wait or refuse, by the profile in force"),
    ROW(rest_replay_change, JSON_TEXT, after, R, 0, "by the draft; the same word: what would be signed differs"),
    ROW(rest_replay_change, JSON_TEXT, rule, R, 0, "the first rule of the draft that refuses"),
    ROW(rest_replay_change, JSON_TEXT, detail, R, 0, "its words"),
};
static const struct json_schema change_schema = SCHEMA("ReplayChange", rest_replay_change, change_fields, "A request that would go another way.");
static const struct json_field replay_fields[] = {
    ROW(rest_replay, JSON_INT, evaluated, R, 0, "how many requests were looked at"),
    ROW_OF(rest_replay, JSON_LIST, changes, R, 0, change_schema, "the oldest first"),
    ROW(rest_replay, JSON_UUID, next, N, 0, "cursor of the next page; null: this is the last"),
};
const struct json_schema rest_replay_schema = SCHEMA("ProfileReplay", rest_replay, replay_fields, "What a draft would have made of requests on record.");

static const struct json_field submit_fields[] = {
    ROW(rest_profile_submit, JSON_LINES, yaml, R, PROFILE_YAML_MAX, "the whole policy"),
    ROW(rest_profile_submit, JSON_TEXT, comment, 0, COMMENT, "for the record"),
};
const struct json_schema rest_profile_submit_schema = SCHEMA("ProfileCreate", rest_profile_submit, submit_fields, "A version to keep; nothing is in force by that.");

static const struct json_field activate_fields[] = {
    ROW(rest_profile_activate, JSON_TEXT, version, R, DIGITS, "8 or more of its hexadecimal digits"),
    ROW(rest_profile_activate, JSON_TEXT, comment, 0, COMMENT, "why, for approvers and for the record"),
};
const struct json_schema rest_profile_activate_schema = SCHEMA("ProfileActivate", rest_profile_activate, activate_fields, "Which version is to be in force.");

static const struct json_field comment_fields[] = {
    ROW(rest_profile_comment, JSON_TEXT, comment, 0, COMMENT, "why, for approvers and for the record"),
};
const struct json_schema rest_profile_comment_schema = SCHEMA("ProfileComment", rest_profile_comment, comment_fields, "Why.");

static const struct json_field replay_ask_fields[] = {
    ROW(rest_profile_replay, JSON_LINES, yaml, 0, PROFILE_YAML_MAX, "the draft; not together with version"),
    ROW(rest_profile_replay, JSON_TEXT, version, 0, DIGITS, "a version on record instead: 8 or more of its hexadecimal digits"),
    ROW(rest_profile_replay, JSON_TIME, since, 0, 0, "requests that came then or later; without it all"),
    ROW(rest_profile_replay, JSON_UUID, cursor, 0, 0, "where the page before ended (its next)"),
    ROW(rest_profile_replay, JSON_INT, limit, 0, PROFILE_REPLAY_MAX, "requests to look at: 1000 without it"),
};
const struct json_schema rest_profile_replay_schema = SCHEMA("ProfileReplayAsk", rest_profile_replay, replay_ask_fields, "Which requests a draft is tried on.");

PAGE(rest_profile_page, "ProfileList", rest_profile_schema);
PAGE(rest_profile_version_page, "ProfileVersionList", rest_profile_version_schema);
PAGE(rest_profile_activation_page, "ProfileHistory", rest_profile_activation_schema);
/* clang-format on */
