/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/scep/message.h"

/* Two readers of one pkiMessage. What both take, both see alike: a fuzzer compares them. What
 * scep_der_read refuses is for scep_cms_read to judge. */

/* Values of the attributes that each message has; views into the message. */
struct scep_texts {
    struct ca_bytes type;
    struct ca_bytes transaction_id;
    struct ca_bytes sender_nonce;
};
typedef CA_RC (*scep_reader)(struct ca_bytes der, struct scep_message *m, struct scep_texts *ret,
                             struct ca_err *err);

/* The common message: DER, one certificate, RSA with PKCS#1 v1.5. Read
 * without OpenSSL: what its decoders do to find out what kind of key is in a certificate takes half
 * as long as an RSA signature. CA_MALFORMED anything else. */
CA_RC scep_der_read(struct ca_bytes der, struct scep_message *m, struct scep_texts *ret,
                    struct ca_err *err);
CA_RC scep_der_verify(const struct scep_message *m, EVP_PKEY *key, struct ca_buf *ret,
                      struct ca_err *err);

/* Any message, BER included. As scep_message_read and scep_message_verify. */
CA_RC scep_cms_read(struct ca_bytes der, struct scep_message *m, struct scep_texts *ret,
                    struct ca_err *err);
CA_RC scep_cms_verify(const struct scep_message *m, EVP_PKEY *key, struct ca_buf *ret,
                      struct ca_err *err);

/* With one reader alone. */
CA_RC scep_message_read_by(scep_reader reader, struct ca_bytes der, struct scep_message **ret,
                           struct ca_err *err);
