/* SPDX-License-Identifier: Apache-2.0 */
#include "api/authority_cache.h"

#include <pthread.h>
#include <stdatomic.h>

#include "api/certs_only.h"
#include "base/der.h"
#include "base/der_write.h"
#include "base/digest.h"
#include "base/ossl.h"
#include "base/pem.h"
#include "db/authority.h"
#include "db/rollover.h"
#include "policy/cert.h"

enum { CARD_CERTS_MAX = 16 };

struct card_own { /* what the views of a card point to */
    struct ca_buf certificate, pem, issuers, chain_pem, bundle_pem, next_ca;
    struct der_writer certs_only;
    uint8_t fingerprint[CA_SHA256_LEN];
    uint8_t hashes[2][2][CA_SHA256_LEN]; /* SHA-1, SHA-256; Name, key */
};

struct authority_cards {
    atomic_int references;
    size_t count;
    struct authority_card *cards;
    struct card_own *own;
};

struct authority_cache {
    pthread_mutex_t lock; /* guards current */
    struct authority_cards *current;
};

static void cards_free(struct authority_cards *cards)
{
    for (size_t i = 0; cards->own != NULL && i < cards->count; i++) {
        struct card_own *own = &cards->own[i];

        ca_buf_done(&own->certificate);
        ca_buf_done(&own->pem);
        ca_buf_done(&own->issuers);
        ca_buf_done(&own->chain_pem);
        ca_buf_done(&own->bundle_pem);
        ca_buf_done(&own->next_ca);
        der_writer_done(&own->certs_only);
    }
    free(cards->own);
    free(cards->cards);
    free(cards);
}

void authority_cards_give(struct authority_cards *cards)
{
    if (cards != NULL && atomic_fetch_sub(&cards->references, 1) == 1)
        cards_free(cards);
}

static CA_RC cards_new(size_t n, struct authority_cards **ret, struct ca_err *err)
{
    CA_AUTO(authority_cards) struct authority_cards *cards = calloc(1, sizeof(*cards));

    if (cards == NULL)
        return CA_FAIL_NOMEM(err);
    atomic_init(&cards->references, 1);
    cards->count = n;
    cards->cards = calloc(n + 1, sizeof(cards->cards[0]));
    cards->own = calloc(n + 1, sizeof(cards->own[0]));
    if (cards->cards == NULL || cards->own == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = CA_MOVE(cards);
    return CA_OK;
}

CA_RC authority_cache_new(struct authority_cache **ret, struct ca_err *err)
{
    struct authority_cache *cache = calloc(1, sizeof(*cache));
    enum ca_rc rc;

    if (cache == NULL)
        return CA_FAIL_NOMEM(err);
    rc = cards_new(0, &cache->current, err);
    if (rc != CA_OK) {
        free(cache);
        return rc;
    }
    (void)pthread_mutex_init(&cache->lock, NULL);
    *ret = cache;
    return CA_OK;
}

void authority_cache_free(struct authority_cache *cache)
{
    if (cache == NULL)
        return;
    authority_cards_give(cache->current);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

struct authority_cards *authority_cache_take(struct authority_cache *cache)
{
    struct authority_cards *cards;

    (void)pthread_mutex_lock(&cache->lock);
    cards = cache->current;
    (void)atomic_fetch_add(&cards->references, 1);
    (void)pthread_mutex_unlock(&cache->lock);
    return cards;
}

/* Its own first, then the issuers; the last one is the root. */
static CA_RC chain_split(const struct db_authority *row, struct ca_bytes certs[CARD_CERTS_MAX],
                         size_t *ret_n, struct ca_err *err)
{
    struct ca_bytes rest = row->chain;
    size_t n = 0;

    certs[n++] = row->certificate;
    while (rest.len > 0) {
        struct der cert;

        if (n == CARD_CERTS_MAX) {
            return CA_FAIL(err, CA_LIMIT, "chain of '%s' has more than %d", row->name,
                           CARD_CERTS_MAX);
        }
        CA_TRY(der_take(&rest, DER_SEQUENCE, &cert, err));
        certs[n++] = cert.all;
    }
    *ret_n = n;
    return CA_OK;
}

static CA_RC texts_write(const struct db_authority *row, struct card_own *own, struct ca_err *err)
{
    struct ca_bytes certs[CARD_CERTS_MAX];
    size_t n;

    CA_TRY(chain_split(row, certs, &n, err));
    ca_buf_bytes(&own->certificate, row->certificate);
    ca_buf_bytes(&own->issuers, row->chain);
    pem_put(&own->pem, "CERTIFICATE", row->certificate);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || i + 1 < n)
            pem_put(&own->chain_pem, "CERTIFICATE", certs[i]);
        pem_put(&own->bundle_pem, "CERTIFICATE", certs[i]);
    }
    certs_only_write(&own->certs_only, certs, n, (struct ca_bytes){0});
    CA_TRY(ca_buf_check(&own->certificate, err));
    CA_TRY(ca_buf_check(&own->issuers, err));
    CA_TRY(ca_buf_check(&own->pem, err));
    CA_TRY(ca_buf_check(&own->chain_pem, err));
    CA_TRY(ca_buf_check(&own->bundle_pem, err));
    CA_TRY(der_writer_check(&own->certs_only, err));
    return ca_sha256(row->certificate, own->fingerprint, err);
}

