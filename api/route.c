/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route.h"

#include <stdio.h>

#include "api/health.h"
#include "api/ocsp/ocsp.h"
#include "api/publish/publish.h"
#include "api/rest/rest.h"
#include "api/scep/scep.h"

#define KIB ((size_t)1024)

/* The whole HTTP surface; the first match wins. Reference page and tests are checked against it. */
/* clang-format off */
static const struct route public_routes[] = { /* plain HTTP: relying parties and devices */
    {"GET",    "/crl/{ca}.crl", MAY_ANYONE, ON_EPOLL, 0, publish_crl_get, NULL, NULL, "application/pkix-crl", "The newest CRL of an authority"},
    {"GET",    "/crl/{ca}/{shard}.crl", MAY_ANYONE, ON_EPOLL, 0, publish_crl_get, NULL, NULL, "application/pkix-crl", "The newest CRL of one part of an authority's certificates"},
    {"GET",    "/aia/{ca}.cer", MAY_ANYONE, ON_EPOLL, 0, publish_cer_get, NULL, NULL, "application/pkix-cert", "The certificate of an authority"},
    {"GET",    "/aia/{ca}.p7c", MAY_ANYONE, ON_EPOLL, 0, publish_p7c_get, NULL, NULL, "application/pkcs7-mime", "The certificates of an authority and its issuers"},
    {"GET",    "/ocsp/{ca}/*",  MAY_ANYONE, WITHOUT_WORKER, 0,        ocsp_get,  ocsp_done, NULL, "application/ocsp-response", "The status of a certificate; the rest of the path is an OCSPRequest in base64"},
    {"POST",   "/ocsp/{ca}/*",  MAY_ANYONE, WITHOUT_WORKER, 32 * KIB, ocsp_post, ocsp_done, "application/ocsp-request", "application/ocsp-response", "The status of certificates"},
    {"GET",    "/scep/{endpoint}/*", MAY_ANYONE, ON_SHARE,  0,        scep_operation, scep_answered, NULL, "application/x-pki-message", "SCEP (RFC 8894): what the query says as operation"},
    {"POST",   "/scep/{endpoint}/*", MAY_ANYONE, ON_SHARE,  64 * KIB, scep_operation, scep_answered, "application/x-pki-message", "application/x-pki-message", "SCEP (RFC 8894): PKIOperation"},
    {"GET",    "/livez",        MAY_ANYONE, ON_EPOLL, 0, health_livez,    NULL, NULL, "text/plain",           "Is the process alive"},
    {"GET",    "/readyz",       MAY_ANYONE, ON_EPOLL, 0, health_readyz,   health_readyz_done, NULL, "application/json", "Can this node serve; here also while the front token is away and HTTPS with it"},
};

