/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/approval_view.h"

#include "api/rest/table_internal.h"

enum {
    R = JSON_REQUIRED,
    N = JSON_REQUIRED | JSON_NULLABLE,
    COMMENT = 1000,
    NAME = 64,
    DURATION = 16
};

static const struct json_choice decision_rows[] = {
    {"approve", "I agree to exactly this"},
    {"deny",    "It is not to be done"   },
};
static const struct json_choices decisions = {decision_rows, CA_COUNT(decision_rows)};

/* clang-format off */
static const struct json_field vote_fields[] = {
    ROW(rest_vote, JSON_UUID, operator_id, R, 0, "who voted"),
    ROW(rest_vote, JSON_TEXT, operator, R, 0, "his name"),
    ROW(rest_vote, JSON_TEXT, decision, R, 0, "approve or deny"),
    ROW(rest_vote, JSON_TEXT, comment, 0, 0, "his words"),
    ROW(rest_vote, JSON_TIME, at, R, 0, "when"),
    ROW(rest_vote, JSON_INT, revision, R, 0, "of the content that he saw"),
    {"void", JSON_BOOL, offsetof(struct rest_vote, voided), R, 0, NULL, NULL, "true: the content has changed since, the vote does not count"},
};
const struct json_schema rest_vote_schema = SCHEMA("Vote", rest_vote, vote_fields, "One person's word.");

static const struct json_field remark_fields[] = {
    ROW(rest_remark, JSON_TEXT, operator, R, 0, "who said it"),
    ROW(rest_remark, JSON_TEXT, comment, R, 0, "his words"),
    ROW(rest_remark, JSON_TIME, at, R, 0, "when"),
};
const struct json_schema rest_remark_schema = SCHEMA("Remark", rest_remark, remark_fields, "What somebody says about it without voting.");

static const struct json_field step_fields[] = {
    ROW(rest_step, JSON_INT, count, R, 0, "so many different people"),
    ROW(rest_step, JSON_TEXT, who, R, 0, "who they are: roles and groups, with | between"),
    ROW(rest_step, JSON_TEXTS, roles, R, 0, "one of these roles"),
    ROW(rest_step, JSON_TEXT, group, N, 0, "or in this group"),
    ROW(rest_step, JSON_INT, have, 0, 0, "of an approval: votes that count now"),
    ROW(rest_step, JSON_INT, eligible, 0, 0, "of a rule: people who could vote now"),
};
static const struct json_schema step_schema = SCHEMA("ApprovalStep", rest_step, step_fields, "One step of a rule; the steps are taken one after the other.");

static const struct json_field approvals_fields[] = {
    ROW(rest_approvals, JSON_TEXT, policy, R, 0, "who has to agree, as one line"),
    ROW_OF(rest_approvals, JSON_LIST, steps, R, 0, step_schema, "the same, step by step"),
    ROW(rest_approvals, JSON_INT, step, N, 0, "that waits, from 0; null: none does"),
    ROW(rest_approvals, JSON_INT, needed, R, 0, "votes that this step still needs"),
    ROW(rest_approvals, JSON_TIME, expires_at, R, 0, "no vote counts from then on"),
};
const struct json_schema rest_approvals_schema = SCHEMA("Approvals", rest_approvals, approvals_fields, "Whose consent a request wants.");

static const struct json_field told_fields[] = {
    ROW(rest_told, JSON_TEXT, field, R, 0, "what of the question; of a list with its place"),
    ROW(rest_told, JSON_TEXT, value, R, 0, "as people read it; many octets as their SHA-256"),
};
static const struct json_schema told_schema = SCHEMA("QuestionField", rest_told, told_fields, "One field of what would be done.");

