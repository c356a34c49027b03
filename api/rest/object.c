/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/object.h"

#include "api/rest/access_view.h"
#include "api/rest/approval_view.h"
#include "api/rest/audit_view.h"
#include "api/rest/batch_view.h"
#include "api/rest/blocked_key_view.h"
#include "api/rest/choices.h"
#include "api/rest/explain_view.h"
#include "api/rest/named_list_view.h"
#include "api/rest/ocsp_view.h"
#include "api/rest/profile_view.h"
#include "api/rest/revocation_job_view.h"
#include "api/rest/rollover_view.h"
#include "api/rest/scep_view.h"
#include "api/rest/table_internal.h"
#include "api/rest/webhook_view.h"

/* What clients get. R: always there; N: always there, null when there is none; 0: left out then. */
enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };

/* clang-format off */
static const struct json_field action_fields[] = {
    ROW(rest_action, JSON_TEXT, action, R, 0, "name of the act"),
    ROW(rest_action, JSON_BOOL, allowed, R, 0, "may the caller do it now"),
    ROW(rest_action, JSON_TEXT, reason, 0, 0, "why not"),
};
const struct json_schema rest_action_schema = SCHEMA("Action", rest_action, action_fields, "What the caller may do with an object.");

static const struct json_field finding_fields[] = {
    ROW(rest_finding, JSON_TEXT, pointer, R, 0, "JSON pointer into the request"),
    ROW(rest_finding, JSON_TEXT, rule, R, 0, "the profile's rule"),
    ROW(rest_finding, JSON_TEXT, value, R, 0, "what was asked"),
    ROW(rest_finding, JSON_TEXT, allowed, R, 0, "what would pass"),
    ROW(rest_finding, JSON_TEXT, detail, R, 0, "one sentence for people"),
    ROW(rest_finding, JSON_BOOL, refuses, R, 0, "false: told, but no reason to refuse"),
};
const struct json_schema rest_finding_schema = SCHEMA("Finding", rest_finding, finding_fields, "One rule's word about a request.");

