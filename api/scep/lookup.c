/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "api/certs_only.h"
#include "api/scep/scep_internal.h"
#include "base/digest.h"
#include "base/time.h"
#include "db/scep.h"

enum { SCEP_CRL_MAX = 1024 * 1024 }; /* octets; a larger one is fetched from its own address */

static CA_RC no_transaction(struct ca_err *err)
{
    return CA_FAIL(err, CA_NOT_FOUND, "no such transaction of this key");
}

/* A renewal is polled with the key of the old certificate. */
static CA_RC renews_signer(struct scep_call *call, const struct db_scep_transaction *t,
                           struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result old = {0};

    if (ca_uuid_is_nil(&t->renews))
        return no_transaction(err);
    CA_TRY(db_certificate_by_id(request_db(call->rq), &t->renews, &old, err));
    if (old.count != 1 ||
        !ca_bytes_equal(((const struct db_certificate *)old.rows)->der, call->asked->signer))
        return no_transaction(err);
    return CA_OK;
}

/* The key tells whose transaction it is, not the certificate: a client may make a new one for each
 * message. */
static CA_RC transaction_find(struct scep_call *call, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct scep_asked *asked = call->asked;
    uint8_t hash[CA_SHA256_LEN];
    struct ca_bytes key = {hash, sizeof(hash)};

    CA_TRY(ca_sha256(ca_buf_view(&call->message->signer_spki), hash, err));
    CA_TRY(db_scep_transaction_find(request_db(call->rq), &asked->endpoint.id,
                                    asked->transaction_id, key, &result, err));
    if (result.count == 0) {
        key.len = 0;
        CA_TRY(db_scep_transaction_find(request_db(call->rq), &asked->endpoint.id,
                                        asked->transaction_id, key, &result, err));
        if (result.count == 0)
            return no_transaction(err);
        CA_TRY(renews_signer(call, result.rows, err));
    }
    *ret = result;
    result = (struct db_result){0};
    return CA_OK;
}

/* IssuerAndSubject in the content is a hint (RFC 8894 3.3.3): it is not even decrypted. */
CA_RC scep_cert_poll(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_scep_transaction *t;

    CA_TRY(transaction_find(call, &result, err));
    t = result.rows;
    return scep_answer_state(call, t->state, t->certificate, call->asked->endpoint.authority, err);
}

/* Only who has a certificate of ours that is good now may ask for those of others. */
static CA_RC signer_may_look(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_certificate *c;
    int64_t now = ca_time_now();

    CA_TRY(scep_signer_ours(call, &result, err));
    c = result.rows;
    if (c->state != DB_CERT_VALID || now < c->not_before || now > c->not_after)
        return CA_FAIL(err, CA_DENIED, "the certificate that signed the message is not valid now");
    return CA_OK;
}

struct asked_for { /* IssuerAndSerialNumber, at home in `own` */
    struct ca_buf own;
    struct ca_bytes issuer, serial;
};

static void asked_for_done(struct asked_for a)
{
    ca_buf_done(&a.own);
}
CA_AUTO_DEFINE(asked_for, struct asked_for, asked_for_done);

/* What the message asks for; the issuer must be the endpoint's authority. */
static CA_RC asked_for_read(struct scep_call *call, const struct authority_card *card,
                            struct asked_for *ret, struct ca_err *err)
{
    struct ca_err ignored;

    CA_TRY(signer_may_look(call, err));
    CA_TRY(scep_content(call, &ret->own, err));
    if (scep_issuer_and_serial(ca_buf_view(&ret->own), &ret->issuer, &ret->serial, &ignored) !=
        CA_OK)
        return scep_unreadable(err);
    if (card == NULL || !scep_card_has_name(card, ret->issuer))
        return CA_FAIL(err, CA_NOT_FOUND, "the issuer is not the CA of this endpoint");
    return CA_OK;
}

CA_RC scep_get_cert(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    const struct authority_card *card =
        authority_cards_find(cards, call->asked->endpoint.authority);
    CA_AUTO(asked_for) struct asked_for asked = {0};
    CA_AUTO(db_result) struct db_result result = {0};

    CA_TRY(asked_for_read(call, card, &asked, err));
    CA_TRY(scep_certificate_find(call, card, asked.serial, &result, err));
    return scep_answer_certificate(call, ((const struct db_certificate *)result.rows)->der,
                                   card->name, err);
}

static CA_RC file_read(const struct shelf_crl *crl, struct ca_buf *ret, struct ca_err *err)
{
    uint8_t *at = ca_buf_room(ret, crl->size);
    size_t done = 0;

    if (at == NULL)
        return ca_buf_check(ret, err);
    while (done < crl->size) {
        ssize_t n = pread(crl->fd, at + done, crl->size - done, (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "the CRL of '%s' cannot be read", crl->name);
        done += (size_t)n;
    }
    return CA_OK;
}

/* The whole CRL, unsharded, as it is published (RFC 8894 3.3.5). */
CA_RC scep_get_crl(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    const struct authority_card *card =
        authority_cards_find(cards, call->asked->endpoint.authority);
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    CA_AUTO(asked_for) struct asked_for asked = {0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    CA_AUTO(buf) struct ca_buf der = {0};

    CA_TRY(asked_for_read(call, card, &asked, err));
    if (!shelf_take(publish_shelf(call->rq->front->publish), card->name, &crl))
        return CA_FAIL(err, CA_UNAVAILABLE, "no CRL of '%s' is published yet", card->name);
    if (crl.size > SCEP_CRL_MAX) {
        return CA_FAIL(err, CA_DENIED,
                       "the CRL has %zu octets, at most %d are sent here: fetch it from its "
                       "distribution point",
                       crl.size, SCEP_CRL_MAX);
    }
    CA_TRY(file_read(&crl, &der, err));
    certs_only_write(&w, NULL, 0, ca_buf_view(&der));
    CA_TRY(der_writer_check(&w, err));
    return scep_answer_success(call, der_writer_view(&w), err);
}
