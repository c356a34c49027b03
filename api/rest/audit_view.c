/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/audit_view.h"

#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };

/* A member that stands in the row of the database. */
#define COLUMN(type, kind, member, flags, max, help)                                               \
    {                                                                                              \
#member, kind, offsetof(struct type, row.member), (flags), (max), NULL, NULL, (help)       \
    }

/* clang-format off */
static const struct json_field event_fields[] = {
    COLUMN(rest_audit_event, JSON_TEXT, chain, R, 0, "node that wrote it"),
    COLUMN(rest_audit_event, JSON_INT, sequence, R, 0, "from 1, without a gap"),
    ROW(rest_audit_event, JSON_TIME, at, R, 0, "when"),
    COLUMN(rest_audit_event, JSON_INT, at_us, R, 0, "the same in microseconds since 1970-01-01T00:00:00Z"),
    COLUMN(rest_audit_event, JSON_TEXT, actor, R, 0, "operator's name, system or front"),
    COLUMN(rest_audit_event, JSON_TEXT, channel, R, 0, "the way in"),
    COLUMN(rest_audit_event, JSON_TEXT, action, R, 0, "what was done or asked: docs/reference/audit.md has them all"),
    COLUMN(rest_audit_event, JSON_TEXT, outcome, R, 0, "ok, denied or failed"),
    COLUMN(rest_audit_event, JSON_TEXT, object, R, 0, "id or name that it is about"),
    COLUMN(rest_audit_event, JSON_TEXT, request_id, R, 0, "X-Request-Id of the call"),
    COLUMN(rest_audit_event, JSON_TEXT, detail, R, 0, "more, as text"),
    COLUMN(rest_audit_event, JSON_HEX, object_hash, N, 32, "SHA-256 of the octets that it is about"),
    COLUMN(rest_audit_event, JSON_HEX, previous, R, 32, "hash of the line before; of the first: zeros"),
    COLUMN(rest_audit_event, JSON_HEX, hash, R, 32, "of this line"),
};
const struct json_schema rest_audit_event_schema = SCHEMA("AuditEvent", rest_audit_event, event_fields, "A line of the audit log.");

static const struct json_field checkpoint_fields[] = {
    COLUMN(rest_checkpoint, JSON_TEXT, chain, R, 0, "which chain it speaks of"),
    COLUMN(rest_checkpoint, JSON_INT, size, R, 0, "lines 1 to size"),
    COLUMN(rest_checkpoint, JSON_HEX, root, R, 32, "root of their Merkle tree (RFC 6962)"),
    COLUMN(rest_checkpoint, JSON_TIME, at, R, 0, "when it was made"),
    COLUMN(rest_checkpoint, JSON_TEXT, note, R, 0, "the same, signed: c2sp.org/tlog-checkpoint"),
    ROW(rest_checkpoint, JSON_CERTIFICATES, key, R, 0, "PEM of the key that signed; to be compared with ca-server audit key"),
};
const struct json_schema rest_checkpoint_schema = SCHEMA("AuditCheckpoint", rest_checkpoint, checkpoint_fields, "A signed statement about the first lines of a chain.");

PAGE(rest_audit_event_page, "AuditEventList", rest_audit_event_schema);
PAGE(rest_checkpoint_page, "AuditCheckpointList", rest_checkpoint_schema);
/* clang-format on */
