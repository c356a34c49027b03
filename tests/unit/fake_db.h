/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/recorder_internal.h"

/* A database that only the recorder's tests link instead of db/: it keeps rows in memory and fails
 * as it is told. What a transaction wrote counts once it is committed. */
enum { FAKE_ROWS_MAX = 4096 };

extern struct fake_db {
    /* what happens at the next COMMITs; each is used up */
    enum fake_commit { COMMIT_FINE, COMMIT_AWAY, COMMIT_LOST_AFTER, COMMIT_LOST_BEFORE } commit[64];
    unsigned commit_n;
    bool away;            /* nobody answers until it is false again */
    unsigned fail_serial; /* last octet of a serial that the intent insert refuses; 0: none */
    uint8_t taken_key;    /* first octet of a key's hash that is somebody else's; 0: none */
    /* committed so far */
    size_t requests, intents, certificates, claims, audits, transactions;
    uint8_t intent_serial[FAKE_ROWS_MAX];
    bool intent_open[FAKE_ROWS_MAX];
    uint8_t certificate_serial[FAKE_ROWS_MAX];
    int64_t audit_sequence[FAKE_ROWS_MAX];
    uint8_t audit_previous[FAKE_ROWS_MAX][32];
    uint8_t audit_hash[FAKE_ROWS_MAX][32];
    uint8_t keys[FAKE_ROWS_MAX]; /* first octet of each idempotency key */
} fake_db;

void fake_db_reset(void);
