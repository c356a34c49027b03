/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/role.h"
#include "db/db.h"

/* Somebody, or something, that may call: with one of his credentials (db/credential.h). Lists of
 * names stand in one text, a name a line; "" is none. */
struct db_operator {
    struct ca_uuid id;
    const char *name;
    unsigned roles;              /* bits of enum ca_role */
    struct ca_bytes fingerprint; /* SHA-256 of the certificate he was enrolled with; len 0: none */
    bool enabled;
    int64_t created_at;
    const char *names;    /* that he owns, a line each */
    int64_t updated_at;   /* 0: never */
    struct ca_bytes seal; /* len 0: enrolled before there were seals */
};

/* CA_CONFLICT name or fingerprint taken. */
CA_RC db_operator_insert(struct db *db, const struct db_operator *o, struct ca_err *err);
/* Compare-and-set: roles, names, enabled, updated_at and seal, where the seal is still `seen`.
 * CA_CONFLICT, problem "stale". */
CA_RC db_operator_update(struct db *db, const struct db_operator *o, struct ca_bytes seen,
                         struct ca_err *err);
/* CA_NOT_FOUND; else one struct db_operator. */
CA_RC db_operator_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err);
CA_RC db_operator_by_name(struct db *db, const char *name, struct db_result *ret,
                          struct ca_err *err);
CA_RC db_operator_list(struct db *db, struct db_result *ret, struct ca_err *err); /* by name */

/* Until the transaction ends nobody else changes operators, on any node. */
CA_RC db_operator_lock(struct db *db, struct ca_err *err);
/* Enabled administrators other than this one, who have a credential. */
CA_RC db_operator_admins(struct db *db, const struct ca_uuid *but, int64_t *ret,
                         struct ca_err *err);

/* Those without a seal. */
struct db_operator_unsealed {
    struct db_operator who;
    struct ca_bytes key_hash; /* of the key of his certificate; len 0: not known, or taken */
};
CA_RC db_operator_unsealed(struct db *db, struct db_result *ret, struct ca_err *err);
