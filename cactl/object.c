/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/object.h"

/* clang-format off */
#define VIEW(what, rows, key) const struct view what = {rows, CA_COUNT(rows), key}

static const struct column certificate[] = {
    {"COMMON NAME", "common_name", COLUMN_PLAIN, false},
    {"NAMES", "sans", COLUMN_PLAIN, false},
    {"ISSUER", "authority", COLUMN_PLAIN, false},
    {"PROFILE", "profile", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"EXPIRES", "not_after", COLUMN_UNTIL, false},
    {"SERIAL", "serial", COLUMN_PLAIN, false},
    {"FLAGS", "flags", COLUMN_LETTERS, true},
    {"ISSUED", "issued_at", COLUMN_TIME, true},
    {"REQUESTER", "requester", COLUMN_PLAIN, true},
    {"FINGERPRINT", "fingerprint", COLUMN_PLAIN, true},
    {"ID", "id", COLUMN_PLAIN, true},
};
VIEW(view_certificate, certificate, "id");

static const struct column request[] = {
    {"ID", "id", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"PROFILE", "profile", COLUMN_PLAIN, false},
    {"SUBJECT", "subject", COLUMN_PLAIN, false},
    {"REQUESTER", "requester", COLUMN_PLAIN, false},
    {"CREATED", "created_at", COLUMN_TIME, false},
    {"SERIAL", "serial", COLUMN_PLAIN, true},
    {"AUTHORITY", "authority", COLUMN_PLAIN, true},
    {"CERTIFICATE", "certificate_id", COLUMN_PLAIN, true},
    {"COMMENT", "comment", COLUMN_PLAIN, true},
};
VIEW(view_request, request, "id");

static const struct column approval[] = {
    {"ID", "id", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"ACT", "action", COLUMN_PLAIN, false},
    {"OBJECT", "object", COLUMN_PLAIN, false},
    {"REQUESTER", "requester", COLUMN_PLAIN, false},
    {"NEEDS", "needed", COLUMN_PLAIN, false},
    {"EXPIRES", "expires_at", COLUMN_UNTIL, false},
    {"POLICY", "policy", COLUMN_PLAIN, true},
    {"ASSIGNED TO", "assigned_to", COLUMN_PLAIN, true},
    {"DECIDED BY", "decided_by", COLUMN_PLAIN, true},
    {"RESULT", "result", COLUMN_PLAIN, true},
};
VIEW(view_approval, approval, "id");

static const struct column authority[] = {
    {"NAME", "name", COLUMN_PLAIN, false},
    {"PARENT", "parent", COLUMN_PLAIN, false},
    {"STATE", "state", COLUMN_STATUS, false},
    {"EXPIRES", "not_after", COLUMN_UNTIL, false},
    {"VALID", "counts.valid", COLUMN_PLAIN, false},
    {"CRL", "crl.number", COLUMN_PLAIN, false},
    {"CRL UNTIL", "crl.next_update", COLUMN_UNTIL, false},
    {"SUBJECT", "subject", COLUMN_PLAIN, true},
    {"KEY", "key", COLUMN_PLAIN, true},
    {"REASON", "reason", COLUMN_PLAIN, true},
    {"FINGERPRINT", "fingerprint", COLUMN_PLAIN, true},
    {"ID", "id", COLUMN_PLAIN, true},
};
VIEW(view_authority, authority, "name");

static const struct column crl[] = {
    {"AUTHORITY", "authority", COLUMN_PLAIN, false},
    {"NUMBER", "number", COLUMN_PLAIN, false},
    {"PART", "shard", COLUMN_PLAIN, false},
    {"DELTA OF", "base_number", COLUMN_PLAIN, false},
    {"MADE", "this_update", COLUMN_TIME, false},
    {"UNTIL", "next_update", COLUMN_UNTIL, false},
    {"ENTRIES", "entries", COLUMN_PLAIN, false},
    {"OCTETS", "size", COLUMN_PLAIN, false},
    {"SHA-256", "sha256", COLUMN_PLAIN, true},
};
VIEW(view_crl, crl, "number");

static const struct column ocsp[] = {
    {"AUTHORITY", "authority", COLUMN_PLAIN, false},
    {"URL", "url", COLUMN_PLAIN, false},
    {"SIGNER", "signer.subject", COLUMN_PLAIN, false},
    {"EXPIRES", "signer.not_after", COLUMN_UNTIL, false},
    {"GOOD", "kept.good", COLUMN_PLAIN, false},
    {"REVOKED", "kept.revoked", COLUMN_PLAIN, false},
    {"UNKNOWN", "kept.unknown", COLUMN_PLAIN, true},
    {"SERIAL", "signer.serial", COLUMN_PLAIN, true},
};
VIEW(view_ocsp, ocsp, "authority");

