/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/ocsp_view.h"

#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };

/* clang-format off */
static const struct json_field signer_fields[] = {
    ROW(rest_ocsp_signer, JSON_TEXT, subject, R, 0, "RFC 4514"),
    ROW(rest_ocsp_signer, JSON_HEX, serial, R, 20, "of the certificate"),
    ROW(rest_ocsp_signer, JSON_HEX, fingerprint, R, 32, "SHA-256 of the certificate"),
    ROW(rest_ocsp_signer, JSON_TIME, not_before, R, 0, "first second of validity"),
    ROW(rest_ocsp_signer, JSON_TIME, not_after, R, 0, "last second of validity; there is another one before then"),
};
static const struct json_schema signer_schema = SCHEMA("OcspSigner", rest_ocsp_signer, signer_fields, "Who signs OCSP answers for an authority.");

static const struct json_field kept_fields[] = {
    ROW(rest_ocsp_kept, JSON_INT, good, R, 0, "answers that say good"),
    ROW(rest_ocsp_kept, JSON_INT, revoked, R, 0, "answers that say revoked"),
    ROW(rest_ocsp_kept, JSON_INT, unknown, R, 0, "answers on serial numbers that nobody issued"),
    ROW(rest_ocsp_kept, JSON_TIME, next_update, N, 0, "when the first of them ends; null: there is none"),
};
static const struct json_schema kept_schema = SCHEMA("OcspKept", rest_ocsp_kept, kept_fields, "OCSP answers in the memory of this node.");

static const struct json_field ocsp_fields[] = {
    ROW(rest_ocsp, JSON_TEXT, authority, R, 0, "its name"),
    ROW(rest_ocsp, JSON_TEXT, url, N, 0, "put into what it issues; null: none is"),
    ROW_OF(rest_ocsp, JSON_NESTED, signer, N, 0, signer_schema, "null: the authority's own key signs"),
    ROW_OF(rest_ocsp, JSON_NESTED, kept, R, 0, kept_schema, "on this node"),
};
/* clang-format on */
const struct json_schema rest_ocsp_schema =
    SCHEMA("Ocsp", rest_ocsp, ocsp_fields, "How an authority answers OCSP requests.");
