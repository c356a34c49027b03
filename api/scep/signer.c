/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/scep_internal.h"
#include "base/der.h"
#include "policy/cert.h"

bool scep_card_has_name(const struct authority_card *card, struct ca_bytes name)
{
    struct ca_err ignored;
    struct cert cert;

    return card->certificate.len > 0 && cert_read(card->certificate, &cert, &ignored) == CA_OK &&
           ca_bytes_equal(cert.subject, name);
}

CA_RC scep_certificate_find(struct scep_call *call, const struct authority_card *card,
                            struct ca_bytes serial, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};

    if (serial.len > DB_SERIAL_MAX)
        return CA_FAIL(err, CA_NOT_FOUND, "no such certificate");
    CA_TRY(db_certificate_by_serial(request_db(call->rq), card->id, serial, &result, err));
    if (result.count != 1 || ((const struct db_certificate *)result.rows)->state == DB_CERT_BURNED)
        return CA_FAIL(err, CA_NOT_FOUND, "no such certificate");
    *ret = result;
    result = (struct db_result){0};
    return CA_OK;
}

/* One of this authority's, octet by octet. */
static CA_RC ours_of(struct scep_call *call, const struct authority_card *card,
                     const struct cert *cert, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};

    CA_TRY(scep_certificate_find(call, card, cert->serial, &result, err));
    if (!ca_bytes_equal(((const struct db_certificate *)result.rows)->der, cert->der))
        return CA_FAIL(err, CA_NOT_FOUND, "the signer's certificate is not one of ours");
    *ret = result;
    result = (struct db_result){0};
    return CA_OK;
}

/* Of any of our authorities: the one before a rollover issued what is renewed now. */
CA_RC scep_signer_ours(struct scep_call *call, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    struct cert cert;

    if (cert_read(call->asked->signer, &cert, err) != CA_OK)
        return CA_FAIL(err, CA_NOT_FOUND, "the signer's certificate is not one of ours");
    for (size_t i = 0; i < authority_cards_count(cards); i++) {
        const struct authority_card *card = authority_cards_at(cards, i);
        enum ca_rc rc;

        if (!scep_card_has_name(card, cert.issuer))
            continue;
        rc = ours_of(call, card, &cert, ret, err);
        if (rc != CA_NOT_FOUND)
            return rc;
    }
    return CA_FAIL(err, CA_NOT_FOUND, "the signer's certificate is not one of ours");
}

CA_RC scep_issuer_and_serial(struct ca_bytes der, struct ca_bytes *ret_issuer,
                             struct ca_bytes *ret_serial, struct ca_err *err)
{
    struct ca_bytes serial;
    struct der issuer;
    struct der all;

    CA_TRY(der_take(&der, DER_SEQUENCE, &all, err));
    CA_TRY(der_done(der, err));
    CA_TRY(der_take(&all.body, DER_SEQUENCE, &issuer, err));
    CA_TRY(der_take_unsigned(&all.body, &serial, err));
    CA_TRY(der_done(all.body, err));
    *ret_issuer = issuer.all;
    *ret_serial = serial;
    return CA_OK;
}