#define V1 "/api/v1"
static const struct route https_routes[] = {
    {"POST",   V1 "/requests",                              MAY_REQUEST, WITHOUT_WORKER, 128 * KIB, rest_requests_post, rest_requests_done, "RequestSubmit", "Request", "Submit a certification request"},
    {"GET",    V1 "/requests",                              MAY_READ,    ON_WORKER, 0, rest_requests_list, NULL, NULL, "RequestList", "List requests"},
    {"GET",    V1 "/requests/{id}",                         MAY_READ,    ON_WORKER, 0, rest_request_get, NULL, NULL, "Request", "Read a request"},
    {"PATCH",  V1 "/requests/{id}",                         MAY_REQUEST, ON_WORKER, 128 * KIB, rest_request_patch, rest_request_changed, "RequestEdit", "Request", "Change a request that waits: a new revision, whose votes begin anew"},
    {"POST",   V1 "/requests/{id}/decisions",               MAY_REQUEST, ON_WORKER, 8 * KIB, rest_request_decide, rest_request_changed, "RequestDecision", "Request", "Approve or deny a request"},
    {"POST",   V1 "/requests/{id}/withdrawal",              MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_withdraw, rest_request_changed, "Withdrawal", "Request", "Take a request back that waits"},
    {"PUT",    V1 "/requests/{id}/assignment",              MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_assign, rest_request_changed, "Assignment", "Request", "Ask somebody to look at a request"},
    {"POST",   V1 "/requests/{id}/comments",                MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_comment, rest_request_changed, "Comment", "Request", "Say something about a request without voting"},
    {"GET",    V1 "/approvals",                             MAY_READ,    ON_WORKER, 0, rest_approvals_list, NULL, NULL, "ApprovalList", "List what waits, or waited, for consent, the newest first"},
    {"GET",    V1 "/approvals/{id}",                        MAY_READ,    ON_WORKER, 0, rest_approval_get, NULL, NULL, "Approval", "Read an approval: what would be done, who has to agree, who has"},
    {"POST",   V1 "/approvals/{id}/decisions",              MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_decide, rest_approval_done, "Decision", "Approval", "Approve or deny"},
    {"POST",   V1 "/approvals/{id}/withdrawal",             MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_withdraw, rest_approval_done, "Withdrawal", "Approval", "Take back what was asked"},
    {"PUT",    V1 "/approvals/{id}/assignment",             MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_assign, rest_approval_done, "Assignment", "Approval", "Ask somebody to look at it"},
    {"POST",   V1 "/approvals/{id}/comments",               MAY_REQUEST, ON_WORKER, 8 * KIB, rest_approval_comment, rest_approval_done, "Comment", "Approval", "Say something about it without voting"},
    {"GET",    V1 "/approval-rules",                        MAY_READ,    ON_WORKER, 0, rest_rules_list, NULL, NULL, "ApprovalRuleList", "List guarded acts and who has to agree to them"},
    {"GET",    V1 "/approval-rules/{action}",               MAY_READ,    ON_WORKER, 0, rest_rule_get, NULL, NULL, "ApprovalRule", "Read who has to agree to a guarded act"},
    {"PUT",    V1 "/approval-rules/{action}",               MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_rule_put, rest_rule_done, "ApprovalRulePut", "ApprovalRule", "Say who has to agree to a guarded act"},
    {"GET",    V1 "/certificates",                          MAY_READ,    ON_WORKER, 0, rest_certificates_list, NULL, NULL, "CertificateList", "Find certificates"},
    {"GET",    V1 "/certificates/{id}",                     MAY_READ,    ON_WORKER, 0, rest_certificate_get, NULL, NULL, "Certificate", "Read a certificate's facts"},
    {"GET",    V1 "/certificates/{id}/content",             MAY_READ,    ON_WORKER, 0, rest_certificate_content, NULL, NULL, "application/pem-certificate-chain", "Download a certificate"},
    {"GET",    V1 "/certificates/{id}/content.{format}",    MAY_READ,    ON_WORKER, 0, rest_certificate_content, NULL, NULL, "application/pem-certificate-chain", "Download a certificate as pem, der, chain.pem or p7c"},
    {"PUT",    V1 "/certificates/{id}/revocation",          MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_revocation_put, rest_revocation_done, "Revocation", "RevocationResult", "Revoke a certificate or put it on hold"},
    {"DELETE", V1 "/certificates/{id}/revocation",          MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_revocation_delete, rest_revocation_done, "Release", "RevocationResult", "Release a certificate from hold"},
    {"GET",    V1 "/authorities",                           MAY_READ,    ON_WORKER, 0, rest_authorities_list, rest_authorities_list_done, NULL, "AuthorityList", "List authorities"},
    {"POST",   V1 "/authorities",                           MAY_ADMIN,   ON_WORKER, 128 * KIB, rest_authorities_post, rest_authority_done, "AuthorityCreate", "Authority", "Create or adopt an authority"},
    {"GET",    V1 "/authorities/{name}",                    MAY_READ,    ON_WORKER, 0, rest_authority_get, rest_authority_get_done, NULL, "Authority", "Read an authority"},
    {"GET",    V1 "/authorities/{name}/chain",              MAY_READ,    ON_EPOLL,  0, rest_authority_chain, NULL, NULL, "application/pem-certificate-chain", "Download an authority's chain, its own certificate first, with the root"},
    {"GET",    V1 "/authorities/{name}/certificate",        MAY_READ,    ON_EPOLL,  0, rest_authority_certificate_get, NULL, NULL, "application/pkix-cert", "Download an authority's certificate"},
    {"PUT",    V1 "/authorities/{name}/certificate",        MAY_ADMIN,   ON_WORKER, 128 * KIB, rest_authority_certificate_put, rest_authority_done, "application/pem-certificate-chain", "Authority", "Install the certificate that an external root signed"},
    {"PUT",    V1 "/authorities/{name}/retirement",         MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_authority_retire, rest_authority_done, NULL, "Authority", "Let it issue nothing more: it signs CRLs and OCSP only"},
    {"GET",    V1 "/authorities/{name}/next",               MAY_READ,    ON_WORKER, 0, rest_rollover_get, NULL, NULL, "Rollover", "Read the next authority and its timeline"},
    {"PUT",    V1 "/authorities/{name}/next",               MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_rollover_put, rest_rollover_done, "RolloverPrepare", "Rollover", "Name the next authority"},
    {"DELETE", V1 "/authorities/{name}/next",               MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_rollover_delete, rest_rollover_done, NULL, "Rollover", "Call off the next authority, before it issues"},
    {"PUT",    V1 "/authorities/{name}/next/publication",   MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_rollover_publish, rest_rollover_done, NULL, "Rollover", "Publish the next authority: GetNextCACert has an answer"},
    {"PUT",    V1 "/authorities/{name}/next/switch",        MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_rollover_switch, rest_rollover_done, "RolloverSwitch", "Rollover", "Let the next authority issue in its place, now or from a moment on"},
    {"GET",    V1 "/authorities/{name}/csr",                MAY_READ,    ON_WORKER, 0, rest_authority_csr, NULL, NULL, "application/pkcs10", "Download an authority's certification request"},
    {"GET",    V1 "/authorities/{name}/crls",               MAY_READ,    ON_WORKER, 0, rest_authority_crls, NULL, NULL, "CrlList", "List an authority's CRLs"},
    {"GET",    V1 "/authorities/{name}/ocsp",               MAY_READ,    ON_WORKER, 0, rest_authority_ocsp, NULL, NULL, "Ocsp", "How an authority answers OCSP requests: who signs, what is kept"},
    {"PUT",    V1 "/authorities/{name}/crl-schedule",       MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_crl_schedule_put, rest_authority_done, "CrlSchedule", "Authority", "Change when an authority's CRLs are made, their parts and deltas"},
    {"POST",   V1 "/authorities/{name}/crl",                MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_authority_crl_post, rest_crl_done, NULL, "Crl", "Generate a CRL now"},
    {"POST",   V1 "/authorities/{name}/crl-emergency",      MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_authority_emergency_post, rest_crl_done, NULL, "Crl", "Publish the CRL that is signed ahead, of an authority that is offline"},
    {"GET",    V1 "/requests/{id}/diff",                    MAY_READ,    ON_WORKER, 0, rest_request_diff, rest_request_diff_done, NULL, "RequestDiff", "What was asked beside what would be issued, field by field"},
    {"GET",    V1 "/requests/{id}/explanation",             MAY_READ,    ON_WORKER, 0, rest_request_explanation, rest_explanation_done, NULL, "Explanation", "What the profile in force says of a request, rule by rule"},
    {"POST",   V1 "/request-batches",                       MAY_REQUEST, ON_WORKER, 2048 * KIB, rest_batches_post, rest_batches_done, "BatchSubmit", "Batch", "Submit up to 200 certification requests, each of which becomes one of its own"},
    {"GET",    V1 "/profiles",                              MAY_READ,    ON_WORKER, 0, rest_profiles_list, NULL, NULL, "ProfileList", "List profiles"},
    {"POST",   V1 "/profiles",                              MAY_ADMIN,   ON_WORKER, 192 * KIB, rest_profiles_post, rest_profiles_post_done, "ProfileCreate", "ProfileVersion", "Keep a version of a profile, or only look at it"},
    {"GET",    V1 "/profiles/schema.json",                  MAY_READ,    ON_EPOLL,  0, rest_profile_json_schema, NULL, NULL, "application/schema+json", "JSON Schema of the language of profiles"},
    {"GET",    V1 "/profiles/{name}",                       MAY_READ,    ON_WORKER, 0, rest_profile_get, NULL, NULL, "Profile", "Read a profile"},
    {"GET",    V1 "/profiles/{name}/versions",              MAY_READ,    ON_WORKER, 0, rest_profile_versions, NULL, NULL, "ProfileVersionList", "List versions of a profile, the newest first"},
    {"GET",    V1 "/profiles/{name}/versions/{version}",    MAY_READ,    ON_WORKER, 0, rest_profile_version_get, NULL, NULL, "ProfileVersion", "Read a version of a profile"},
    {"GET",    V1 "/profiles/{name}/history",               MAY_READ,    ON_WORKER, 0, rest_profile_history, NULL, NULL, "ProfileHistory", "List what was in force of a profile, the newest first"},
    {"PUT",    V1 "/profiles/{name}/activation",            MAY_ADMIN,   ON_WORKER, 8 * KIB, rest_profile_activation_put, rest_profile_activation_done, "ProfileActivate", "ProfileActivation", "Put a version of a profile in force"},
    {"DELETE", V1 "/profiles/{name}/activation",            MAY_ADMIN,   ON_WORKER, 8 * KIB, rest_profile_activation_delete, rest_profile_activation_done, "ProfileComment", "ProfileActivation", "Take a profile out of use"},
    {"POST",   V1 "/profiles/{name}/rollback",              MAY_ADMIN,   ON_WORKER, 8 * KIB, rest_profile_rollback, rest_profile_activation_done, "ProfileComment", "ProfileActivation", "Put the version in force that was it before"},
    {"POST",   V1 "/profiles/{name}/test",                  MAY_ADMIN,   ON_WORKER, 256 * KIB, rest_profile_test, rest_explanation_done, "ProfileTest", "Explanation", "What a profile, or a draft of it, would make of a request"},
    {"POST",   V1 "/profiles/{name}/replay",                MAY_ADMIN,   ON_WORKER, 192 * KIB, rest_profile_replay, rest_profile_replay_done, "ProfileReplayAsk", "ProfileReplay", "What a draft of a profile would have made of requests on record"},
    {"GET",    V1 "/blocked-keys",                          MAY_READ,    ON_WORKER, 0, rest_blocked_keys_list, NULL, NULL, "BlockedKeyList", "List keys that get no certificate"},
    {"POST",   V1 "/blocked-keys",                          MAY_REVOKE,  ON_WORKER, 128 * KIB, rest_blocked_keys_post, rest_key_change_done, "KeyBlock", "KeyChange", "Block a key, and revoke the certificates that carry it"},
    {"GET",    V1 "/blocked-keys/{spki_sha256}",            MAY_READ,    ON_WORKER, 0, rest_blocked_key_get, NULL, NULL, "BlockedKey", "Read a blocked key"},
    {"DELETE", V1 "/blocked-keys/{spki_sha256}",            MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_blocked_key_delete, rest_key_change_done, "Release", "KeyChange", "Let a blocked key go; what was revoked stays so"},
    {"GET",    V1 "/revocation-jobs",                       MAY_READ,    ON_WORKER, 0, rest_revocation_jobs_list, NULL, NULL, "RevocationJobList", "List mass revocations, the newest first"},
    {"POST",   V1 "/revocation-jobs",                       MAY_REVOKE,  ON_WORKER, 1024 * KIB, rest_revocation_jobs_post, rest_revocation_jobs_post_done, "RevocationJobCreate", "RevocationJob", "Revoke many certificates, or only look at which"},
    {"GET",    V1 "/revocation-jobs/{id}",                  MAY_READ,    ON_WORKER, 0, rest_revocation_job_get, NULL, NULL, "RevocationJob", "Read a mass revocation and how far it is"},
    {"POST",   V1 "/revocation-jobs/{id}/cancellation",     MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_revocation_job_cancel, rest_revocation_job_cancel_done, "Release", "RevocationJob", "Stop a mass revocation; what was revoked stays so"},
    {"POST",   V1 "/named-lists",                           MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_named_lists_post, rest_named_lists_post_done, "NamedListCreate", "NamedList", "Begin a list of certificates to revoke that is too long for one call"},
    {"GET",    V1 "/named-lists/{id}",                      MAY_READ,    ON_WORKER, 0, rest_named_list_get, NULL, NULL, "NamedList", "Read how far a list is"},
    {"PUT",    V1 "/named-lists/{id}/pieces/{number}",      MAY_REVOKE,  ON_WORKER, 1024 * KIB, rest_named_piece_put, rest_named_piece_put_done, "NamedListPieceSubmit", "NamedListPiece", "Give a piece of a list; the same piece again does no harm"},
    {"POST",   V1 "/named-lists/{id}/completion",           MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_named_list_complete, rest_named_list_complete_done, "NamedListComplete", "NamedList", "Say what a list is, when all its pieces are there"},
    {"DELETE", V1 "/named-lists/{id}",                      MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_named_list_delete, rest_named_list_delete_done, NULL, "NamedListDropped", "Drop a list that no job works on"},
    {"GET",    V1 "/webhooks",                              MAY_ADMIN,   ON_WORKER, 0, rest_webhooks_list, NULL, NULL, "WebhookList", "List who is told of events"},
    {"POST",   V1 "/webhooks",                              MAY_ADMIN,   ON_WORKER, 16 * KIB, rest_webhooks_post, rest_webhooks_post_done, "WebhookCreate", "Webhook", "Tell somebody of events"},
    {"GET",    V1 "/webhook-key",                           MAY_READ,    ON_EPOLL,  0, rest_webhook_key_get, NULL, NULL, "WebhookKey", "The key that signs what webhooks are told"},
    {"GET",    V1 "/webhooks/{id}",                         MAY_ADMIN,   ON_WORKER, 0, rest_webhook_get, NULL, NULL, "Webhook", "Read a webhook"},
    {"PATCH",  V1 "/webhooks/{id}",                         MAY_ADMIN,   ON_WORKER, 16 * KIB, rest_webhook_patch, rest_webhook_patch_done, "WebhookChange", "Webhook", "Change its events, disable or enable it"},
    {"DELETE", V1 "/webhooks/{id}",                         MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_webhook_delete, rest_webhook_delete_done, NULL, "WebhookRemoved", "Tell it nothing any more"},
    {"POST",   V1 "/webhooks/{id}/test",                    MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_webhook_test, rest_webhook_test_done, NULL, "WebhookTested", "Send it something to see whether it arrives"},
    {"GET",    V1 "/webhooks/{id}/deliveries",              MAY_ADMIN,   ON_WORKER, 0, rest_deliveries_list, NULL, NULL, "WebhookDeliveryList", "List what it was told, the newest first"},
    {"GET",    V1 "/scep/endpoints",                        MAY_READ,    ON_WORKER, 0, rest_scep_endpoints_list, NULL, NULL, "ScepEndpointList", "List SCEP endpoints"},
    {"POST",   V1 "/scep/endpoints",                        MAY_ADMIN,   ON_WORKER, 16 * KIB, rest_scep_endpoints_post, rest_scep_endpoint_done, "ScepEndpointCreate", "ScepEndpoint", "Make a SCEP endpoint"},
    {"GET",    V1 "/scep/endpoints/{name}",                 MAY_READ,    ON_WORKER, 0, rest_scep_endpoint_get, NULL, NULL, "ScepEndpoint", "Read a SCEP endpoint"},
    {"PATCH",  V1 "/scep/endpoints/{name}",                 MAY_ADMIN,   ON_WORKER, 16 * KIB, rest_scep_endpoint_patch, rest_scep_endpoint_done, "ScepEndpointChange", "ScepEndpoint", "Change a SCEP endpoint, disable or enable it"},
    {"DELETE", V1 "/scep/endpoints/{name}",                 MAY_ADMIN,   ON_WORKER, 4 * KIB, rest_scep_endpoint_delete, rest_scep_endpoint_done, NULL, "ScepEndpoint", "Disable a SCEP endpoint; it stays on record"},
    {"GET",    V1 "/scep/endpoints/{name}/challenges",      MAY_OVERSEE, ON_WORKER, 0, rest_scep_challenges_list, NULL, NULL, "ScepChallengeList", "List an endpoint's challenges for one use, the newest first, without their secrets"},
    {"POST",   V1 "/scep/endpoints/{name}/challenges",      MAY_REVOKE,  ON_WORKER, 64 * KIB, rest_scep_challenges_post, rest_scep_challenges_post_done, "ScepChallengeCreate", "ScepChallengeSecret", "Make a challenge, which is shown this once"},
    {"DELETE", V1 "/scep/challenges/{id}",                  MAY_REVOKE,  ON_WORKER, 4 * KIB, rest_scep_challenge_delete, rest_scep_challenge_delete_done, NULL, "ScepChallenge", "Revoke a challenge that was not used"},
    {"GET",    V1 "/scep/endpoints/{name}/transactions",    MAY_OVERSEE, ON_WORKER, 0, rest_scep_transactions_list, NULL, NULL, "ScepTransactionList", "List what came in at an endpoint, the newest first"},
    {"GET",    V1 "/audit/events",                          MAY_AUDIT,   ON_WORKER, 0, rest_audit_events, NULL, NULL, "AuditEventList", "Search the audit log, the newest line first"},
    {"GET",    V1 "/audit/export",                          MAY_AUDIT,   ON_WORKER, 0, rest_audit_export, NULL, NULL, "application/jsonl", "Export the audit log, chain by chain; Link has the next page"},
    {"GET",    V1 "/audit/checkpoints",                     MAY_AUDIT,   ON_WORKER, 0, rest_audit_checkpoints, NULL, NULL, "AuditCheckpointList", "List signed checkpoints of the audit log"},
    {"GET",    V1 "/users",                                 MAY_READ,    ON_WORKER, 0, rest_users_list, NULL, NULL, "UserList", "List operators"},
    {"POST",   V1 "/users",                                 MAY_ADMIN,   ON_WORKER, 128 * KIB, rest_users_post, rest_user_done, "UserCreate", "User", "Enrol an operator"},
    {"GET",    V1 "/users/{id}",                            MAY_READ,    ON_WORKER, 0, rest_user_get, NULL, NULL, "User", "Read an operator"},
    {"PATCH",  V1 "/users/{id}",                            MAY_ADMIN,   ON_WORKER, 64 * KIB, rest_user_patch, rest_user_done, "UserChange", "User", "Change an operator's roles and names, disable or enable him"},
    {"GET",    V1 "/users/{id}/credentials",                MAY_READ,    ON_WORKER, 0, rest_credentials_list, NULL, NULL, "CredentialList", "List the keys of an operator's certificates; those of others for admin and auditor"},
    {"POST",   V1 "/users/{id}/credentials",                MAY_ADMIN,   ON_WORKER, 128 * KIB, rest_credentials_post, rest_credential_done, "CredentialCreate", "Credential", "Enrol another certificate of an operator"},
    {"DELETE", V1 "/users/{id}/credentials/{credential}",   MAY_READ,    ON_WORKER, 4 * KIB, rest_credential_delete, rest_credential_done, NULL, "Credential", "Revoke one's own key; those of others are the admin's"},
    {"GET",    V1 "/api-tokens",                            MAY_READ,    ON_WORKER, 0, rest_tokens_list, NULL, NULL, "ApiTokenList", "List one's own API tokens; admin and auditor see all"},
    {"POST",   V1 "/api-tokens",                            MAY_READ,    ON_WORKER, 64 * KIB, rest_tokens_post, rest_credential_done, "ApiTokenCreate", "ApiToken", "Make an API token, which is shown this once"},
    {"DELETE", V1 "/api-tokens/{id}",                       MAY_READ,    ON_WORKER, 4 * KIB, rest_token_delete, rest_credential_done, NULL, "ApiToken", "Revoke one's own API token; those of others are the admin's"},
    {"GET",    V1 "/groups",                                MAY_READ,    ON_WORKER, 0, rest_groups_list, NULL, NULL, "GroupList", "List groups of operators"},
    {"GET",    V1 "/groups/{name}",                         MAY_READ,    ON_WORKER, 0, rest_group_get, NULL, NULL, "Group", "Read a group"},
    {"PUT",    V1 "/groups/{name}",                         MAY_ADMIN,   ON_WORKER, 64 * KIB, rest_group_put, rest_group_done, "GroupPut", "Group", "Make a group or change its members"},
    {"GET",    V1 "/roles",                                 MAY_READ,    ON_EPOLL,  0, rest_roles_list, NULL, NULL, "RoleList", "What each role may"},
    {"GET",    V1 "/choices/{kind}",                        MAY_READ,    ON_EPOLL,  0, rest_choices_get, NULL, NULL, "Choices", "Values that a field takes"},
    {"GET",    V1 "/whoami",                                MAY_READ,    ON_EPOLL,  0, rest_whoami, NULL, NULL, "Caller", "Who you are and what you may"},
    {"GET",    V1 "/health",                                MAY_READ,    ON_WORKER, 0, rest_health_get, rest_health_done, NULL, "Health", "State of signer, token, database and CRLs"},
    {"GET",    V1 "/version",                               MAY_READ,    ON_EPOLL,  0, rest_version, NULL, NULL, "Version", "Version of the server"},
    {"GET",    V1 "/openapi.json",                          MAY_ANYONE,  ON_EPOLL,  0, rest_openapi, NULL, NULL, "application/json", "This description"},
    {"GET",    "/problems/{code}",                          MAY_ANYONE,  ON_EPOLL,  0, rest_problem_get, NULL, NULL, "text/markdown", "What a problem means and what to do"},
    {"GET",    "/readyz",                                   MAY_ANYONE,  ON_EPOLL,  0, health_readyz, health_readyz_done, NULL, "application/json", "Can this node serve"},
    {"GET",    "/metrics",                                  MAY_READ,    ON_EPOLL,  0, health_metrics, health_metrics_done, NULL, "text/plain", "Prometheus metrics of front and signer"},
};
/* clang-format on */

