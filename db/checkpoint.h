/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/audit.h"

/* Signed roots of audit chains. What the octets mean is known to ca/ alone. */
struct db_checkpoint {
    int64_t id; /* in the order of making */
    const char *chain;
    int64_t size; /* it is about the lines 1 to size */
    struct ca_bytes root;
    int64_t at;
    struct ca_bytes key; /* SubjectPublicKeyInfo */
    const char *note;
};

/* CA_CONFLICT there is one as long, or a longer one. */
CA_RC db_checkpoint_insert(struct db *db, const struct db_checkpoint *c, struct ca_bytes edge,
                           struct ca_err *err);

/* A chain, its newest checkpoint (size 0: none) and where the next one goes on. */
struct db_checkpoint_state {
    const char *chain;
    int64_t sequence; /* of its last line */
    int64_t size;
    int64_t at;
    struct ca_bytes root;
    struct ca_bytes key;
    const char *note;
    int64_t edge_size;
    struct ca_bytes edge;
};
/* Rows: struct db_checkpoint_state, one a chain. */
CA_RC db_checkpoint_state(struct db *db, struct db_result *ret, struct ca_err *err);

struct db_audit_hash {
    int64_t sequence;
    struct ca_bytes hash;
};
/* Lines behind `sequence`, in order. Rows: struct db_audit_hash. */
CA_RC db_audit_hashes(struct db *db, const char *chain, int64_t sequence, size_t limit,
                      struct db_result *ret, struct ca_err *err);

/* For the front. `chain` NULL: of all; `after` 0: from the first of the order on.
 * Rows: struct db_checkpoint. */
CA_RC db_checkpoint_list(struct db *db, const char *chain, bool newest_first, int64_t after,
                         size_t limit, struct db_result *ret, struct ca_err *err);
/* For the signer's role: those of a chain that are longer than `size`, in order. */
CA_RC db_checkpoint_read(struct db *db, const char *chain, int64_t size, size_t limit,
                         struct db_result *ret, struct ca_err *err);
/* Chains that have one. Rows: const char *. */
CA_RC db_checkpoint_chains(struct db *db, struct db_result *ret, struct ca_err *err);
