/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/ocsp/query.h"
#include "api/response.h"
#include "base/auto.h"

/* Whose status an answer says: a serial number as a CertID writes it, below an authority, and with
 * which hashes it was asked for. */
enum { OCSP_KEY_SERIAL_MAX = 21 }; /* 20 octets of value, and a zero before them */
struct ocsp_key {
    int64_t authority;
    uint8_t digest; /* enum ocsp_digest */
    uint8_t serial_len;
    uint8_t serial[OCSP_KEY_SERIAL_MAX];
};
/* False: hashes or a serial number that no certificate of ours has. `serial`: content octets. */
bool ocsp_key_make(int64_t authority, enum ocsp_digest digest, struct ca_bytes serial,
                   struct ocsp_key *ret);
/* The same of value octets, as the database has them. */
bool ocsp_key_of_value(int64_t authority, enum ocsp_digest digest, struct ca_bytes value,
                       struct ocsp_key *ret);
bool ocsp_key_equal(const struct ocsp_key *a, const struct ocsp_key *b);
struct ca_bytes ocsp_key_serial(const struct ocsp_key *key); /* borrowed */

enum ocsp_status { OCSP_GOOD, OCSP_REVOKED, OCSP_UNKNOWN, OCSP__COUNT }; /* RFC 6960 4.2.1 */

/* What the signer says that an OCSPResponse says. */
struct ocsp_said {
    struct ca_bytes serial; /* content octets */
    enum ocsp_status status;
    int64_t this_update, next_update;
};
/* Is it a successful basic response (RFC 6960 4.2.1) to exactly this? The signature is not looked
 * at: the front does not serve as a judge of the signer. CA_MALFORMED. */
CA_RC ocsp_said_check(struct ca_bytes der, const struct ocsp_said *said, struct ca_err *err);

/* A response that was signed ahead, shared by the cache and whoever sends it just now. */
struct ocsp_answer;
/* Copies `der`. CA_MALFORMED it is not what was said. */
CA_RC ocsp_answer_new(struct ca_bytes der, const struct ocsp_said *said, struct ocsp_answer **ret,
                      struct ca_err *err);
struct ocsp_answer *ocsp_answer_ref(struct ocsp_answer *a);
void ocsp_answer_unref(struct ocsp_answer *a); /* NULL is fine */
CA_AUTO_DEFINE(ocsp_answer, struct ocsp_answer *, ocsp_answer_unref);

enum ocsp_status ocsp_answer_status(const struct ocsp_answer *a);
int64_t ocsp_answer_next_update(const struct ocsp_answer *a);
int64_t ocsp_answer_half_life(const struct ocsp_answer *a); /* when to have the next one */

/* How long caches may keep an answer: a revocation is to be seen within a minute. */
enum { OCSP_MAX_AGE_S = 60 };
/* Fills the response with it and the fields of RFC 5019 6.2; `conditional`: it may become a 304. */
CA_RC ocsp_answer_send(struct ocsp_answer *a, int64_t now, bool conditional, struct response *rs,
                       struct ca_err *err);
/* For this client alone: no cache may keep it. */
CA_RC ocsp_answer_send_once(const struct ocsp_answer *a, struct response *rs, struct ca_err *err);
