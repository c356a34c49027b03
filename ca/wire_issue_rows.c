/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
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
    L(wire_issue, subject, subject_n, wire_pairs, SUBJECT_N),
    F(BOOL,  wire_issue, sans_given,      0),
    L(wire_issue, sans, sans_n, wire_pairs, SAN_N),
    F(I64,   wire_issue, not_after,       0),
    F(I64,   wire_issue, validity_s,      0),
    F(TEXT,  wire_issue, digest,          KEY_SPEC),
    F(U32,   wire_issue, on,              0),
    F(U32,   wire_issue, off,             0),
    F(BOOL,  wire_issue, path_length_given, 0),
    F(U32,   wire_issue, path_length,     0),
    F(BOOL,  wire_issue, key_usage_given, 0),
    F(U32,   wire_issue, key_usage,       0),
    L(wire_issue, usages, usages_n, wire_texts, OID_N),
    L(wire_issue, policies, policies_n, wire_texts, OID_N),
    L(wire_issue, constraints, constraints_n, wire_constraint_pairs, CONSTRAINT_N),
    F(TEXT,  wire_issue, crl_url,         URL),
    F(TEXT,  wire_issue, aia_url,         URL),
    F(TEXT,  wire_issue, ocsp_url,        URL),
    L(wire_issue, extensions, extensions_n, wire_extensions, EXTENSION_N),
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
    L(wire_issued, findings, findings_n, wire_findings, FINDING_N),
};

BODY(issue);
BODY(issued);
/* clang-format on */
