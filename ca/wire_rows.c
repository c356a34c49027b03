/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_internal.h"

/* Bounds in octets (texts, bytes) and elements (lists). */
enum {
    NAME = 64,
    CHANNEL = 80, /* "scep/" and an endpoint */
    REQUEST_ID = 128,
    IDEMPOTENCY_KEY = 128,
    LABEL = 128,
    KEY_SPEC = 32,
    STATE = 32,
    PROBLEM = 31,   /* fits struct ca_err */
    SENTENCE = 239, /* the same */
    REASON = 512,
    COMMENT = 1000,
    DETAIL = 1000,
    URL = 512,
    DNS = 253,
    PAIR_TYPE = 64,
    PAIR_VALUE = 1024,
    POINTER = 256,
    FINDING_TEXT = 512,
    DER_ONE = 65536,
    DER_CHAIN = 262144,
    METRICS = 262144,
    DIGEST = 64,
    SUBJECT_N = 32,
    SAN_N = 256,
    DNS_N = 256,
    OWNED_N = 256,
    MEMBER_N = 256,
    FINDING_N = 64,
    OID_N = 32,
    CONSTRAINT_N = 128,
    EXTENSION_N = 16,
    EXTENSION_DER = 4096,
    AUTHORITY_N = 256,
    VOTE_N = 256,
    RULE_N = 256,
    DIFFERENCE_N = 160,
    CHANGE_N = 200,
    SAYS = 199, /* struct rule_trace and diff_row */
    SHOWN = 299,
    CRL_REASON = 10, /* RFC 5280 5.3.1 */
    TRANSACTION_ID = 255,
    MESSAGE_TYPE = 99,
    SECRET = 512,
    SERIAL = 64, /* an OCSP client may ask for anything */
    NONCE = 128, /* RFC 9654 */
    OCSP_STATUS = 2,
    LISTED = 360 * 1024, /* 10,000 fingerprints */
    SAMPLE_N = 20,
    UNKNOWN_N = 1000,
};

/* clang-format off */
/* F(type, struct, member, bound), L(struct, list, count, element, bound) */
#define F(type, s, m, bound)    {#m, FIELD_##type, offsetof(struct s, m), (bound), 0, NULL}
#define L(s, m, n, list, bound) {#m, FIELD_LIST, offsetof(struct s, m), (bound), offsetof(struct s, n), &(list)}
#define LIST(s, rows)           {sizeof(struct s), rows, CA_COUNT(rows)}
#define CALLER(s)                                  \
    F(UUID, s, caller.operator_id,   0),           \
    F(UUID, s, caller.credential_id, 0),           \
    F(TEXT, s, caller.channel,       CHANNEL),     \
    F(TEXT, s, caller.request_id,    REQUEST_ID)

static const struct wire_field text_fields[] = {
    F(TEXT, wire_text, text, DNS),
};
static const struct wire_list texts = LIST(wire_text, text_fields);

static const struct wire_field pair_fields[] = {
    F(TEXT, wire_pair, type,  PAIR_TYPE),
    F(TEXT, wire_pair, value, PAIR_VALUE),
};
static const struct wire_list pairs = LIST(wire_pair, pair_fields);

static const struct wire_field finding_fields[] = {
    F(BOOL, wire_finding, refuses, 0),
    F(TEXT, wire_finding, rule,    NAME),
    F(TEXT, wire_finding, pointer, POINTER),
    F(TEXT, wire_finding, value,   FINDING_TEXT),
    F(TEXT, wire_finding, allowed, FINDING_TEXT),
    F(TEXT, wire_finding, text,    FINDING_TEXT),
};
static const struct wire_list findings = LIST(wire_finding, finding_fields);

static const struct wire_field authority_status_fields[] = {
    F(TEXT, wire_authority_status, name,   NAME),
    F(BOOL, wire_authority_status, online, 0),
    F(TEXT, wire_authority_status, reason, REASON),
};
static const struct wire_list authority_statuses =
    LIST(wire_authority_status, authority_status_fields);

static const struct wire_field constraint_fields[] = {
    F(TEXT, wire_pair, type,  KEY_SPEC),
    F(TEXT, wire_pair, value, DNS),
};
static const struct wire_list constraint_pairs = LIST(wire_pair, constraint_fields);

