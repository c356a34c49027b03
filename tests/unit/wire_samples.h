/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire.h"

/* One filled message of each kind. They name no members, so that a new member breaks the build here
 * (-Wmissing-field-initializers), and nothing in them is zero: test_wire then sees whether each
 * member has its row. They are static, so their padding is zero. */

#define SAMPLE_UUID                                                                                \
    {                                                                                              \
        {                                                                                          \
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16                                  \
        }                                                                                          \
    }
#define SAMPLE_CALLER                                                                              \
    {                                                                                              \
        SAMPLE_UUID, SAMPLE_UUID, "rest", "req-1"                                                  \
    }

static const uint8_t sample_octets[] = {0x30, 0x03, 0x00, 0x01, 0xff};
#define SAMPLE_BYTES                                                                               \
    {                                                                                              \
        sample_octets, sizeof(sample_octets)                                                       \
    }

/* clang-format off */
static const struct wire_pair sample_subject[] = {{"common_name", "www"}, {"organization", "Örtchen ©"}};
static const struct wire_pair sample_sans[] = {{"dns", "www.example.org"}, {"ip", "::1"}, {"", "x"}};
static const struct wire_text sample_texts[] = {{"example.org"}, {"example.net"}};
static const struct wire_finding sample_findings[] = {
    {true, "subject_alt_name.dns", "/sans/0", "a.b", "*.example.org", "not allowed"},
    {true, "key.size", "/csr", "1024", "2048", "too small"},
};
static const struct wire_authority_status sample_authorities[] = {
    {"dev-root", true, "none"}, {"dev-issuing", true, "token away"}};

static const struct wire_extension sample_extensions[] = {
    {"1.3.6.1.4.1.99999.1", true, SAMPLE_BYTES}, {"2.5.29.17", true, SAMPLE_BYTES}};
static const struct wire_issue sample_issue = {
    SAMPLE_CALLER, "tls-server", "dev-issuing", SAMPLE_BYTES, "key-1", "two\n\tlines", true, SAMPLE_BYTES, SAMPLE_UUID,
    SAMPLE_BYTES, true, sample_subject, 2, true, sample_sans, 3, 1800000000, 86400,
    "sha384", 5, 66, true, 7, true, 511, sample_texts, 2, sample_texts, 1, sample_sans, 2, "http://c", "http://a",
    "http://o", sample_extensions, 2};
static const struct wire_issued sample_issued = {
    SAMPLE_UUID, "issued", "tls-server", "dev-issuing", SAMPLE_UUID, SAMPLE_BYTES, SAMPLE_BYTES,
    SAMPLE_BYTES, "two\n\tlines", 1800000000, 1800000001, true, sample_findings, 2};
static const struct wire_revoke sample_revoke = {SAMPLE_CALLER, SAMPLE_UUID, 4, -1, "lost"};
static const struct wire_release sample_release = {SAMPLE_CALLER, SAMPLE_UUID, "found"};
static const struct wire_revoked sample_revoked = {SAMPLE_UUID, "revoked", 1800000000, 7, 1800003600};
static const struct wire_authority_create sample_authority_create = {
    SAMPLE_CALLER, "sub", "dev-root", "ec:P-256", true, "SHA256", "subca", sample_subject, 2,
    INT64_MAX, -1, sample_texts, 2, sample_texts, 1, sample_sans, 2, "http://c", "http://a", "http://o", INT32_MIN, 1, 256, "old", true};
static const struct wire_authority_install sample_authority_install = {SAMPLE_CALLER, "sub", SAMPLE_BYTES};
static const struct wire_authority_adopt sample_authority_adopt = {
    SAMPLE_CALLER, "old", "label", SAMPLE_BYTES, "http://c", "http://a", "http://o", 86400, 3600, 3, 41};
static const struct wire_authority_next sample_authority_next = {SAMPLE_CALLER, "old", "switch", "new", 1800000000};
static const struct wire_authority sample_authority = {
    SAMPLE_UUID, "sub", "online", "none", SAMPLE_BYTES, SAMPLE_BYTES};
static const struct wire_crl_generate sample_crl_generate = {SAMPLE_CALLER, "dev-issuing", true};
static const struct wire_crl_schedule sample_crl_schedule = {
    SAMPLE_CALLER, "dev-issuing", 86400, -1, 0, INT32_MAX, 7};
