/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/certificate.h"

/* Revocations of many certificates. */

/* Certificates that meet all of it, and are not burned. */
struct db_selection {
    const char *profile;         /* "": any */
    int64_t authority_id;        /* 0: any */
    struct ca_uuid requester_id; /* nil: any */
    struct ca_bytes spki_hash;   /* SHA-256 of a SubjectPublicKeyInfo; len 0: any */
    int64_t issued_from;         /* 0: any; inclusive */
    int64_t issued_to;           /* 0: any; exclusive */
    struct ca_bytes listed;      /* exactly these: ids of 16 octets each, in order; len 0: any */
    int64_t selected_at;         /* issued before, and not expired then */
    /* A struct db_named_list whose parts the caller gives as `listed`, one after the other:
     * statements do not look at it. nil: none */
    struct ca_uuid list_id;
};
struct db_selection_count {
    int64_t total; /* above `most`: there are more than that, and the rest says nothing */
    int64_t valid;
    int64_t held;
    uint8_t digest[32]; /* SHA-256 of their ids in order */
    char authority[64]; /* whose own certificate is among them; "": none */
};
CA_RC db_selection_count(struct db *db, const struct db_selection *s, int64_t most,
                         struct db_selection_count *ret, struct ca_err *err);

struct db_selected {
    struct ca_uuid id;
    int64_t authority_id;
    const char *authority;
    struct ca_bytes serial;
    struct ca_bytes fingerprint;
    const char *subject;
    const char *profile;
    enum db_certificate_state state;
    int64_t not_after;
};
/* Rows: struct db_selected in the order of their ids, behind `after` (nil: from the start). */
CA_RC db_selection_page(struct db *db, const struct db_selection *s, const struct ca_uuid *after,
                        size_t limit, struct db_result *ret, struct ca_err *err);

/* A certificate that somebody names. */
enum { DB_NAMED_ID = 1, DB_NAMED_SERIAL, DB_NAMED_FINGERPRINT };
struct db_named {
    int32_t place;
    int32_t kind;
    struct ca_bytes octets;
    struct ca_uuid id; /* read only */
};
/* Rows: struct db_named (place and id) in the order of their places; of `authority_id`, 0: any. */
CA_RC db_certificate_named(struct db *db, const struct db_named *rows, size_t n,
                           int64_t authority_id, struct db_result *ret, struct ca_err *err);

/* As db_certificate_revoke, for `n` ids; rows: struct db_selected (id) of those that it changed. */
CA_RC db_certificate_revoke_batch(struct db *db, const struct db_revocation *r,
                                  const struct ca_uuid *ids, size_t n, struct db_result *ret,
                                  struct ca_err *err);

enum db_revocation_job_state {
    DB_REVOCATION_RUNNING,
    DB_REVOCATION_DONE,
    DB_REVOCATION_CANCELLED,
    DB_REVOCATION_FAILED,
    DB_REVOCATION__COUNT
};
const char *db_revocation_job_state_name(enum db_revocation_job_state state);

struct db_revocation_job {
    struct ca_uuid id;
    struct db_selection selection;
    int64_t total;
    struct ca_bytes digest;
    int32_t reason;
    int64_t invalidity_date; /* 0: none */
    const char *comment;
    int64_t created_at;
    struct ca_uuid created_by;
    struct ca_bytes seal;
    int64_t list_named; /* of selection.list_id: how many it names, and their digest */
    struct ca_bytes list_digest;
    /* what moves */
    enum db_revocation_job_state state;
    struct ca_uuid position;
    int64_t done;
    int64_t revoked;
    const char *node;
    int64_t started_at;
    int64_t ended_at;
    struct ca_uuid ended_by;
    const char *failure;
    const char *authority; /* names; read only */
    const char *requester;
    const char *creator;
    const char *ender;
};
/* *ret_new false: one with this id is there. */
CA_RC db_revocation_job_insert(struct db *db, const struct db_revocation_job *job, bool *ret_new,
                               struct ca_err *err);
/* Rows: struct db_revocation_job, the newest first: exactly `id` (NULL: any), in *state (NULL:
 * any), older than `before` (NULL: any). */
CA_RC db_revocation_job_list(struct db *db, const struct ca_uuid *id,
                             const enum db_revocation_job_state *state,
                             const struct ca_uuid *before, size_t limit, struct db_result *ret,
                             struct ca_err *err);
/* `done` more were looked at, up to `position`, and `revoked` of them revoked, by job->node.
 * CA_CONFLICT it no longer runs, or stands elsewhere than job->position. */
struct db_revocation_step {
    struct ca_uuid position;
    int64_t done;
    int64_t revoked;
    int64_t at;
};
CA_RC db_revocation_job_advance(struct db *db, const struct db_revocation_job *job,
                                const char *node, const struct db_revocation_step *step,
                                struct ca_err *err);
/* To `state`; `by` NULL: nobody. CA_CONFLICT it has ended. */
CA_RC db_revocation_job_end(struct db *db, const struct ca_uuid *id,
                            enum db_revocation_job_state state, int64_t at,
                            const struct ca_uuid *by, const char *failure, struct ca_err *err);