static const struct wire_field extension_fields[] = {
    F(TEXT,  wire_extension, oid,      DNS),
    F(BOOL,  wire_extension, critical, 0),
    F(BYTES, wire_extension, value,    EXTENSION_DER),
};
static const struct wire_list extensions = LIST(wire_extension, extension_fields);

static const struct wire_field issue_fields[] = {
    CALLER(wire_issue),
    F(TEXT,  wire_issue, profile,         NAME),
    F(TEXT,  wire_issue, authority,       NAME),
    F(BYTES, wire_issue, csr,             DER_ONE),
    F(TEXT,  wire_issue, idempotency_key, IDEMPOTENCY_KEY),
    F(LINES, wire_issue, comment,         COMMENT),
    F(BOOL,  wire_issue, manual,          0),
    F(BYTES, wire_issue, proven,          DIGEST),
    F(UUID,  wire_issue, revises,         0),
    F(BYTES, wire_issue, revises_digest,  DIGEST),
    F(BOOL,  wire_issue, subject_given,   0),
    L(wire_issue, subject, subject_n, pairs, SUBJECT_N),
    F(BOOL,  wire_issue, sans_given,      0),
    L(wire_issue, sans, sans_n, pairs, SAN_N),
    F(I64,   wire_issue, not_after,       0),
    F(I64,   wire_issue, validity_s,      0),
    F(TEXT,  wire_issue, digest,          KEY_SPEC),
    F(U32,   wire_issue, on,              0),
    F(U32,   wire_issue, off,             0),
    F(BOOL,  wire_issue, path_length_given, 0),
    F(U32,   wire_issue, path_length,     0),
    F(BOOL,  wire_issue, key_usage_given, 0),
    F(U32,   wire_issue, key_usage,       0),
    L(wire_issue, usages, usages_n, texts, OID_N),
    L(wire_issue, policies, policies_n, texts, OID_N),
    L(wire_issue, constraints, constraints_n, constraint_pairs, CONSTRAINT_N),
    F(TEXT,  wire_issue, crl_url,         URL),
    F(TEXT,  wire_issue, aia_url,         URL),
    F(TEXT,  wire_issue, ocsp_url,        URL),
    L(wire_issue, extensions, extensions_n, extensions, EXTENSION_N),
};
static const struct wire_field issued_fields[] = {
    F(UUID,  wire_issued, request_id,     0),
    F(TEXT,  wire_issued, state,          STATE),
    F(TEXT,  wire_issued, profile,        NAME),
    F(TEXT,  wire_issued, authority,      NAME),
    F(UUID,  wire_issued, certificate_id, 0),
    F(BYTES, wire_issued, certificate,    DER_ONE),
    F(BYTES, wire_issued, plan_digest,    DIGEST),
    F(BYTES, wire_issued, profile_version, DIGEST),
    F(LINES, wire_issued, comment,        COMMENT),
    F(I64,   wire_issued, created_at,     0),
    F(I64,   wire_issued, decided_at,     0),
    F(BOOL,  wire_issued, repeated,       0),
    L(wire_issued, findings, findings_n, findings, FINDING_N),
};

static const struct wire_field revoke_fields[] = {
    CALLER(wire_revoke),
    F(UUID,  wire_revoke, certificate_id,  0),
    F(U8,    wire_revoke, reason,          CRL_REASON),
    F(I64,   wire_revoke, invalidity_date, 0),
    F(LINES, wire_revoke, comment,         COMMENT),
};
static const struct wire_field release_fields[] = {
    CALLER(wire_release),
    F(UUID,  wire_release, certificate_id, 0),
    F(LINES, wire_release, comment,        COMMENT),
};
static const struct wire_field revoked_fields[] = {
    F(UUID, wire_revoked, certificate_id, 0),
    F(TEXT, wire_revoked, state,          STATE),
    F(I64,  wire_revoked, revoked_at,     0),
    F(I64,  wire_revoked, crl_number,     0),
    F(I64,  wire_revoked, crl_due,        0),
};

