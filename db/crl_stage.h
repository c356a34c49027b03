/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/crl.h"

/* Storing and publishing a CRL apart: its octets go in under an id that no reader sees yet, in a
 * transaction of the caller's connection; publishing is then one short statement. */

/* The id for db_crl_chunk_insert and db_crl_publish. What an earlier build of this part staged
 * and never published is dropped, so only the holder of its lease calls this. */
CA_RC db_crl_stage(struct db *db, int64_t authority_id, int32_t shard, const char *node,
                   int64_t *ret_id, struct ca_err *err);
/* Makes the staged CRL `crl->id` the newest. CA_CONFLICT this number or a higher one is published,
 * somebody else has staged another since, or its chunks are not `crl->size` octets. */
CA_RC db_crl_publish(struct db *db, const struct db_crl *crl, struct ca_err *err);

/* What the schedule needs of each part, complete and delta, of an authority with a certificate. */
struct db_crl_state {
    int64_t authority_id;
    int32_t shard;
    bool delta;
    int64_t reserved; /* last number that was reserved */
    int64_t number;   /* of the newest published CRL; 0: none, and zeros below */
    int64_t base_number;
    int64_t this_update;
    int64_t next_update;
    int64_t entries;
    int64_t size;
    bool emergency;      /* it was signed ahead */
    int64_t ahead_until; /* nextUpdate of the one that is held; 0: none */
    bool behind;         /* a certificate was revoked or released at its thisUpdate or later */
};
/* Rows: struct db_crl_state, by id. */
CA_RC db_crl_state(struct db *db, struct db_result *ret, struct ca_err *err);
/* The last number of the whole CRL that was reserved: every change that was committed before the
 * call is on each CRL with a higher number. CA_NOT_FOUND no such authority. */
CA_RC db_crl_reserved(struct db *db, int64_t authority_id, int64_t *ret, struct ca_err *err);
