/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/certificate.h"
#include "db/db.h"

/* CRLs, kept in chunks so that nobody holds a large one in memory. */
enum { DB_CRL_CHUNK = 256 * 1024 }; /* octets, at most */

struct db_crl {
    int64_t id;
    int64_t authority_id;
    const char *authority; /* name; read only */
    int32_t shard;         /* part of the authority's CRL; 0: the whole */
    int64_t number;
    int64_t base_number; /* of a delta CRL; 0: complete */
    int64_t this_update;
    int64_t next_update;
    int64_t entries;
    int64_t size;           /* octets of DER */
    struct ca_bytes sha256; /* of the DER */
    const char *node;
    bool emergency; /* signed ahead (db/crl_ahead.h); read only */
};

/* Reserves the next CRL number of this part (I12): +1, committed on its own before anything is
 * signed. Also the thisUpdate of its newest complete CRL, 0: none. */
CA_RC db_crl_reserve(struct db *db, int64_t authority_id, int32_t shard, int64_t *ret_number,
                     int64_t *ret_previous_this_update, struct ca_err *err);
/* The complete CRL that the next delta of this part builds on: that of the delta before while its
 * thisUpdate is not before `oldest`. CA_NOT_FOUND there is none yet. */
CA_RC db_crl_base(struct db *db, int64_t authority_id, int32_t shard, int64_t oldest,
                  int64_t *ret_number, int64_t *ret_this_update, struct ca_err *err);

/* One revoked, held or burned certificate. */
struct db_crl_entry {
    struct ca_bytes serial;
    int32_t reason; /* -1 or 0: none is written */
    int64_t revoked_at;
    int64_t invalidity_date; /* 0: none */
};
typedef CA_RC (*db_crl_entry_fn)(void *arg, const struct db_crl_entry *entry, struct ca_err *err);
struct db_crl_selection {
    int64_t authority_id;
    int32_t shard;
    bool whole; /* all parts: shard is 0, and there are others */
    int64_t previous_this_update;
    bool delta;
    int64_t since; /* of a delta: what changed then or later, releases too (reason 8) */
};
/* Streams every entry that had not expired at `previous_this_update` (I11: an entry stays until one
 * CRL after its notAfter), by serial, in one snapshot (repeatable read, COPY binary); memory does
 * not grow with their number. */
CA_RC db_crl_entries(struct db *db, const struct db_crl_selection *selection, db_crl_entry_fn fn,
                     void *arg, struct ca_err *err);

/* The serial number with about as many entries below it as above, and its length; 0: there are too
 * few for two connections. An estimate out of a sample: whatever it is, no entry is lost by it. */
CA_RC db_crl_middle(struct db *db, const struct db_crl_selection *selection,
                    uint8_t ret[DB_SERIAL_MAX], size_t *ret_len, struct ca_err *err);
/* As db_crl_entries, by two connections in one snapshot and by two threads, which is faster for
 * very many: what is below `middle` goes to the first, the others to the second; all to the first
 * where the second cannot join the snapshot. For complete CRLs. */
struct db_crl_half {
    struct db *db;
    db_crl_entry_fn fn;
    void *arg;
};
CA_RC db_crl_entries_halves(const struct db_crl_half half[2],
                            const struct db_crl_selection *selection, struct ca_bytes middle,
                            struct ca_err *err);

/* Inside db_tx: the row, then its chunks in order. A reader sees all of it or nothing.
 * CA_CONFLICT a CRL with this or a higher number is published. */
CA_RC db_crl_insert(struct db *db, const struct db_crl *crl, int64_t *ret_id, struct ca_err *err);
CA_RC db_crl_chunk_insert(struct db *db, int64_t crl_id, int32_t sequence, struct ca_bytes bytes,
                          struct ca_err *err);
/* Drops the bytes, not the rows, of all but the newest `keep` CRLs of the same part and kind. */
CA_RC db_crl_trim(struct db *db, const struct db_crl *like, int32_t keep, struct ca_err *err);

/* The newest one of each part, complete and delta. Rows: struct db_crl. */
CA_RC db_crl_newest(struct db *db, struct db_result *ret, struct ca_err *err);
/* Newest first. Rows: struct db_crl. */
CA_RC db_crl_list(struct db *db, int64_t authority_id, size_t limit, struct db_result *ret,
                  struct ca_err *err);
typedef CA_RC (*db_chunk_fn)(void *arg, struct ca_bytes bytes, struct ca_err *err);
CA_RC db_crl_read(struct db *db, int64_t crl_id, db_chunk_fn fn, void *arg, struct ca_err *err);

/* Single-writer jobs. True and until when, or false: another node holds it. */
CA_RC db_lease_take(struct db *db, const char *name, const char *node, int64_t now, int64_t seconds,
                    bool *ret_mine, struct ca_err *err);