static const struct column ocsp_answer[] = {
    {"SERIAL", "serial", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"REASON", "reason", COLUMN_PLAIN, false},
    {"REVOKED", "revoked_at", COLUMN_TIME, false},
    {"SAID", "this_update", COLUMN_TIME, false},
    {"UNTIL", "next_update", COLUMN_UNTIL, false},
    {"SIGNER", "signer", COLUMN_PLAIN, true},
    {"NONCE", "nonce", COLUMN_PLAIN, true},
};
VIEW(view_ocsp_answer, ocsp_answer, "serial");

static const struct column crl_schedule[] = {
    {"AUTHORITY", "name", COLUMN_PLAIN, false},
    {"VALID FOR", "crl_validity_seconds", COLUMN_PLAIN, false},
    {"EVERY", "crl_interval_seconds", COLUMN_PLAIN, false},
    {"DELTAS EVERY", "crl_delta_interval_seconds", COLUMN_PLAIN, false},
    {"PARTS", "crl_shards", COLUMN_PLAIN, false},
    {"AHEAD FOR", "crl_emergency_seconds", COLUMN_PLAIN, false},
};
VIEW(view_crl_schedule, crl_schedule, "name");

static const struct column profile[] = {
    {"NAME", "name", COLUMN_PLAIN, false},
    {"FOR CAS", "ca", COLUMN_PLAIN, false},
    {"INTERNAL", "internal", COLUMN_PLAIN, false},
    {"ORIGIN", "origin", COLUMN_PLAIN, false},
    {"ACTIVATED", "activated_at", COLUMN_TIME, true},
    {"BY", "activated_by", COLUMN_PLAIN, true},
    {"DESCRIPTION", "description", COLUMN_PLAIN, false},
    {"VERSION", "version", COLUMN_PLAIN, true},
};
VIEW(view_profile, profile, "name");

static const struct column health[] = {
    {"CHECK", "name", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"DETAIL", "detail", COLUMN_PLAIN, false},
};
VIEW(view_health, health, "name");

static const struct column caller[] = {
    {"NAME", "name", COLUMN_PLAIN, false},
    {"ROLES", "roles", COLUMN_PLAIN, false},
    {"ID", "id", COLUMN_PLAIN, false},
};
VIEW(view_caller, caller, "name");

static const struct column revocation[] = {
    {"CERTIFICATE", "certificate_id", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"REVOKED", "revoked_at", COLUMN_TIME, false},
    {"CRL", "crl_number", COLUMN_PLAIN, false},
    {"CRL DUE", "crl_due", COLUMN_TIME, false},
};
VIEW(view_revocation, revocation, "certificate_id");

static const struct column context[] = {
    {"CURRENT", "current", COLUMN_PLAIN, false},
    {"NAME", "name", COLUMN_PLAIN, false},
    {"URL", "url", COLUMN_PLAIN, false},
    {"CERT", "cert", COLUMN_PLAIN, false},
    {"CACERT", "cacert", COLUMN_PLAIN, true},
};
VIEW(view_context, context, "name");

static const struct column inspected[] = {
    {"TYPE", "type", COLUMN_PLAIN, false},
    {"SUBJECT", "subject", COLUMN_PLAIN, false},
    {"ISSUER", "issuer", COLUMN_PLAIN, false},
    {"SERIAL", "serial", COLUMN_PLAIN, false},
    {"NOT AFTER", "not_after", COLUMN_UNTIL, false},
    {"KEY", "key", COLUMN_PLAIN, false},
    {"FINGERPRINT", "fingerprint", COLUMN_PLAIN, true},
};
VIEW(view_inspected, inspected, "fingerprint");

static const struct column verified[] = {
    {"GOOD", "good", COLUMN_PLAIN, false},
    {"SUBJECT", "subject", COLUMN_PLAIN, false},
    {"STATUS", "status", COLUMN_STATUS, false},
    {"REASON", "reason", COLUMN_PLAIN, false},
};
VIEW(view_verified, verified, "good");

static const struct column text[] = {
    {"NAME", "name", COLUMN_PLAIN, false},
    {"TEXT", "text", COLUMN_PLAIN, false},
};
VIEW(view_text, text, "name");
/* clang-format on */
