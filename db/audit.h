/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* One line of a signer's chain (I13). Hashes are made by ca/audit.c; db/ only stores. */
struct db_audit {
    const char *chain; /* node name of the signer */
    int64_t sequence;  /* from 1 */
    int64_t at_us;     /* microseconds since 1970 */
    const char *actor; /* operator name, "system", "front" */
    const char *channel;
    const char *action;          /* "request.submit", "certificate.issue", … */
    const char *outcome;         /* "ok", "denied", "failed" */
    const char *object;          /* id or name that it is about */
    const char *request_id;      /* X-Request-Id */
    const char *detail;          /* text, bounded */
    struct ca_bytes object_hash; /* SHA-256 of bytes that the action is about; len 0: none */
    struct ca_bytes previous;    /* hash of the line before; 32 zero octets for the first */
    struct ca_bytes hash;
};
CA_RC db_audit_insert_batch(struct db *db, const struct db_audit *rows, size_t n,
                            struct ca_err *err);
/* The newest line of a chain. Rows: struct db_audit, none or one. */
CA_RC db_audit_head(struct db *db, const char *chain, struct db_result *ret, struct ca_err *err);
/* From `sequence` on, in order. Rows: struct db_audit. */
CA_RC db_audit_read(struct db *db, const char *chain, int64_t sequence, size_t limit,
                    struct db_result *ret, struct ca_err *err);
