/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/authority.h"

/* Who issues in an authority's place, and from when on. */
struct db_rollover {
    int64_t authority_id;
    int64_t next_id;
    int64_t prepared_at;
    struct ca_uuid prepared_by;
    int64_t published_at;   /* 0: not */
    struct ca_bytes bundle; /* answer of GetNextCACert (RFC 8894 4.7.1), DER; len 0: none */
    int64_t switch_at;      /* 0: not decided */
    int64_t cancelled_at;   /* 0: not */
    struct ca_bytes seal;
    const char *authority; /* names; read only, as all that follow */
    const char *next;
    const char *preparer;
    enum db_authority_state state; /* of the one that ends */
};
/* In place of the row with the seal `seen` (len 0: there is none). CA_CONFLICT it has another. */
CA_RC db_rollover_put(struct db *db, const struct db_rollover *row, struct ca_bytes seen,
                      struct ca_err *err);
/* Rows: struct db_rollover; of the authority with this name, NULL: all. */
CA_RC db_rollover_list(struct db *db, const char *authority, struct db_result *ret,
                       struct ca_err *err);
/* When the authority's last certificate and its newest CRL end; 0: there is none. For the front. */
CA_RC db_rollover_ends(struct db *db, int64_t authority_id, int64_t *ret_certificate,
                       int64_t *ret_crl, struct ca_err *err);
/* Compare-and-set from active to retired. CA_CONFLICT. */
CA_RC db_authority_retire(struct db *db, int64_t id, struct ca_err *err);
