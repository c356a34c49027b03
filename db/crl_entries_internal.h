/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/crl.h"

/* Entries of one connection under way. Nothing is written, so there is nothing to settle: the
 * transaction is only the snapshot. */
struct db_crl_reading {
    const struct db_crl_selection *selection;
    struct ca_bytes from;   /* serial numbers: this one and those above */
    struct ca_bytes before; /* and below this one; len 0: no end. Not looked at for deltas */
    db_crl_entry_fn fn;
    void *arg;
    int64_t given; /* so far */
};
/* The transaction, with a snapshot of its own. */
CA_RC db_crl_reading_begin(struct db *db, struct ca_err *err);
/* All entries, in order. */
CA_RC db_crl_reading_run(struct db *db, struct db_crl_reading *r, struct ca_err *err);
void db_crl_reading_end(struct db *db);
