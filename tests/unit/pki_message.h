/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/cms.h>

#include "api/scep/ra.h"
#include "base/buf.h"
#include "base/ossl.h"

/* Makes and reads pkiMessages as SCEP clients do, with OpenSSL's CMS alone. */

struct hsm_key { /* a software key in a library context of its own, as a token's is */
    EVP_PKEY *key;
    OSSL_LIB_CTX *libctx;
    bool gone; /* nothing works with it */
};

/* A key and a certificate. `issuer` NULL: self-signed. Serials are as long as certmonger's. */
struct scep_party {
    EVP_PKEY *key;
    X509 *cert;
};
void scep_party_make(struct scep_party *p, const char *type, const char *name,
                     const struct scep_party *issuer);
void scep_party_done(struct scep_party *p);
void scep_party_der(const struct scep_party *p, struct ca_buf *ret); /* appends */

/* PKCS#10 with the key of `p`. */
void scep_csr(const struct scep_party *p, const char *name, struct ca_buf *ret);
/* IssuerAndSerialNumber of a certificate. */
void scep_issuer_and_serial_of(const X509 *cert, struct ca_buf *ret);

enum { SCEP_BUILD_MOST = 4 };
struct scep_build {
    const char *type;           /* NULL: none */
    const char *transaction_id; /* NULL: none */
    const char *nonce;          /* NULL: none */
    int string_type;            /* of the two texts; 0: PrintableString */
    bool type_twice;            /* two attributes */
    const struct scep_party *signers[SCEP_BUILD_MOST];
    size_t signer_n;
    bool no_certificates;
    const EVP_MD *md; /* NULL: SHA-256 */
    bool pss;
    const X509 *recipients[SCEP_BUILD_MOST];
    size_t recipient_n;
    const EVP_CIPHER *cipher; /* NULL: AES-128-CBC */
    OSSL_LIB_CTX *libctx;     /* that has the cipher */
    bool oaep;
    bool ber;                 /* indefinite lengths, strings in pieces; both layers */
    struct ca_bytes content;  /* what is encrypted */
    struct ca_bytes envelope; /* instead: what is signed */
    bool no_content;          /* nothing is signed */
};
/* EnvelopedData, then the whole message. */
void scep_build_envelope(const struct scep_build *b, struct ca_buf *ret);
void scep_build(const struct scep_build *b, struct ca_buf *ret);

/* A CertRep as a client reads it. */
struct scep_answer {
    int type, status, fail_info; /* -1: not there */
    char text[256], transaction_id[256];
    struct ca_buf sender_nonce, recipient_nonce;
    bool has_content;      /* also an empty one */
    int signature, digest; /* NIDs */
    struct ca_buf content; /* decrypted */
};
/* Verifies it with `ra` and decrypts for `to`; false: cannot be read. */
bool scep_answer_read(struct ca_bytes der, const X509 *ra, const struct scep_party *to,
                      OSSL_LIB_CTX *libctx, struct scep_answer *ret);
void scep_answer_done(struct scep_answer a);
CA_AUTO_DEFINE(scep_answer, struct scep_answer, scep_answer_done);
/* The n-th certificate of a certs-only structure; NULL: none. Its CRLs are counted. */
X509 *scep_certs_only(struct ca_bytes der, int n, int *ret_crls);