static CA_RC hash_make(const EVP_MD *md, struct ca_bytes in, uint8_t own[CA_SHA256_LEN],
                       struct ca_bytes *ret, struct ca_err *err)
{
    unsigned len = 0;

    if (EVP_Digest(in.ptr, in.len, own, &len, md, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "hash of an issuer");
    *ret = (struct ca_bytes){own, len};
    return CA_OK;
}

/* RFC 6960 4.1.1: the key without the tag, length and unused bits of its BIT STRING. */
static CA_RC hashes_make(struct card_own *own, struct authority_card *card, struct ca_err *err)
{
    struct cert cert;
    struct ca_bytes spki;
    struct ca_bytes key;
    struct der part;

    CA_TRY(cert_read(card->certificate, &cert, err));
    spki = cert.spki;
    CA_TRY(der_take(&spki, DER_SEQUENCE, &part, err));
    spki = part.body;
    CA_TRY(der_take(&spki, DER_SEQUENCE, &part, err));
    CA_TRY(der_take_octets_of_bits(&spki, &key, err));
    CA_TRY(hash_make(EVP_sha1(), cert.subject, own->hashes[0][0], &card->sha1.name, err));
    CA_TRY(hash_make(EVP_sha1(), key, own->hashes[0][1], &card->sha1.key, err));
    CA_TRY(hash_make(EVP_sha256(), cert.subject, own->hashes[1][0], &card->sha256.name, err));
    return hash_make(EVP_sha256(), key, own->hashes[1][1], &card->sha256.key, err);
}

static CA_RC card_fill(const struct db_authority *row, struct card_own *own,
                       struct authority_card *card, struct ca_err *err)
{
    card->id = row->id;
    card->uuid = row->uuid;
    card->active = row->state == DB_AUTHORITY_ACTIVE && row->certificate.len > 0;
    (void)ca_text_copy(card->name, sizeof(card->name), ca_bytes_str(row->name));
    if (row->certificate.len == 0)
        return CA_OK;
    CA_TRY(texts_write(row, own, err));
    card->certificate = ca_buf_view(&own->certificate);
    card->issuers = ca_buf_view(&own->issuers);
    card->pem = ca_buf_view(&own->pem);
    card->chain_pem = ca_buf_view(&own->chain_pem);
    card->bundle_pem = ca_buf_view(&own->bundle_pem);
    card->certs_only = der_writer_view(&own->certs_only);
    card->fingerprint = (struct ca_bytes){own->fingerprint, sizeof(own->fingerprint)};
    return hashes_make(own, card, err);
}

/* What devices of the ones that end are told of the ones that follow. */
static CA_RC next_take(struct db *db, struct authority_cards *cards, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_rollover *rows;

    CA_TRY(db_rollover_list(db, NULL, &found, err));
    rows = found.rows;
    for (size_t r = 0; r < found.count; r++) {
        for (size_t i = 0; i < cards->count && rows[r].cancelled_at == 0; i++) {
            struct card_own *own = &cards->own[i];

            if (cards->cards[i].id != rows[r].authority_id)
                continue;
            ca_buf_bytes(&own->next_ca, rows[r].bundle);
            CA_TRY(ca_buf_check(&own->next_ca, err));
            cards->cards[i].next_ca = ca_buf_view(&own->next_ca);
        }
    }
    return CA_OK;
}

CA_RC authority_cache_load(struct authority_cache *cache, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    CA_AUTO(authority_cards) struct authority_cards *cards = NULL;
    const struct db_authority *rows;
    struct authority_cards *old;

    CA_TRY(db_authority_list(db, &result, err));
    CA_TRY(cards_new(result.count, &cards, err));
    rows = result.rows;
    for (size_t i = 0; i < result.count; i++)
        CA_TRY(card_fill(&rows[i], &cards->own[i], &cards->cards[i], err));
    CA_TRY(next_take(db, cards, err));

    (void)pthread_mutex_lock(&cache->lock);
    old = cache->current;
    cache->current = CA_MOVE(cards);
    (void)pthread_mutex_unlock(&cache->lock);
    authority_cards_give(old);
    return CA_OK;
}

size_t authority_cards_count(const struct authority_cards *cards)
{
    return cards->count;
}

const struct authority_card *authority_cards_at(const struct authority_cards *cards, size_t i)
{
    return &cards->cards[i];
}

const struct authority_card *authority_cards_find(const struct authority_cards *cards,
                                                  const char *name)
{
    for (size_t i = 0; i < cards->count; i++) {
        if (strcmp(cards->cards[i].name, name) == 0)
            return &cards->cards[i];
    }
    return NULL;
}