static const struct wire_field authority_create_fields[] = {
    CALLER(wire_authority_create),
    F(TEXT, wire_authority_create, name,           NAME),
    F(TEXT, wire_authority_create, parent,         NAME),
    F(TEXT, wire_authority_create, key,            KEY_SPEC),
    F(BOOL, wire_authority_create, pss,            0),
    F(TEXT, wire_authority_create, digest,         KEY_SPEC),
    F(TEXT, wire_authority_create, profile,        NAME),
    L(wire_authority_create, subject, subject_n, pairs, SUBJECT_N),
    F(I64,  wire_authority_create, validity_s,     0),
    F(I32,  wire_authority_create, path_length,    0),
    L(wire_authority_create, permitted_dns, permitted_dns_n, texts, DNS_N),
    L(wire_authority_create, excluded_dns, excluded_dns_n, texts, DNS_N),
    L(wire_authority_create, constraints, constraints_n, constraint_pairs, CONSTRAINT_N),
    F(TEXT, wire_authority_create, crl_url,        URL),
    F(TEXT, wire_authority_create, aia_url,        URL),
    F(TEXT, wire_authority_create, ocsp_url,       URL),
    F(I32,  wire_authority_create, crl_validity_s, 0),
    F(I32,  wire_authority_create, crl_interval_s, 0),
    F(I32,  wire_authority_create, crl_shards,     0),
    F(TEXT, wire_authority_create, follows,        NAME),
    F(BOOL, wire_authority_create, repeatable,     0),
};
static const struct wire_field authority_install_fields[] = {
    CALLER(wire_authority_install),
    F(TEXT,  wire_authority_install, name,  NAME),
    F(BYTES, wire_authority_install, chain, DER_CHAIN),
};
static const struct wire_field authority_adopt_fields[] = {
    CALLER(wire_authority_adopt),
    F(TEXT,  wire_authority_adopt, name,      NAME),
    F(TEXT,  wire_authority_adopt, key_label, LABEL),
    F(BYTES, wire_authority_adopt, chain,     DER_CHAIN),
    F(TEXT,  wire_authority_adopt, crl_url,   URL),
    F(TEXT,  wire_authority_adopt, aia_url,   URL),
    F(TEXT,  wire_authority_adopt, ocsp_url,  URL),
    F(I32,   wire_authority_adopt, crl_validity_s, 0),
    F(I32,   wire_authority_adopt, crl_interval_s, 0),
    F(I32,   wire_authority_adopt, crl_shards, 0),
    F(I64,   wire_authority_adopt, crl_number, 0),
};
static const struct wire_field authority_fields[] = {
    F(UUID,  wire_authority, id,          0),
    F(TEXT,  wire_authority, name,        NAME),
    F(TEXT,  wire_authority, state,       STATE),
    F(TEXT,  wire_authority, reason,      REASON),
    F(BYTES, wire_authority, csr,         DER_ONE),
    F(BYTES, wire_authority, certificate, DER_ONE),
};

static const struct wire_field authority_next_fields[] = {
    CALLER(wire_authority_next),
    F(TEXT, wire_authority_next, name, NAME),
    F(TEXT, wire_authority_next, act,  STATE),
    F(TEXT, wire_authority_next, next, NAME),
    F(I64,  wire_authority_next, at,   0),
};
static const struct wire_field crl_generate_fields[] = {
    CALLER(wire_crl_generate),
    F(TEXT, wire_crl_generate, authority, NAME),
    F(BOOL, wire_crl_generate, emergency, 0),
};
static const struct wire_field crl_schedule_fields[] = {
    CALLER(wire_crl_schedule),
    F(TEXT, wire_crl_schedule, authority,        NAME),
    F(I32,  wire_crl_schedule, validity_s,       0),
    F(I32,  wire_crl_schedule, interval_s,       0),
    F(I32,  wire_crl_schedule, delta_interval_s, 0),
    F(I32,  wire_crl_schedule, shards,           0),
    F(I32,  wire_crl_schedule, emergency_s,      0),
};
static const struct wire_field crl_fields[] = {
    F(TEXT, wire_crl, authority,   NAME),
    F(I64,  wire_crl, number,      0),
    F(I64,  wire_crl, this_update, 0),
    F(I64,  wire_crl, next_update, 0),
    F(I64,  wire_crl, entries,     0),
    F(I64,  wire_crl, size,        0),
};

