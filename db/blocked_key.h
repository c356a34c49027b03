/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "db/db.h"

/* Keys that no certificate is issued for. */
struct db_blocked_key {
    struct ca_bytes spki_hash; /* SHA-256 of the SubjectPublicKeyInfo */
    int32_t reason;            /* CRLReason, RFC 5280 5.3.1 */
    const char *comment;
    int64_t blocked_at;
    struct ca_uuid blocked_by;
    const char *blocker;  /* his name; read only */
    int64_t certificates; /* that carry it and may still be relied on; read only */
};

/* *ret_new is false where it is blocked already: the row stays as it is. */
CA_RC db_blocked_key_put(struct db *db, const struct db_blocked_key *row, bool *ret_new,
                         struct ca_err *err);
/* CA_NOT_FOUND it is not blocked. */
CA_RC db_blocked_key_remove(struct db *db, struct ca_bytes spki_hash, int64_t at,
                            struct ca_err *err);
/* All of them, sorted, one behind the other. Appends. */
CA_RC db_blocked_key_hashes(struct db *db, struct ca_buf *ret, struct ca_err *err);
/* Grows with every change; 0: there was none. */
CA_RC db_blocked_key_sequence(struct db *db, int64_t *ret, struct ca_err *err);
/* Rows: struct db_blocked_key, by hash.
 *   spki_hash  len 0: any
 *   after      the last one of the page before; len 0: the first page */
CA_RC db_blocked_key_list(struct db *db, struct ca_bytes spki_hash, struct ca_bytes after,
                          size_t limit, struct db_result *ret, struct ca_err *err);

/* A certificate that carries a key, not revoked and not expired. */
struct db_key_certificate {
    struct ca_uuid id;
    int64_t authority_id;
    struct ca_bytes fingerprint;
};
CA_RC db_certificate_by_spki(struct db *db, struct ca_bytes spki_hash, int64_t now, size_t limit,
                             struct db_result *ret, struct ca_err *err);
