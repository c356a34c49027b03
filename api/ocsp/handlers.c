/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/ocsp.h"

#include "api/ocsp/ocsp_internal.h"
#include "api/request_internal.h"
#include "base/time.h"

enum { TOGETHER_MS = 3000 }; /* for the signer: shorter than requests may take */

_Static_assert((int)OCSP_IDS_MAX <= (int)WIRE_OCSP_IDS_MAX, "one question holds one request");

/* OCSPResponseStatus (RFC 6960 4.2.1) of answers that nobody signs. */
enum { OCSP_MALFORMED = 1, OCSP_INTERNAL_ERROR = 2, OCSP_TRY_LATER = 3, OCSP_UNAUTHORIZED = 6 };

/* What `start` leaves for `finish`. */
struct ocsp_case {
    bool parked;  /* it waits for what the cache misses */
    bool has_key; /* one certificate: the answer without a nonce will do where there is no other */
    struct ocsp_key key;
    struct ocsp_wait wait;
};

static CA_RC status_answer(struct response *rs, uint8_t status, struct ca_err *err)
{
    const uint8_t der[] = {0x30, 0x03, 0x0a, 0x01, status};

    return response_body(rs, "application/ocsp-response", (struct ca_bytes){der, sizeof(der)}, err);
}

/* Of a signer that does not answer. */
static uint8_t status_of(enum ca_rc rc)
{
    switch (rc) {
    case CA_NOT_FOUND:
    case CA_DENIED:
        return OCSP_UNAUTHORIZED;
    case CA_MALFORMED:
        return OCSP_MALFORMED;
    case CA_FAULT:
        return OCSP_INTERNAL_ERROR;
    case CA_OK:
    case CA_CONFLICT:
    case CA_LIMIT:
    case CA_RETRY:
    case CA_UNAVAILABLE:
    case CA_RC__COUNT:
        break;
    }
    return OCSP_TRY_LATER;
}

static CA_RC answer_send(struct request *rq, struct response *rs, struct ocsp_answer *a,
                         struct ca_err *err)
{
    bool conditional = request_header(rq, "If-None-Match") != NULL ||
                       request_header(rq, "If-Modified-Since") != NULL;

    return ocsp_answer_send(a, ca_time_now(), conditional, rs, err);
}

/* False: it is not in the cache. */
static bool cached_send(struct request *rq, struct response *rs, const struct ocsp_key *key,
                        enum ca_rc *ret_rc, struct ca_err *err)
{
    CA_AUTO(ocsp_answer)
    struct ocsp_answer *a = ocsp_cache_take(rq->front->ocsp->cache, key, ca_time_now());

    if (a == NULL)
        return false;
    front_metrics_count(rq->front->metrics, METRIC_OCSP_CACHED);
    *ret_rc = answer_send(rq, rs, a, err);
    return true;
}

/* One signature of those that an address may cause; of IPv6 a network of 64 bits is one. */
static bool signature_allowed(struct request *rq)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t *address = request_address(rq);
    struct ca_uuid who = {{0}};

    if (memcmp(address, mapped, sizeof(mapped)) == 0) {
        memcpy(who.octets, address, 16);
    } else {
        memcpy(who.octets + 8, address, 8);
    }
    if (rate_take(rq->front->ocsp->rate, &who, ca_mono_ms()))
        return true;
    front_metrics_count(rq->front->metrics, METRIC_OCSP_LIMITED);
    return false;
}

static void case_done(void *kept)
{
    ocsp_answer_unref(((struct ocsp_case *)kept)->wait.answer);
}

static struct ocsp_case *case_new(struct request *rq)
{
    struct ocsp_case *c = request_alloc(rq, sizeof(*c));

    if (c == NULL)
        return NULL;
    *c = (struct ocsp_case){.wait.rq = rq};
    request_hold(rq, c, case_done);
    return c;
}

/* Not in the cache: it waits with all the others for the next frame. */
static CA_RC missed_ask(struct request *rq, struct response *rs, const struct authority_card *card,
                        const struct ocsp_key *key, struct ca_err *err)
{
    struct ocsp_case *c;
    struct ca_err why;

    if (!signature_allowed(rq))
        return status_answer(rs, OCSP_TRY_LATER, err);
    c = case_new(rq);
    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->parked = true;
    front_metrics_count(rq->front->metrics, METRIC_OCSP_MISSED);
    CA_TRY(request_park(rq, err));
    if (ocsp_flights_join(rq->front->ocsp->flights, card->name, key, &c->wait, &why) == CA_OK)
        return CA_OK;
    c->wait.rc = CA_LIMIT;
    request_wake(rq);
    return CA_OK;
}

/* An answer for this request alone. */
static CA_RC together_ask(struct request *rq, const struct authority_card *card,
                          const struct ocsp_query *query, struct ca_err *err)
{
    struct wire_ocsp_id ids[OCSP_IDS_MAX];
    struct wire_ocsp_sign ask = {
        .caller = {.channel = "ocsp", .request_id = request_id(rq)},
        .authority = card->name,
        .digest = ocsp_digest_name(query->ids[0].digest),
        .together = true,
        .nonce = query->nonce,
        .ids = ids,
        .ids_n = (uint32_t)query->ids_n,
    };

    for (size_t i = 0; i < query->ids_n; i++)
        ids[i].serial = query->ids[i].serial;
    front_metrics_count(rq->front->metrics, METRIC_OCSP_TOGETHER);
    return request_ask_tolerant(rq, WIRE_OCSP_SIGN, &ask, TOGETHER_MS, err);
}

/* A nonce, or several certificates. Where that is asked for too often, the answer without a nonce
 * has to do (RFC 9654 2.1 lets a responder leave it out). */