static const struct wire_crl sample_crl = {"dev-issuing", 1, 2, 3, 4, INT64_MIN};
static const struct wire_operator_enrol sample_operator_enrol = {
    SAMPLE_CALLER, "jane", UINT32_MAX, sample_texts, 2, SAMPLE_BYTES, SAMPLE_BYTES};
static const struct wire_operator_change sample_operator_change = {
    SAMPLE_CALLER, SAMPLE_UUID, SAMPLE_BYTES, 2, true, sample_texts, 2, true, true};
static const struct wire_operator sample_operator = {SAMPLE_UUID, SAMPLE_UUID, SAMPLE_BYTES};
static const struct wire_credential_add sample_credential_add = {
    SAMPLE_CALLER, SAMPLE_UUID, "new laptop", SAMPLE_BYTES, SAMPLE_BYTES};
static const struct wire_credential_revoke sample_credential_revoke = {SAMPLE_CALLER, SAMPLE_UUID, SAMPLE_UUID};
static const struct wire_token_create sample_token_create = {
    SAMPLE_CALLER, SAMPLE_UUID, "ci", true, sample_texts, 2, true, sample_texts, 1, 86400};
static const struct wire_credential sample_credential = {SAMPLE_UUID, SAMPLE_UUID, SAMPLE_BYTES, SAMPLE_BYTES};
static const struct wire_member sample_members[] = {{SAMPLE_UUID}, {SAMPLE_UUID}};
static const struct wire_group_put sample_group_put = {SAMPLE_CALLER, "pki", SAMPLE_BYTES, sample_members, 2};
static const struct wire_group sample_group = {"pki"};
static const struct wire_decide sample_decide = {SAMPLE_CALLER, SAMPLE_UUID, true, SAMPLE_BYTES, "seen"};
static const struct wire_approval_change sample_approval_change = {
    SAMPLE_CALLER, SAMPLE_UUID, "assign", SAMPLE_UUID, "please"};
static const struct wire_rule_put sample_rule_put = {SAMPLE_CALLER, "profile.activate", "7d: 1 admin"};
static const struct wire_vote sample_votes[] = {{SAMPLE_UUID, "jane", true, "fine", 7}, {SAMPLE_UUID, "joe", false, "no", 8}};
static const struct wire_approval sample_approval = {
    SAMPLE_UUID, "profile.activate", "web", "pending", SAMPLE_BYTES, 2, "7d: 1 admin", 3, 1, INT64_MAX, sample_votes, 2, "so"};
static const struct wire_profile_put sample_profile_put = {SAMPLE_CALLER, SAMPLE_BYTES, "why\nso"};
static const struct wire_profile_activate sample_profile_activate = {
    SAMPLE_CALLER, "web", SAMPLE_BYTES, "why"};
static const struct wire_profile sample_profile = {"web", SAMPLE_BYTES, true, true};
static const struct wire_explain sample_explain = {SAMPLE_CALLER, SAMPLE_UUID, SAMPLE_BYTES, SAMPLE_BYTES};
static const struct wire_rule sample_rules[] = {{"key.allow", "/key/allow", "passed", "ec:P-256"}};
static const struct wire_difference sample_differences[] = {{"subject.common_name", "optional", "a", "b", "changed"}};
static const struct wire_explained sample_explained = {
    "wait", "web", SAMPLE_BYTES, "dev-issuing", SAMPLE_BYTES, SAMPLE_BYTES, "7d: 2 officer",
    sample_findings, 2, sample_rules, 1, sample_differences, 1};
static const struct wire_replay sample_replay = {SAMPLE_CALLER, "web", SAMPLE_BYTES, 5, SAMPLE_UUID, 7};
static const struct wire_replay_change sample_changes[] = {{SAMPLE_UUID, "CN=x", "issue", "refuse", "key.allow", "no"}};
static const struct wire_replayed sample_replayed = {9, SAMPLE_UUID, sample_changes, 1};
static const struct wire_key_block sample_key_block = {SAMPLE_CALLER, SAMPLE_BYTES, 1, "lost", true};
static const struct wire_key_unblock sample_key_unblock = {SAMPLE_CALLER, SAMPLE_BYTES, "found"};
static const struct wire_key sample_key = {SAMPLE_BYTES, true, 7, true, 8};
static const struct wire_mass_revoke sample_mass_revoke = {
    SAMPLE_CALLER, true, "tls-server", "dev-issuing", SAMPLE_UUID, SAMPLE_BYTES, 1, 2, SAMPLE_BYTES, SAMPLE_UUID, 7, SAMPLE_BYTES, 4, 3, "gone", 5, 6, SAMPLE_BYTES};
