/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/access_view.h"

#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE, NAME = 64, LIST = 256 };

/* clang-format off */
static const struct json_field user_fields[] = {
    ROW(rest_user, JSON_UUID, id, R, 0, "its address"),
    ROW(rest_user, JSON_TEXT, name, R, 0, "in the audit log and in requests"),
    ROW(rest_user, JSON_TEXTS, roles, R, 0, "requester, officer, admin; or auditor alone"),
    ROW(rest_user, JSON_TEXTS, names, R, 0, "that he owns: domains with all under them, mailboxes, networks (10.0.0.0/8)"),
    ROW(rest_user, JSON_BOOL, enabled, R, 0, "false: may do nothing"),
    ROW(rest_user, JSON_TIME, created_at, R, 0, "when he was enrolled"),
    ROW(rest_user, JSON_TIME, updated_at, N, 0, "last change of roles, names or enabled"),
    ROW(rest_user, JSON_UUID, credential_id, 0, 0, "only in the answer to POST: of his certificate"),
    ROW(rest_user, JSON_CERTIFICATES, certificate, 0, 0, "only in the answer to POST with a CSR: PEM of his new certificate"),
    ROW_OF(rest_user, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_user_schema = SCHEMA("User", rest_user, user_fields, "An operator: somebody, or something, that may call.");

#define CREDENTIAL_COMMON \
    ROW(rest_credential, JSON_UUID, id, R, 0, "its address"), \
    ROW(rest_credential, JSON_UUID, user_id, R, 0, "whose it is"), \
    ROW(rest_credential, JSON_TEXT, user, R, 0, "his name"), \
    ROW(rest_credential, JSON_TEXT, name, R, 0, "what he calls it"), \
    ROW(rest_credential, JSON_TEXT, status, R, 0, "active, expired or revoked"), \
    ROW(rest_credential, JSON_TIME, created_at, R, 0, "when it was enrolled or made"), \
    ROW(rest_credential, JSON_TIME, revoked_at, N, 0, "null: it is not revoked"), \
    ROW_OF(rest_credential, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller")
static const struct json_field credential_fields[] = {
    CREDENTIAL_COMMON,
    ROW(rest_credential, JSON_HEX, key_hash, R, 32, "SHA-256 of the SubjectPublicKeyInfo: every certificate with this key will do"),
    ROW(rest_credential, JSON_CERTIFICATES, certificate, 0, 0, "only in the answer to POST with a CSR: PEM of the new certificate"),
};
const struct json_schema rest_credential_schema = SCHEMA("Credential", rest_credential, credential_fields, "A key of an operator's client certificates.");

static const struct json_field token_fields[] = {
    CREDENTIAL_COMMON,
    ROW(rest_credential, JSON_TEXTS, profiles, N, 0, "profiles that it is for; null: all of its operator"),
    ROW(rest_credential, JSON_TEXTS, names, N, 0, "names that it is for; null: all of its operator"),
    ROW(rest_credential, JSON_TIME, expires_at, R, 0, "good until then"),
    ROW(rest_credential, JSON_TEXT, token, 0, 0, "only in the answer to POST: for Authorization: Bearer; it is shown this once"),
};
const struct json_schema rest_token_schema = SCHEMA("ApiToken", rest_credential, token_fields, "An API token.");

static const struct json_field group_fields[] = {
    ROW(rest_group, JSON_TEXT, name, R, 0, "its address, and its name in approval rules"),
    ROW(rest_group, JSON_TEXTS, members, R, 0, "ids of users"),
    ROW(rest_group, JSON_TIME, updated_at, R, 0, "last change"),
    ROW_OF(rest_group, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_group_schema = SCHEMA("Group", rest_group, group_fields, "A named group of operators.");

static const struct json_field role_may_fields[] = {
    ROW(rest_role_may, JSON_TEXT, method, R, 0, "HTTP method"),
    ROW(rest_role_may, JSON_TEXT, path, R, 0, "of the route"),
    ROW(rest_role_may, JSON_TEXT, summary, R, 0, "what it does"),
};
static const struct json_schema role_may_schema = SCHEMA("RoleMay", rest_role_may, role_may_fields, "Something that a role may do.");
static const struct json_field role_fields[] = {
    ROW(rest_role, JSON_TEXT, name, R, 0, "requester, officer, admin or auditor"),
    ROW(rest_role, JSON_TEXTS, excludes, R, 0, "roles that the same operator cannot have"),
    ROW_OF(rest_role, JSON_LIST, may, R, 0, role_may_schema, "each route that it may call"),
};
static const struct json_schema role_schema = SCHEMA("Role", rest_role, role_fields, "A role and what it may.");

static const struct json_field user_submit_fields[] = {
    ROW(rest_user_submit, JSON_TEXT, name, R, NAME, "of its own; never used for anybody else"),
    ROW(rest_user_submit, JSON_TEXTS, roles, R, 4, "requester, officer, admin; or auditor alone"),
    ROW(rest_user_submit, JSON_TEXTS, names, 0, LIST, "that he owns: domains with all under them, mailboxes, networks (10.0.0.0/8)"),
    ROW(rest_user_submit, JSON_CERTIFICATES, certificate, 0, 0, "PEM of his client certificate; its key is enrolled"),
    ROW(rest_user_submit, JSON_CSR, csr, 0, 0, "PKCS#10: he gets a certificate of this server; a requester may do without both, with an API token"),
};
const struct json_schema rest_user_submit_schema = SCHEMA("UserCreate", rest_user_submit, user_submit_fields, "Somebody to enrol.");

static const struct json_field user_change_fields[] = {
    ROW(rest_user_change, JSON_TEXTS, roles, 0, 4, "instead of those he has"),
    ROW(rest_user_change, JSON_TEXTS, names, 0, LIST, "instead of those he owns"),
    ROW(rest_user_change, JSON_BOOL, enabled, 0, 0, "false: may do nothing from now on"),
};
const struct json_schema rest_user_change_schema = SCHEMA("UserChange", rest_user_change, user_change_fields, "What is to change; what is absent stays.");

static const struct json_field credential_submit_fields[] = {
    ROW(rest_credential_submit, JSON_TEXT, name, 0, NAME, "what he calls it"),
    ROW(rest_credential_submit, JSON_CERTIFICATES, certificate, 0, 0, "PEM; its key is enrolled"),
    ROW(rest_credential_submit, JSON_CSR, csr, 0, 0, "PKCS#10: he gets a certificate of this server; not together with certificate"),
};
const struct json_schema rest_credential_submit_schema = SCHEMA("CredentialCreate", rest_credential_submit, credential_submit_fields, "Another key of an operator's.");

static const struct json_field token_submit_fields[] = {
    ROW(rest_token_submit, JSON_TEXT, name, R, NAME, "what it is for"),
    ROW(rest_token_submit, JSON_UUID, user_id, 0, 0, "whose it is; without it the caller's own"),
    ROW(rest_token_submit, JSON_TEXTS, profiles, 0, LIST, "profiles that it is for; without it all of its operator"),
    ROW(rest_token_submit, JSON_TEXTS, names, 0, LIST, "names that it is for; without it all of its operator"),
    ROW(rest_token_submit, JSON_TIME, expires_at, 0, 0, "good until then: 90 days without it, 365 at most"),
};
const struct json_schema rest_token_submit_schema = SCHEMA("ApiTokenCreate", rest_token_submit, token_submit_fields, "An API token to make.");

static const struct json_field group_submit_fields[] = {
    ROW(rest_group_submit, JSON_TEXTS, members, R, LIST, "ids of users"),
};
const struct json_schema rest_group_submit_schema = SCHEMA("GroupPut", rest_group_submit, group_submit_fields, "Who is in a group.");

PAGE(rest_user_page, "UserList", rest_user_schema);
PAGE(rest_credential_page, "CredentialList", rest_credential_schema);
PAGE(rest_token_page, "ApiTokenList", rest_token_schema);
PAGE(rest_group_page, "GroupList", rest_group_schema);
PAGE(rest_role_page, "RoleList", role_schema);
/* clang-format on */
