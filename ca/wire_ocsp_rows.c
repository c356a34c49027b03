/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/wire_rows_internal.h"

/* clang-format off */
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

BODY(ocsp_sign);
BODY(ocsp_signed);
/* clang-format on */
