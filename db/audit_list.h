/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/audit.h"

/* Searching the log, and comparing it with what it is about. */

/* NULL, or 0 for a time: any. */
struct db_audit_filter {
    const char *chain;
    const char *actor;
    const char *action;
    const char *outcome;
    const char *object;
    const char *request_id;
    int64_t from_us;
    int64_t to_us; /* before */
};
struct db_audit_cursor {
    const char *chain; /* NULL: from the beginning */
    int64_t sequence;
    int64_t at_us;
};
enum db_audit_order {
    DB_AUDIT_NEWEST, /* by time, the newest first */
    DB_AUDIT_EXPORT, /* chain by chain, by number: as it is verified */
};
/* For the front. Rows: struct db_audit. */
CA_RC db_audit_list(struct db *db, const struct db_audit_filter *filter, enum db_audit_order order,
                    const struct db_audit_cursor *after, size_t limit, struct db_result *ret,
                    struct ca_err *err);

/* For the signer's role: lines certificate.issue against certificates, by id and digest. PostgreSQL
 * works within its work_mem; each result is short. */
struct db_audit_count {
    int32_t period; /* of the certificates, db/certificate.h */
    int64_t certificates;
    int64_t audited;
};
/* Rows: struct db_audit_count. */
CA_RC db_audit_issued_counts(struct db *db, struct db_result *ret, struct ca_err *err);
struct db_audit_missing {
    struct ca_uuid id;
    struct ca_bytes serial;
    int64_t issued_at;
};
/* Certificates without a line. Rows: struct db_audit_missing. */
CA_RC db_audit_issued_missing(struct db *db, size_t limit, struct db_result *ret,
                              struct ca_err *err);
/* Lines without a certificate. Rows: struct db_audit. */
CA_RC db_audit_issued_orphan(struct db *db, size_t limit, struct db_result *ret,
                             struct ca_err *err);
