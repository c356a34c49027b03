/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tls_keeper.h"

#include <limits.h>
#include <stdio.h>

#include "api/front_internal.h"
#include "api/keeper.h"
#include "base/der.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "base/pem.h"
#include "base/time.h"
#include "policy/cert.h"

enum { PERIOD_MS = 1000, AGAIN_MS = 60000, DB_WAIT_MS = 2000, PEM_MAX = 256 * 1024 };

struct tls_keeper {
    struct front *front;
    struct keeper *keeper;
    int64_t again_ms;     /* not before that it is looked after once more; the thread's own */
    pthread_mutex_t lock; /* guards what follows */
    struct ca_buf chain;  /* what is shown */
    char file[PATH_MAX];  /* what replaces the given one; "": nothing can */
};

/* The first of certificates that stand one behind the other. */
static CA_RC first_read(struct ca_bytes chain, struct cert *ret, struct ca_err *err)
{
    struct der all;

    CA_TRY(der_take(&chain, DER_SEQUENCE, &all, err));
    return cert_read(all.all, ret, err);
}

static CA_RC file_name(const struct tls_keeper *k, const struct cert *given, char ret[PATH_MAX],
                       struct ca_err *err)
{
    uint8_t digest[CA_SHA256_LEN];
    char hex[2 * CA_SHA256_LEN + 1];
    char name[CA_COUNT(hex) + 16];

    CA_TRY(ca_sha256(given->der, digest, err));
    (void)snprintf(name, sizeof(name), "tls-%.32s.pem",
                   ca_hex((struct ca_bytes){digest, sizeof(digest)}, hex));
    return ca_path_join(ret, PATH_MAX, k->front->config.cache_dir, name, err);
}

static CA_RC file_read(const char *path, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {.max = PEM_MAX};

    CA_TRY(ca_file_read(path, &pem, err));
    return pem_take_all(ca_buf_view(&pem), "CERTIFICATE", ret, err);
}

/* Is what was kept good for the same key, and for longer? */
static bool replaces(const struct tls_keeper *k, struct ca_bytes kept, const struct cert *given)
{
    struct cert newer;
    struct ca_err err = {0};

    return first_read(kept, &newer, &err) == CA_OK && newer.not_after > given->not_after &&
           ca_bytes_equal(newer.spki, given->spki) &&
           (k->front->config.tls_key == NULL ||
            ca_bytes_equal(newer.spki, hsm_key_spki(k->front->config.tls_key)));
}

static CA_RC chain_keep(struct tls_keeper *k, struct ca_bytes chain, const char *file,
                        struct ca_err *err)
{
    enum ca_rc rc;

    (void)pthread_mutex_lock(&k->lock);
    ca_buf_reset(&k->chain);
    ca_buf_bytes(&k->chain, chain);
    rc = ca_buf_check(&k->chain, err);
    if (file != NULL)
        (void)snprintf(k->file, sizeof(k->file), "%s", file);
    (void)pthread_mutex_unlock(&k->lock);
    return rc;
}

CA_RC tls_keeper_choose(struct tls_keeper *k, struct ca_bytes given, struct ca_buf *ret,
                        struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf kept = {.max = PEM_MAX};
    struct ca_err why = {0};
    char file[PATH_MAX] = "";
    struct cert cert;

    /* What cannot be read here, TLS itself refuses with the reason. */
    if (first_read(given, &cert, &why) == CA_OK && file_name(k, &cert, file, &why) == CA_OK &&
        file_read(file, &kept, &why) == CA_OK && replaces(k, ca_buf_view(&kept), &cert))
        given = ca_buf_view(&kept);
    ca_buf_bytes(ret, given);
    CA_TRY(ca_buf_check(ret, err));
    return chain_keep(k, given, file, err);
}

bool tls_keeper_life(struct tls_keeper *k, struct service_life *ret)
{
    struct ca_err err = {0};
    struct cert cert;
    bool shown;

    if (k == NULL)
        return false;
    *ret = (struct service_life){.kind = "tls"};
    (void)snprintf(ret->owner, sizeof(ret->owner), "%s", k->front->config.node);
    (void)pthread_mutex_lock(&k->lock);
    shown = first_read(ca_buf_view(&k->chain), &cert, &err) == CA_OK;
    if (shown) {
        ret->not_before = cert.not_before;
        ret->not_after = cert.not_after;
    }
    (void)pthread_mutex_unlock(&k->lock);
    return shown;
}

/* Only what an authority of ours issued is renewed. */
static bool is_ours(const struct authority_cards *cards, const struct cert *cert)
{
    for (size_t i = 0; i < authority_cards_count(cards); i++) {
        const struct authority_card *card = authority_cards_at(cards, i);
        struct cert issuer;
        struct ca_err err = {0};

        if (card->certificate.len > 0 && cert_read(card->certificate, &issuer, &err) == CA_OK &&
            cert_issued_by(cert, &issuer, &err) == CA_OK)
            return true;
    }
    return false;
}

