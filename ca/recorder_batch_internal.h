/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/recorder_internal.h"

/* Intents and certificates of one transaction. */
struct batch {
    struct audit *audit;
    struct record **records; /* RECORD_INTENT and RECORD_CERTIFICATE */
    size_t n;
};

/* A db_tx_fn over a struct batch: requests, intents, certificates, audit lines, each kind with one
 * statement. Sets `repeated` of the intents whose idempotency key was in use: nothing of those is
 * written. CA_CONFLICT: one of them is at fault, nothing is written. */
CA_RC batch_write(struct db *db, void *arg, struct ca_err *err);

/* What became of an entry whose COMMIT nobody answered? CA_OK: it is on record (a certificate byte
 * for byte). CA_NOT_FOUND: it is not. CA_FAULT: something else is. CA_UNAVAILABLE: nobody knows
 * yet. */
CA_RC batch_outcome(struct db *db, const char *node, const struct record *record,
                    struct ca_err *err);
