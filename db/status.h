/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "db/certificate.h"

/* What is said of certificates (RFC 6960), and the feed of its changes. */

/* What the record has of a serial number. An open intent is no record. */
struct db_status {
    struct ca_bytes serial; /* value octets */
    enum db_certificate_state state;
    int32_t reason;     /* CRLReason; -1: none */
    int64_t revoked_at; /* 0: valid */
    int64_t not_after;
};
/* A serial number as it is asked for. */
struct db_status_serial {
    struct ca_bytes serial; /* value octets */
};
/* Rows: struct db_status, one for each of these serials that is on record, in any order. For the
 * signer. */
CA_RC db_status_find(struct db *db, int64_t authority_id, const struct db_status_serial *serials,
                     size_t n, struct db_result *ret, struct ca_err *err);

/* A certificate was revoked, put on hold or released, or a serial was burned. */
struct db_status_change {
    int64_t authority_id;
    const char *authority;  /* its name */
    struct ca_bytes serial; /* value octets */
    int64_t at;             /* when that was written, by the server's clock */
    int64_t transaction;    /* place in the feed */
    int64_t id;
};

/* Where a reader of the feed is; zeroed: before its first reading, which tells nothing. Everything
 * that is committed after one reading is told by a later one exactly once, in whatever order the
 * transactions began and ended. */
struct db_status_cursor {
    struct ca_buf told;    /* what this snapshot shows was told */
    struct ca_buf reading; /* what this one shows is being told; len 0: nothing is */
    int64_t told_at;       /* when that was, by the server's clock */
    int64_t reading_at;
    int64_t last_transaction; /* of the row of it that was told last */
    int64_t last_id;
};
void db_status_cursor_done(struct db_status_cursor *c); /* can be used again, as from the start */

/* Rows: struct db_status_change, at most `limit`: when it is that many, ask again at once. For the
 * front; about once a second.
 *   ret_lost  changes may be missing (the first reading, another server's history, or no reading
 *             for longer than the feed is kept): whatever was asked before this call is to be asked
 *             again
 * An answer that was asked for before a change was told may be older than that change: it is not to
 * be kept. */
CA_RC db_status_changes(struct db *db, struct db_status_cursor *c, size_t limit,
                        struct db_result *ret, bool *ret_lost, struct ca_err *err);
/* What is older than a day (DB_STATUS_KEPT_S) goes. For the signer. */
enum { DB_STATUS_KEPT_S = 86400 };
CA_RC db_status_trim(struct db *db, struct ca_err *err);

/* A certificate that somebody may ask for. */
struct db_status_newest {
    struct ca_uuid id;
    int64_t authority_id;
    const char *authority;  /* its name */
    struct ca_bytes serial; /* value octets */
};
/* Rows: struct db_status_newest, certificates of any authority that end after `now` (no burned
 * serials), newest first, below `before` (nil: from the newest on). For a cache that is cold. */
CA_RC db_status_newest(struct db *db, const struct ca_uuid *before, int64_t now, size_t limit,
                       struct db_result *ret, struct ca_err *err);
