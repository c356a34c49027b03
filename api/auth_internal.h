/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"
#include "api/route.h"

/* Who may what. Operators come from the database by the key of their certificate or by the id in
 * their API token, and are remembered for a second. */
struct auth;

enum {
    AUTH_TTL_MS = 1000,
    AUTH_ENTRIES = 512,
    AUTH_SECRET_LEN = 32,
    AUTH_TOKEN_SECRET_AT = 3 + 32 + 1, /* characters of a token before its secret */
};

/* What somebody shows. */
struct shown {
    uint8_t key[32];           /* for the cache: SHA-256 of certificate or token */
    uint8_t key_hash[32];      /* certificate: SHA-256 of its SubjectPublicKeyInfo */
    struct ca_uuid credential; /* token */
    const char *token;         /* the whole of it; borrowed; NULL: a certificate */
};

/* "ca_<32 digits>_<43 characters>": the credential's id and its secret in base64url. CA_DENIED,
 * problem "token-refused"; no text ever quotes one (I15). */
CA_RC auth_token_read(const char *token, struct shown *ret, struct ca_err *err);
/* Writes one: `ret` takes AUTH_TOKEN_TEXT octets. */
enum { AUTH_TOKEN_TEXT = AUTH_TOKEN_SECRET_AT + 43 + 1 };
CA_RC auth_token_write(const struct ca_uuid *credential, struct ca_bytes secret,
                       char ret[AUTH_TOKEN_TEXT], struct ca_err *err);

CA_RC auth_new(struct auth **ret, struct ca_err *err);
void auth_free(struct auth *a);

/* True: the cache knows, and *ret_rc with ret or err is its answer. */
bool auth_cached(struct auth *a, const struct shown *shown, enum ca_rc *ret_rc, struct caller *ret,
                 struct ca_err *err);
/* Asks the database and remembers. CA_DENIED, problem "client-certificate" or "token-refused":
 * nobody is enrolled with it, the operator is disabled, or the credential, or the certificate, is
 * revoked or expired. */
CA_RC auth_lookup(struct auth *a, struct db *db, const struct shown *shown, struct caller *ret,
                  struct ca_err *err);
/* After a revocation or an enrolment: what is remembered may be wrong. */
void auth_forget(struct auth *a);

/* CA_DENIED, problem "forbidden": the text names the roles that may. */
CA_RC auth_permit(const struct caller *caller, enum permission may, struct ca_err *err);
const char *auth_permission_text(enum permission may); /* "officer or admin" */
unsigned auth_permission_roles(enum permission may);   /* bits of enum ca_role; 0: anyone */