static const struct {
    const struct route *rows;
    size_t count;
} doors[DOOR__COUNT] = {
    {public_routes, CA_COUNT(public_routes)}, /* DOOR_PUBLIC */
    {https_routes,  CA_COUNT(https_routes) }, /* DOOR_HTTPS */
};

size_t route_count(enum route_door door)
{
    return doors[door].count;
}

const struct route *route_at(enum route_door door, size_t i)
{
    return &doors[door].rows[i];
}

bool route_query_is_raw(const struct route *route)
{
    static const char scep[] = "/scep/";

    return strncmp(route->path, scep, sizeof(scep) - 1) == 0;
}

static struct ca_bytes segment_take(const char **path)
{
    size_t len = strcspn(*path, "/");
    struct ca_bytes segment = {(const uint8_t *)*path, len};

    *path += len;
    if (**path == '/')
        *path += 1;
    return segment;
}

/* before{name}after; the value is at least one character. */
static bool segment_matches(struct ca_bytes pattern, struct ca_bytes segment, struct route_var *var)
{
    const uint8_t *open = pattern.len > 0 ? memchr(pattern.ptr, '{', pattern.len) : NULL;
    const uint8_t *close = open != NULL ? memchr(pattern.ptr, '}', pattern.len) : NULL;
    size_t before;
    size_t after;

    if (open == NULL || close == NULL)
        return ca_bytes_equal(pattern, segment);
    before = (size_t)(open - pattern.ptr);
    after = (size_t)(pattern.ptr + pattern.len - close - 1);
    if (segment.len <= before + after || memcmp(pattern.ptr, segment.ptr, before) != 0 ||
        memcmp(close + 1, segment.ptr + segment.len - after, after) != 0)
        return false;
    var->name = (struct ca_bytes){open + 1, (size_t)(close - open - 1)};
    var->value = (struct ca_bytes){segment.ptr + before, segment.len - before - after};
    return true;
}

