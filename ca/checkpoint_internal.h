/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/checkpoint_token.h"
#include "ca/signer_internal.h"
#include "db/checkpoint.h"

/* Signs what the audit log says (I13), off the recorder's way: a thread of its own, with its own
 * connection, reads what was committed. One writer a chain: the node that holds its lease, which is
 * the chain's own unless that has been away for long. */
enum { CHECKPOINT_CHAINS_MAX = 64 };

/* What this process has signed or checked: it signs nothing that contradicts it, whatever the
 * database says later. */
struct checkpoint_chain {
    char name[CHECKPOINT_CHAIN_MAX + 1];
    struct checkpoint_tree tree;
    int64_t at;          /* when its newest checkpoint was made */
    int64_t at_ms;       /* the same, by ca_mono_ms */
    int64_t unprotected; /* lines behind it */
    bool checked;        /* `tree` is ours, or was compared with a signature of ours */
};

struct checkpointer;

/* Brings the tree of a chain to its last line.
 * CA_CONFLICT the log is not what was signed before, or a line is missing. */
CA_RC checkpoint_follow(struct db *db, const struct db_checkpoint_state *state,
                        const struct checkpoint_key *key, struct checkpoint_chain *chain,
                        struct ca_err *err);

/* Signs the tree of a chain. Appends the note. */
CA_RC checkpoint_sign(const struct signer_config *config, const struct hsm_key *signer,
                      const struct checkpoint_key *key, const struct checkpoint_chain *chain,
                      struct checkpoint *ret, struct ca_buf *ret_note, struct ca_err *err);

/* Appends a note to the file and brings it to the disk. */
CA_RC checkpoint_file_add(const char *path, struct ca_bytes note, struct ca_err *err);

/* Takes the first checkpoint at once and the last one in stop, of what was committed by then. */
CA_RC checkpointer_start(struct signer *s, struct checkpointer **ret, struct ca_err *err);
void checkpointer_stop(struct checkpointer *c); /* NULL is fine */
void checkpointer_metrics(struct checkpointer *c, struct ca_buf *ret);
