/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>

#include "api/scep/scep_internal.h"
#include "base/der.h"
#include "policy/signature.h"
#include "policy/spki.h"

/* Reads as much of a PKCS#10 (RFC 2986 4) as shows whose key it is, and that its owner made it.
 * Whatever else is in it, the signer reads. */
static CA_RC key_proved(struct ca_bytes der, EVP_PKEY **ret, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    struct ca_bytes signature;
    struct der algorithm;
    struct der request;
    struct der info;
    struct der skipped;
    struct der spki;
    struct spki_info read;

    CA_TRY(der_take(&der, DER_SEQUENCE, &request, err));
    CA_TRY(der_done(der, err));
    CA_TRY(der_take(&request.body, DER_SEQUENCE, &info, err));
    CA_TRY(der_take(&request.body, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&request.body, &signature, err));
    CA_TRY(der_done(request.body, err));
    CA_TRY(der_take(&info.body, DER_INTEGER, &skipped, err));
    CA_TRY(der_take(&info.body, DER_SEQUENCE, &skipped, err));
    CA_TRY(der_take(&info.body, DER_SEQUENCE, &spki, err));
    CA_TRY(spki_read_legacy(spki.all, &read, err));
    CA_TRY(spki_info_key(&read, &key, err));
    CA_TRY(spki_verify_legacy(key, algorithm.all, info.all, signature, DIGESTS_WEAK, err));
    *ret = CA_MOVE(key);
    return CA_OK;
}

/* The reply goes to whoever signed the message: with a certificate that he made himself, it must be
 * the owner of the CSR's key, or a recorded request could be sent again under another signature. */
static CA_RC signer_check(struct scep_call *call, struct ca_bytes csr, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result ours = {0};
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    enum ca_rc rc = key_proved(csr, &key, err);

    if (rc != CA_OK)
        return rc == CA_FAULT ? rc : scep_unreadable(err);
    if (EVP_PKEY_eq(key, call->message->signer_key) == 1)
        return CA_OK;
    rc = scep_signer_ours(call, &ours, err);
    return rc == CA_NOT_FOUND ? scep_unreadable(err) : rc;
}

/* IPv4 as it is written, whatever the socket makes of it. */
static const char *address_text(const struct request *rq, char ret[SCEP_REMOTE_MAX])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool four = memcmp(rq->address, mapped, sizeof(mapped)) == 0;
    const void *from = four ? rq->address + sizeof(mapped) : rq->address;

    return inet_ntop(four ? AF_INET : AF_INET6, from, ret, SCEP_REMOTE_MAX) != NULL ? ret : "";
}

CA_RC scep_enrol(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {0};
    char remote[SCEP_REMOTE_MAX];
    struct wire_scep_enrol ask = {
        .caller = {.channel = "scep", .request_id = request_id(call->rq)},
        .endpoint = call->asked->endpoint.name,
        .transaction_id = call->asked->transaction_id,
        .message_type = (uint8_t)call->message->type,
        .signed_by = call->asked->signer,
        .proof = "",
        .denied = "",
        .remote = address_text(call->rq, remote),
    };

    CA_TRY(scep_content(call, &csr, err));
    CA_TRY(signer_check(call, ca_buf_view(&csr), err));
    ask.csr = ca_buf_view(&csr);
    return scep_ask(call, &ask, err);
}

static CA_RC answer(struct scep_call *call, struct ca_err *err)
{
    const struct request *rq = call->rq;
    const struct wire_issued *issued;
    struct ca_err why = {0};
    enum ca_rc rc;

    if (rq->answer_rc == CA_OK) {
        issued = request_answer(rq);
        rc = scep_answer_state(call, issued->state, issued->certificate, issued->authority, &why);
        if (rc == CA_DENIED)
            return scep_answer_failure(call, rc, &why, err);
        *err = why;
        return rc;
    }
    if (scep_refusal_is_final(rq->answer_rc, rq->answer_err.problem))
        return scep_answer_failure(call, rq->answer_rc, &rq->answer_err, err);
    *err = rq->answer_err;
    return rq->answer_rc;
}

CA_RC scep_answered(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct scep_call call = {.rq = rq, .rs = rs, .asked = request_held(rq)};
    enum ca_rc rc;

    CA_TRY(ra_take(rq->front->ra, call.asked->endpoint.name, &call.ra, err));
    rc = answer(&call, err);
    ra_give(rq->front->ra, call.ra);
    return rc;
}
