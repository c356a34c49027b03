/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"
#include "policy/key_audit.h"
#include "policy/key_check.h"

/* Every key on record: is it weak, and do two of them share a prime? Findings go to stdout. */
struct keys_audit {
    struct db *db;                   /* as ca_signer; borrowed */
    const struct key_checks *checks; /* borrowed */
    uint64_t memory_mib;             /* that may be used */
    uint64_t threads;
    /* Filled by keys_audit_run: */
    uint64_t certificates;
    uint64_t keys; /* different RSA moduli */
    uint64_t weak; /* certificates with a key that key_check finds */
    uint64_t pairs;
    uint64_t unread;
    struct key_audit *moduli;
    struct keys_holder *holders; /* which certificate holds which modulus, in order of age */
    size_t holder_n;
    size_t holder_cap;
};

/* CA_LIMIT the comparison would need more than the memory that it may use: the text says how much.
 */
CA_RC keys_audit_run(struct keys_audit *a, struct ca_err *err);
void keys_audit_done(struct keys_audit *a);