static const struct wire_field operator_enrol_fields[] = {
    CALLER(wire_operator_enrol),
    F(TEXT,  wire_operator_enrol, name,        NAME),
    F(U32,   wire_operator_enrol, roles,       0),
    L(wire_operator_enrol, names, names_n, texts, OWNED_N),
    F(BYTES, wire_operator_enrol, certificate, DER_ONE),
    F(BYTES, wire_operator_enrol, csr,         DER_ONE),
};
static const struct wire_field operator_change_fields[] = {
    CALLER(wire_operator_change),
    F(UUID,  wire_operator_change, operator_id,   0),
    F(BYTES, wire_operator_change, seen,          DIGEST),
    F(U32,   wire_operator_change, roles,         0),
    F(BOOL,  wire_operator_change, names_given,   0),
    L(wire_operator_change, names, names_n, texts, OWNED_N),
    F(BOOL,  wire_operator_change, enabled_given, 0),
    F(BOOL,  wire_operator_change, enabled,       0),
};
static const struct wire_field operator_fields[] = {
    F(UUID,  wire_operator, id,            0),
    F(UUID,  wire_operator, credential_id, 0),
    F(BYTES, wire_operator, certificate,   DER_ONE),
};

static const struct wire_field credential_add_fields[] = {
    CALLER(wire_credential_add),
    F(UUID,  wire_credential_add, operator_id, 0),
    F(TEXT,  wire_credential_add, name,        NAME),
    F(BYTES, wire_credential_add, certificate, DER_ONE),
    F(BYTES, wire_credential_add, csr,         DER_ONE),
};
static const struct wire_field credential_revoke_fields[] = {
    CALLER(wire_credential_revoke),
    F(UUID, wire_credential_revoke, operator_id,   0),
    F(UUID, wire_credential_revoke, credential_id, 0),
};
static const struct wire_field token_create_fields[] = {
    CALLER(wire_token_create),
    F(UUID, wire_token_create, operator_id,    0),
    F(TEXT, wire_token_create, name,           NAME),
    F(BOOL, wire_token_create, profiles_given, 0),
    L(wire_token_create, profiles, profiles_n, texts, OWNED_N),
    F(BOOL, wire_token_create, names_given,    0),
    L(wire_token_create, names, names_n, texts, OWNED_N),
    F(I64,  wire_token_create, validity_s,     0),
};
static const struct wire_field credential_fields[] = {
    F(UUID,  wire_credential, id,          0),
    F(UUID,  wire_credential, operator_id, 0),
    F(BYTES, wire_credential, certificate, DER_ONE),
    F(BYTES, wire_credential, secret,      DIGEST),
};

static const struct wire_field member_fields[] = {
    F(UUID, wire_member, operator_id, 0),
};
static const struct wire_list members = LIST(wire_member, member_fields);
static const struct wire_field group_put_fields[] = {
    CALLER(wire_group_put),
    F(TEXT,  wire_group_put, name, NAME),
    F(BYTES, wire_group_put, seen, DIGEST),
    L(wire_group_put, members, members_n, members, MEMBER_N),
};
static const struct wire_field group_fields[] = {
    F(TEXT, wire_group, name, NAME),
};

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

static const struct wire_field key_block_fields[] = {
    CALLER(wire_key_block),
    F(BYTES, wire_key_block, spki_hash, DIGEST),
    F(U8,    wire_key_block, reason,    CRL_REASON),
    F(LINES, wire_key_block, comment,   COMMENT),
    F(BOOL,  wire_key_block, revoke,    0),
};
static const struct wire_field key_unblock_fields[] = {
    CALLER(wire_key_unblock),
    F(BYTES, wire_key_unblock, spki_hash, DIGEST),
    F(LINES, wire_key_unblock, comment,   COMMENT),
};
static const struct wire_field key_fields[] = {
    F(BYTES, wire_key, spki_hash, DIGEST),
    F(BOOL,  wire_key, existed,   0),
    F(U64,   wire_key, revoked,   0),
    F(BOOL,  wire_key, more,      0),
    F(I64,   wire_key, crl_due,   0),
};

static const struct wire_field webhook_put_fields[] = {
    CALLER(wire_webhook_put),
    F(UUID, wire_webhook_put, id,            0),
    F(TEXT, wire_webhook_put, url,           URL),
    L(wire_webhook_put, events, events_n, texts, OID_N),
    F(BOOL, wire_webhook_put, enabled_given, 0),
    F(BOOL, wire_webhook_put, enabled,       0),
};
static const struct wire_field webhook_act_fields[] = {
    CALLER(wire_webhook_act),
    F(UUID, wire_webhook_act, id,  0),
    F(TEXT, wire_webhook_act, act, STATE),
};
static const struct wire_field webhook_fields[] = {
    F(UUID, wire_webhook, id,          0),
    F(UUID, wire_webhook, delivery_id, 0),
};

