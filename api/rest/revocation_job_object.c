/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/revocation_job_view.h"

#include "api/rest/choices.h"
#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };
enum { COMMENT = 1000, LISTED = 10000, SHOWN = 100, SERIAL = 20, SPKI = 32 };

/* clang-format off */
static const struct json_field job_fields[] = {
    ROW(rest_revocation_job, JSON_UUID, id, R, 0, "its address; that of the approval, where others had to agree"),
    ROW(rest_revocation_job, JSON_TEXT, status, R, 0, "running, done, cancelled or failed"),
    ROW(rest_revocation_job, JSON_TEXT, profile, N, 0, "only certificates of this profile"),
    ROW(rest_revocation_job, JSON_TEXT, authority, N, 0, "only certificates of this issuer"),
    ROW(rest_revocation_job, JSON_TEXT, requester, N, 0, "only certificates that this operator asked for"),
    ROW(rest_revocation_job, JSON_HEX, spki_sha256, N, SPKI, "only certificates with this key"),
    ROW(rest_revocation_job, JSON_TIME, issued_after, N, 0, "only certificates issued then or later"),
    ROW(rest_revocation_job, JSON_TIME, issued_before, N, 0, "only certificates issued before"),
    ROW(rest_revocation_job, JSON_INT, certificates, N, 0, "how many were named one by one; null: none"),
    ROW(rest_revocation_job, JSON_UUID, list, N, 0, "by this list, which is gone an hour after the end; null: by none"),
    ROW(rest_revocation_job, JSON_HEX, list_digest, N, SPKI, "its digest"),
    ROW(rest_revocation_job, JSON_TIME, selected_at, R, 0, "what was issued before and had not expired then is meant"),
    ROW(rest_revocation_job, JSON_INT, total, R, 0, "certificates that are meant"),
    ROW(rest_revocation_job, JSON_HEX, digest, R, SPKI, "SHA-256 of their ids in order; of a list: that of its first 10,000, then of the digest so far and that of the next 10,000"),
    ROW_CHOICE(rest_revocation_job, reason, R, rest_reasons, "of the revocations"),
    ROW(rest_revocation_job, JSON_TIME, invalidity_date, N, 0, "since when the keys were not to be trusted"),
    ROW(rest_revocation_job, JSON_LINES, comment, R, 0, "why"),
    ROW(rest_revocation_job, JSON_INT, done, R, 0, "certificates that it has looked at"),
    ROW(rest_revocation_job, JSON_INT, revoked, R, 0, "certificates that it revoked"),
    ROW(rest_revocation_job, JSON_INT, skipped, R, 0, "certificates that were revoked, or on hold, already"),
    ROW(rest_revocation_job, JSON_TIME, created_at, R, 0, "when it was made"),
    ROW(rest_revocation_job, JSON_TEXT, created_by, R, 0, "name of the operator who asked"),
    ROW(rest_revocation_job, JSON_TIME, started_at, N, 0, "when the first were revoked"),
    ROW(rest_revocation_job, JSON_TIME, ended_at, N, 0, "when it ended"),
    ROW(rest_revocation_job, JSON_TEXT, cancelled_by, N, 0, "name of the operator who cancelled it"),
    ROW(rest_revocation_job, JSON_TEXT, failure, N, 0, "why it failed"),
    ROW_OF(rest_revocation_job, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_revocation_job_schema = SCHEMA("RevocationJob", rest_revocation_job, job_fields, "A revocation of many certificates.");

static const struct json_field page_fields[] = {
    ROW_OF(rest_page, JSON_LIST, items, R, 0, rest_revocation_job_schema, "the newest first"),
    ROW(rest_page, JSON_TEXT, next, N, 0, "cursor of the next page; null: there is none"),
};
const struct json_schema rest_revocation_job_page = SCHEMA("RevocationJobList", rest_page, page_fields, "One page of a list.");

static const struct json_field submit_fields[] = {
    ROW(rest_revocation_submit, JSON_TEXT, profile, 0, 64, "only certificates of this profile; of the first eight at least one is given, and all that are given must hold"),
    ROW(rest_revocation_submit, JSON_TEXT, authority, 0, 64, "only certificates of this issuer"),
    ROW(rest_revocation_submit, JSON_TEXT, requester, 0, 64, "only certificates that this operator asked for: name or id"),
    ROW(rest_revocation_submit, JSON_HEX, spki_sha256, 0, SPKI, "only certificates with this key: SHA-256 of the SubjectPublicKeyInfo"),
    ROW(rest_revocation_submit, JSON_TIME, issued_after, 0, 0, "only certificates issued then or later"),
    ROW(rest_revocation_submit, JSON_TIME, issued_before, 0, 0, "only certificates issued before"),
    ROW(rest_revocation_submit, JSON_TEXTS, certificates, 0, LISTED, "exactly these: id, serial number in hexadecimal, or SHA-256 of the certificate"),
    ROW(rest_revocation_submit, JSON_UUID, list, 0, 0, "in place of certificates: a list that is complete, and the caller's"),
    ROW(rest_revocation_submit, JSON_INT, list_named, 0, 0, "with list and without dry_run: how many it names, as the list says it"),
    ROW(rest_revocation_submit, JSON_HEX, list_digest, 0, SPKI, "the same: its digest"),
    ROW_CHOICE(rest_revocation_submit, reason, R, rest_reasons, "of the revocations"),
    ROW(rest_revocation_submit, JSON_TIME, invalidity_date, 0, 0, "since when the keys were not to be trusted"),
    ROW(rest_revocation_submit, JSON_LINES, comment, 0, COMMENT, "why, for the record and in the revocations"),
    ROW(rest_revocation_submit, JSON_TIME, selected_at, 0, 0, "as the dry run said it; required without dry_run, as the next two"),
    ROW(rest_revocation_submit, JSON_INT, total, 0, 0, "as the dry run said it"),
    ROW(rest_revocation_submit, JSON_HEX, digest, 0, SPKI, "as the dry run said it"),
};
const struct json_schema rest_revocation_submit_schema = SCHEMA("RevocationJobCreate", rest_revocation_submit, submit_fields, "Certificates to revoke together.");

static const struct json_field sample_fields[] = {
    ROW(rest_revocation_sample, JSON_UUID, id, R, 0, "of the certificate"),
    ROW(rest_revocation_sample, JSON_HEX, serial, R, SERIAL, "serial number"),
    ROW(rest_revocation_sample, JSON_TEXT, subject, R, 0, "subject (RFC 4514)"),
    ROW(rest_revocation_sample, JSON_TEXT, profile, R, 0, "its profile"),
    ROW(rest_revocation_sample, JSON_TEXT, authority, R, 0, "its issuer"),
    ROW(rest_revocation_sample, JSON_TEXT, status, R, 0, "valid, held or revoked"),
    ROW(rest_revocation_sample, JSON_TIME, not_after, R, 0, "when it ends"),
};
static const struct json_schema sample_schema = SCHEMA("RevocationSample", rest_revocation_sample, sample_fields, "A certificate that is meant.");

static const struct json_field selection_fields[] = {
    ROW(rest_revocation_selection, JSON_TIME, selected_at, R, 0, "what was issued before and had not expired then is meant"),
    ROW(rest_revocation_selection, JSON_INT, total, R, 0, "certificates that are meant"),
    ROW(rest_revocation_selection, JSON_INT, valid, R, 0, "of them neither revoked nor on hold"),
    ROW(rest_revocation_selection, JSON_INT, held, R, 0, "of them on hold"),
    ROW(rest_revocation_selection, JSON_INT, revoked, R, 0, "of them revoked already: they stay as they are"),
    ROW(rest_revocation_selection, JSON_HEX, digest, R, SPKI, "SHA-256 of their ids in order; of a list: that of its first 10,000, then of the digest so far and that of the next 10,000"),
    ROW_OF(rest_revocation_selection, JSON_LIST, sample, R, 0, sample_schema, "the first of them"),
    ROW(rest_revocation_selection, JSON_INT, named, R, 0, "how many were named one by one"),
    ROW(rest_revocation_selection, JSON_HEX, list_digest, N, SPKI, "of the list that names them; null: there is none"),
    ROW(rest_revocation_selection, JSON_INT, unknown_total, R, 0, "of those: there is no such certificate, or several; nothing is revoked then"),
    ROW(rest_revocation_selection, JSON_TEXTS, unknown, R, SHOWN, "the first of these"),
};
const struct json_schema rest_revocation_selection_schema = SCHEMA("RevocationSelection", rest_revocation_selection, selection_fields, "What a mass revocation would revoke.");
/* clang-format on */
