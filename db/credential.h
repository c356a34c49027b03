/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/operator.h"

/* How an operator shows who he is. Lists stand in one text, a line each; "" is none. */
enum db_credential_kind { DB_CREDENTIAL_CERTIFICATE, DB_CREDENTIAL_TOKEN, DB_CREDENTIAL__COUNT };
struct db_credential {
    struct ca_uuid id;
    struct ca_uuid operator_id;
    enum db_credential_kind kind;
    const char *name;
    struct ca_bytes hash; /* SHA-256 of the SubjectPublicKeyInfo, or of salt and secret */
    struct ca_bytes salt; /* of a token */
    bool profiles_given;  /* it is for these profiles only */
    const char *profiles;
    bool names_given; /* it is for these names only */
    const char *names;
    int64_t expires_at; /* 0: as long as its certificate */
    int64_t created_at;
    int64_t revoked_at; /* 0: not revoked */
    struct ca_bytes seal;
};
const char *db_credential_kind_name(enum db_credential_kind kind); /* "certificate" */

/* With whose it is. */
struct db_credential_found {
    struct db_credential credential;
    struct db_operator who;
    /* Certificates of ours with its key are revoked or held, and none is valid. */
    bool certificate_revoked;
};

/* CA_CONFLICT the key is somebody's credential already. */
CA_RC db_credential_insert(struct db *db, const struct db_credential *c, struct ca_err *err);
/* CA_CONFLICT it is revoked already. */
CA_RC db_credential_revoke(struct db *db, const struct ca_uuid *id, int64_t at,
                           struct ca_bytes seal, struct ca_err *err);
/* CA_NOT_FOUND; else one struct db_credential_found as it is at `now`. */
CA_RC db_credential_by_id(struct db *db, const struct ca_uuid *id, int64_t now,
                          struct db_result *ret, struct ca_err *err);
/* By the SHA-256 of the SubjectPublicKeyInfo. A certificate of ours with this fingerprint that is
 * revoked or held counts as revoked, whatever others have the key. */
CA_RC db_credential_by_key(struct db *db, struct ca_bytes key_hash, struct ca_bytes fingerprint,
                           int64_t now, struct db_result *ret, struct ca_err *err);

struct db_credential_row {
    struct db_credential credential;
    const char *operator_name;
};
/* Of one operator, NULL of all; of one kind, DB_CREDENTIAL__COUNT of both; the oldest first. */
CA_RC db_credential_list(struct db *db, const struct ca_uuid *operator_id,
                         enum db_credential_kind kind, struct db_result *ret, struct ca_err *err);
/* How many others the operator has that are not revoked. */
CA_RC db_credential_others(struct db *db, const struct ca_uuid *operator_id,
                           const struct ca_uuid *but, int64_t *ret, struct ca_err *err);
