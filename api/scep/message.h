/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/cms.h>

#include "base/algorithm.h"
#include "base/buf.h"
#include "base/ossl.h"
#include "base/rc.h"

/* A pkiMessage (RFC 8894 3.2): CMS SignedData, in DER or BER, with one signer. What is in it
 * decides nothing before scep_message_verify. */

enum scep_type { /* RFC 8894 3.2.1.2 */
                 SCEP_CERT_REP = 3,
                 SCEP_RENEWAL_REQ = 17,
                 SCEP_PKCS_REQ = 19,
                 SCEP_CERT_POLL = 20,
                 SCEP_GET_CERT = 21,
                 SCEP_GET_CRL = 22
};

enum {
    SCEP_MESSAGE_MAX = 64 * 1024, /* octets */
    SCEP_TRANSACTION_ID_MAX = 255,
    SCEP_NONCE_MAX = 64,
    SCEP_NONCE_LEN = 16, /* RFC 8894 3.2.1.5 */
    SCEP_CERTS_MAX = 16,
    SCEP_ATTRIBUTES_MAX = 32
};

/* What the signature of a message in DER is checked with; views into `own`. */
struct scep_der {
    struct ca_buf own;
    struct ca_bytes content;        /* of the OCTET STRING that is signed */
    struct ca_bytes attributes;     /* the signed ones, as the SET OF that is hashed */
    struct ca_bytes message_digest; /* of the content, as the attributes have it */
    struct ca_bytes signature;
    enum ca_signature algorithm;
};

struct scep_message {
    unsigned type; /* any number: who does not know it refuses it */
    char transaction_id[SCEP_TRANSACTION_ID_MAX + 1]; /* printable ASCII, not empty */
    uint8_t sender_nonce[SCEP_NONCE_MAX];
    size_t sender_nonce_len;
    int digest;               /* NID of the hash in the signature */
    struct ca_buf signer_der; /* Certificate of who signed, self-signed or not */
    struct ca_buf signer_spki;
    EVP_PKEY *signer_key;  /* RSA, in software; NULL until it is verified */
    struct ca_buf content; /* what was signed; empty until it is verified */
    struct scep_der der;
    CMS_ContentInfo *cms;        /* NULL: `der` was read */
    CMS_SignerInfo *signer_info; /* borrowed from cms */
};

/* Reads as far as an answer needs: type, transactionID, senderNonce, signer.
 * CA_LIMIT longer than SCEP_MESSAGE_MAX, too many parts; CA_MALFORMED anything else, bytes that are
 * left over included. */
CA_RC scep_message_read(struct ca_bytes der, struct scep_message **ret, struct ca_err *err);
/* Checks the signature. `legacy`: bits of enum db_scep_legacy.
 * CA_DENIED the hash is not taken here (problem algorithm-refused), the signer's key is not RSA or
 * too small, the signature does not verify (problem proof-of-possession) */
CA_RC scep_message_verify(struct scep_message *m, unsigned legacy, struct ca_err *err);
void scep_message_free(struct scep_message *m); /* NULL is fine */
CA_AUTO_DEFINE(scep_message, struct scep_message *, scep_message_free);

/* Attributes of pkiMessages. */
enum scep_attribute {
    SCEP_MESSAGE_TYPE,
    SCEP_PKI_STATUS,
    SCEP_FAIL_INFO,
    SCEP_SENDER_NONCE,
    SCEP_RECIPIENT_NONCE,
    SCEP_TRANSACTION_ID,
    SCEP_FAIL_INFO_TEXT,
    SCEP_ATTRIBUTE__COUNT
};
const char *scep_attribute_oid(enum scep_attribute a);     /* dotted */
struct ca_bytes scep_attribute_der(enum scep_attribute a); /* content octets */

CA_AUTO_DEFINE(cms, CMS_ContentInfo *, CMS_ContentInfo_free);
CA_AUTO_DEFINE(asn1_object, ASN1_OBJECT *, ASN1_OBJECT_free);
