/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/der_write.h"
#include "ca/authority_internal.h"
#include "ca/signer_internal.h"

/* What is said of certificates (RFC 6960), signed. */

enum ocsp_status { OCSP_GOOD, OCSP_REVOKED, OCSP_UNKNOWN, OCSP__COUNT }; /* RFC 6960 4.2.1 */

/* Who signs for an authority: a delegated signer, or its own key. */
struct ocsp_signer {
    const struct hsm_key *key;
    enum ca_signature signature;
    EVP_PKEY *public_key;              /* software: verifies what the token signed */
    uint8_t key_hash[SPKI_KEY_ID_LEN]; /* KeyHash of ResponderID */
    struct ca_bytes certificate;       /* DER; len 0: the authority itself signs */
    int64_t not_after;
};

/* One SingleResponse. */
struct ocsp_single {
    struct ca_bytes serial; /* content octets of the INTEGER, as they were asked for */
    enum ocsp_status status;
    int32_t reason; /* CRLReason of a revoked one; -1 or 0: none is written */
    int64_t revoked_at;
};

/* What the answers of one question have in common. */
struct ocsp_head {
    struct ca_bytes cert_id; /* of CertID what comes before the serial number: elements */
    int64_t this_update;     /* also producedAt */
    int64_t next_update;
    int64_t archive_cutoff; /* 0: none */
    struct ca_bytes nonce;  /* len 0: none */
};

/* ocsp_der.c: hashAlgorithm, issuerNameHash and issuerKeyHash of CertIDs for this issuer.
 *   digest  "sha1", "sha256"; CA_MALFORMED another one */
CA_RC ocsp_cert_id_write(struct der_writer *w, const char *digest, struct ca_bytes issuer_name,
                         struct ca_bytes issuer_spki, struct ca_err *err);
/* ResponseData (RFC 6960 4.2.1). */
void ocsp_data_write(struct der_writer *w, const struct ocsp_signer *signer,
                     const struct ocsp_head *head, const struct ocsp_single *singles, size_t n);
/* OCSPResponse of a ResponseData and its signature. */
void ocsp_response_write(struct der_writer *w, const struct ocsp_signer *signer,
                         struct ca_bytes data, struct ca_bytes signature);

/* ocsp_signer.c: the delegated signers of all authorities. */
struct ocsp_signers;
CA_RC ocsp_signers_new(struct ocsp_signers **ret, struct ca_err *err);
void ocsp_signers_free(struct ocsp_signers *o); /* NULL is fine */

struct ocsp_loan {
    struct ocsp_signer signer;
    struct ocsp_signers *of; /* NULL: the authority itself */
    struct ocsp_credential *credential;
};
/* Who signs for this authority, until ocsp_signer_give. Where there is nobody yet, one is made.
 * CA_UNAVAILABLE there is nobody: the text says why */
CA_RC ocsp_signer_take(struct signer *s, const struct authority *a, struct ocsp_loan *ret,
                       struct ca_err *err);
void ocsp_signer_give(struct ocsp_loan loan);
CA_AUTO_DEFINE(ocsp_loan, struct ocsp_loan, ocsp_signer_give);

/* Renews signers that were made once, takes those that another node made, destroys keys that are
 * over. About once a minute, on one thread. */
void ocsp_upkeep(struct signer *s);
/* Prometheus lines. */
void ocsp_metrics(struct signer *s, struct ca_buf *ret);

/* ocsp_sign.c: WIRE_OCSP_SIGN. */
CA_RC handle_ocsp_sign(struct signer *s, const struct actor *actor, const void *question,
                       void *answer, struct ca_buf *own, struct ca_err *err);
