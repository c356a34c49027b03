/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* Certificates that somebody names one by one, in pieces; then they are complete, and stand in
 * parts in the order of their ids. */
struct db_named_list {
    struct ca_uuid id;
    int64_t authority_id; /* 0: any */
    int64_t created_at;
    struct ca_uuid created_by;
    int64_t expires_at;
    int64_t named;          /* each once; 0: it is not complete, and what follows is not there */
    struct ca_bytes digest; /* SHA-256 of their names in order, a line each */
    int32_t parts;
    int64_t unknown_n;
    const char *unknown; /* the first of these, a line each */
    struct ca_bytes seal;
    const char *authority; /* names; read only, as the next */
    const char *creator;
    int64_t pieces; /* while it is not complete */
    int64_t pieces_named;
};
/* CA_CONFLICT there are `most_own` of this operator, or `most` of all. */
CA_RC db_named_list_insert(struct db *db, const struct db_named_list *l, int64_t most_own,
                           int64_t most, struct ca_err *err);
/* Rows: struct db_named_list, one or none. */
CA_RC db_named_list_get(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err);
/* Until the end of the transaction nobody else changes it. CA_CONFLICT it is complete, expired or
 * gone. */
CA_RC db_named_list_lock(struct db *db, const struct ca_uuid *id, int64_t now, struct ca_err *err);
/* From its `pieces` pieces, which go. CA_CONFLICT it is complete, gone, or has other pieces. */
CA_RC db_named_list_complete(struct db *db, const struct db_named_list *l, struct ca_err *err);
/* CA_CONFLICT it is gone, or a job works on it. */
CA_RC db_named_list_drop(struct db *db, const struct ca_uuid *id, struct ca_err *err);
/* Drops what has expired, and what a job had done with before `ended`. */
CA_RC db_named_list_trim(struct db *db, int64_t now, int64_t ended, struct ca_err *err);

struct db_list_piece {
    struct ca_uuid list_id;
    int32_t number; /* from 1 */
    int32_t named;
    struct ca_bytes names;
    struct ca_bytes ids; /* len 0: none was found */
    int32_t unknown_n;
    const char *unknown;
    struct ca_bytes seal;
};
/* CA_LIMIT the list would name more than `most`; CA_CONFLICT one with this number is there. */
CA_RC db_list_piece_insert(struct db *db, const struct db_list_piece *p, int64_t most,
                           struct ca_err *err);
/* Rows: struct db_list_piece, one or none. */
CA_RC db_list_piece_get(struct db *db, const struct ca_uuid *list_id, int32_t number,
                        struct db_result *ret, struct ca_err *err);

struct db_list_part {
    struct ca_uuid list_id;
    int32_t number; /* from 1 */
    struct ca_bytes ids;
    struct ca_uuid last;
    struct ca_bytes seal;
};
CA_RC db_list_part_put(struct db *db, const struct db_list_part *p, struct ca_err *err);
/* Rows: struct db_list_part, one or none: the part in which what comes behind `after` (nil: all)
 * begins. */
CA_RC db_list_part_next(struct db *db, const struct ca_uuid *list_id, const struct ca_uuid *after,
                        struct db_result *ret, struct ca_err *err);