static const struct wire_named_list_act sample_named_list_act = {
    SAMPLE_CALLER, "append", SAMPLE_UUID, "dev-issuing", 3, SAMPLE_BYTES, 4, SAMPLE_BYTES};
static const struct wire_named_list sample_named_list = {SAMPLE_UUID, 1, 2, sample_texts, 2};
static const struct wire_mass_cancel sample_mass_cancel = {SAMPLE_CALLER, SAMPLE_UUID, "enough"};
static const struct wire_mass_sample sample_mass_samples[] = {
    {SAMPLE_UUID, SAMPLE_BYTES, "CN=www", "tls-server", "dev-issuing", "valid", 7}};
static const struct wire_mass sample_mass = {
    SAMPLE_UUID, 1, 2, 3, 4, 5, SAMPLE_BYTES, sample_mass_samples, 1, 6, SAMPLE_BYTES, 7, sample_texts, 2};
static const struct wire_webhook_put sample_webhook_put = {
    SAMPLE_CALLER, SAMPLE_UUID, "https://example.org/hook", sample_texts, 2, true, true};
static const struct wire_webhook_act sample_webhook_act = {SAMPLE_CALLER, SAMPLE_UUID, "test"};
static const struct wire_webhook sample_webhook = {SAMPLE_UUID, SAMPLE_UUID};
static const struct wire_scep_enrol sample_scep_enrol = {
    SAMPLE_CALLER, "devices", "0123ABC", 19, SAMPLE_BYTES, SAMPLE_BYTES, "cHJvb2Y=", "no", "192.0.2.1"};
static const struct wire_scep_endpoint_put sample_scep_endpoint_put = {
    SAMPLE_CALLER, "devices", SAMPLE_BYTES, "device", "dev-issuing", "rsa:2048", true, true, true, 3, true, 1,
    true, 2, true, "https://decide.example.org/", 3600, true};
static const struct wire_scep_endpoint sample_scep_endpoint = {SAMPLE_UUID, "devices"};
static const struct wire_scep_challenge_create sample_scep_challenge_create = {
    SAMPLE_CALLER, "devices", "one-time", sample_subject, 2, sample_sans, 3, true, 3600, "for\nthe lab"};
static const struct wire_scep_challenge_revoke sample_scep_challenge_revoke = {SAMPLE_CALLER, SAMPLE_UUID};
static const struct wire_scep_challenge sample_scep_challenge = {SAMPLE_UUID, SAMPLE_BYTES, 1800000000};
static const struct wire_service_issue sample_service_issue = {
    SAMPLE_CALLER, "scep-ra", "devices", "scep-ra-devices-1", SAMPLE_BYTES};
static const struct wire_service sample_service = {SAMPLE_BYTES, SAMPLE_BYTES};
static const struct wire_ocsp_id sample_ocsp_ids[] = {{SAMPLE_BYTES}, {SAMPLE_BYTES}};
static const struct wire_ocsp_sign sample_ocsp_sign = {
    SAMPLE_CALLER, "dev-issuing", "sha1", true, SAMPLE_BYTES, sample_ocsp_ids, 2};
static const struct wire_ocsp_answer sample_ocsp_answers[] = {
    {SAMPLE_BYTES, SAMPLE_BYTES, 1800000000, 1800003600, 1}, {SAMPLE_BYTES, SAMPLE_BYTES, 1, 2, 2}};
static const struct wire_ocsp_signed sample_ocsp_signed = {sample_ocsp_answers, 2};
static const struct wire_note sample_note = {SAMPLE_CALLER, "http.refused", "GET /x", "not\nfound"};
static const struct wire_status sample_status = {SAMPLE_CALLER};
static const struct wire_status_is sample_status_is = {
    true, true, "fine", UINT64_MAX, 1, sample_authorities, 2, "a 1\nb 2\n"};
