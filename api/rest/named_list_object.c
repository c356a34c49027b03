/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/named_list_view.h"

#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };
enum { LISTED = 10000, SHOWN = 100, DIGEST = 32 };

/* clang-format off */
static const struct json_field list_fields[] = {
    ROW(rest_named_list, JSON_UUID, id, R, 0, "its address"),
    ROW(rest_named_list, JSON_TEXT, status, R, 0, "open: takes pieces; complete: nothing of it changes any more"),
    ROW(rest_named_list, JSON_TEXT, authority, N, 0, "issuer of the certificates; null: any"),
    ROW(rest_named_list, JSON_TIME, created_at, R, 0, "when it was begun"),
    ROW(rest_named_list, JSON_TEXT, created_by, R, 0, "name of the operator; nobody else changes or uses it"),
    ROW(rest_named_list, JSON_TIME, expires_at, R, 0, "when it is dropped, unless a job works on it: a day to complete it, then 35 days"),
    ROW(rest_named_list, JSON_INT, pieces, R, 0, "while it is open: how many there are"),
    ROW(rest_named_list, JSON_INT, named, R, 0, "how many certificates are named; when it is complete, each counted once"),
    ROW(rest_named_list, JSON_HEX, digest, N, DIGEST, "SHA-256 of their names, each once and in order of octets, each with a newline: sort -u FILE | sha256sum in the C locale; null: it is open"),
    ROW(rest_named_list, JSON_INT, unknown_total, R, 0, "of those that are named: there was no such certificate, or several, when it was given; nothing is revoked then"),
    ROW(rest_named_list, JSON_TEXTS, unknown, R, SHOWN, "the first of these; of a list that is complete"),
};
const struct json_schema rest_named_list_schema = SCHEMA("NamedList", rest_named_list, list_fields, "Certificates that are named one by one, in pieces.");

static const struct json_field piece_fields[] = {
    ROW(rest_named_piece, JSON_INT, number, R, 0, "of the piece, from 1"),
    ROW(rest_named_piece, JSON_INT, named, R, 0, "how many it names"),
    ROW(rest_named_piece, JSON_INT, unknown_total, R, 0, "of these: there is no such certificate, or several"),
    ROW(rest_named_piece, JSON_TEXTS, unknown, R, SHOWN, "the first of these"),
};
const struct json_schema rest_named_piece_schema = SCHEMA("NamedListPiece", rest_named_piece, piece_fields, "A piece of a list.");

static const struct json_field dropped_fields[] = {
    ROW(rest_named_dropped, JSON_UUID, id, R, 0, "what its address was"),
};
const struct json_schema rest_named_dropped_schema = SCHEMA("NamedListDropped", rest_named_dropped, dropped_fields, "A list that is gone.");

static const struct json_field create_fields[] = {
    ROW(rest_named_create, JSON_TEXT, authority, 0, 64, "issuer of the certificates, where serial numbers alone are not enough"),
};
const struct json_schema rest_named_create_schema = SCHEMA("NamedListCreate", rest_named_create, create_fields, "A list to begin.");

static const struct json_field submit_fields[] = {
    ROW(rest_named_submit, JSON_TEXTS, certificates, R, LISTED, "id, serial number in hexadecimal, or SHA-256 of each certificate"),
};
const struct json_schema rest_named_submit_schema = SCHEMA("NamedListPieceSubmit", rest_named_submit, submit_fields, "What a piece of a list names.");

static const struct json_field complete_fields[] = {
    ROW(rest_named_complete, JSON_INT, named, R, 0, "how many certificates all pieces name, each counted once"),
    ROW(rest_named_complete, JSON_HEX, digest, R, DIGEST, "SHA-256 of their names: ids in lower case, numbers in lower-case hexadecimal digits, two for each octet, without leading zero octets or anything between; each once, in order of octets, each with a newline"),
};
const struct json_schema rest_named_complete_schema = SCHEMA("NamedListComplete", rest_named_complete, complete_fields, "What a list is, when all its pieces are there.");
/* clang-format on */
