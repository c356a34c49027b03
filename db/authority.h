/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* pending: has a key and a CSR, waits for its certificate. retired: signs CRLs only. */
enum db_authority_state { DB_AUTHORITY_PENDING, DB_AUTHORITY_ACTIVE, DB_AUTHORITY_RETIRED };

enum { DB_AUTHORITY_NAME_MAX = 63, DB_URLS_MAX = 4 };

struct db_authority {
    int64_t id; /* 0: let the database choose */
    struct ca_uuid uuid;
    const char *name;  /* [a-z0-9-], at most DB_AUTHORITY_NAME_MAX */
    int64_t parent_id; /* 0: self-signed, or its issuer is outside */
    enum db_authority_state state;
    const char *key_label;       /* in the CA token */
    const char *signature;       /* name of enum ca_signature that it signs with */
    struct ca_bytes csr;         /* DER; len 0: none kept */
    struct ca_bytes certificate; /* DER; len 0 while pending */
    struct ca_bytes chain;  /* DER certificates of its issuers, one behind the other, root last */
    const char *crl_url;    /* put into the certificates it issues; "": none */
    const char *aia_url;    /* caIssuers; "": none */
    const char *ocsp_url;   /* "": none */
    int32_t crl_validity_s; /* nextUpdate - thisUpdate */
    int32_t crl_interval_s; /* at the latest so long after thisUpdate a new one is made */
    int64_t crl_number;     /* the last one used elsewhere; 0: none */
    int64_t created_at;
    const char *profile; /* that its certificate was made with; "": adopted or external */
    int32_t crl_shards;  /* parts that new certificates are spread over; 0: one whole CRL */
    int32_t crl_delta_interval_s; /* 0: no delta CRLs */
    int32_t crl_emergency_s;      /* validity of CRLs signed ahead; 0: none */
};

CA_RC db_authority_insert(struct db *db, const struct db_authority *a, int64_t *ret_id,
                          struct ca_err *err); /* CA_CONFLICT name taken */
/* Rows: struct db_authority, by name. */
CA_RC db_authority_list(struct db *db, struct db_result *ret, struct ca_err *err);
/* Compare-and-set from DB_AUTHORITY_PENDING. CA_CONFLICT another state. */
CA_RC db_authority_install(struct db *db, int64_t id, struct ca_bytes certificate,
                           struct ca_bytes chain, int64_t parent_id, struct ca_err *err);
/* Writes the five columns of `a` that say when and how its CRLs are made. CA_CONFLICT it has more
 * parts by now. */
CA_RC db_authority_schedule(struct db *db, const struct db_authority *a, struct ca_err *err);
/* Gives its CRL more parts, if it has parts. CA_CONFLICT it has as many by now. */
CA_RC db_authority_spread(struct db *db, int64_t id, int32_t shards, struct ca_err *err);
/* Certificates that have not expired, whatever their state. */
struct db_authority_in_force {
    int64_t authority_id;
    int64_t certificates;
};
/* Rows: struct db_authority_in_force, of authorities with any. */
CA_RC db_authority_in_force(struct db *db, int64_t now, struct db_result *ret, struct ca_err *err);
/* Counts for lists: certificates by state. */
struct db_authority_counts {
    int64_t authority_id;
    int64_t valid, held, revoked, expired;
};
/* Rows: struct db_authority_counts. */
CA_RC db_authority_counts(struct db *db, int64_t now, struct db_result *ret, struct ca_err *err);
