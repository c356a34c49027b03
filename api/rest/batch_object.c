/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/batch_view.h"
#include "api/rest/table_internal.h"

enum {
    R = JSON_REQUIRED,
    N = JSON_REQUIRED | JSON_NULLABLE,
    NAME = 63,
    FILE_NAME = 255,
    COMMENT = 1000,
    SANS = 250
};

/* clang-format off */
static const struct json_field item_fields[] = {
    ROW(rest_batch_item, JSON_TEXT, name, R, FILE_NAME, "its name in this batch, as a file name"),
    ROW(rest_batch_item, JSON_LINES, csr, R, BATCH_CSR_TEXT_MAX, "PKCS#10 request: PEM, or DER as base64"),
    ROW(rest_batch_item, JSON_SUBJECT, subject, 0, 0, "replaces the subject of the CSR, where the profile lets it"),
    ROW_OF(rest_batch_item, JSON_LIST, sans, 0, SANS, rest_san_schema, "replace the names of the CSR, where the profile lets them"),
};
static const struct json_schema item_schema = SCHEMA("BatchItem", rest_batch_item, item_fields, "One request of a batch.");

static const struct json_field submit_fields[] = {
    ROW(rest_batch_submit, JSON_TEXT, profile, R, NAME, "name of the profile that decides"),
    ROW(rest_batch_submit, JSON_TEXT, authority, 0, NAME, "name of the authority that signs; without it the default one"),
    ROW_OF(rest_batch_submit, JSON_NESTED, validity, 0, 0, rest_validity_schema, "lifetime of each; not together with not_after"),
    ROW(rest_batch_submit, JSON_TIME, not_after, 0, 0, "last second of validity of each"),
    ROW(rest_batch_submit, JSON_TEXT, comment, 0, COMMENT, "for approvers and for the record, of each request"),
    ROW_OF(rest_batch_submit, JSON_LIST, items, R, BATCH_ITEMS_MAX, item_schema, "the requests"),
};
const struct json_schema rest_batch_submit_schema = SCHEMA("BatchSubmit", rest_batch_submit, submit_fields, "Many certificates that are asked for.");

static const struct json_field result_fields[] = {
    ROW(rest_batch_result, JSON_TEXT, name, R, 0, "as sent"),
    ROW(rest_batch_result, JSON_TEXT, status, R, 0, "of its request: issued, pending, issuing; refused: see problem; failed: not made, try again"),
    ROW(rest_batch_result, JSON_UUID, request_id, N, 0, "null: there is none"),
    ROW(rest_batch_result, JSON_UUID, certificate_id, N, 0, "once issued"),
    ROW_OF(rest_batch_result, JSON_NESTED, problem, N, 0, rest_problem_schema, "why not, as the refusal of a request of its own"),
};
static const struct json_schema result_schema = SCHEMA("BatchResult", rest_batch_result, result_fields, "What became of one request.");

static const struct json_field batch_fields[] = {
    ROW(rest_batch, JSON_INT, issued, R, 0, "how many have a certificate"),
    ROW(rest_batch, JSON_INT, waiting, R, 0, "how many wait"),
    ROW(rest_batch, JSON_INT, refused, R, 0, "how many were refused or failed"),
    ROW_OF(rest_batch, JSON_LIST, items, R, 0, result_schema, "in the order of the batch"),
};
const struct json_schema rest_batch_schema = SCHEMA("Batch", rest_batch, batch_fields, "What became of a batch.");
/* clang-format on */
