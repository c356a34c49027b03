/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/authority.h"
#include "db/certificate.h"
#include "db/operator.h"
#include "db/request.h"

/* The n-th request, its intent and its certificate, all different from those of another n. The
 * octets are of usual sizes, and no DER. Ids and serials are of the time `at`. */
struct db_sample {
    struct db_request request; /* ISSUING */
    struct db_intent intent;   /* of node "node-1" */
    struct db_certificate certificate;
    uint8_t hash[32];
    uint8_t serial[DB_SERIAL_LEN];
    uint8_t csr[450];
    uint8_t tbs[500];
    uint8_t der[750];
    uint8_t fingerprint[32];
    char name[64];
    char subject[80];
    char names[80];
    const char *search[2];
};
void db_sample_make(struct db_sample *ret, uint64_t n, int64_t at);

/* Authority 1, "dev-issuing", and operator "requester", whom the samples lean on; through a
 * DB_SIGNER connection. Also the partitions of `at`. */
enum { DB_SAMPLE_AUTHORITY = 1 };
void db_sample_base(struct db *signer, int64_t at);
extern const struct ca_uuid db_sample_requester;

/* Stores sample `n` as issued, all three steps. */
void db_sample_store(struct db *signer, struct db_sample *ret, uint64_t n, int64_t at);