static const struct wire_field scep_enrol_fields[] = {
    CALLER(wire_scep_enrol),
    F(TEXT,  wire_scep_enrol, endpoint,       NAME),
    F(TEXT,  wire_scep_enrol, transaction_id, TRANSACTION_ID),
    F(U8,    wire_scep_enrol, message_type,   MESSAGE_TYPE),
    F(BYTES, wire_scep_enrol, csr,            DER_ONE),
    F(BYTES, wire_scep_enrol, signed_by,      DER_ONE),
    F(TEXT,  wire_scep_enrol, proof,          SECRET),
    F(TEXT,  wire_scep_enrol, denied,         SENTENCE),
    F(TEXT,  wire_scep_enrol, remote,         NAME),
};
static const struct wire_field scep_endpoint_put_fields[] = {
    CALLER(wire_scep_endpoint_put),
    F(TEXT,  wire_scep_endpoint_put, name,               NAME),
    F(BYTES, wire_scep_endpoint_put, seen,               DIGEST),
    F(TEXT,  wire_scep_endpoint_put, profile,            NAME),
    F(TEXT,  wire_scep_endpoint_put, authority,          NAME),
    F(TEXT,  wire_scep_endpoint_put, ra_key,             KEY_SPEC),
    F(BOOL,  wire_scep_endpoint_put, enabled_given,      0),
    F(BOOL,  wire_scep_endpoint_put, enabled,            0),
    F(BOOL,  wire_scep_endpoint_put, modes_given,        0),
    F(U32,   wire_scep_endpoint_put, modes,              0),
    F(BOOL,  wire_scep_endpoint_put, legacy_given,       0),
    F(U32,   wire_scep_endpoint_put, legacy,             0),
    F(BOOL,  wire_scep_endpoint_put, switches_given,     0),
    F(U32,   wire_scep_endpoint_put, switches,           0),
    F(BOOL,  wire_scep_endpoint_put, webhook_url_given,  0),
    F(TEXT,  wire_scep_endpoint_put, webhook_url,        URL),
    F(I32,   wire_scep_endpoint_put, challenge_validity, 0),
    F(BOOL,  wire_scep_endpoint_put, is_new,             0),
};
static const struct wire_field scep_endpoint_fields[] = {
    F(UUID, wire_scep_endpoint, id,   0),
    F(TEXT, wire_scep_endpoint, name, NAME),
};
static const struct wire_field scep_challenge_create_fields[] = {
    CALLER(wire_scep_challenge_create),
    F(TEXT,  wire_scep_challenge_create, endpoint,   NAME),
    F(TEXT,  wire_scep_challenge_create, kind,       STATE),
    L(wire_scep_challenge_create, subject, subject_n, pairs, SUBJECT_N),
    L(wire_scep_challenge_create, sans, sans_n, pairs, SAN_N),
    F(BOOL,  wire_scep_challenge_create, any_name,   0),
    F(I64,   wire_scep_challenge_create, validity_s, 0),
    F(LINES, wire_scep_challenge_create, comment,    COMMENT),
};
static const struct wire_field scep_challenge_revoke_fields[] = {
    CALLER(wire_scep_challenge_revoke),
    F(UUID, wire_scep_challenge_revoke, id, 0),
};
static const struct wire_field scep_challenge_fields[] = {
    F(UUID,  wire_scep_challenge, id,         0),
    F(BYTES, wire_scep_challenge, secret,     SECRET),
    F(I64,   wire_scep_challenge, expires_at, 0),
};
static const struct wire_field service_issue_fields[] = {
    CALLER(wire_service_issue),
    F(TEXT,  wire_service_issue, kind,      STATE),
    F(TEXT,  wire_service_issue, owner,     NAME),
    F(TEXT,  wire_service_issue, key_label, LABEL),
    F(BYTES, wire_service_issue, csr,       DER_ONE),
};
static const struct wire_field service_fields[] = {
    F(BYTES, wire_service, certificate, DER_ONE),
    F(BYTES, wire_service, chain,       DER_CHAIN),
};
static const struct wire_field ocsp_id_fields[] = {
    F(BYTES, wire_ocsp_id, serial, SERIAL),
};
static const struct wire_list ocsp_ids = LIST(wire_ocsp_id, ocsp_id_fields);
static const struct wire_field ocsp_sign_fields[] = {
    CALLER(wire_ocsp_sign),
    F(TEXT,  wire_ocsp_sign, authority, NAME),
    F(TEXT,  wire_ocsp_sign, digest,    STATE),
    F(BOOL,  wire_ocsp_sign, together,  0),
    F(BYTES, wire_ocsp_sign, nonce,     NONCE),
    L(wire_ocsp_sign, ids, ids_n, ocsp_ids, WIRE_OCSP_IDS_MAX),
};
static const struct wire_field ocsp_answer_fields[] = {
    F(BYTES, wire_ocsp_answer, serial,      SERIAL),
    F(BYTES, wire_ocsp_answer, response,    WIRE_OCSP_RESPONSE_MAX),
    F(I64,   wire_ocsp_answer, this_update, 0),
    F(I64,   wire_ocsp_answer, next_update, 0),
    F(U8,    wire_ocsp_answer, status,      OCSP_STATUS),
};
static const struct wire_list ocsp_answers = LIST(wire_ocsp_answer, ocsp_answer_fields);
static const struct wire_field ocsp_signed_fields[] = {
    L(wire_ocsp_signed, answers, answers_n, ocsp_answers, WIRE_OCSP_IDS_MAX),
};
static const struct wire_field mass_revoke_fields[] = {
    CALLER(wire_mass_revoke),
    F(BOOL,  wire_mass_revoke, dry_run,         0),
    F(TEXT,  wire_mass_revoke, profile,         NAME),
    F(TEXT,  wire_mass_revoke, authority,       NAME),
    F(UUID,  wire_mass_revoke, requester_id,    0),
    F(BYTES, wire_mass_revoke, spki_hash,       DIGEST),
    F(I64,   wire_mass_revoke, issued_from,     0),
    F(I64,   wire_mass_revoke, issued_to,       0),
    F(BYTES, wire_mass_revoke, listed,          LISTED),
    F(UUID,  wire_mass_revoke, list_id,         0),
    F(U64,   wire_mass_revoke, list_named,      0),
    F(BYTES, wire_mass_revoke, list_digest,     DIGEST),
    F(U8,    wire_mass_revoke, reason,          CRL_REASON),
    F(I64,   wire_mass_revoke, invalidity_date, 0),
    F(LINES, wire_mass_revoke, comment,         COMMENT),
    F(I64,   wire_mass_revoke, selected_at,     0),
    F(U64,   wire_mass_revoke, total,           0),
    F(BYTES, wire_mass_revoke, digest,          DIGEST),
};
static const struct wire_field mass_cancel_fields[] = {
    CALLER(wire_mass_cancel),
    F(UUID,  wire_mass_cancel, job_id,  0),
    F(LINES, wire_mass_cancel, comment, COMMENT),
};
static const struct wire_field named_list_act_fields[] = {
    CALLER(wire_named_list_act),
    F(TEXT,  wire_named_list_act, act,       STATE),
    F(UUID,  wire_named_list_act, list_id,   0),
    F(TEXT,  wire_named_list_act, authority, NAME),
    F(U32,   wire_named_list_act, number,    0),
    F(BYTES, wire_named_list_act, listed,    LISTED),
    F(U64,   wire_named_list_act, named,     0),
    F(BYTES, wire_named_list_act, digest,    DIGEST),
};
static const struct wire_field named_list_fields[] = {
    F(UUID,  wire_named_list, list_id,       0),
    F(U64,   wire_named_list, named,         0),
    F(U64,   wire_named_list, unknown_total, 0),
    L(wire_named_list, unknown, unknown_n, texts, UNKNOWN_N),
};
static const struct wire_field mass_sample_fields[] = {
    F(UUID,  wire_mass_sample, id,        0),
    F(BYTES, wire_mass_sample, serial,    SERIAL),
    F(TEXT,  wire_mass_sample, subject,   PAIR_VALUE),
    F(TEXT,  wire_mass_sample, profile,   NAME),
    F(TEXT,  wire_mass_sample, authority, NAME),
    F(TEXT,  wire_mass_sample, state,     STATE),
    F(I64,   wire_mass_sample, not_after, 0),
};
static const struct wire_list mass_samples = LIST(wire_mass_sample, mass_sample_fields);
static const struct wire_field mass_fields[] = {
    F(UUID,  wire_mass, job_id,        0),
    F(I64,   wire_mass, selected_at,   0),
    F(U64,   wire_mass, total,         0),
    F(U64,   wire_mass, valid,         0),
    F(U64,   wire_mass, held,          0),
    F(U64,   wire_mass, revoked,       0),
    F(BYTES, wire_mass, digest,        DIGEST),
    L(wire_mass, sample, sample_n, mass_samples, SAMPLE_N),
    F(U64,   wire_mass, listed,        0),
    F(BYTES, wire_mass, list_digest,   DIGEST),
    F(U64,   wire_mass, unknown_total, 0),
    L(wire_mass, unknown, unknown_n, texts, UNKNOWN_N),
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
    L(wire_explained, findings, findings_n, findings, FINDING_N),
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

static const struct wire_field note_fields[] = {
    CALLER(wire_note),
    F(TEXT,  wire_note, action, NAME),
    F(TEXT,  wire_note, object, URL),
    F(LINES, wire_note, detail, DETAIL),
};

static const struct wire_field status_fields[] = {
    CALLER(wire_status),
};
static const struct wire_field status_is_fields[] = {
    F(BOOL,  wire_status_is, token,           0),
    F(BOOL,  wire_status_is, database,        0),
    F(TEXT,  wire_status_is, token_reason,    REASON),
    F(U64,   wire_status_is, open_intents,    0),
    F(U64,   wire_status_is, overdue_intents, 0),
    L(wire_status_is, authorities, authorities_n, authority_statuses, AUTHORITY_N),
    F(LINES, wire_status_is, metrics,         METRICS),
};

static const struct wire_field refused_fields[] = {
    F(RC,    wire_refused, rc,      CA_RC__COUNT - 1),
    F(TEXT,  wire_refused, problem, PROBLEM),
    F(LINES, wire_refused, text,    SENTENCE),
    L(wire_refused, findings, findings_n, findings, FINDING_N),
};

#define QUESTION(name, again, answer) #name, true, again, answer, false, LIST(wire_##name, name##_fields)
#define GUARDED(name, again, answer)  #name, true, again, answer, true, LIST(wire_##name, name##_fields)
#define ANSWER(name)                  #name, false, false, WIRE__COUNT, false, LIST(wire_##name, name##_fields)

static const struct wire_row rows[WIRE__COUNT] = {
    [WIRE_ISSUE]             = {QUESTION(issue, true, WIRE_ISSUED)},
    [WIRE_REVOKE]            = {GUARDED(revoke, true, WIRE_REVOKED)},
    [WIRE_RELEASE]           = {QUESTION(release, true, WIRE_REVOKED)},
    [WIRE_AUTHORITY_CREATE]  = {GUARDED(authority_create, true, WIRE_AUTHORITY)},
    [WIRE_AUTHORITY_INSTALL] = {GUARDED(authority_install, true, WIRE_AUTHORITY)},
    [WIRE_AUTHORITY_ADOPT]   = {GUARDED(authority_adopt, true, WIRE_AUTHORITY)},
    [WIRE_AUTHORITY_NEXT]    = {GUARDED(authority_next, true, WIRE_AUTHORITY)},
    [WIRE_CRL_GENERATE]      = {QUESTION(crl_generate, true, WIRE_CRL)},
    [WIRE_CRL_SCHEDULE]      = {GUARDED(crl_schedule, true, WIRE_AUTHORITY)},
    [WIRE_OPERATOR_ENROL]    = {GUARDED(operator_enrol, true, WIRE_OPERATOR)},
    [WIRE_OPERATOR_CHANGE]   = {GUARDED(operator_change, true, WIRE_OPERATOR)},
    [WIRE_CREDENTIAL_ADD]    = {GUARDED(credential_add, true, WIRE_CREDENTIAL)},
    [WIRE_CREDENTIAL_REVOKE] = {QUESTION(credential_revoke, true, WIRE_CREDENTIAL)},
    [WIRE_TOKEN_CREATE]      = {QUESTION(token_create, false, WIRE_CREDENTIAL)},
    [WIRE_GROUP_PUT]         = {GUARDED(group_put, true, WIRE_GROUP)},
    [WIRE_DECIDE]            = {QUESTION(decide, true, WIRE_APPROVAL)},
    [WIRE_APPROVAL_CHANGE]   = {QUESTION(approval_change, true, WIRE_APPROVAL)},
    [WIRE_RULE_PUT]          = {QUESTION(rule_put, true, WIRE_APPROVAL)},
    [WIRE_PROFILE_PUT]       = {QUESTION(profile_put, true, WIRE_PROFILE)},
    [WIRE_PROFILE_ACTIVATE]  = {GUARDED(profile_activate, true, WIRE_PROFILE)},
    [WIRE_KEY_BLOCK]         = {QUESTION(key_block, true, WIRE_KEY)},
    [WIRE_KEY_UNBLOCK]       = {QUESTION(key_unblock, false, WIRE_KEY)},
    [WIRE_MASS_REVOKE]       = {GUARDED(mass_revoke, true, WIRE_MASS)},
    [WIRE_MASS_CANCEL]       = {QUESTION(mass_cancel, false, WIRE_MASS)},
    [WIRE_NAMED_LIST_ACT]    = {QUESTION(named_list_act, true, WIRE_NAMED_LIST)},
    [WIRE_WEBHOOK_PUT]       = {QUESTION(webhook_put, false, WIRE_WEBHOOK)},
    [WIRE_WEBHOOK_ACT]       = {QUESTION(webhook_act, false, WIRE_WEBHOOK)},
    [WIRE_SCEP_ENROL]        = {QUESTION(scep_enrol, true, WIRE_ISSUED)},
    [WIRE_SCEP_ENDPOINT_PUT] = {GUARDED(scep_endpoint_put, true, WIRE_SCEP_ENDPOINT)},
    [WIRE_SCEP_CHALLENGE_CREATE] = {QUESTION(scep_challenge_create, false, WIRE_SCEP_CHALLENGE)},
    [WIRE_SCEP_CHALLENGE_REVOKE] = {QUESTION(scep_challenge_revoke, true, WIRE_SCEP_CHALLENGE)},
    [WIRE_SERVICE_ISSUE]     = {QUESTION(service_issue, false, WIRE_SERVICE)},
    [WIRE_OCSP_SIGN]         = {QUESTION(ocsp_sign, true, WIRE_OCSP_SIGNED)},
    [WIRE_EXPLAIN]           = {QUESTION(explain, true, WIRE_EXPLAINED)},
    [WIRE_REPLAY]            = {QUESTION(replay, true, WIRE_REPLAYED)},
    [WIRE_NOTE]              = {QUESTION(note, false, WIRE__COUNT)},
    [WIRE_STATUS]            = {QUESTION(status, false, WIRE_STATUS_IS)},
    [WIRE_REFUSED]           = {ANSWER(refused)},
    [WIRE_ISSUED]            = {ANSWER(issued)},
    [WIRE_REVOKED]           = {ANSWER(revoked)},
    [WIRE_AUTHORITY]         = {ANSWER(authority)},
    [WIRE_CRL]               = {ANSWER(crl)},
    [WIRE_OPERATOR]          = {ANSWER(operator)},
    [WIRE_CREDENTIAL]        = {ANSWER(credential)},
    [WIRE_GROUP]             = {ANSWER(group)},
    [WIRE_APPROVAL]          = {ANSWER(approval)},
    [WIRE_PROFILE]           = {ANSWER(profile)},
    [WIRE_KEY]               = {ANSWER(key)},
    [WIRE_MASS]              = {ANSWER(mass)},
    [WIRE_NAMED_LIST]        = {ANSWER(named_list)},
    [WIRE_WEBHOOK]           = {ANSWER(webhook)},
    [WIRE_SCEP_ENDPOINT]     = {ANSWER(scep_endpoint)},
    [WIRE_SCEP_CHALLENGE]    = {ANSWER(scep_challenge)},
    [WIRE_SERVICE]           = {ANSWER(service)},
    [WIRE_OCSP_SIGNED]       = {ANSWER(ocsp_signed)},
    [WIRE_EXPLAINED]         = {ANSWER(explained)},
    [WIRE_REPLAYED]          = {ANSWER(replayed)},
    [WIRE_STATUS_IS]         = {ANSWER(status_is)},
};
/* clang-format on */

const struct wire_row *wire_row(enum wire_kind kind)
{
    return (unsigned)kind < WIRE__COUNT && rows[kind].name != NULL ? &rows[kind] : NULL;
}

bool wire_answers(enum wire_kind question, enum wire_kind answer)
{
    const struct wire_row *row = wire_row(question);

    return answer == WIRE_REFUSED || answer == row->answer ||
           (row->may_wait && answer == WIRE_APPROVAL);
}
