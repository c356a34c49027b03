/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/role.h"
#include "db/db.h"

/* Somebody, or something, that may call. Enrolled by the SHA-256 of the whole certificate. */
struct db_operator {
    struct ca_uuid id;
    const char *name;
    unsigned roles;              /* bits of enum ca_role */
    struct ca_bytes fingerprint; /* SHA-256 of the certificate's DER */
    bool enabled;
    int64_t created_at;
};

CA_RC db_operator_insert(struct db *db, const struct db_operator *o, struct ca_err *err);
/* Also says whether the certificate is one of ours that is revoked or held.
 * CA_NOT_FOUND nobody enrolled with it. Row: one struct db_operator_found. */
struct db_operator_found {
    struct db_operator who;
    bool certificate_revoked; /* any of our certificates with this fingerprint is not valid */
};
CA_RC db_operator_by_fingerprint(struct db *db, struct ca_bytes fingerprint, struct db_result *ret,
                                 struct ca_err *err);
CA_RC db_operator_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err); /* one row, the same struct */
CA_RC db_operator_list(struct db *db, struct db_result *ret, struct ca_err *err); /* db_operator */
