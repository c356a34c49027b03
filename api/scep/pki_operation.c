/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/certs_only.h"
#include "api/scep/scep_internal.h"
#include "base/time.h"
#include "db/scep.h"

/* What messages do; a type without a row is refused. All that can end in a certificate goes through
 * scep_enrol, and so through the signer's one gate. */
static const struct {
    unsigned type;
    scep_fn run;
} types[] = {
    {SCEP_PKCS_REQ,    scep_enrol    },
    {SCEP_RENEWAL_REQ, scep_enrol    },
    {SCEP_CERT_POLL,   scep_cert_poll},
    {SCEP_GET_CERT,    scep_get_cert },
    {SCEP_GET_CRL,     scep_get_crl  },
};

static scep_fn type_find(unsigned type)
{
    for (size_t i = 0; i < CA_COUNT(types); i++) {
        if (types[i].type == type)
            return types[i].run;
    }
    return NULL;
}

static struct scep_reply reply_to(const struct scep_asked *asked, enum scep_status status)
{
    return (struct scep_reply){
        .status = status,
        .fail_info_text = "",
        .transaction_id = asked->transaction_id,
        .recipient_nonce = {asked->sender_nonce, asked->sender_nonce_len},
        .digest = asked->digest,
        .legacy = asked->endpoint.legacy,
        .strict_empty = (asked->endpoint.switches & DB_SCEP_STRICT_EMPTY) != 0,
        .recipient = asked->signer,
        .recipient_key = asked->signer_key,
        .cipher = asked->cipher,
    };
}

/* A token that failed ends the process: another one finds it again. */
static CA_RC reply_send(struct scep_call *call, const struct scep_reply *r, struct ca_err *err)
{
    const struct front_config *config = &call->rq->front->config;
    CA_AUTO(buf) struct ca_buf message = {0};
    enum ca_rc rc = scep_reply_write(r, &call->ra->list[0], &message, err);

    if (rc == CA_UNAVAILABLE && config->on_token_lost != NULL)
        config->on_token_lost(err->text);
    if (rc != CA_OK)
        return rc;
    return response_body(call->rs, "application/x-pki-message", ca_buf_view(&message), err);
}

CA_RC scep_answer_success(struct scep_call *call, struct ca_bytes certs_only, struct ca_err *err)
{
    struct scep_reply r = reply_to(call->asked, SCEP_SUCCESS);

    r.content = certs_only;
    return reply_send(call, &r, err);
}

CA_RC scep_answer_failure(struct scep_call *call, enum ca_rc rc, const struct ca_err *why,
                          struct ca_err *err)
{
    struct scep_reply r = reply_to(call->asked, SCEP_FAILURE);

    r.fail_info = scep_fail_info(rc, why->problem);
    r.fail_info_text = ca_text_is_clean(ca_bytes_str(why->text)) ? why->text : "";
    (void)snprintf(call->rq->problem, sizeof(call->rq->problem), "%s",
                   scep_fail_info_name(r.fail_info)); /* for the log: the status is 200 */
    return reply_send(call, &r, err);
}

CA_RC scep_answer_certificate(struct scep_call *call, struct ca_bytes der, const char *authority,
                              struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    const struct authority_card *card = authority_cards_find(cards, authority);
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_bytes certs[2] = {der, {0}};
    size_t n = 1;

    if ((call->asked->endpoint.switches & DB_SCEP_ANSWER_CHAIN) != 0 && card != NULL &&
        card->certificate.len > 0)
        certs[n++] = card->certificate;
    certs_only_write(&w, certs, n, (struct ca_bytes){0});
    CA_TRY(der_writer_check(&w, err));
    return scep_answer_success(call, der_writer_view(&w), err);
}

/* Approved without a certificate: the token is away. */
static bool state_waits(const char *state)
{
    static const char *const waiting[] = {"pending", "approved", "issuing"};

    for (size_t i = 0; i < CA_COUNT(waiting); i++) {
        if (strcmp(waiting[i], state) == 0)
            return true;
    }
    return false;
}

CA_RC scep_answer_state(struct scep_call *call, const char *state, struct ca_bytes certificate,
                        const char *authority, struct ca_err *err)
{
    struct scep_reply pending = reply_to(call->asked, SCEP_PENDING);

    if (strcmp(state, "issued") == 0 && certificate.len > 0)
        return scep_answer_certificate(call, certificate, authority, err);
    if (state_waits(state))
        return reply_send(call, &pending, err);
    return CA_FAIL(err, CA_DENIED, "the request is %s", state);
}

