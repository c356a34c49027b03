/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/certificate_view.h"
#include "api/rest/explain_view.h"
#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };

/* clang-format off */
static const struct json_field rule_fields[] = {
    ROW(rest_rule, JSON_TEXT, rule, R, 0, "name of the rule"),
    ROW(rest_rule, JSON_TEXT, pointer, R, 0, "what it is about, as JSON pointer into the request"),
    ROW(rest_rule, JSON_TEXT, state, R, 0, "not-asked, passed, noted or refused"),
    ROW(rest_rule, JSON_TEXT, says, R, 0, "the rule, or why it refuses"),
};
static const struct json_schema rule_schema = SCHEMA("RuleVerdict", rest_rule, rule_fields, "One rule's verdict.");

static const struct json_field difference_fields[] = {
    ROW(rest_difference, JSON_TEXT, field, R, 0, "as subject.common_name or extensions.key_usage"),
    ROW(rest_difference, JSON_TEXT, rule, R, 0, "what the profile says"),
    ROW(rest_difference, JSON_TEXT, asked, R, 0, "\"\": nothing"),
    ROW(rest_difference, JSON_TEXT, issued, R, 0, "what would be issued; \"\": nothing"),
    ROW(rest_difference, JSON_TEXT, state, R, 0, "same, added, changed, dropped or violates"),
};
static const struct json_schema difference_schema = SCHEMA("Difference", rest_difference, difference_fields, "One field: profile, request, certificate.");

static const struct json_field extension_fields[] = {
    ROW(rest_preview_extension, JSON_TEXT, name, N, 0, "null: not one that has a name here"),
    ROW(rest_preview_extension, JSON_TEXT, oid, R, 0, "dotted"),
    ROW(rest_preview_extension, JSON_BOOL, critical, R, 0, "RFC 5280 4.2"),
    ROW(rest_preview_extension, JSON_HEX, value, R, 0, "content of extnValue, DER"),
};
static const struct json_schema extension_schema = SCHEMA("PreviewExtension", rest_preview_extension, extension_fields, "An extension of a certificate.");

#define FACT(kind, member, flags, help) \
    {#member, kind, offsetof(struct rest_preview, facts.member), (flags), 0, NULL, NULL, (help)}
static const struct json_field preview_fields[] = {
    FACT(JSON_TEXT, subject, R, "RFC 4514"),
    {"sans", JSON_LIST, offsetof(struct rest_preview, facts.sans), R, 0, &rest_san_schema, NULL, "subject alternative names"},
    FACT(JSON_TIME, not_before, R, "first second of validity, were it signed now"),
    FACT(JSON_TIME, not_after, R, "last second of validity"),
    {"key", JSON_NESTED, offsetof(struct rest_preview, facts.key), 0, 0, &rest_key_schema, NULL, "its public key"},
    FACT(JSON_TEXTS, key_usage, 0, "GET /choices/kus"),
    FACT(JSON_TEXTS, extended_key_usage, 0, "GET /choices/ekus; unknown ones as OID"),
    ROW(rest_preview, JSON_BOOL, ca, R, 0, "basic constraints"),
    ROW(rest_preview, JSON_INT, path_length, N, 0, "null: none"),
    FACT(JSON_HEX, akid, 0, "authority key identifier"),
    FACT(JSON_HEX, skid, 0, "subject key identifier"),
    ROW_OF(rest_preview, JSON_LIST, extensions, R, 0, extension_schema, "all of them, in order"),
};
static const struct json_schema preview_schema = SCHEMA("CertificatePreview", rest_preview, preview_fields, "A certificate that would be issued.");

static const struct json_field explanation_fields[] = {
    ROW(rest_explanation, JSON_TEXT, status, R, 0, "draft: nothing is stored; recorded: of a request on record"),
    ROW(rest_explanation, JSON_UUID, request_id, N, 0, "the request on record; null: a draft"),
    ROW(rest_explanation, JSON_TEXT, verdict, R, 0, "issue, wait (for the consent of others) or refuse"),
    ROW(rest_explanation, JSON_TEXT, profile, R, 0, "that judged"),
    ROW(rest_explanation, JSON_HEX, profile_version, R, 32, "SHA-256 of the profile that judged"),
    ROW(rest_explanation, JSON_TEXT, authority, R, 0, "that would sign"),
    ROW(rest_explanation, JSON_TEXT, approvals, N, 0, "whose consent it takes; null: nobody's"),
    ROW(rest_explanation, JSON_HEX, plan_digest, N, 32, "SHA-256 of what would be signed; null: refused before there was a plan"),
    ROW_OF(rest_explanation, JSON_LIST, findings, R, 0, rest_finding_schema, "what speaks against it, or is worth knowing"),
    ROW_OF(rest_explanation, JSON_LIST, rules, R, 0, rule_schema, "rule by rule"),
    ROW_OF(rest_explanation, JSON_LIST, differences, R, 0, difference_schema, "field by field"),
    ROW_OF(rest_explanation, JSON_NESTED, certificate, N, 0, preview_schema, "decoded; null: refused before there was a plan"),
    ROW(rest_explanation, JSON_HEX, tbs, 0, 0, "the TBSCertificate that would be signed, its serial zeros"),
};
const struct json_schema rest_explanation_schema = SCHEMA("Explanation", rest_explanation, explanation_fields, "What would become of a request, and why.");

static const struct json_field diff_fields[] = {
    ROW(rest_diff, JSON_UUID, request_id, R, 0, "the request"),
    ROW(rest_diff, JSON_TEXT, verdict, R, 0, "issue, wait or refuse, by the profile in force"),
    ROW(rest_diff, JSON_TEXT, profile, R, 0, "that judged"),
    ROW(rest_diff, JSON_HEX, profile_version, R, 32, "SHA-256 of the profile that judged"),
    ROW(rest_diff, JSON_HEX, plan_digest, N, 32, "SHA-256 of what would be signed"),
    ROW(rest_diff, JSON_INT, violations, R, 0, "fields that the profile forbids"),
    ROW_OF(rest_diff, JSON_LIST, differences, R, 0, difference_schema, "field by field"),
};
const struct json_schema rest_diff_schema = SCHEMA("RequestDiff", rest_diff, diff_fields, "What was asked beside what would be issued.");
/* clang-format on */
