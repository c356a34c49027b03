/* SPDX-License-Identifier: Apache-2.0 */
#include "api/certs_only.h"
#include "api/scep/scep_internal.h"
#include "base/der.h"
#include "db/scep.h"

enum { SCEP_CHAIN_MAX = 20 };

static const struct authority_card *card_of(const struct scep_call *call,
                                            const struct authority_cards *cards)
{
    const struct authority_card *card =
        authority_cards_find(cards, call->asked->endpoint.authority);

    return card != NULL && card->certificate.len > 0 ? card : NULL;
}

static bool next_ca_is_offered(const struct scep_call *call, const struct authority_card *card)
{
    return card != NULL && card->next_ca.len > 0 &&
           (call->asked->endpoint.switches & DB_SCEP_NO_NEXT_CA) == 0;
}

/* SHA-384 is there for strongSwan 5.9.8, which takes its bit for that of AES. The order is that of
 * RFC 8894 3.5.2; nothing here is longer than certmonger's 1,024 octets. */
CA_RC scep_get_ca_caps(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    const struct scep_endpoint *e = &call->asked->endpoint;
    const struct {
        bool on;
        const char *line;
    } caps[] = {
        {true,                                    "AES\n"             },
        {(e->legacy & DB_SCEP_DES3) != 0,         "DES3\n"            },
        {(e->legacy & DB_SCEP_SHA1) != 0,         "SHA-1\n"           },
        {true,                                    "SHA-256\n"         },
        {true,                                    "SHA-384\n"         },
        {true,                                    "SHA-512\n"         },
        {(e->switches & DB_SCEP_NO_POST) == 0,    "POSTPKIOperation\n"},
        {(e->switches & DB_SCEP_NO_RENEWAL) == 0, "Renewal\n"         },
        {next_ca_is_offered(call,                 card_of(call,         cards)), "GetNextCACert\n"},
        {true,                      "SCEPStandard\n"                                         },
    };
    char text[160] = "";
    size_t n = 0;

    for (size_t i = 0; i < CA_COUNT(caps); i++) {
        size_t len = caps[i].on ? strlen(caps[i].line) : 0;

        memcpy(text + n, caps[i].line, len);
        n += len;
    }
    return response_body(call->rs, "text/plain", (struct ca_bytes){(const uint8_t *)text, n}, err);
}

/* The RA certificate, the authority's, its issuers' up to the root. */
static CA_RC chain_gather(const struct authority_card *card, struct ca_bytes ra,
                          struct ca_bytes certs[SCEP_CHAIN_MAX], size_t *ret_n, struct ca_err *err)
{
    struct ca_bytes rest = card->issuers;
    size_t n = 0;

    certs[n++] = ra;
    certs[n++] = card->certificate;
    while (rest.len > 0 && n < SCEP_CHAIN_MAX) {
        struct der cert;

        CA_TRY(der_take(&rest, DER_SEQUENCE, &cert, err));
        certs[n++] = cert.all;
    }
    *ret_n = n;
    return CA_OK;
}

static CA_RC chain_answer(struct scep_call *call, const struct authority_card *card,
                          const struct ra_set *ra, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_bytes certs[SCEP_CHAIN_MAX];
    size_t n;

    CA_TRY(chain_gather(card, ra->list[0].certificate, certs, &n, err));
    certs_only_write(&w, certs, n, (struct ca_bytes){0});
    CA_TRY(der_writer_check(&w, err));
    return response_body(call->rs, "application/x-x509-ca-ra-cert", der_writer_view(&w), err);
}

/* Whatever identifier the client sent as `message`: there is one CA behind an endpoint. */
CA_RC scep_get_ca_cert(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    const struct authority_card *card = card_of(call, cards);
    const struct ra_set *ra = NULL;
    enum ca_rc rc;

    if (card == NULL) {
        return CA_FAIL(err, CA_UNAVAILABLE, "authority '%s' has no certificate",
                       call->asked->endpoint.authority);
    }
    CA_TRY(ra_take(call->rq->front->ra, call->asked->endpoint.name, &ra, err));
    rc = chain_answer(call, card, ra, err);
    ra_give(call->rq->front->ra, ra);
    return rc;
}

CA_RC scep_get_next_ca_cert(struct scep_call *call, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(call->rq->front->authorities);
    const struct authority_card *card = card_of(call, cards);

    if (!next_ca_is_offered(call, card)) {
        return CA_FAIL(err, CA_NOT_FOUND, "'%s' has no next certificate to offer",
                       call->asked->endpoint.authority);
    }
    return response_body(call->rs, "application/x-x509-next-ca-cert", card->next_ca, err);
}
