/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/crl.h"

/* CRLs that are signed ahead and held back, one for each part of an authority's CRL. The front sees
 * that they are there, and not their octets. */
enum { DB_CRL_AHEAD_ABOVE = 1000000000 }; /* their numbers, above those of regular ones */

/* A number for one, committed on its own before anything is signed. CA_NOT_FOUND this part has no
 * CRL yet. */
CA_RC db_crl_ahead_reserve(struct db *db, int64_t authority_id, int32_t shard, int64_t *ret,
                           struct ca_err *err);
/* Octets of the one under way; the first drops what a build that was cut off left behind. */
CA_RC db_crl_ahead_chunk_insert(struct db *db, const struct db_crl *crl, int32_t sequence,
                                struct ca_bytes bytes, struct ca_err *err);
/* Takes the place of the one that is held. `beside`: the published one of the same entries.
 * CA_CONFLICT its octets are not `crl->size`. */
CA_RC db_crl_ahead_put(struct db *db, const struct db_crl *crl, int64_t beside, struct ca_err *err);
/* Those that are held. Rows: struct db_crl. */
CA_RC db_crl_ahead_list(struct db *db, struct db_result *ret, struct ca_err *err);
CA_RC db_crl_ahead_read(struct db *db, const struct db_crl *crl, db_chunk_fn fn, void *arg,
                        struct ca_err *err);
/* Makes it the newest. `now`: it must not be over. `build_s`: how long a CRL takes from its
 * thisUpdate to its snapshot at most. CA_CONFLICT it is over or held no more, a higher number is
 * published, or what was published since lists a certificate that it does not (I11, I12). */
CA_RC db_crl_ahead_publish(struct db *db, const struct db_crl *crl, int64_t now, int64_t build_s,
                           struct ca_err *err);
CA_RC db_crl_ahead_drop(struct db *db, int64_t authority_id, struct ca_err *err);
