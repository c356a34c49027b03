/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/publish/publish.h"
#include "api/request_internal.h"
#include "base/time.h"

/* A cache may keep an answer until the CRL ends, at most 5 minutes: a revocation must be seen
 * within minutes, also through a cache. */
enum { PUBLISH_MAX_AGE_S = 300, PUBLISH_CERTIFICATE_AGE_S = 3600 };

static void cache_for(struct response *rs, int64_t seconds, int64_t most)
{
    char text[64];

    if (seconds > most)
        seconds = most;
    (void)snprintf(text, sizeof(text), "public, max-age=%d", (int)(seconds > 0 ? seconds : 0));
    response_header(rs, "Cache-Control", text);
}

/* Without "-delta"; false where it is not there. */
static bool delta_strip(const char *text, char *ret, size_t max)
{
    static const char suffix[] = "-delta";
    size_t len = strlen(text);
    size_t n = sizeof(suffix) - 1;

    if (len <= n || len - n >= max || strcmp(text + len - n, suffix) != 0)
        return false;
    memcpy(ret, text, len - n);
    ret[len - n] = '\0';
    return true;
}

/* Names are looked up among those that are on the shelf; no file is opened by what was asked. An
 * authority whose own name ends in "-delta" comes first. */
static bool crl_take(struct shelf *shelf, const char *ca, const char *shard, struct shelf_crl *ret)
{
    char name[SHELF_NAME_MAX + 1];
    char stem[SHELF_NAME_MAX + 1];

    if (strchr(ca, '+') != NULL || (shard != NULL && strchr(shard, '+') != NULL))
        return false; /* ours, between the parts of a name */
    if (shard == NULL) {
        if (shelf_take(shelf, ca, ret))
            return true;
        (void)snprintf(name, sizeof(name), "%.63s+delta", delta_strip(ca, stem, 64) ? stem : "");
    } else if (delta_strip(shard, stem, sizeof(stem))) {
        (void)snprintf(name, sizeof(name), "%.63s+%.16s+delta", ca, stem);
    } else {
        (void)snprintf(name, sizeof(name), "%.63s+%.16s", ca, shard);
    }
    return shelf_take(shelf, name, ret);
}

CA_RC publish_crl_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    const char *name = request_var(rq, "ca");
    char tag[65];

    if (!crl_take(publish_shelf(rq->front->publish), name, request_var(rq, "shard"), &crl))
        return CA_FAIL(err, CA_NOT_FOUND, "no such CRL of '%.63s'", name);
    response_etag(rs, ca_hex((struct ca_bytes){crl.sha256, sizeof(crl.sha256)}, tag));
    response_last_modified(rs, crl.this_update);
    cache_for(rs, crl.next_update - ca_time_now(), PUBLISH_MAX_AGE_S);
    response_file(rs, "application/pkix-crl", crl.fd, crl.size);
    crl.fd = -1;
    return CA_OK;
}

static CA_RC card_find(struct request *rq, const struct authority_cards *cards,
                       const struct authority_card **ret, struct ca_err *err)
{
    const char *name = request_var(rq, "ca");
    const struct authority_card *card = authority_cards_find(cards, name);

    if (card == NULL || card->certificate.len == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no certificate of '%.63s'", name);
    *ret = card;
    return CA_OK;
}

static CA_RC card_answer(struct request *rq, struct response *rs, bool issuers, struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(rq->front->authorities);
    const struct authority_card *card;
    char tag[65];

    CA_TRY(card_find(rq, cards, &card, err));
    if (!issuers)
        response_etag(rs, ca_hex(card->fingerprint, tag));
    cache_for(rs, PUBLISH_CERTIFICATE_AGE_S, PUBLISH_CERTIFICATE_AGE_S);
    return issuers ? response_body(rs, "application/pkcs7-mime; smime-type=certs-only",
                                   card->certs_only, err)
                   : response_body(rs, "application/pkix-cert", card->certificate, err);
}

CA_RC publish_cer_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    return card_answer(rq, rs, false, err);
}

CA_RC publish_p7c_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    return card_answer(rq, rs, true, err);
}
