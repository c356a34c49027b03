/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/ocsp.h>

#include "cactl/chain.h"

CA_AUTO_DEFINE(ocsp_request, OCSP_REQUEST *, OCSP_REQUEST_free);
CA_AUTO_DEFINE(ocsp_response, OCSP_RESPONSE *, OCSP_RESPONSE_free);
CA_AUTO_DEFINE(ocsp_basic, OCSP_BASICRESP *, OCSP_BASICRESP_free);
CA_AUTO_DEFINE(ocsp_id, OCSP_CERTID *, OCSP_CERTID_free);

/* Verbs of ocsp; the rows are in ocsp.c. */
CA_RC ocsp_query(struct app *app, struct ca_err *err);

/* One question and its answer. */
struct ocsp_talk {
    x509_stack chain; /* the authority's own certificate, then its issuers, root last */
    OCSP_CERTID *id;
    OCSP_REQUEST *request;
    OCSP_RESPONSE *response;
    OCSP_BASICRESP *basic;
};
/* What the answer says, once it is found to be one to this question: signature, signer, nonce,
 * dates. CA_MALFORMED it is not. The JSON has serial, status, reason, revoked_at, this_update,
 * next_update, produced_at, signer, nonce. */
CA_RC ocsp_talk_judge(const struct ocsp_talk *t, json_t **ret, struct ca_err *err);
