/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include "ca-server/audit_check.h"

/* A file of checkpoints, as the signer appends them and `cactl audit checkpoints -f` writes them:
 * notes one behind the other, an empty line between. Read again for each chain, so that memory does
 * not grow with it. */
struct audit_notes {
    FILE *file; /* can be rewound */
    const struct checkpoint_key *key;
    struct audit_check *check; /* is told of bad ones, each once */
    char chain[CHECKPOINT_CHAIN_MAX + 1];
    int64_t told; /* up to this octet of the file */
};
CA_RC audit_notes_begin(void *notes, const char *chain, struct ca_err *err);
CA_RC audit_notes_next(void *notes, struct checkpoint *ret, bool *ret_there, struct ca_err *err);
/* Chains that the file names and the log has not. */
CA_RC audit_notes_expect(struct audit_notes *notes, struct ca_err *err);

/* The next note as it stands there, appended to `ret`; empty: none left. CA_LIMIT. */
CA_RC audit_note_read(FILE *file, struct ca_buf *ret, struct ca_err *err);