CA_RC scep_content(struct scep_call *call, struct ca_buf *ret, struct ca_err *err)
{
    const struct front_config *config = &call->rq->front->config;
    enum ca_rc rc = scep_envelope_open(ca_buf_view(&call->message->content), call->asked->cipher,
                                       call->ra, ret, err);

    if (rc == CA_UNAVAILABLE && config->on_token_lost != NULL)
        config->on_token_lost(err->text);
    return rc;
}

/* Keeps what `finish` and the answer need; the message itself ends with `start`. */
static CA_RC asked_keep(struct scep_call *call, struct ca_err *err)
{
    struct scep_asked *asked = call->asked;
    const struct scep_message *m = call->message;
    uint8_t *signer = request_alloc(call->rq, m->signer_der.len);

    if (signer == NULL)
        return CA_FAIL_NOMEM(err);
    memcpy(signer, m->signer_der.ptr, m->signer_der.len);
    asked->signer = (struct ca_bytes){signer, m->signer_der.len};
    memcpy(asked->transaction_id, m->transaction_id, sizeof(asked->transaction_id));
    memcpy(asked->sender_nonce, m->sender_nonce, sizeof(asked->sender_nonce));
    asked->sender_nonce_len = m->sender_nonce_len;
    asked->digest = m->digest;
    request_hold(call->rq, asked, scep_asked_done);
    return CA_OK;
}

/* All that needs no key of ours comes before the token is asked for anything. */
static CA_RC judge(struct scep_call *call, struct ca_err *err)
{
    int64_t began_us = ca_mono_us();
    struct scep_message *m = call->message;
    unsigned legacy = call->asked->endpoint.legacy;
    scep_fn run = type_find(m->type);
    enum ca_rc rc;

    if (run == NULL)
        return CA_FAIL(err, CA_DENIED, "messageType %u is not served", m->type);
    CA_TRY(scep_message_verify(m, legacy, err));
    (void)EVP_PKEY_up_ref(m->signer_key);
    call->asked->signer_key = m->signer_key;
    CA_TRY(scep_envelope_check(ca_buf_view(&m->content), legacy, &call->asked->cipher, err));
    rc = run(call, err);
    if (rc == CA_DENIED && strcmp(err->problem, "proof-of-possession") == 0)
        scep_unreadable_wait(began_us); /* whatever was wrong behind the token */
    return rc;
}

static CA_RC message_run(struct scep_call *call, struct ca_err *err)
{
    struct ca_err why = {0};
    enum ca_rc rc;

    CA_TRY(asked_keep(call, err));
    rc = judge(call, &why);
    if (rc != CA_OK && scep_refusal_is_final(rc, why.problem))
        return scep_answer_failure(call, rc, &why, err);
    if (rc != CA_OK)
        *err = why;
    return rc;
}

/* The message as octets: the body, or base64 in the query. */
static CA_RC message_find(struct scep_call *call, struct ca_buf *decoded, struct ca_bytes *ret,
                          struct ca_err *err)
{
    *ret = request_body(call->rq);
    if (ret->len > 0 || strcmp(request_method(call->rq), "POST") == 0)
        return CA_OK;
    CA_TRY(scep_query_message(call->argument, decoded, err));
    *ret = ca_buf_view(decoded);
    return CA_OK;
}

static CA_RC rate_check(struct scep_call *call, struct ca_err *err)
{
    struct ca_uuid address;

    _Static_assert(sizeof(address) == sizeof(call->rq->address), "an address is as long as an id");
    memcpy(&address, call->rq->address, sizeof(address));
    if (rate_take(call->rq->front->scep->rate, &address, ca_mono_ms()))
        return CA_OK;
    return CA_FAIL_AS(err, CA_LIMIT, "rate-limited", "too many messages from this address");
}

/* As many at a time as there are workers, which bounds what the token is asked at once. */
CA_RC scep_pki_operation(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(scep_message) struct scep_message *m = NULL;
    CA_AUTO(buf) struct ca_buf decoded = {0};
    struct ra_keeper *keeper = call->rq->front->ra;
    struct ca_bytes der;
    enum ca_rc rc;

    CA_TRY(rate_check(call, err));
    CA_TRY(message_find(call, &decoded, &der, err));
    CA_TRY(scep_message_read(der, &m, err));
    CA_TRY(ra_take(keeper, call->asked->endpoint.name, &call->ra, err));
    call->message = m;
    rc = message_run(call, err);
    ra_give(keeper, call->ra);
    return rc;
}