static const struct wire_refused sample_refused = {CA_DENIED, "policy", "no", sample_findings, 2};

static const void *const samples[WIRE__COUNT] = {
    [WIRE_ISSUE] = &sample_issue, [WIRE_REVOKE] = &sample_revoke, [WIRE_RELEASE] = &sample_release,
    [WIRE_AUTHORITY_CREATE] = &sample_authority_create,
    [WIRE_AUTHORITY_INSTALL] = &sample_authority_install,
    [WIRE_AUTHORITY_ADOPT] = &sample_authority_adopt, [WIRE_CRL_GENERATE] = &sample_crl_generate, [WIRE_CRL_SCHEDULE] = &sample_crl_schedule,
    [WIRE_OPERATOR_ENROL] = &sample_operator_enrol, [WIRE_DECIDE] = &sample_decide,
    [WIRE_APPROVAL_CHANGE] = &sample_approval_change, [WIRE_RULE_PUT] = &sample_rule_put,
    [WIRE_PROFILE_PUT] = &sample_profile_put, [WIRE_PROFILE_ACTIVATE] = &sample_profile_activate,
    [WIRE_EXPLAIN] = &sample_explain, [WIRE_EXPLAINED] = &sample_explained,
    [WIRE_WEBHOOK_PUT] = &sample_webhook_put, [WIRE_WEBHOOK_ACT] = &sample_webhook_act,
    [WIRE_WEBHOOK] = &sample_webhook,
    [WIRE_SCEP_ENROL] = &sample_scep_enrol, [WIRE_SCEP_ENDPOINT_PUT] = &sample_scep_endpoint_put,
    [WIRE_SCEP_ENDPOINT] = &sample_scep_endpoint, [WIRE_SCEP_CHALLENGE_CREATE] = &sample_scep_challenge_create,
    [WIRE_SCEP_CHALLENGE_REVOKE] = &sample_scep_challenge_revoke, [WIRE_SCEP_CHALLENGE] = &sample_scep_challenge,
    [WIRE_SERVICE_ISSUE] = &sample_service_issue, [WIRE_SERVICE] = &sample_service,
    [WIRE_OCSP_SIGN] = &sample_ocsp_sign, [WIRE_OCSP_SIGNED] = &sample_ocsp_signed,
    [WIRE_KEY_BLOCK] = &sample_key_block, [WIRE_KEY_UNBLOCK] = &sample_key_unblock, [WIRE_KEY] = &sample_key,
    [WIRE_AUTHORITY_NEXT] = &sample_authority_next,
    [WIRE_MASS_REVOKE] = &sample_mass_revoke, [WIRE_MASS_CANCEL] = &sample_mass_cancel, [WIRE_MASS] = &sample_mass,
    [WIRE_NAMED_LIST_ACT] = &sample_named_list_act, [WIRE_NAMED_LIST] = &sample_named_list,
    [WIRE_REPLAY] = &sample_replay, [WIRE_REPLAYED] = &sample_replayed,
    [WIRE_PROFILE] = &sample_profile, [WIRE_APPROVAL] = &sample_approval, [WIRE_NOTE] = &sample_note,
    [WIRE_STATUS] = &sample_status, [WIRE_REFUSED] = &sample_refused, [WIRE_ISSUED] = &sample_issued,
    [WIRE_REVOKED] = &sample_revoked, [WIRE_AUTHORITY] = &sample_authority, [WIRE_CRL] = &sample_crl,
    [WIRE_OPERATOR] = &sample_operator, [WIRE_OPERATOR_CHANGE] = &sample_operator_change,
    [WIRE_CREDENTIAL_ADD] = &sample_credential_add,
    [WIRE_CREDENTIAL_REVOKE] = &sample_credential_revoke,
    [WIRE_TOKEN_CREATE] = &sample_token_create, [WIRE_CREDENTIAL] = &sample_credential,
    [WIRE_GROUP_PUT] = &sample_group_put, [WIRE_GROUP] = &sample_group, [WIRE_STATUS_IS] = &sample_status_is,
};
/* clang-format on */
