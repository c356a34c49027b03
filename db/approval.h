/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* What waits for the consent of others: requests and guarded acts. Seals are the signer's. */
enum db_approval_state { /* the names are those of the enum in PostgreSQL and of the API */
                         DB_APPROVAL_PENDING,
                         DB_APPROVAL_APPROVED, /* agreed, not carried out yet */
                         DB_APPROVAL_DONE,
                         DB_APPROVAL_FAILED,
                         DB_APPROVAL_DENIED,
                         DB_APPROVAL_WITHDRAWN,
                         DB_APPROVAL_EXPIRED,
                         DB_APPROVAL__COUNT
};
const char *db_approval_state_name(enum db_approval_state state);
bool db_approval_state_parse(const char *name, enum db_approval_state *ret);

struct db_approval {
    struct ca_uuid id; /* of a request: the request's own */
    const char *action;
    const char *object;
    struct ca_uuid requester_id;
    const char *requester;    /* his name; read only */
    struct ca_uuid author_id; /* who wrote this revision */
    const char *author;       /* his name; read only */
    int32_t revision;
    struct ca_bytes digest;
    const char *policy;       /* policy/approval.h has the form */
    struct ca_bytes question; /* len 0: a request */
    enum db_approval_state state;
    struct ca_uuid assigned_to; /* nil: anybody */
    const char *assignee;       /* his name, "" nobody; read only */
    int64_t created_at;
    int64_t expires_at;
    int64_t decided_at; /* 0: not yet */
    struct ca_uuid decided_by;
    const char *decider; /* his name; read only */
    const char *result;
    struct ca_bytes seal;
    int32_t approvals; /* votes for it, of this revision; read only */
};
CA_RC db_approval_insert(struct db *db, const struct db_approval *a, struct ca_err *err);
/* Rows: struct db_approval, none or one. _lock keeps the row until the transaction ends. */
CA_RC db_approval_get(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err);
CA_RC db_approval_lock(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err);
/* Compare-and-set of the state; also writes decided_at (0: none), decided_by and result.
 * CA_CONFLICT it is no longer in `from`. */
struct db_approval_move {
    struct ca_uuid id;
    enum db_approval_state from, to;
    int64_t decided_at;
    struct ca_uuid decided_by;
    const char *result;
};
CA_RC db_approval_move(struct db *db, const struct db_approval_move *m, struct ca_err *err);
/* New content of one that waits: object, author, revision, digest, policy, expiry and seal of
 * `a` in place of revision - 1. CA_CONFLICT. */
CA_RC db_approval_revise(struct db *db, const struct db_approval *a, struct ca_err *err);
CA_RC db_approval_assign(struct db *db, const struct ca_uuid *id, const struct ca_uuid *to,
                         struct ca_err *err);
/* Pending ones whose time is over, and agreed ones that nobody carried out. Rows: struct
 * db_approval. */
CA_RC db_approval_overdue(struct db *db, int64_t now, size_t limit, struct db_result *ret,
                          struct ca_err *err);
CA_RC db_approval_unfinished(struct db *db, size_t limit, struct db_result *ret,
                             struct ca_err *err);

/* One that waits already for the same act of the same person; *ret_found false: none. */
CA_RC db_approval_same(struct db *db, const struct db_approval *a, int64_t now, struct ca_uuid *ret,
                       bool *ret_found, struct ca_err *err);
CA_RC db_approval_waiting(struct db *db, int64_t *ret, struct ca_err *err); /* how many */

struct db_approval_filter {
    const char *state;                  /* NULL: any */
    const char *action;                 /* NULL: any */
    const struct ca_uuid *requester;    /* NULL: any */
    const struct ca_uuid *not_voted_by; /* NULL: any; else pending, not asked or written by him */
    struct ca_uuid before;              /* keyset; nil: from the newest */
    const struct ca_uuid *assignee;     /* NULL: any */
    const char *words; /* NULL: any; else one of these ("officer", "group:security", a line each)
                          stands in its policy. Which step waits is approval_count's to say */
    int64_t open_at;   /* 0: any; else not expired then */
};
/* CA_MALFORMED: there is no such state. */
CA_RC db_approval_list(struct db *db, const struct db_approval_filter *filter, size_t limit,
                       struct db_result *ret, struct ca_err *err);

struct db_approval_vote {
    struct ca_uuid approval_id;
    int32_t revision;
    struct ca_uuid operator_id;
    const char *operator_name; /* read only */
    bool approves;
    int32_t step;
    struct ca_bytes digest;
    const char *comment;
    int64_t at;
    struct ca_bytes seal;
};
/* CA_CONFLICT he has voted on this revision. */
CA_RC db_approval_vote_insert(struct db *db, const struct db_approval_vote *v, struct ca_err *err);
/* Of all revisions, in the order in which they came. Rows: struct db_approval_vote. */
CA_RC db_approval_votes(struct db *db, const struct ca_uuid *approval_id, struct db_result *ret,
                        struct ca_err *err);

struct db_approval_comment {
    struct ca_uuid id;
    struct ca_uuid approval_id;
    struct ca_uuid operator_id;
    const char *operator_name; /* read only */
    const char *comment;
    int64_t at;
};
CA_RC db_approval_comment_insert(struct db *db, const struct db_approval_comment *c,
                                 struct ca_err *err);
CA_RC db_approval_comments(struct db *db, const struct ca_uuid *approval_id, struct db_result *ret,
                           struct ca_err *err);

struct db_approval_rule {
    const char *action;
    const char *policy;
    int64_t updated_at;
    struct ca_uuid updated_by;
    const char *updater; /* name; read only */
    struct ca_bytes seal;
};
/* Rows: struct db_approval_rule. `action` NULL: all. */
CA_RC db_approval_rules(struct db *db, const char *action, struct db_result *ret,
                        struct ca_err *err);
CA_RC db_approval_rule_put(struct db *db, const struct db_approval_rule *r, struct ca_err *err);