static CA_RC together(struct request *rq, struct response *rs, const struct authority_card *card,
                      const struct ocsp_query *query, struct ca_err *err)
{
    struct ocsp_case *c = case_new(rq);
    enum ca_rc rc;

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->has_key = query->ids_n == 1 &&
                 ocsp_key_make(card->id, query->ids[0].digest, query->ids[0].serial, &c->key);
    if (signature_allowed(rq))
        return together_ask(rq, card, query, err);
    if (c->has_key && cached_send(rq, rs, &c->key, &rc, err))
        return rc;
    return status_answer(rs, OCSP_TRY_LATER, err);
}

/* Every CertID names this issuer, and by one hash: an answer has one signer, and a question one
 * hash. */
static bool issuer_fits(const struct authority_card *card, const struct ocsp_query *query)
{
    enum ocsp_digest digest = query->ids[0].digest;
    const struct card_hashes *own = digest == OCSP_SHA1 ? &card->sha1 : &card->sha256;

    for (size_t i = 0; i < query->ids_n; i++) {
        const struct ocsp_id *id = &query->ids[i];

        if (digest == OCSP_OTHER || id->digest != digest ||
            !ca_bytes_equal(id->name_hash, own->name) || !ca_bytes_equal(id->key_hash, own->key))
            return false;
    }
    return true;
}

static CA_RC query_answer(struct request *rq, struct response *rs,
                          const struct authority_card *card, struct ca_bytes der,
                          struct ca_err *err)
{
    struct ocsp_query query;
    struct ocsp_key key;
    struct ca_err why;
    enum ca_rc rc;

    if (ocsp_query_read(der, &query, &why) != CA_OK)
        return status_answer(rs, OCSP_MALFORMED, err);
    if (!issuer_fits(card, &query))
        return status_answer(rs, OCSP_UNAUTHORIZED, err);
    if (query.ids_n > 1 || query.nonce.len > 0 ||
        !ocsp_key_make(card->id, query.ids[0].digest, query.ids[0].serial, &key))
        return together(rq, rs, card, &query, err);
    if (cached_send(rq, rs, &key, &rc, err))
        return rc;
    return missed_ask(rq, rs, card, &key, err);
}

static CA_RC authority_answer(struct request *rq, struct response *rs, struct ca_bytes der,
                              struct ca_err *err)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(rq->front->authorities);
    const char *name = request_var(rq, "ca");
    const struct authority_card *card = authority_cards_find(cards, name);

    if (card == NULL || card->certificate.len == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no authority '%.63s' answers here", name);
    return query_answer(rq, rs, card, der, err);
}

/* RFC 6960 A.1; many clients leave the type out. */
CA_RC ocsp_post(struct request *rq, struct response *rs, struct ca_err *err)
{
    const char *type = request_content_type(rq);

    if (type[0] != '\0' && strcmp(type, "application/ocsp-request") != 0) {
        return CA_FAIL_AS(err, CA_MALFORMED, "unsupported-media-type",
                          "OCSP takes application/ocsp-request, not %.60s", type);
    }
    return authority_answer(rq, rs, request_body(rq), err);
}

/* The path as it was sent, behind "/ocsp/{ca}/". */
static struct ca_bytes path_rest(const struct request *rq)
{
    const char *path = request_path(rq) + 1;

    for (int i = 0; i < 2; i++) {
        path += strcspn(path, "/");
        if (*path == '/')
            path++;
    }
    return ca_bytes_str(path);
}

CA_RC ocsp_get(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct ca_bytes text = path_rest(rq);
    uint8_t *der = request_alloc(rq, text.len + 1);
    size_t n = 0;
    struct ca_err why;

    if (der == NULL)
        return CA_FAIL_NOMEM(err);
    if (ocsp_path_read(text, der, &n, &why) != CA_OK)
        n = 0; /* which is no request either */
    return authority_answer(rq, rs, (struct ca_bytes){der, n}, err);
}

static CA_RC missed_done(struct request *rq, struct response *rs, const struct ocsp_wait *wait,
                         struct ca_err *err)
{
    if (wait->answer == NULL)
        return status_answer(rs, status_of(wait->rc), err);
    return wait->stale ? ocsp_answer_send_once(wait->answer, rs, err)
                       : answer_send(rq, rs, wait->answer, err);
}

/* The signer is away: what is in memory serves a client that asked for a nonce too. */
static CA_RC together_done(struct request *rq, struct response *rs, const struct ocsp_case *c,
                           struct ca_err *err)
{
    const struct wire_ocsp_signed *answer = request_answer(rq);
    enum ca_rc rc;

    if (answer != NULL && answer->answers_n == 1 && answer->answers[0].response.len > 0) {
        return response_body(rs, "application/ocsp-response", answer->answers[0].response, err);
    }
    if (c->has_key && cached_send(rq, rs, &c->key, &rc, err))
        return rc;
    return status_answer(rs, status_of(answer != NULL ? CA_FAULT : request_answer_rc(rq)), err);
}

CA_RC ocsp_done(struct request *rq, struct response *rs, struct ca_err *err)
{
    struct ocsp_case *c = request_held(rq);

    return c->parked ? missed_done(rq, rs, &c->wait, err) : together_done(rq, rs, c, err);
}

struct ocsp_kept request_ocsp_kept(const struct request *rq, int64_t authority)
{
    struct ocsp_cache_stats stats;

    ocsp_cache_stats(rq->front->ocsp->cache, authority, &stats);
    return (struct ocsp_kept){stats.good, stats.revoked, stats.unknown, stats.oldest};
}
