/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
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
    L(wire_scep_challenge_create, subject, subject_n, wire_pairs, SUBJECT_N),
    L(wire_scep_challenge_create, sans, sans_n, wire_pairs, SAN_N),
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

BODY(scep_enrol);
BODY(scep_endpoint_put);
BODY(scep_challenge_create);
BODY(scep_challenge_revoke);
BODY(scep_endpoint);
BODY(scep_challenge);
/* clang-format on */
