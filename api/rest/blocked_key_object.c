/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/blocked_key_view.h"

#include "api/rest/choices.h"
#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE, COMMENT = 1000, PEM_MAX = 16384 };

/* clang-format off */
static const struct json_field key_fields[] = {
    ROW(rest_blocked_key, JSON_HEX, spki_sha256, R, 32, "its address: SHA-256 of the SubjectPublicKeyInfo"),
    ROW_CHOICE(rest_blocked_key, reason, R, rest_reasons, "with which its certificates are revoked"),
    ROW(rest_blocked_key, JSON_LINES, comment, R, 0, "why"),
    ROW(rest_blocked_key, JSON_TIME, blocked_at, R, 0, "since when"),
    ROW(rest_blocked_key, JSON_TEXT, blocked_by, R, 0, "name of the operator"),
    ROW(rest_blocked_key, JSON_INT, certificates, R, 0, "that carry it and are neither revoked nor expired"),
    ROW_OF(rest_blocked_key, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_blocked_key_schema = SCHEMA("BlockedKey", rest_blocked_key, key_fields, "A key that gets no certificate.");

static const struct json_field page_fields[] = {
    ROW_OF(rest_page, JSON_LIST, items, R, 0, rest_blocked_key_schema, "by hash"),
    ROW(rest_page, JSON_TEXT, next, N, 0, "cursor of the next page; null: there is none"),
};
const struct json_schema rest_blocked_key_page = SCHEMA("BlockedKeyList", rest_page, page_fields, "One page of a list.");

static const struct json_field change_fields[] = {
    ROW(rest_key_change, JSON_HEX, spki_sha256, R, 32, "which key"),
    ROW(rest_key_change, JSON_BOOL, existed, R, 0, "it was blocked already"),
    ROW(rest_key_change, JSON_INT, revoked, R, 0, "certificates that this call revoked"),
    ROW(rest_key_change, JSON_BOOL, more, R, 0, "others are left: the same call goes on with them"),
    ROW(rest_key_change, JSON_TIME, crl_due, N, 0, "when the CRLs that show all of them are published at the latest"),
};
const struct json_schema rest_key_change_schema = SCHEMA("KeyChange", rest_key_change, change_fields, "What became of a key and its certificates.");

static const struct json_field block_fields[] = {
    ROW(rest_key_block, JSON_HEX, spki_sha256, 0, 32, "SHA-256 of the SubjectPublicKeyInfo; or one of the next four"),
    ROW(rest_key_block, JSON_UUID, certificate_id, 0, 0, "the key of this certificate on record"),
    ROW(rest_key_block, JSON_CERTIFICATES, certificate, 0, 0, "the key of this certificate, from anywhere"),
    ROW(rest_key_block, JSON_CSR, csr, 0, 0, "the key of this PKCS#10"),
    ROW(rest_key_block, JSON_LINES, public_key, 0, PEM_MAX, "PEM, PUBLIC KEY"),
    ROW_CHOICE(rest_key_block, reason, 0, rest_reasons, "with which its certificates are revoked; key_compromise without it"),
    ROW(rest_key_block, JSON_LINES, comment, 0, COMMENT, "why, for the record and in the revocations"),
    ROW(rest_key_block, JSON_BOOL, revoke, 0, 0, "revoke the certificates that carry the key"),
};
const struct json_schema rest_key_block_schema = SCHEMA("KeyBlock", rest_key_block, block_fields, "A key to block.");
/* clang-format on */
