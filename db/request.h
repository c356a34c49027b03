/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* The names are those of the enum in PostgreSQL and of the API. */
enum db_request_state {
    DB_REQUEST_PENDING,  /* waits for approvals */
    DB_REQUEST_APPROVED, /* may be issued; also: its serial was burned, it goes on with another */
    DB_REQUEST_ISSUING,  /* an intent is open */
    DB_REQUEST_ISSUED,
    DB_REQUEST_DENIED,
    DB_REQUEST_WITHDRAWN,
    DB_REQUEST_EXPIRED,
    DB_REQUEST_FAILED, /* in flight at two signer ends, or the issuer refused at last */
    DB_REQUEST__COUNT
};
const char *db_request_state_name(enum db_request_state state);
bool db_request_state_parse(const char *name, enum db_request_state *ret);

struct db_request {
    struct ca_uuid id; /* version 7: sorts by age */
    enum db_request_state state;
    struct ca_uuid requester_id; /* operator */
    const char *requester;       /* its name; read only */
    const char *channel;         /* "rest", "local", … */
    const char *idempotency_key; /* unique with requester_id */
    struct ca_bytes
        content_hash; /* SHA-256 of what was asked: same key, other content is refused */
    const char *profile;
    struct ca_bytes profile_version; /* SHA-256 that names it */
    int64_t authority_id;
    const char *authority;     /* its name; read only */
    struct ca_bytes csr;       /* DER */
    struct ca_bytes overrides; /* opaque to db/: encoded by ca/ */
    const char *comment;
    const char *subject; /* RFC 4514, for lists */
    struct ca_bytes plan_digest;
    struct ca_uuid certificate_id; /* nil until issued */
    struct ca_bytes serial;        /* len 0 until issued; read only */
    int64_t created_at;
    int64_t decided_at;  /* 0: not yet */
    int32_t interrupted; /* signer ends that it was in flight at */
};

/* One statement for the batch. ret_inserted[i] is false where the requester has used that
 * idempotency key already: that row was not inserted. */
CA_RC db_request_insert_batch(struct db *db, const struct db_request *rows, size_t n,
                              bool *ret_inserted, struct ca_err *err);

/* Rows: struct db_request, none or one. */
CA_RC db_request_by_key(struct db *db, const struct ca_uuid *requester_id, const char *key,
                        struct db_result *ret, struct ca_err *err);
CA_RC db_request_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err);
/* State APPROVED, none of whose intents is open: what a start has to go on with. */
CA_RC db_request_approved(struct db *db, size_t limit, struct db_result *ret, struct ca_err *err);

/* With this profile, from the one behind `after` on, oldest first. Rows: struct db_request. */
CA_RC db_request_replay(struct db *db, const char *profile, const struct ca_uuid *after,
                        size_t limit, struct db_result *ret, struct ca_err *err);

/* Compare-and-set. CA_CONFLICT it is no longer in `from`. */
CA_RC db_request_move(struct db *db, const struct ca_uuid *id, enum db_request_state from,
                      enum db_request_state to, struct ca_err *err);

struct db_request_filter {
    const char *state;               /* NULL: any */
    const struct ca_uuid *requester; /* NULL: any */
    const char *profile;
    struct ca_uuid before; /* keyset: ids below this one; nil: from the newest */
};
/* Rows: struct db_request, newest first. */
CA_RC db_request_list(struct db *db, const struct db_request_filter *filter, size_t limit,
                      struct db_result *ret, struct ca_err *err);

/* New content of one that waits: profile_version, csr, overrides, comment, subject, plan_digest.
 * Idempotency key and content_hash stay those of the first submission. CA_CONFLICT it is pending no
 * longer. */
CA_RC db_request_revise(struct db *db, const struct db_request *row, struct ca_err *err);
