/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
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
    L(wire_named_list, unknown, unknown_n, wire_texts, UNKNOWN_N),
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
    L(wire_mass, unknown, unknown_n, wire_texts, UNKNOWN_N),
};

BODY(revoke);
BODY(release);
BODY(key_block);
BODY(key_unblock);
BODY(mass_revoke);
BODY(mass_cancel);
BODY(named_list_act);
BODY(revoked);
BODY(key);
BODY(mass);
BODY(named_list);
/* clang-format on */
