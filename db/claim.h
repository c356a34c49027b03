/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* What a certificate to be takes up of limits, names and keys, from its intent on until it is on
 * record: the rules that look at earlier certificates see it meanwhile, on every node. */
struct db_claim {
    int64_t authority_id;
    struct ca_bytes serial; /* of its intent */
    struct ca_uuid requester_id;
    const char *profile;
    struct ca_bytes spki_hash;
    const char *common_name; /* "" none */
    const char *search;      /* CN and SAN values in lower case, joined with newlines */
    int64_t not_after;
    int64_t created_at;
    bool key_never; /* not even the requester's own certificates may have the key */
};

/* Waits for these numbers, in an order that cannot dead-lock, and holds them until the transaction
 * ends: who decides by what is on record locks what he looks at first. */
CA_RC db_claim_lock(struct db *db, const int64_t *numbers, size_t n, struct ca_err *err);
/* ret_taken[i]: the key of rows[i] is in a certificate or claim of somebody else's, or with
 * key_never of anybody's. */
CA_RC db_claim_keys(struct db *db, const struct db_claim *rows, size_t n, bool *ret_taken,
                    struct ca_err *err);

/* What else a profile wants to know; zeros ask nothing. */
struct db_claim_rules {
    int64_t requester_count, requester_per_s;
    int64_t name_count, name_per_s;
    bool unique_common_name;
    int64_t renewal_window_s;
};
enum db_claim_rule {
    DB_CLAIM_REQUESTER,
    DB_CLAIM_NAME,
    DB_CLAIM_COMMON_NAME,
    DB_CLAIM_RENEWAL,
    DB_CLAIM__COUNT
};
struct db_claim_conflict {
    const char *name;       /* of DB_CLAIM_NAME and DB_CLAIM_COMMON_NAME */
    struct ca_bytes serial; /* of DB_CLAIM_COMMON_NAME and DB_CLAIM_RENEWAL: what is in the way */
    int64_t at;             /* when the oldest one that counts came; when what is in the way ends */
};
/* Rows: struct db_claim_conflict; none where the rule is not asked. */
CA_RC db_claim_conflicts(struct db *db, enum db_claim_rule rule, const struct db_claim *claim,
                         const struct db_claim_rules *rules, struct db_result *ret,
                         struct ca_err *err);
CA_RC db_claim_insert_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err);
/* Their certificates are on record, by this transaction. */
CA_RC db_claim_delete_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err);
/* Forgets claims from before `before` whose intents are closed. */
CA_RC db_claim_trim(struct db *db, int64_t before, struct ca_err *err);
