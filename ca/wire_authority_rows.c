/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
static const struct wire_field authority_create_fields[] = {
    CALLER(wire_authority_create),
    F(TEXT, wire_authority_create, name,           NAME),
    F(TEXT, wire_authority_create, parent,         NAME),
    F(TEXT, wire_authority_create, key,            KEY_SPEC),
    F(BOOL, wire_authority_create, pss,            0),
    F(TEXT, wire_authority_create, digest,         KEY_SPEC),
    F(TEXT, wire_authority_create, profile,        NAME),
    L(wire_authority_create, subject, subject_n, wire_pairs, SUBJECT_N),
    F(I64,  wire_authority_create, validity_s,     0),
    F(I32,  wire_authority_create, path_length,    0),
    L(wire_authority_create, permitted_dns, permitted_dns_n, wire_texts, DNS_N),
    L(wire_authority_create, excluded_dns, excluded_dns_n, wire_texts, DNS_N),
    L(wire_authority_create, constraints, constraints_n, wire_constraint_pairs, CONSTRAINT_N),
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

BODY(authority_create);
BODY(authority_install);
BODY(authority_adopt);
BODY(authority_next);
BODY(crl_generate);
BODY(crl_schedule);
BODY(authority);
BODY(crl);
/* clang-format on */
