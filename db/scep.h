/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* What lets a device in at a SCEP endpoint; any of those that are on. A renewal shows its old
 * certificate instead. */
enum db_scep_mode {
    DB_SCEP_ONE_TIME = 1, /* a challenge on record, for one use */
    DB_SCEP_DERIVED = 2,  /* an HMAC over what it is for, by a key in the CA token */
    DB_SCEP_STATIC = 4,   /* one secret for all: whoever reads one device's settings has it */
    DB_SCEP_WEBHOOK = 8,  /* somebody else decides, and proves that he did */
    DB_SCEP_MANUAL = 16,  /* without any of these an officer decides */
};
/* Algorithms that nobody should use, for devices that know no other. */
enum db_scep_legacy {
    DB_SCEP_DES3 = 1,
    DB_SCEP_SHA1 = 2,
    DB_SCEP_DES = 4,
    DB_SCEP_MD5 = 8,
};
enum db_scep_switch {
    DB_SCEP_STRICT_EMPTY = 1,  /* PENDING and FAILURE without eContent, as RFC 8894 has it */
    DB_SCEP_ANSWER_CHAIN = 2,  /* SUCCESS has the issuer's certificate too */
    DB_SCEP_NO_POST = 4,       /* POSTPKIOperation is not offered */
    DB_SCEP_NO_RENEWAL = 8,    /* the old certificate lets nobody in */
    DB_SCEP_NO_NEXT_CA = 16,   /* GetNextCACert is not offered */
    DB_SCEP_RENEW_EXPIRED = 32 /* up to 30 days after its end, unless revoked */
};

/* An endpoint. It asks as an operator of its own, without credentials. */
struct db_scep_endpoint {
    struct ca_uuid id;
    const char *name; /* [a-z0-9-], at most 59: "scep-" and it name its operator */
    struct ca_uuid operator_id;
    const char *profile;
    const char *authority; /* name */
    const char *ra_key;    /* "rsa:2048" */
    bool enabled;
    uint32_t modes;    /* enum db_scep_mode */
    uint32_t legacy;   /* enum db_scep_legacy */
    uint32_t switches; /* enum db_scep_switch */
    const char *webhook_url;
    int32_t challenge_validity; /* seconds, of a one-time or derived one */
    struct ca_bytes static_salt;
    struct ca_bytes static_hash; /* SHA-256 of salt and secret; len 0: none was made */
    int64_t created_at;
    int64_t removed_at; /* 0: it is there */
    struct ca_bytes seal;
};
CA_RC db_scep_endpoint_insert(struct db *db, const struct db_scep_endpoint *e, struct ca_err *err);
/* Everything but id, name, operator and created_at. CA_NOT_FOUND. */
CA_RC db_scep_endpoint_update(struct db *db, const struct db_scep_endpoint *e, struct ca_err *err);
/* Rows: struct db_scep_endpoint that are there, by name; NULL: all. */
CA_RC db_scep_endpoint_list(struct db *db, const char *name, struct db_result *ret,
                            struct ca_err *err);

/* A challenge for one use. */
struct db_scep_challenge {
    struct ca_uuid id; /* version 7; a part of the secret's text */
    struct ca_uuid endpoint_id;
    struct ca_bytes salt;
    struct ca_bytes hash; /* SHA-256 of salt and secret */
    const char *profile;  /* that the endpoint had when it was made */
    const char *subject;  /* RFC 4514, exactly this one; "": none, unless any_name */
    const char *names;    /* SANs as "DNS:a,IP:b", no others; "": none, unless any_name */
    bool any_name;
    const char *comment;
    int64_t created_at;
    struct ca_uuid created_by;
    int64_t expires_at;
    struct ca_bytes seal;      /* of the ones before it */
    int64_t used_at;           /* 0: not */
    struct ca_uuid request_id; /* that used it */
    int64_t revoked_at;        /* 0: not */
};
CA_RC db_scep_challenge_insert(struct db *db, const struct db_scep_challenge *c,
                               struct ca_err *err);
/* Rows: struct db_scep_challenge, none or one. */
CA_RC db_scep_challenge_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                              struct ca_err *err);
/* Rows: struct db_scep_challenge of an endpoint, newest first, below `before` (nil: all). */
CA_RC db_scep_challenge_list(struct db *db, const struct ca_uuid *endpoint_id,
                             const struct ca_uuid *before, size_t limit, struct db_result *ret,
                             struct ca_err *err);
/* CA_CONFLICT it is used, revoked or expired: exactly one of many succeeds. */
CA_RC db_scep_challenge_use(struct db *db, const struct ca_uuid *id, int64_t now,
                            const struct ca_uuid *request_id, struct ca_err *err);
CA_RC db_scep_challenge_revoke(struct db *db, const struct ca_uuid *id, int64_t now,
                               struct ca_err *err); /* CA_CONFLICT used or revoked */

/* What a client calls a transaction. The same ID with another key is another one. */
struct db_scep_transaction {
    struct ca_uuid endpoint_id;
    const char *transaction_id;
    struct ca_bytes spki_hash; /* SHA-256 of the CSR's SubjectPublicKeyInfo */
    struct ca_bytes csr_hash;
    struct ca_uuid request_id;
    struct ca_uuid renews; /* certificate; nil: none */
    const char *remote;
    int64_t created_at;
    /* Read only, of its request. */
    const char *state; /* of enum db_request_state */
    struct ca_uuid certificate_id;
    struct ca_bytes certificate; /* DER; len 0 unless issued */
};
CA_RC db_scep_transaction_insert(struct db *db, const struct db_scep_transaction *t,
                                 struct ca_err *err);
/* Rows: struct db_scep_transaction, none or the newest one. `spki_hash` of len 0: of any key. */
CA_RC db_scep_transaction_find(struct db *db, const struct ca_uuid *endpoint_id,
                               const char *transaction_id, struct ca_bytes spki_hash,
                               struct db_result *ret, struct ca_err *err);
/* Rows: struct db_scep_transaction of an endpoint (without `certificate`), newest first, requests
 * below `before` (nil: all). */
CA_RC db_scep_transaction_list(struct db *db, const struct ca_uuid *endpoint_id,
                               const struct ca_uuid *before, size_t limit, struct db_result *ret,
                               struct ca_err *err);
