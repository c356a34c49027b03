/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/ocsp_internal.h"
#include "db/service.h"

/* Delegated signers (RFC 6960 4.2.2.2): a key in the CA token and a short-lived certificate for it
 * from the authority whose answers it signs, both made here. */

/* One of them, as it is lent out. */
struct ocsp_credential {
    unsigned users;    /* guarded by the lock of struct ocsp_signers */
    struct ca_uuid id; /* of its row */
    struct hsm_key *key;
    EVP_PKEY *public_key;
    struct ca_buf certificate;
    uint8_t key_hash[SPKI_KEY_ID_LEN];
    int64_t not_before;
    int64_t not_after;
};
void ocsp_credential_free(struct ocsp_credential *c); /* NULL is fine */
CA_AUTO_DEFINE(ocsp_credential, struct ocsp_credential *, ocsp_credential_free);

/* The rows of an authority's signers, struct db_service, each list newest first. */
struct ocsp_rows {
    struct db_result live; /* in force */
    struct db_result past; /* ended or revoked */
};
/* ret  zeroed; for ocsp_rows_done, also when this fails */
CA_RC ocsp_rows_read(struct signer *s, const struct authority *a, struct ocsp_rows *ret,
                     struct ca_err *err);
void ocsp_rows_done(struct ocsp_rows rows);
CA_AUTO_DEFINE(ocsp_rows, struct ocsp_rows, ocsp_rows_done);

/* The newest one that this token has the key of. *ret NULL: there is none. CA_UNAVAILABLE the token
 * failed. */
CA_RC ocsp_credential_open(struct signer *s, const struct authority *a,
                           const struct ocsp_rows *rows, struct ocsp_credential **ret,
                           struct ca_err *err);

/* Is it time for the next one? At half of its life, so that two thirds stay ahead of everything
 * that may go wrong; not when a new one would end with the authority all the same. */
bool ocsp_signer_due(int64_t not_before, int64_t not_after, int64_t issuer_not_after, int64_t now);

/* Makes key and certificate and records them. A key that an earlier try left is taken.
 * CA_CONFLICT another node is at it; CA_UNAVAILABLE, problem "token-failed" */
CA_RC ocsp_signer_make(struct signer *s, const struct authority *a, const struct ocsp_rows *rows,
                       struct ca_err *err);

/* Destroys keys of rows that are older than `current`, once every answer that was signed with them
 * has ended. *settled: the newest row that was dealt with; rows up to it are left alone. */
CA_RC ocsp_keys_retire(struct signer *s, const struct authority *a, const struct ocsp_rows *rows,
                       const struct ca_uuid *current, struct ca_uuid *settled, struct ca_err *err);
/* May the key of the row go, whose successor was made at `next_at`? */
bool ocsp_key_over(const struct db_service *row, int64_t next_at, int64_t validity_s, int64_t now);

/* The lease of an authority's signer; false: another node has it. `seconds` 0 gives it back. */
CA_RC ocsp_lease(struct signer *s, const struct authority *a, int64_t seconds, bool *ret_mine,
                 struct ca_err *err);