static const struct json_field request_fields[] = {
    ROW(rest_request, JSON_UUID, id, N, 0, "null in a dry run"),
    ROW(rest_request, JSON_TEXT, status, R, 0, "pending, approved, issuing, issued, denied, withdrawn, expired or failed; draft in a dry run"),
    ROW(rest_request, JSON_TEXT, profile, R, 0, "name of the profile"),
    ROW(rest_request, JSON_HEX, profile_version, 0, 32, "SHA-256 of the profile that decided"),
    ROW(rest_request, JSON_TEXT, authority, R, 0, "name of the authority"),
    ROW(rest_request, JSON_TEXT, requester, R, 0, "name of the operator who asked"),
    ROW(rest_request, JSON_TEXT, channel, R, 0, "rest or local"),
    ROW(rest_request, JSON_TEXT, subject, R, 0, "RFC 4514"),
    ROW(rest_request, JSON_TEXT, comment, 0, 0, "of the requester"),
    ROW(rest_request, JSON_TIME, created_at, N, 0, "when it was stored"),
    ROW(rest_request, JSON_TIME, decided_at, 0, 0, "when it was decided"),
    ROW(rest_request, JSON_HEX, plan_digest, N, 32, "SHA-256 of what will be, or was, signed"),
    ROW(rest_request, JSON_UUID, certificate_id, N, 0, "once issued"),
    ROW(rest_request, JSON_HEX, serial, N, 20, "of the certificate, once issued"),
    ROW_OF(rest_request, JSON_LIST, findings, 0, 0, rest_finding_schema, "what the rules say; only in the answer to POST"),
    ROW(rest_request, JSON_INT, revision, 0, 0, "of its content, from 1; only where consent is wanted, as the four below; only in GET of one"),
    ROW_OF(rest_request, JSON_NESTED, approvals, 0, 0, rest_approvals_schema, "who has to agree, and have they"),
    ROW_OF(rest_request, JSON_LIST, votes, 0, 0, rest_vote_schema, "of all revisions, as they were given"),
    ROW_OF(rest_request, JSON_LIST, comments, 0, 0, rest_remark_schema, "what people say about it"),
    ROW(rest_request, JSON_TEXT, assigned_to, 0, 0, "operator who is asked to look"),
    ROW_OF(rest_request, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
    ROW(rest_request, JSON_CERTIFICATES, certificate, 0, 0, "PEM, once issued; not in lists"),
    ROW(rest_request, JSON_CERTIFICATES, chain, 0, 0, "PEM of the issuers, without the root; not in lists"),
    ROW(rest_request, JSON_HEX, tbs, 0, 0, "dry run: the TBSCertificate that would be signed, its serial zeros"),
};
const struct json_schema rest_request_schema = SCHEMA("Request", rest_request, request_fields, "A request for a certificate.");

static const struct json_field key_fields[] = {
    ROW(rest_key, JSON_TEXT, type, R, 0, "rsa, ec or ed25519"),
    ROW(rest_key, JSON_INT, bits, 0, 0, "length of an RSA modulus"),
    ROW(rest_key, JSON_TEXT, curve, 0, 0, "name of the curve of an EC key"),
};
const struct json_schema rest_key_schema = SCHEMA("Key", rest_key, key_fields, "A public key.");

static const struct json_field revocation_fields[] = {
    ROW(rest_revocation, JSON_TEXT, reason, R, 0, "GET /choices/reasons"),
    ROW(rest_revocation, JSON_TIME, revoked_at, R, 0, "revocationDate"),
    ROW(rest_revocation, JSON_TIME, invalidity_date, N, 0, "since when the key is not to be trusted"),
    ROW(rest_revocation, JSON_TEXT, comment, N, 0, "of whoever revoked"),
};
static const struct json_schema revocation_schema = SCHEMA("CertificateRevocation", rest_revocation, revocation_fields, "A revocation, or a hold.");

static const struct json_field certificate_fields[] = {
    ROW(rest_certificate, JSON_UUID, id, R, 0, "its address"),
    ROW(rest_certificate, JSON_HEX, serial, R, 20, "serial number"),
    ROW(rest_certificate, JSON_HEX, fingerprint, R, 32, "SHA-256 of the DER"),
    ROW(rest_certificate, JSON_TEXT, authority, R, 0, "name of its issuer"),
    ROW(rest_certificate, JSON_TEXT, subject, R, 0, "RFC 4514"),
    ROW(rest_certificate, JSON_TEXT, common_name, N, 0, "the subject's"),
    ROW_OF(rest_certificate, JSON_LIST, sans, R, 0, rest_san_schema, "subject alternative names"),
    ROW(rest_certificate, JSON_TEXT, status, R, 0, "valid, held, revoked, expired or burned (a serial that was never answered)"),
    ROW(rest_certificate, JSON_TIME, not_before, R, 0, "first second of validity"),
    ROW(rest_certificate, JSON_TIME, not_after, R, 0, "last second of validity"),
    ROW(rest_certificate, JSON_TEXT, profile, R, 0, "name of the profile"),
    ROW(rest_certificate, JSON_HEX, profile_version, N, 32, "SHA-256 of the profile"),
    ROW(rest_certificate, JSON_TEXT, requester, R, 0, "name of the operator who asked"),
    ROW(rest_certificate, JSON_UUID, request_id, N, 0, "its request"),
    ROW(rest_certificate, JSON_TIME, issued_at, R, 0, "when it was signed"),
    ROW(rest_certificate, JSON_TEXTS, flags, R, 0, "letters: K private key here, L names a CRL, A authority, I issued here, R revoked, E expired"),
    ROW_OF(rest_certificate, JSON_NESTED, revocation, N, 0, revocation_schema, "null unless revoked or held"),
    ROW_OF(rest_certificate, JSON_NESTED, key, 0, 0, rest_key_schema, "its public key"),
    ROW(rest_certificate, JSON_TEXTS, key_usage, 0, 0, "GET /choices/kus"),
    ROW(rest_certificate, JSON_TEXTS, extended_key_usage, 0, 0, "GET /choices/ekus; unknown ones as OID"),
    ROW(rest_certificate, JSON_HEX, akid, 0, 0, "authority key identifier; not in lists"),
    ROW(rest_certificate, JSON_HEX, skid, 0, 0, "subject key identifier; not in lists"),
    ROW_OF(rest_certificate, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_certificate_schema = SCHEMA("Certificate", rest_certificate, certificate_fields, "A certificate that this server issued.");

static const struct json_field revoked_fields[] = {
    ROW(rest_revoked, JSON_UUID, certificate_id, R, 0, "the certificate"),
    ROW(rest_revoked, JSON_TEXT, status, R, 0, "revoked, held or valid"),
    ROW(rest_revoked, JSON_TIME, revoked_at, N, 0, "null after a release"),
    ROW(rest_revoked, JSON_INT, crl_number, N, 0, "the first CRL that will show it"),
    ROW(rest_revoked, JSON_TIME, crl_due, N, 0, "when that one is published at the latest"),
};
const struct json_schema rest_revoked_schema = SCHEMA("RevocationResult", rest_revoked, revoked_fields, "What became of a certificate.");

static const struct json_field copy_fields[] = {
    ROW(rest_copy, JSON_TEXT, target, R, 0, "directory, put (HTTP) or ldap"),
    ROW(rest_copy, JSON_TEXT, address, R, 0, "as the settings have it"),
    ROW(rest_copy, JSON_TEXT, node, R, 0, "whose word this is: the node that answers; others have their own"),
    ROW(rest_copy, JSON_TEXT, status, R, 0, "ok: it has this CRL, or a newer one; pending; failed: the last try did"),
    ROW(rest_copy, JSON_INT, number, N, 0, "cRLNumber of the last one that this node sent or saw there since its start"),
    ROW(rest_copy, JSON_TIME, at, N, 0, "when that was"),
    ROW(rest_copy, JSON_TEXT, reason, N, 0, "why the last try failed"),
    ROW(rest_copy, JSON_TIME, next_at, N, 0, "when it is tried again"),
};
static const struct json_schema copy_schema = SCHEMA("CrlCopy", rest_copy, copy_fields, "How far a target of copies is with a CRL.");

static const struct json_field crl_fields[] = {
    ROW(rest_crl, JSON_TEXT, authority, R, 0, "name of its issuer"),
    ROW(rest_crl, JSON_INT, number, R, 0, "cRLNumber"),
    ROW(rest_crl, JSON_TIME, this_update, R, 0, "when it was made"),
    ROW(rest_crl, JSON_TIME, next_update, R, 0, "until when it is good"),
    ROW(rest_crl, JSON_INT, entries, R, 0, "how many certificates it lists"),
    ROW(rest_crl, JSON_INT, size, R, 0, "octets of DER"),
    ROW(rest_crl, JSON_HEX, sha256, 0, 32, "of the DER"),
    ROW(rest_crl, JSON_INT, shard, R, 0, "part of the authority's CRL; 0: the whole"),
    ROW(rest_crl, JSON_BOOL, emergency, R, 0, "it was signed ahead: revocations after this_update are not on it"),
    ROW(rest_crl, JSON_INT, base_number, N, 0, "of a delta CRL: the number of the complete one that it builds on"),
    ROW_OF(rest_crl, JSON_LIST, copies, 0, 0, copy_schema, "of the one that this node serves: where else it goes; absent: another one, or none is wanted"),
};
const struct json_schema rest_crl_schema = SCHEMA("Crl", rest_crl, crl_fields, "A certificate revocation list.");

static const struct json_field counts_fields[] = {
    ROW(rest_counts, JSON_INT, valid, R, 0, "certificates that are valid"),
    ROW(rest_counts, JSON_INT, held, R, 0, "on hold"),
    ROW(rest_counts, JSON_INT, revoked, R, 0, "revoked"),
    ROW(rest_counts, JSON_INT, expired, R, 0, "expired"),
};
static const struct json_schema counts_schema = SCHEMA("Counts", rest_counts, counts_fields, "Certificates of an authority by status.");

static const struct json_field authority_fields[] = {
    ROW(rest_authority, JSON_UUID, id, R, 0, "never changes"),
    ROW(rest_authority, JSON_TEXT, name, R, 0, "its address"),
    ROW(rest_authority, JSON_TEXT, parent, N, 0, "authority of this server that signed it; null: itself, or one outside"),
    ROW(rest_authority, JSON_TEXT, state, R, 0, "pending (waits for its certificate), online, offline or retired"),
    ROW(rest_authority, JSON_TEXT, reason, N, 0, "why it is offline"),
    ROW(rest_authority, JSON_TEXT, subject, N, 0, "RFC 4514"),
    ROW(rest_authority, JSON_HEX, serial, N, 20, "of its certificate"),
    ROW(rest_authority, JSON_HEX, fingerprint, N, 32, "SHA-256 of its certificate"),
    ROW(rest_authority, JSON_TIME, not_before, N, 0, "first second of validity"),
    ROW(rest_authority, JSON_TIME, not_after, N, 0, "last second of validity"),
    ROW_OF(rest_authority, JSON_NESTED, key, N, 0, rest_key_schema, "its public key"),
    ROW(rest_authority, JSON_TEXT, signature, R, 0, "algorithm that it signs with"),
    ROW(rest_authority, JSON_TEXT, profile, N, 0, "of its certificate; null: adopted, or signed outside"),
    ROW(rest_authority, JSON_INT, path_length, N, 0, "authorities that may stand below it; null: any number"),
    ROW(rest_authority, JSON_TEXT, crl_url, N, 0, "put into what it issues"),
    ROW(rest_authority, JSON_TEXT, aia_url, N, 0, "put into what it issues"),
    ROW(rest_authority, JSON_TEXT, ocsp_url, N, 0, "put into what it issues"),
    ROW(rest_authority, JSON_TIME, created_at, R, 0, "when it was made or adopted"),
    ROW_OF(rest_authority, JSON_NESTED, crl, N, 0, rest_crl_schema, "the newest one"),
    ROW(rest_authority, JSON_INT, crl_validity_seconds, R, 0, "from thisUpdate to nextUpdate of its complete CRLs"),
    ROW(rest_authority, JSON_INT, crl_interval_seconds, R, 0, "at the latest so long after one CRL the next is made; what is left of the validity overlaps"),
    ROW(rest_authority, JSON_INT, crl_delta_interval_seconds, R, 0, "the same for delta CRLs; 0: it has none"),
    ROW(rest_authority, JSON_INT, crl_shards, R, 0, "parts that new certificates are spread over; 0: the whole CRL alone"),
    ROW(rest_authority, JSON_INT, crl_emergency_seconds, R, 0, "validity of the CRLs that are signed ahead; 0: none are"),
    ROW_OF(rest_authority, JSON_NESTED, crl_emergency, N, 0, rest_crl_schema, "the whole CRL that is signed ahead and held"),
    ROW_OF(rest_authority, JSON_NESTED, counts, N, 0, counts_schema, "its certificates by status"),
    ROW_OF(rest_authority, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_authority_schema = SCHEMA("Authority", rest_authority, authority_fields, "A certification authority.");

static const struct json_field choice_fields[] = {
    ROW(rest_choice, JSON_TEXT, value, R, 0, "as the API takes it"),
    ROW(rest_choice, JSON_TEXT, label, R, 0, "for people"),
};
static const struct json_schema choice_schema = SCHEMA("Choice", rest_choice, choice_fields, "A value that may be given.");

static const struct json_field whoami_fields[] = {
    ROW(rest_whoami, JSON_UUID, id, R, 0, "the operator"),
    ROW(rest_whoami, JSON_TEXT, name, R, 0, "its name"),
    ROW(rest_whoami, JSON_TEXTS, roles, R, 0, "requester, officer, admin, auditor"),
};
const struct json_schema rest_whoami_schema = SCHEMA("Caller", rest_whoami, whoami_fields, "The caller.");

static const struct json_field version_fields[] = {
    ROW(rest_version, JSON_TEXT, version, R, 0, "of the server"),
    ROW(rest_version, JSON_TEXT, api, R, 0, "of the API: v1"),
};
const struct json_schema rest_version_schema = SCHEMA("Version", rest_version, version_fields, "What runs.");

static const struct json_field check_fields[] = {
    ROW(rest_check, JSON_TEXT, name, R, 0, "signer, token, intents, database, clock, crl:NAME; authority:NAME of each that is offline"),
    ROW(rest_check, JSON_TEXT, status, R, 0, "ok, warning or critical"),
    ROW(rest_check, JSON_TEXT, detail, R, 0, "one sentence"),
};
static const struct json_schema check_schema = SCHEMA("HealthCheck", rest_check, check_fields, "One thing that must work.");
static const struct json_field health_fields[] = {
    ROW(rest_health, JSON_TEXT, status, R, 0, "that of the worst check"),
    ROW_OF(rest_health, JSON_LIST, checks, R, 0, check_schema, "each thing that must work"),
};
const struct json_schema rest_health_schema = SCHEMA("Health", rest_health, health_fields, "How the server is.");

static const struct json_field problem_error_fields[] = {
    ROW(rest_problem_error, JSON_TEXT, pointer, R, 0, "JSON pointer into the body"),
    ROW(rest_problem_error, JSON_TEXT, code, 0, 0, "the rule"),
    ROW(rest_problem_error, JSON_TEXT, rule, 0, 0, "the rule"),
    ROW(rest_problem_error, JSON_TEXT, detail, 0, 0, "one sentence for people"),
    ROW(rest_problem_error, JSON_TEXT, allowed, 0, 0, "what would pass"),
    ROW(rest_problem_error, JSON_TEXT, value, 0, 0, "what was asked"),
};
static const struct json_schema problem_error_schema = SCHEMA("ProblemError", rest_problem_error, problem_error_fields, "One reason.");
static const struct json_field problem_fields[] = {
    ROW(rest_problem, JSON_TEXT, type, R, 0, "/problems/CODE: a page of this server"),
    ROW(rest_problem, JSON_TEXT, title, R, 0, "what it is, always the same for one type"),
    ROW(rest_problem, JSON_INT, status, R, 0, "as the status line"),
    ROW(rest_problem, JSON_TEXT, detail, 0, 0, "what it is this time"),
    ROW(rest_problem, JSON_TEXT, request_id, 0, 0, "X-Request-Id: finds it in log and audit"),
    ROW_OF(rest_problem, JSON_LIST, errors, 0, 0, problem_error_schema, "each reason"),
};
const struct json_schema rest_problem_schema = SCHEMA("Problem", rest_problem, problem_fields, "Why not (RFC 9457).");

PAGE(rest_request_page, "RequestList", rest_request_schema);
PAGE(rest_certificate_page, "CertificateList", rest_certificate_schema);
PAGE(rest_authority_page, "AuthorityList", rest_authority_schema);
PAGE(rest_crl_page, "CrlList", rest_crl_schema);
PAGE(rest_choice_page, "Choices", choice_schema);
/* clang-format on */

static const struct json_schema *const roots[] = {
    &rest_submit_schema,
    &rest_request_edit_schema,
    &rest_revoke_schema,
    &rest_release_schema,
    &rest_authority_submit_schema,
    &rest_crl_schedule_schema,
    &rest_request_schema,
    &rest_request_page,
    &rest_certificate_schema,
    &rest_certificate_page,
    &rest_revoked_schema,
    &rest_authority_schema,
    &rest_authority_page,
    &rest_crl_schema,
    &rest_crl_page,
    &rest_profile_schema,
    &rest_profile_page,
    &rest_choice_page,
    &rest_whoami_schema,
    &rest_version_schema,
    &rest_health_schema,
    &rest_problem_schema,
    &rest_audit_event_schema,
    &rest_audit_event_page,
    &rest_checkpoint_schema,
    &rest_checkpoint_page,
    &rest_user_schema,
    &rest_user_page,
    &rest_credential_schema,
    &rest_credential_page,
    &rest_token_schema,
    &rest_token_page,
    &rest_group_schema,
    &rest_group_page,
    &rest_role_page,
    &rest_user_submit_schema,
    &rest_user_change_schema,
    &rest_credential_submit_schema,
    &rest_token_submit_schema,
    &rest_group_submit_schema,
    &rest_ocsp_schema,
    &rest_scep_endpoint_schema,
    &rest_scep_endpoint_page,
    &rest_scep_challenge_schema,
    &rest_scep_challenge_page,
    &rest_scep_secret_schema,
    &rest_scep_transaction_page,
    &rest_scep_endpoint_create_schema,
    &rest_scep_endpoint_change_schema,
    &rest_scep_challenge_create_schema,
    &rest_webhook_schema,
    &rest_webhook_page,
    &rest_delivery_page,
    &rest_webhook_key_schema,
    &rest_webhook_removed_schema,
    &rest_webhook_tested_schema,
    &rest_webhook_create_schema,
    &rest_webhook_change_schema,
    &rest_blocked_key_schema,
    &rest_blocked_key_page,
    &rest_key_change_schema,
    &rest_key_block_schema,
    &rest_rollover_schema,
    &rest_rollover_submit_schema,
    &rest_rollover_switch_schema,
    &rest_revocation_job_schema,
    &rest_revocation_job_page,
    &rest_revocation_submit_schema,
    &rest_revocation_selection_schema,
    &rest_named_list_schema,
    &rest_named_piece_schema,
    &rest_named_dropped_schema,
    &rest_named_create_schema,
    &rest_named_submit_schema,
    &rest_named_complete_schema,
    &rest_profile_version_schema,
    &rest_profile_version_page,
    &rest_profile_activation_schema,
    &rest_profile_activation_page,
    &rest_profile_lint_schema,
    &rest_replay_schema,
    &rest_profile_submit_schema,
    &rest_profile_activate_schema,
    &rest_profile_comment_schema,
    &rest_profile_test_schema,
    &rest_profile_replay_schema,
    &rest_explanation_schema,
    &rest_diff_schema,
    &rest_batch_submit_schema,
    &rest_batch_schema,
    &rest_approval_schema,
    &rest_approval_page,
    &rest_approval_rule_schema,
    &rest_approval_rule_page,
    &rest_request_decision_schema,
    &rest_decision_schema,
    &rest_comment_schema,
    &rest_withdrawal_schema,
    &rest_assignment_schema,
    &rest_rule_submit_schema,
};

size_t rest_schema_count(void)
{
    return CA_COUNT(roots);
}

const struct json_schema *rest_schema_at(size_t i)
{
    return roots[i];
}

const struct json_schema *rest_schema_find(const char *name)
{
    for (size_t i = 0; i < CA_COUNT(roots); i++) {
        if (strcmp(roots[i]->name, name) == 0)
            return roots[i];
    }
    return NULL;
}
