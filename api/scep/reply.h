/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/scep/envelope.h"

/* CertRep (RFC 8894 3.3.2), signed with an RA key. */

enum scep_status { SCEP_SUCCESS = 0, SCEP_FAILURE = 2, SCEP_PENDING = 3 }; /* 3.2.1.3 */
enum scep_fail_info {                                                      /* 3.2.1.4.5 */
                      SCEP_BAD_ALG = 0,
                      SCEP_BAD_MESSAGE_CHECK = 1,
                      SCEP_BAD_REQUEST = 2,
                      SCEP_BAD_TIME = 3,
                      SCEP_BAD_CERT_ID = 4
};

/* What a client is told of a refusal; the text of `err` goes with it. `name` is a constant. */
enum scep_fail_info scep_fail_info(enum ca_rc rc, const char *problem);
const char *scep_fail_info_name(enum scep_fail_info info);
/* Does a refusal end the client's attempt? Otherwise it is an HTTP error, and he comes again. */
bool scep_refusal_is_final(enum ca_rc rc, const char *problem);

struct scep_reply {
    enum scep_status status;
    enum scep_fail_info fail_info; /* FAILURE */
    const char *fail_info_text;    /* "" none */
    const char *transaction_id;
    struct ca_bytes recipient_nonce; /* senderNonce of the request */
    int digest;                      /* NID of the hash that the request was signed with */
    unsigned legacy;                 /* bits of enum db_scep_legacy */
    bool strict_empty;               /* PENDING and FAILURE without eContent */
    struct ca_bytes content;         /* SUCCESS: what is encrypted */
    struct ca_bytes recipient;       /* SUCCESS: Certificate of who it is encrypted for */
    EVP_PKEY *recipient_key;         /* and its key: RSA, any library context */
    enum scep_cipher cipher;
};
/* Appends the pkiMessage. CA_UNAVAILABLE the token failed. */
CA_RC scep_reply_write(const struct scep_reply *r, const struct ra_credential *ra,
                       struct ca_buf *ret, struct ca_err *err);