static CA_RC install(struct tls_keeper *k, struct ca_bytes chain, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf pem = {0};
    struct ca_bytes left = chain;
    char file[PATH_MAX];
    struct cert cert;

    CA_TRY(first_read(chain, &cert, err));
    CA_TRY(tls_replace(k->front->tls, k->front->config.tls_key, chain, err));
    CA_TRY(chain_keep(k, chain, NULL, err));
    CA_LOG(CA_LOG_INFO, "tls_certificate", CA_STR("text", "renewed"),
           CA_INT("not_after", cert.not_after));
    while (left.len > 0) {
        struct der one;

        CA_TRY(der_take(&left, DER_SEQUENCE, &one, err));
        pem_put(&pem, "CERTIFICATE", one.all);
    }
    CA_TRY(ca_buf_check(&pem, err));
    (void)pthread_mutex_lock(&k->lock);
    memcpy(file, k->file, sizeof(file));
    (void)pthread_mutex_unlock(&k->lock);
    return ca_file_replace(file, ca_buf_view(&pem), 0644, err);
}

/* One that the signer made, and whose answer got lost. *ret stays empty: there is none. */
static CA_RC made_find(struct tls_keeper *k, const struct authority_cards *cards,
                       const struct cert *cert, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    const struct db_service *row;
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(front_db_take(k->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_service_list(db, "tls", k->front->config.node, ca_time_now(), &rows, err);
    front_db_give(k->front, db);
    CA_TRY(rc);
    row = rows.rows;
    if (rows.count == 0 || !replaces(k, row->certificate, cert))
        return CA_OK;
    for (size_t i = 0; i < authority_cards_count(cards); i++) {
        const struct authority_card *card = authority_cards_at(cards, i);

        if (card->id != row->authority_id)
            continue;
        ca_buf_bytes(ret, row->certificate);
        ca_buf_bytes(ret, card->certificate);
        ca_buf_bytes(ret, card->issuers);
    }
    return ca_buf_check(ret, err);
}

static CA_RC made_ask(struct tls_keeper *k, struct ca_buf *ret, struct ca_err *err)
{
    const struct front_config *c = &k->front->config;
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    const struct wire_service *made;
    enum ca_rc rc = service_ask(k->front, "tls", c->node, c->tls_key, &answer, err);

    if (rc != CA_OK && rc != CA_UNAVAILABLE) /* a signer that is away is soon back */
        k->again_ms = ca_mono_ms() + AGAIN_MS;
    CA_TRY(rc);
    made = answer->body;
    ca_buf_bytes(ret, made->certificate);
    ca_buf_bytes(ret, made->chain);
    return ca_buf_check(ret, err);
}

static CA_RC tick(void *arg, struct ca_err *err)
{
    struct tls_keeper *k = arg;
    CA_AUTO(buf) struct ca_buf now = {0};
    CA_AUTO(buf) struct ca_buf next = {0};
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(k->front->authorities);
    struct cert cert;

    (void)pthread_mutex_lock(&k->lock);
    ca_buf_bytes(&now, ca_buf_view(&k->chain));
    (void)pthread_mutex_unlock(&k->lock);
    CA_TRY(ca_buf_check(&now, err));
    CA_TRY(first_read(ca_buf_view(&now), &cert, err));
    if (authority_cards_count(cards) == 0 ||
        !service_due(cert.not_before, cert.not_after, ca_time_now()) || ca_mono_ms() < k->again_ms)
        return CA_OK;
    if (!is_ours(cards, &cert))
        return CA_FAIL(err, CA_DENIED,
                       "the certificate in https.chain is not of this CA: it is not "
                       "renewed by itself, and most of its life is over");
    CA_TRY(made_find(k, cards, &cert, &next, err));
    if (next.len == 0)
        CA_TRY(made_ask(k, &next, err));
    return next.len > 0 ? install(k, ca_buf_view(&next), err) : CA_OK;
}

CA_RC tls_keeper_new(struct front *front, struct tls_keeper **ret, struct ca_err *err)
{
    struct tls_keeper *k = calloc(1, sizeof(*k));

    if (k == NULL)
        return CA_FAIL_NOMEM(err);
    k->front = front;
    (void)pthread_mutex_init(&k->lock, NULL);
    *ret = k;
    return CA_OK;
}

CA_RC tls_keeper_run(struct tls_keeper *k, struct ca_err *err)
{
    if (k == NULL || k->front->config.hsm == NULL)
        return CA_OK;
    return keeper_start("tls", PERIOD_MS, tick, k, &k->keeper, err);
}

void tls_keeper_free(struct tls_keeper *k)
{
    if (k == NULL)
        return;
    keeper_stop(k->keeper);
    ca_buf_done(&k->chain);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}
