/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/issuer.h"

#include "api/rest/answer.h"

CA_RC rest_issuer_cached(const struct request *rq, const char *name,
                         struct authority_cards **ret_cards, const struct authority_card **ret,
                         struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(request_authorities(rq));
    const struct authority_card *card = authority_cards_find(cards, name);

    if (card == NULL)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "no authority %.63s", name);
    *ret = card;
    *ret_cards = CA_MOVE(cards);
    return CA_OK;
}

CA_RC rest_issuer_find(struct request *rq, const char *name, struct authority_cards **ret_cards,
                       const struct authority_card **ret, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc = rest_issuer_cached(rq, name, ret_cards, ret, err);

    if (rc == CA_OK && (*ret)->certificate.len > 0)
        return CA_OK;
    if (rc == CA_OK) {
        authority_cards_give(*ret_cards);
        *ret_cards = NULL;
    }
    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(authority_cache_load(request_authorities(rq), db, err));
    return rest_issuer_cached(rq, name, ret_cards, ret, err);
}
