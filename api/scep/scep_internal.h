/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/limit_internal.h"
#include "api/request_internal.h"
#include "api/scep/decider.h"
#include "api/scep/endpoint.h"
#include "api/scep/message.h"
#include "api/scep/query.h"
#include "api/scep/reply.h"
#include "api/scep/scep.h"
#include "db/certificate.h"

struct scep {
    struct scep_endpoints *endpoints;
    struct rate *rate; /* of addresses */
    struct scep_decider *decider;
};

/* What an answer needs to know of its request; in memory of the request. */
struct scep_asked {
    struct scep_endpoint endpoint;
    char transaction_id[SCEP_TRANSACTION_ID_MAX + 1];
    uint8_t sender_nonce[SCEP_NONCE_MAX];
    size_t sender_nonce_len;
    int digest;
    enum scep_cipher cipher;
    struct ca_bytes signer;       /* Certificate */
    EVP_PKEY *signer_key;         /* its key; NULL until the message is verified */
    struct scep_waiting *waiting; /* of an enrolment that a webhook decides on */
};

/* One operation at one endpoint. */
struct scep_call {
    struct request *rq;
    struct response *rs;
    struct scep_asked *asked; /* filled as far as the message was read */
    struct ca_bytes argument; /* `message` of the query, as sent */
    const struct ra_set *ra;  /* of a PKIOperation */
    struct scep_message *message;
};
typedef CA_RC (*scep_fn)(struct scep_call *call, struct ca_err *err);

/* api/scep/certificates.c */
CA_RC scep_get_ca_caps(struct scep_call *call, struct ca_err *err);
CA_RC scep_get_ca_cert(struct scep_call *call, struct ca_err *err);
CA_RC scep_get_next_ca_cert(struct scep_call *call, struct ca_err *err);

/* api/scep/pki_operation.c */
CA_RC scep_pki_operation(struct scep_call *call, struct ca_err *err);
/* What a handler of a message type answers with: a certs-only structure. */
CA_RC scep_answer_success(struct scep_call *call, struct ca_bytes certs_only, struct ca_err *err);
/* SUCCESS or PENDING, as the state of a request has it (its names in db/request.h); CA_DENIED it
 * ended without a certificate. */
CA_RC scep_answer_state(struct scep_call *call, const char *state, struct ca_bytes certificate,
                        const char *authority, struct ca_err *err);
CA_RC scep_answer_failure(struct scep_call *call, enum ca_rc rc, const struct ca_err *why,
                          struct ca_err *err);
/* SUCCESS with a certificate of `authority`, and its issuer's where the endpoint says so. */
CA_RC scep_answer_certificate(struct scep_call *call, struct ca_bytes der, const char *authority,
                              struct ca_err *err);
/* The content of a message, decrypted. */
CA_RC scep_content(struct scep_call *call, struct ca_buf *ret, struct ca_err *err);

/* Handlers of message types: they answer, ask the signer, or fail; a failure that is the client's
 * becomes a CertRep FAILURE. api/scep/enrol.c, api/scep/lookup.c */
CA_RC scep_enrol(struct scep_call *call, struct ca_err *err);
CA_RC scep_cert_poll(struct scep_call *call, struct ca_err *err);
CA_RC scep_get_cert(struct scep_call *call, struct ca_err *err);
CA_RC scep_get_crl(struct scep_call *call, struct ca_err *err);

/* api/scep/ask.c: the signer's answer to an enrolment, or that of a webhook before it. */
enum { SCEP_REMOTE_MAX = 46 };
CA_RC scep_ask(struct scep_call *call, const struct wire_scep_enrol *ask, struct ca_err *err);
void scep_asked_done(void *kept);

/* api/scep/signer.c: the certificate that signed the message, when it is one of ours. CA_NOT_FOUND
 * it is not. Rows: struct db_certificate, one. */
CA_RC scep_signer_ours(struct scep_call *call, struct db_result *ret, struct ca_err *err);
/* A certificate of one authority by serial. CA_NOT_FOUND none, or the serial was burned. */
CA_RC scep_certificate_find(struct scep_call *call, const struct authority_card *card,
                            struct ca_bytes serial, struct db_result *ret, struct ca_err *err);
/* IssuerAndSerialNumber (RFC 5652 10.2.4) as GetCert and GetCRL send it. */
CA_RC scep_issuer_and_serial(struct ca_bytes der, struct ca_bytes *ret_issuer,
                             struct ca_bytes *ret_serial, struct ca_err *err);
/* Is this the subject of the authority's certificate? */
bool scep_card_has_name(const struct authority_card *card, struct ca_bytes name);
