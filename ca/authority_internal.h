/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/types.h>

#include "db/authority.h"
#include "hsm/hsm.h"
#include "policy/cert.h"
#include "policy/judge.h"
#include "policy/spki.h"

enum { AUTHORITY_KEY_LABEL_MAX = 127 };

/* One authority as the signer uses it. Immutable; the set is replaced whole. */
struct authority {
    int64_t id;
    struct ca_uuid uuid;
    char name[DB_AUTHORITY_NAME_MAX + 1];
    enum db_authority_state state;
    int64_t parent_id;
    const struct hsm_key *key; /* NULL: offline; lives as long as the process */
    char reason[240];          /* of offline: "" online */
    enum ca_signature signature;
    char key_label[AUTHORITY_KEY_LABEL_MAX + 1];
    char profile[PROFILE_NAME_MAX + 1]; /* "": adopted, or its issuer is outside */
    struct ca_buf certificate;          /* DER; len 0 while pending */
    struct ca_buf chain;                /* of its issuers, DER, root last */
    struct ca_buf csr;
    struct cert cert;     /* views of `certificate` */
    EVP_PKEY *public_key; /* software: verifies what the token signed (I2) */
    struct issuer issuer; /* what policy/judge.h wants; views of this struct. While pending: its
                             subject and key, and a validity without end */
    uint8_t key_id[SPKI_KEY_ID_LEN]; /* where the certificate names none, and while pending */
    char crl_url[512], aia_url[512], ocsp_url[512];
    int32_t crl_validity_s, crl_interval_s, crl_delta_interval_s, crl_shards;
    int32_t crl_emergency_s; /* validity of CRLs signed ahead; 0: none */
};

/* A counted snapshot of all authorities. */
struct authority_set;
struct authority_registry; /* holds the current snapshot and the opened keys */

/* authority_row.c: one of them out of its row. A row that makes no sense gives an authority that is
 * offline with the reason; CA_FAULT no memory.
 *   key     its key, or NULL and `reason`: why there is none
 *   ret     zeroed, stays where it is; for authority_done, also when this fails */
CA_RC authority_fill(struct authority *ret, const struct db_authority *row,
                     const struct hsm_key *key, const char *reason, struct ca_err *err);
void authority_done(struct authority *a);
bool authority_self_signed(const struct authority *a); /* false while pending */

CA_RC authority_registry_new(struct hsm *hsm, const char *token_reason,
                             struct authority_registry **ret, struct ca_err *err);
void authority_registry_free(struct authority_registry *r);
/* Reads all authorities again, opens keys not yet open, checks each (I14: a key that fails the
 * check leaves its authority offline with the reason), publishes the new snapshot. */
CA_RC authority_registry_load(struct authority_registry *r, struct db *db, struct ca_err *err);

/* The key with this label for an authority to come; lives as long as the registry. CA_NOT_FOUND,
 * CA_CONFLICT several, CA_DENIED problem "key-policy", CA_UNAVAILABLE problem "token-offline"
 * (there is no token) or "token-failed". */
CA_RC authority_registry_key(struct authority_registry *r, const char *label,
                             const struct hsm_key **ret, struct ca_err *err);
/* One change of the set of authorities at a time: CA_CONFLICT somebody else is at it. */
CA_RC authority_registry_begin(struct authority_registry *r, struct ca_err *err);
void authority_registry_end(struct authority_registry *r);

/* Who issues in whose place, and from when on; in place of what was known. */
enum { AUTHORITY_SUCCESSORS_MAX = 256 };
struct authority_successor {
    int64_t id;
    int64_t next_id;
    int64_t at;
};
void authority_registry_succeed(struct authority_registry *r,
                                const struct authority_successor *list, size_t n);

struct authority_set *authority_set_take(struct authority_registry *r); /* the current one */
void authority_set_give(struct authority_set *set);
CA_AUTO_DEFINE(authority_set, struct authority_set *, authority_set_give);
size_t authority_set_count(const struct authority_set *set);
const struct authority *authority_set_at(const struct authority_set *set, size_t i);
const struct authority *authority_set_by_id(const struct authority_set *set, int64_t id);
/* Whatever its state; NULL: no such name. */
const struct authority *authority_set_named(const struct authority_set *set, const char *name);
/* One that may issue: where another one has taken its place, that one. "": the default, the oldest
 * online authority that is not self-signed, else the oldest online one (when all are offline, the
 * same among those). CA_NOT_FOUND, problem "unknown-authority": the text has the nearest name;
 * CA_CONFLICT, problem "authority-pending" or "authority-retired". */
CA_RC authority_set_find(const struct authority_set *set, const char *name,
                         const struct authority **ret, struct ca_err *err);
/* Has it its key? CA_UNAVAILABLE, problem "token-offline": the text has the reason. */
CA_RC authority_online(const struct authority *a, struct ca_err *err);
