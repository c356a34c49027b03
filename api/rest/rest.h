/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/route.h"

/* Handlers of /api/v1 and of the pages beside it, one line a resource; api/route.c has their rows.
 * X_done reads the signer's answer to what X asked. */
#define REST_HANDLER(name) CA_RC name(struct request *rq, struct response *rs, struct ca_err *err)

REST_HANDLER(rest_requests_post); /* api/rest/requests.c */
REST_HANDLER(rest_requests_done);
REST_HANDLER(rest_requests_list);
REST_HANDLER(rest_request_get);     /* api/rest/request_get.c */
REST_HANDLER(rest_request_changed); /* of what changes one: the request as it then is */
REST_HANDLER(rest_request_patch);   /* api/rest/request_edit.c */

REST_HANDLER(rest_approvals_list); /* api/rest/approvals.c */
REST_HANDLER(rest_approval_get);
REST_HANDLER(rest_approval_done);   /* of what changes one: the approval as it then is */
REST_HANDLER(rest_approval_decide); /* api/rest/approval_decide.c */
REST_HANDLER(rest_request_decide);
REST_HANDLER(rest_approval_withdraw); /* these three also of requests */
REST_HANDLER(rest_approval_comment);
REST_HANDLER(rest_approval_assign);
REST_HANDLER(rest_rules_list); /* api/rest/approval_rules.c */
REST_HANDLER(rest_rule_get);
REST_HANDLER(rest_rule_put);
REST_HANDLER(rest_rule_done);

REST_HANDLER(rest_certificates_list); /* api/rest/certificates.c */
REST_HANDLER(rest_certificate_get);
REST_HANDLER(rest_certificate_content); /* {format} is "pem", "der", …; absent: Accept says */

REST_HANDLER(rest_revocation_put); /* api/rest/revocation.c */
REST_HANDLER(rest_revocation_delete);
REST_HANDLER(rest_revocation_done); /* of both */

REST_HANDLER(rest_authorities_list); /* api/rest/authorities.c */
REST_HANDLER(rest_authorities_list_done);
REST_HANDLER(rest_authorities_post);
REST_HANDLER(rest_authority_done); /* of post and certificate_put */
REST_HANDLER(rest_authority_get);
REST_HANDLER(rest_authority_get_done);
REST_HANDLER(rest_authority_chain);
REST_HANDLER(rest_authority_certificate_get);
REST_HANDLER(rest_authority_certificate_put);
REST_HANDLER(rest_authority_csr);
REST_HANDLER(rest_authority_crls);
REST_HANDLER(rest_authority_ocsp);
REST_HANDLER(rest_authority_crl_post);
REST_HANDLER(rest_crl_done);
REST_HANDLER(rest_crl_schedule_put);
REST_HANDLER(rest_authority_emergency_post);

REST_HANDLER(rest_webhooks_list); /* api/rest/webhooks.c */
REST_HANDLER(rest_webhook_get);
REST_HANDLER(rest_webhooks_post);
REST_HANDLER(rest_webhooks_post_done);
REST_HANDLER(rest_webhook_patch);
REST_HANDLER(rest_webhook_patch_done);
REST_HANDLER(rest_webhook_delete);
REST_HANDLER(rest_webhook_delete_done);
REST_HANDLER(rest_webhook_test);
REST_HANDLER(rest_webhook_test_done);
REST_HANDLER(rest_deliveries_list);
REST_HANDLER(rest_webhook_key_get);

REST_HANDLER(rest_scep_endpoints_list); /* api/rest/scep_endpoints.c */
REST_HANDLER(rest_scep_endpoints_post);
REST_HANDLER(rest_scep_endpoint_get);
REST_HANDLER(rest_scep_endpoint_patch);
REST_HANDLER(rest_scep_endpoint_delete);
REST_HANDLER(rest_scep_endpoint_done);   /* of post, patch and delete */
REST_HANDLER(rest_scep_challenges_list); /* api/rest/scep_challenges.c */
REST_HANDLER(rest_scep_challenges_post);
REST_HANDLER(rest_scep_challenges_post_done);
REST_HANDLER(rest_scep_challenge_delete);
REST_HANDLER(rest_scep_challenge_delete_done);
REST_HANDLER(rest_scep_transactions_list); /* api/rest/scep_transactions.c */