static const struct json_field approval_fields[] = {
    ROW(rest_approval, JSON_UUID, id, R, 0, "its address; of a request: the request's own"),
    ROW(rest_approval, JSON_TEXT, action, R, 0, "what would be done: certificate.issue, profile.activate, …"),
    ROW(rest_approval, JSON_TEXT, object, R, 0, "what it is about"),
    ROW(rest_approval, JSON_TEXT, requester, R, 0, "operator who asked"),
    ROW(rest_approval, JSON_TEXT, author, R, 0, "operator who wrote this revision"),
    ROW(rest_approval, JSON_HEX, digest, R, 32, "SHA-256 of what would be done: a vote carries it"),
    ROW(rest_approval, JSON_INT, revision, R, 0, "of the content, from 1"),
    ROW(rest_approval, JSON_TEXT, status, R, 0, "pending, approved (agreed, not carried out yet), done, failed, denied, withdrawn or expired"),
    ROW(rest_approval, JSON_TEXT, policy, R, 0, "who has to agree, as one line"),
    ROW_OF(rest_approval, JSON_LIST, steps, R, 0, step_schema, "the same, step by step"),
    ROW(rest_approval, JSON_INT, step, N, 0, "that waits, from 0; null: none does"),
    ROW(rest_approval, JSON_INT, needed, R, 0, "votes that this step still needs"),
    ROW_OF(rest_approval, JSON_LIST, votes, R, 0, rest_vote_schema, "of all revisions, as they were given"),
    ROW_OF(rest_approval, JSON_LIST, comments, 0, 0, rest_remark_schema, "what people say about it; not in lists"),
    ROW(rest_approval, JSON_TEXT, assigned_to, N, 0, "operator who is asked to look"),
    ROW(rest_approval, JSON_TEXT, result, 0, 0, "what became of it"),
    ROW(rest_approval, JSON_TIME, created_at, R, 0, "when it was asked"),
    ROW(rest_approval, JSON_TIME, expires_at, R, 0, "no vote counts from then on"),
    ROW(rest_approval, JSON_TIME, decided_at, N, 0, "when it was decided"),
    ROW(rest_approval, JSON_TEXT, decided_by, N, 0, "whose word ended it"),
    ROW_OF(rest_approval, JSON_LIST, question, 0, 0, told_schema, "what would be done, field by field; not in lists; of a request GET /requests/{id} has it"),
    ROW_OF(rest_approval, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_approval_schema = SCHEMA("Approval", rest_approval, approval_fields, "Something that waits, or waited, for the consent of others.");

static const struct json_field rule_fields[] = {
    ROW(rest_approval_rule, JSON_TEXT, action, R, 0, "its address: the guarded act"),
    ROW(rest_approval_rule, JSON_TEXT, help, R, 0, "what that is"),
    ROW(rest_approval_rule, JSON_TEXT, policy, N, 0, "who has to agree, as one line; null: nobody"),
    ROW(rest_approval_rule, JSON_TEXT, origin, R, 0, "default, or set"),
    ROW_OF(rest_approval_rule, JSON_LIST, steps, R, 0, step_schema, "the same, step by step"),
    ROW(rest_approval_rule, JSON_TEXT, expires, N, 0, "what waits longer has expired, as 7d"),
    ROW(rest_approval_rule, JSON_INT, eligible, R, 0, "people who could vote in any of its steps now"),
    ROW(rest_approval_rule, JSON_TIME, updated_at, N, 0, "last change"),
    ROW(rest_approval_rule, JSON_TEXT, updated_by, N, 0, "operator who asked for it"),
    ROW_OF(rest_approval_rule, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_approval_rule_schema = SCHEMA("ApprovalRule", rest_approval_rule, rule_fields, "Who has to agree to a guarded act.");

static const struct json_field decision_fields[] = {
    ROW_CHOICE(rest_decision, decision, R, decisions, "approve or deny"),
    ROW(rest_decision, JSON_HEX, digest, R, 32, "of the object that was looked at: its digest"),
    ROW(rest_decision, JSON_TEXT, comment, 0, COMMENT, "for the record; a denial needs one"),
};
const struct json_schema rest_decision_schema = SCHEMA("Decision", rest_decision, decision_fields, "A vote.");

static const struct json_field request_decision_fields[] = {
    ROW_CHOICE(rest_decision, decision, R, decisions, "approve or deny"),
    {"plan_digest", JSON_HEX, offsetof(struct rest_decision, digest), R, 32, NULL, NULL, "of the request that was looked at: its plan_digest"},
    ROW(rest_decision, JSON_TEXT, comment, 0, COMMENT, "for the record; a denial needs one"),
};
const struct json_schema rest_request_decision_schema = SCHEMA("RequestDecision", rest_decision, request_decision_fields, "A vote.");

static const struct json_field comment_fields[] = {
    ROW(rest_word, JSON_TEXT, comment, R, COMMENT, "for everybody who looks at it"),
};
const struct json_schema rest_comment_schema = SCHEMA("Comment", rest_word, comment_fields, "Words without a vote.");

static const struct json_field withdrawal_fields[] = {
    ROW(rest_word, JSON_TEXT, comment, 0, COMMENT, "for the record"),
};
const struct json_schema rest_withdrawal_schema = SCHEMA("Withdrawal", rest_word, withdrawal_fields, "Whoever asked takes it back.");

static const struct json_field assignment_fields[] = {
    ROW(rest_assignment, JSON_TEXT, operator, JSON_NULLABLE, NAME, "name or id of whoever is asked to look; null, or without it: nobody in particular"),
};
const struct json_schema rest_assignment_schema = SCHEMA("Assignment", rest_assignment, assignment_fields, "Who is asked to look; others may still vote.");

static const struct json_field step_submit_fields[] = {
    ROW(rest_step_submit, JSON_INT, count, R, APPROVAL_COUNT_MAX, "so many different people"),
    ROW(rest_step_submit, JSON_TEXTS, roles, 0, 4, "one of these roles: requester, officer, admin"),
    ROW(rest_step_submit, JSON_TEXT, group, 0, PROFILE_WORD_MAX, "or in this group"),
};
static const struct json_schema step_submit_schema = SCHEMA("ApprovalStepSubmit", rest_step_submit, step_submit_fields, "One step of a rule.");
static const struct json_field rule_submit_fields[] = {
    ROW_OF(rest_rule_submit, JSON_LIST, steps, R, PROFILE_STEPS_MAX, step_submit_schema, "one after the other; none: nobody has to agree"),
    ROW(rest_rule_submit, JSON_TEXT, expires, 0, DURATION, "what waits longer has expired, as 12h or 7d; 7d without it"),
};
const struct json_schema rest_rule_submit_schema = SCHEMA("ApprovalRulePut", rest_rule_submit, rule_submit_fields, "Who has to agree from now on.");

PAGE(rest_approval_page, "ApprovalList", rest_approval_schema);
PAGE(rest_approval_rule_page, "ApprovalRuleList", rest_approval_rule_schema);
/* clang-format on */
