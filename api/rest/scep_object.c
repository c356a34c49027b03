/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/choices.h"
#include "api/rest/scep_view.h"
#include "api/rest/table_internal.h"

enum {
    R = JSON_REQUIRED,
    N = JSON_REQUIRED | JSON_NULLABLE,
    NAME = 63,
    URL = 512,
    WORDS = 16,
    KEY = 32,
    SANS = 250,
    COMMENT = 1000,
    YEAR_S = 366 * 24 * 3600
};

/* clang-format off */
static const struct json_field ra_fields[] = {
    ROW(rest_scep_ra, JSON_UUID, certificate_id, R, 0, "its address under /certificates"),
    ROW(rest_scep_ra, JSON_HEX, serial, R, 20, "serial number"),
    ROW(rest_scep_ra, JSON_HEX, fingerprint, R, 32, "SHA-256 of the DER"),
    ROW(rest_scep_ra, JSON_TIME, not_before, R, 0, "first second of validity"),
    ROW(rest_scep_ra, JSON_TIME, not_after, R, 0, "last second of validity; it is renewed long before"),
};
static const struct json_schema ra_schema = SCHEMA("ScepRaCertificate", rest_scep_ra, ra_fields, "The certificate with which an endpoint decrypts and signs.");

static const struct json_field endpoint_fields[] = {
    ROW(rest_scep_endpoint, JSON_TEXT, name, R, 0, "its name here and in its address"),
    ROW(rest_scep_endpoint, JSON_TEXT, url, R, 0, "address for devices; whatever they append is ignored"),
    ROW(rest_scep_endpoint, JSON_TEXT, profile, R, 0, "name of the profile that decides"),
    ROW(rest_scep_endpoint, JSON_TEXT, authority, R, 0, "name of the authority that issues"),
    ROW(rest_scep_endpoint, JSON_BOOL, enabled, R, 0, "false: nobody gets in"),
    ROW(rest_scep_endpoint, JSON_TEXTS, modes, R, 0, "what lets a device in, any of them (GET /choices/scep_modes)"),
    ROW(rest_scep_endpoint, JSON_TEXTS, legacy, R, 0, "weak algorithms that are taken (GET /choices/scep_legacy)"),
    ROW(rest_scep_endpoint, JSON_TEXTS, switches, R, 0, "for clients with habits of their own (GET /choices/scep_switches)"),
    ROW(rest_scep_endpoint, JSON_TEXT, webhook_url, N, 0, "who decides, in the mode webhook"),
    ROW(rest_scep_endpoint, JSON_INT, challenge_validity_seconds, R, 0, "how long a challenge is good that says nothing else"),
    ROW(rest_scep_endpoint, JSON_BOOL, static_challenge, R, 0, "is there one"),
    ROW(rest_scep_endpoint, JSON_TEXT, ra_key, R, 0, "kind of the next RA key"),
    ROW_OF(rest_scep_endpoint, JSON_NESTED, ra_certificate, N, 0, ra_schema, "the newest one; null: it is being made"),
    ROW(rest_scep_endpoint, JSON_TIME, created_at, R, 0, "when it was made"),
    ROW(rest_scep_endpoint, JSON_TEXTS, warnings, R, 0, "sentences on what is weak about it"),
    ROW_OF(rest_scep_endpoint, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_scep_endpoint_schema = SCHEMA("ScepEndpoint", rest_scep_endpoint, endpoint_fields, "A door for devices that speak SCEP (RFC 8894).");

static const struct json_field challenge_fields[] = {
    ROW(rest_scep_challenge, JSON_UUID, id, R, 0, "its address"),
    ROW(rest_scep_challenge, JSON_TEXT, endpoint, R, 0, "name of the endpoint that takes it"),
    ROW(rest_scep_challenge, JSON_TEXT, status, R, 0, "unused, used, revoked or expired"),
    ROW(rest_scep_challenge, JSON_TEXT, profile, R, 0, "the endpoint's when it was made: with another it is good for nothing"),
    ROW(rest_scep_challenge, JSON_TEXT, subject, R, 0, "RFC 4514: exactly this one"),
    ROW(rest_scep_challenge, JSON_TEXT, sans, R, 0, "DNS:a,IP:b: exactly these"),
    ROW(rest_scep_challenge, JSON_BOOL, any_name, R, 0, "true: for whatever names the profile lets through"),
    ROW(rest_scep_challenge, JSON_LINES, comment, 0, 0, "of whoever made it"),
    ROW(rest_scep_challenge, JSON_TIME, created_at, R, 0, "when it was made"),
    ROW(rest_scep_challenge, JSON_TEXT, created_by, N, 0, "name of the operator"),
    ROW(rest_scep_challenge, JSON_TIME, expires_at, R, 0, "not good from then on"),
    ROW(rest_scep_challenge, JSON_TIME, used_at, N, 0, "when it was used"),
    ROW(rest_scep_challenge, JSON_UUID, request_id, N, 0, "the request that used it"),
    ROW(rest_scep_challenge, JSON_TIME, revoked_at, N, 0, "when it was revoked"),
    ROW_OF(rest_scep_challenge, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_scep_challenge_schema = SCHEMA("ScepChallenge", rest_scep_challenge, challenge_fields, "A challenge for one use; the secret itself is nowhere.");

static const struct json_field secret_fields[] = {
    ROW(rest_scep_secret, JSON_UUID, id, N, 0, "of one that is on record"),
    ROW(rest_scep_secret, JSON_TEXT, endpoint, R, 0, "name of the endpoint that takes it"),
    ROW(rest_scep_secret, JSON_TEXT, url, R, 0, "address of that endpoint for devices"),
    ROW(rest_scep_secret, JSON_TEXT, kind, R, 0, "one-time, derived, static or webhook"),
    ROW(rest_scep_secret, JSON_TEXT, challenge, R, 0, "the secret: shown this once"),
    ROW(rest_scep_secret, JSON_TIME, expires_at, N, 0, "not good from then on; null: until it is replaced"),
    ROW(rest_scep_secret, JSON_TEXTS, warnings, R, 0, "sentences on what is weak about it"),
};
const struct json_schema rest_scep_secret_schema = SCHEMA("ScepChallengeSecret", rest_scep_secret, secret_fields, "A new challenge.");

static const struct json_field transaction_fields[] = {
    ROW(rest_scep_transaction, JSON_TEXT, transaction_id, R, 0, "what the client calls it; the same for each enrolment of a key"),
    ROW(rest_scep_transaction, JSON_UUID, request_id, R, 0, "its request"),
    ROW(rest_scep_transaction, JSON_TEXT, request, R, 0, "address of the request"),
    ROW(rest_scep_transaction, JSON_TEXT, status, R, 0, "of the request"),
    ROW(rest_scep_transaction, JSON_HEX, spki_sha256, R, 32, "SHA-256 of the key"),
    ROW(rest_scep_transaction, JSON_TEXT, remote, R, 0, "address of the client"),
    ROW(rest_scep_transaction, JSON_UUID, renews, N, 0, "certificate that it renews"),
    ROW(rest_scep_transaction, JSON_UUID, certificate_id, N, 0, "once issued"),
    ROW(rest_scep_transaction, JSON_TIME, created_at, R, 0, "when it came"),
};
static const struct json_schema transaction_schema = SCHEMA("ScepTransaction", rest_scep_transaction, transaction_fields, "A request that came in at an endpoint.");

#define SETTINGS(flags) \
    ROW(rest_scep_endpoint_submit, JSON_TEXT, profile, flags, NAME, "name of the profile that decides; not one for authorities"), \
    ROW(rest_scep_endpoint_submit, JSON_TEXT, authority, 0, NAME, "name of the authority that issues; of a new one without it the default one"), \
    ROW(rest_scep_endpoint_submit, JSON_SWITCH, enabled, 0, 0, "false: nobody gets in"), \
    ROW(rest_scep_endpoint_submit, JSON_TEXTS, modes, 0, WORDS, "what lets a device in, any of them (GET /choices/scep_modes)"), \
    ROW(rest_scep_endpoint_submit, JSON_TEXTS, legacy, 0, WORDS, "weak algorithms to take (GET /choices/scep_legacy); none without it"), \
    ROW(rest_scep_endpoint_submit, JSON_TEXTS, switches, 0, WORDS, "for clients with habits of their own (GET /choices/scep_switches)"), \
    ROW(rest_scep_endpoint_submit, JSON_TEXT, webhook_url, JSON_CLEARABLE, URL, "who decides, in the mode webhook; null takes it away"), \
    ROW(rest_scep_endpoint_submit, JSON_INT, challenge_validity_seconds, 0, YEAR_S, "how long a challenge is good that says nothing else"), \
    ROW(rest_scep_endpoint_submit, JSON_TEXT, ra_key, 0, KEY, "kind of the next RA key, as rsa:3072; always RSA")
static const struct json_field create_fields[] = {
    ROW(rest_scep_endpoint_submit, JSON_TEXT, name, R, NAME, "a-z, 0-9 and hyphens; a part of its address"),
    SETTINGS(R),
};
const struct json_schema rest_scep_endpoint_create_schema = SCHEMA("ScepEndpointCreate", rest_scep_endpoint_submit, create_fields, "A door to make.");

static const struct json_field change_fields[] = {
    SETTINGS(0),
};
const struct json_schema rest_scep_endpoint_change_schema = SCHEMA("ScepEndpointChange", rest_scep_endpoint_submit, change_fields, "What is to change; what is absent stays.");

static const struct json_field challenge_create_fields[] = {
    ROW_CHOICE(rest_scep_challenge_submit, kind, 0, rest_scep_kinds, "one-time without it"),
    ROW(rest_scep_challenge_submit, JSON_SUBJECT, subject, 0, 0, "the subject that it is for, and no other"),
    ROW_OF(rest_scep_challenge_submit, JSON_LIST, sans, 0, SANS, rest_san_schema, "the subject alternative names that it is for, and no others"),
    ROW(rest_scep_challenge_submit, JSON_BOOL, any_name, 0, 0, "true: for whatever names the profile lets through, instead of subject and sans"),
    ROW(rest_scep_challenge_submit, JSON_INT, validity_seconds, 0, YEAR_S, "how long it is good; without it as the endpoint says"),
    ROW(rest_scep_challenge_submit, JSON_LINES, comment, 0, COMMENT, "for the record"),
};
const struct json_schema rest_scep_challenge_create_schema = SCHEMA("ScepChallengeCreate", rest_scep_challenge_submit, challenge_create_fields, "A challenge to make.");

PAGE(rest_scep_endpoint_page, "ScepEndpointList", rest_scep_endpoint_schema);
PAGE(rest_scep_challenge_page, "ScepChallengeList", rest_scep_challenge_schema);
PAGE(rest_scep_transaction_page, "ScepTransactionList", transaction_schema);
/* clang-format on */