size_t route_match(const char *pattern, const char *path, struct route_var ret[ROUTE_VARS_MAX],
                   bool *ret_match)
{
    size_t n = 0;

    *ret_match = false;
    if (*path != '/')
        return 0;
    pattern++;
    path++;
    while (*pattern != '\0') {
        struct route_var var = {0};

        if (strcmp(pattern, "*") == 0) { /* takes any suffix, and also none */
            *ret_match = true;
            return n;
        }
        if (!segment_matches(segment_take(&pattern), segment_take(&path), &var))
            return 0;
        if (var.name.len > 0 && n < ROUTE_VARS_MAX)
            ret[n++] = var;
    }
    *ret_match = *path == '\0' && path[-1] != '/';
    return n;
}

static bool path_matches(const char *pattern, const char *path)
{
    struct route_var vars[ROUTE_VARS_MAX];
    bool match;

    (void)route_match(pattern, path, vars, &match);
    return match;
}

static void allow_add(char allow[64], const char *method)
{
    size_t at = strlen(allow);

    if (strstr(allow, method) == NULL)
        (void)snprintf(allow + at, 64 - at, "%s%s", at > 0 ? ", " : "", method);
}

CA_RC route_find(enum route_door door, const char *method, const char *path,
                 const struct route **ret, char ret_allow[64], struct ca_err *err)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

    ret_allow[0] = '\0';
    for (size_t i = 0; i < doors[door].count; i++) {
        const struct route *row = &doors[door].rows[i];

        if (!path_matches(row->path, path))
            continue;
        if (strcmp(row->method, wanted) == 0) {
            *ret = row;
            return CA_OK;
        }
        allow_add(ret_allow, row->method);
    }
    if (ret_allow[0] != '\0') {
        return CA_FAIL_AS(err, CA_CONFLICT, "method-not-allowed", "%.100s takes %s, not %.16s",
                          path, ret_allow, method);
    }
    return CA_FAIL(err, CA_NOT_FOUND, "nothing at %.160s", path);
}