REST_HANDLER(rest_rollover_get); /* api/rest/rollovers.c */
REST_HANDLER(rest_rollover_put);
REST_HANDLER(rest_rollover_publish);
REST_HANDLER(rest_rollover_switch);
REST_HANDLER(rest_rollover_delete);
REST_HANDLER(rest_rollover_done);
REST_HANDLER(rest_authority_retire);

REST_HANDLER(rest_revocation_jobs_list); /* api/rest/revocation_jobs.c */
REST_HANDLER(rest_revocation_job_get);
REST_HANDLER(rest_revocation_jobs_post);
REST_HANDLER(rest_revocation_jobs_post_done);
REST_HANDLER(rest_revocation_job_cancel);
REST_HANDLER(rest_revocation_job_cancel_done);
REST_HANDLER(rest_named_lists_post); /* api/rest/named_lists.c */
REST_HANDLER(rest_named_lists_post_done);
REST_HANDLER(rest_named_list_get);
REST_HANDLER(rest_named_piece_put);
REST_HANDLER(rest_named_piece_put_done);
REST_HANDLER(rest_named_list_complete);
REST_HANDLER(rest_named_list_complete_done);
REST_HANDLER(rest_named_list_delete);
REST_HANDLER(rest_named_list_delete_done);
REST_HANDLER(rest_blocked_keys_list); /* api/rest/blocked_keys.c */
REST_HANDLER(rest_blocked_key_get);
REST_HANDLER(rest_blocked_keys_post);
REST_HANDLER(rest_blocked_key_delete);
REST_HANDLER(rest_key_change_done); /* of both */

REST_HANDLER(rest_profiles_list); /* api/rest/profiles.c */
REST_HANDLER(rest_profile_get);
REST_HANDLER(rest_profile_json_schema);
REST_HANDLER(rest_profiles_post);
REST_HANDLER(rest_profiles_post_done);
REST_HANDLER(rest_profile_versions);
REST_HANDLER(rest_profile_version_get);
REST_HANDLER(rest_profile_history);
REST_HANDLER(rest_profile_activation_put); /* api/rest/profile_activation.c */
REST_HANDLER(rest_profile_activation_delete);
REST_HANDLER(rest_profile_rollback);
REST_HANDLER(rest_profile_activation_done); /* of the three */
REST_HANDLER(rest_profile_test);            /* api/rest/profile_try.c */
REST_HANDLER(rest_profile_replay);
REST_HANDLER(rest_profile_replay_done);

REST_HANDLER(rest_request_explanation); /* api/rest/explain.c */
REST_HANDLER(rest_explanation_done);    /* also of rest_profile_test */
REST_HANDLER(rest_request_diff);
REST_HANDLER(rest_request_diff_done);

REST_HANDLER(rest_batches_post); /* api/rest/batches.c */
REST_HANDLER(rest_batches_done);

REST_HANDLER(rest_audit_events); /* api/rest/audit.c */
REST_HANDLER(rest_audit_checkpoints);
REST_HANDLER(rest_audit_export); /* api/rest/audit_export.c */

REST_HANDLER(rest_users_list); /* api/rest/users.c */
REST_HANDLER(rest_users_post);
REST_HANDLER(rest_user_get);
REST_HANDLER(rest_user_patch);
REST_HANDLER(rest_user_done); /* of post and patch */

REST_HANDLER(rest_credentials_list); /* api/rest/credentials.c */
REST_HANDLER(rest_credentials_post);
REST_HANDLER(rest_credential_delete);
REST_HANDLER(rest_tokens_list);
REST_HANDLER(rest_tokens_post);
REST_HANDLER(rest_token_delete);
REST_HANDLER(rest_credential_done); /* of both, of post and delete */

REST_HANDLER(rest_groups_list); /* api/rest/groups.c */
REST_HANDLER(rest_group_get);
REST_HANDLER(rest_group_put);
REST_HANDLER(rest_group_done);
REST_HANDLER(rest_roles_list);

REST_HANDLER(rest_choices_get); /* api/rest/choices.c */

REST_HANDLER(rest_whoami); /* api/rest/server.c */
REST_HANDLER(rest_version);
REST_HANDLER(rest_openapi);
REST_HANDLER(rest_problem_get); /* api/problem.h: problem_page */
REST_HANDLER(rest_health_get);
REST_HANDLER(rest_health_done);
