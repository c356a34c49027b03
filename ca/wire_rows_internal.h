/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/wire_internal.h"

/* What the files with rows share. */

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
#define BODY(name)              const struct wire_list wire_##name##_body = LIST(wire_##name, name##_fields)
/* clang-format on */

/* Elements of lists in several messages: ca/wire_parts_rows.c. */
extern const struct wire_list wire_texts, wire_pairs, wire_findings, wire_constraint_pairs,
    wire_extensions;
/* The fields of each kind, each defined beside the others of its subject. */
extern const struct wire_list wire_issue_body;
extern const struct wire_list wire_issued_body;
extern const struct wire_list wire_revoke_body;
extern const struct wire_list wire_release_body;
extern const struct wire_list wire_key_block_body;
extern const struct wire_list wire_key_unblock_body;
extern const struct wire_list wire_mass_revoke_body;
extern const struct wire_list wire_mass_cancel_body;
extern const struct wire_list wire_named_list_act_body;
extern const struct wire_list wire_revoked_body;
extern const struct wire_list wire_key_body;
extern const struct wire_list wire_mass_body;
extern const struct wire_list wire_named_list_body;
extern const struct wire_list wire_authority_create_body;
extern const struct wire_list wire_authority_install_body;
extern const struct wire_list wire_authority_adopt_body;
extern const struct wire_list wire_authority_next_body;
extern const struct wire_list wire_crl_generate_body;
extern const struct wire_list wire_crl_schedule_body;
extern const struct wire_list wire_authority_body;
extern const struct wire_list wire_crl_body;
extern const struct wire_list wire_operator_enrol_body;
extern const struct wire_list wire_operator_change_body;
extern const struct wire_list wire_credential_add_body;
extern const struct wire_list wire_credential_revoke_body;
extern const struct wire_list wire_token_create_body;
extern const struct wire_list wire_group_put_body;
extern const struct wire_list wire_operator_body;
extern const struct wire_list wire_credential_body;
extern const struct wire_list wire_group_body;
extern const struct wire_list wire_decide_body;
extern const struct wire_list wire_approval_change_body;
extern const struct wire_list wire_rule_put_body;
extern const struct wire_list wire_approval_body;
extern const struct wire_list wire_profile_put_body;
extern const struct wire_list wire_profile_activate_body;
extern const struct wire_list wire_explain_body;
extern const struct wire_list wire_replay_body;
extern const struct wire_list wire_profile_body;
extern const struct wire_list wire_explained_body;
extern const struct wire_list wire_replayed_body;
extern const struct wire_list wire_scep_enrol_body;
extern const struct wire_list wire_scep_endpoint_put_body;
extern const struct wire_list wire_scep_challenge_create_body;
extern const struct wire_list wire_scep_challenge_revoke_body;
extern const struct wire_list wire_scep_endpoint_body;
extern const struct wire_list wire_scep_challenge_body;
extern const struct wire_list wire_ocsp_sign_body;
extern const struct wire_list wire_ocsp_signed_body;
