/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
static const struct wire_field operator_enrol_fields[] = {
    CALLER(wire_operator_enrol),
    F(TEXT,  wire_operator_enrol, name,        NAME),
    F(U32,   wire_operator_enrol, roles,       0),
    L(wire_operator_enrol, names, names_n, wire_texts, OWNED_N),
    F(BYTES, wire_operator_enrol, certificate, DER_ONE),
    F(BYTES, wire_operator_enrol, csr,         DER_ONE),
};
static const struct wire_field operator_change_fields[] = {
    CALLER(wire_operator_change),
    F(UUID,  wire_operator_change, operator_id,   0),
    F(BYTES, wire_operator_change, seen,          DIGEST),
    F(U32,   wire_operator_change, roles,         0),
    F(BOOL,  wire_operator_change, names_given,   0),
    L(wire_operator_change, names, names_n, wire_texts, OWNED_N),
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
    L(wire_token_create, profiles, profiles_n, wire_texts, OWNED_N),
    F(BOOL, wire_token_create, names_given,    0),
    L(wire_token_create, names, names_n, wire_texts, OWNED_N),
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

BODY(operator_enrol);
BODY(operator_change);
BODY(credential_add);
BODY(credential_revoke);
BODY(token_create);
BODY(group_put);
BODY(operator);
BODY(credential);
BODY(group);
/* clang-format on */
