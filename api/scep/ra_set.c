/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys an endpoint has now, and who still uses those it had. */
#include "api/scep/ra_internal.h"
#include "base/log.h"
#include "policy/cert.h"

static void item_give(struct ra_item *item)
{
    if (item == NULL || atomic_fetch_sub(&item->users, 1) > 1)
        return;
    X509_free(item->x509);
    hsm_key_close(item->key);
    ca_buf_done(&item->certificate);
    free(item);
}

static void items_give(struct ra_item **items, size_t n)
{
    for (size_t i = 0; items != NULL && i < n; i++)
        item_give(items[i]);
    free(items);
}

static void held_give(struct ra_held *held)
{
    if (held == NULL || atomic_fetch_sub(&held->users, 1) > 1)
        return;
    items_give(held->items, held->n);
    free(held->set.list);
    free(held);
}

void ra_give(struct ra_keeper *k, const struct ra_set *set)
{
    union {
        const struct ra_set *lent;
        struct ra_held *held; /* of which it is the first member */
    } cast = {.lent = set};

    (void)k;
    held_give(cast.held);
}

void ra_endpoint_free(struct ra_endpoint *e)
{
    held_give(e->held);
    items_give(e->items, e->n);
    free(e);
}

/* A token of another node may have another key with this label. */
static CA_RC key_find(struct ra_keeper *k, const struct db_service *row, struct hsm_key **ret,
                      struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_err why = {0};
    struct cert cert;
    enum ca_rc rc = hsm_key_open(k->front->config.hsm, row->key_label, &key, &why);

    if (rc == CA_NOT_FOUND || rc == CA_CONFLICT)
        return CA_OK;
    if (rc != CA_OK) {
        *err = why;
        return rc;
    }
    CA_TRY(cert_read(row->certificate, &cert, err));
    if (ca_bytes_equal(cert.spki, hsm_key_spki(key)))
        *ret = CA_MOVE(key);
    return CA_OK;
}

/* Read once: what OpenSSL 3.0 does to find a decoder for the key takes as long as an RSA signature.
 */
static CA_RC x509_of(struct ca_bytes der, const struct hsm_key *key, X509 **ret, struct ca_err *err)
{
    CA_AUTO(x509) X509 *cert = X509_new_ex(hsm_key_libctx(key), NULL);
    const unsigned char *at = der.ptr;

    if (cert == NULL)
        return CA_FAIL_NOMEM(err);
    if (d2i_X509(&cert, &at, (long)der.len) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "an RA certificate cannot be read");
    *ret = CA_MOVE(cert);
    return CA_OK;
}

static CA_RC item_new(struct ra_keeper *k, const struct db_service *row, struct ra_item **ret,
                      struct ca_err *err)
{
    struct ra_item *item = calloc(1, sizeof(*item));
    enum ca_rc rc;

    if (item == NULL)
        return CA_FAIL_NOMEM(err);
    atomic_store(&item->users, 1);
    item->id = row->id;
    ca_buf_bytes(&item->certificate, row->certificate);
    rc = ca_buf_check(&item->certificate, err);
    if (rc == CA_OK)
        rc = key_find(k, row, &item->key, err);
    if (rc == CA_OK && item->key != NULL)
        rc = x509_of(row->certificate, item->key, &item->x509, err);
    if (rc != CA_OK) {
        item_give(item);
        return rc;
    }
    *ret = item;
    return CA_OK;
}

static struct ra_item *item_of(const struct ra_endpoint *e, const struct ca_uuid *id)
{
    for (size_t i = 0; i < e->n; i++) {
        if (memcmp(&e->items[i]->id, id, sizeof(*id)) == 0)
            return e->items[i];
    }
    return NULL;
}

static bool is_mine(const struct ra_facts *facts, size_t i)
{
    return strcmp(facts->rows[i].owner, facts->endpoint->name) == 0;
}

/* Those with a key, as a set that others may take. *ret NULL: none has one. */
static CA_RC held_new(struct ra_item **items, size_t n, struct ra_held **ret, struct ca_err *err)
{
    struct ra_held *held = calloc(1, sizeof(*held));

    if (held == NULL)
        return CA_FAIL_NOMEM(err);
    atomic_store(&held->users, 1);
    held->items = calloc(n + 1, sizeof(struct ra_item *));
    held->set.list = calloc(n + 1, sizeof(struct ra_credential));
    if (held->items == NULL || held->set.list == NULL) {
        held_give(held);
        return CA_FAIL_NOMEM(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (items[i]->key == NULL)
            continue;
        (void)atomic_fetch_add(&items[i]->users, 1);
        held->items[held->n++] = items[i];
        held->set.list[held->set.n++] = (struct ra_credential){ca_buf_view(&items[i]->certificate),
                                                               items[i]->x509, items[i]->key};
    }
    if (held->n == 0)
        held_give(CA_MOVE(held));
    *ret = held;
    return CA_OK;
}

static void endpoint_replace(struct ra_keeper *k, struct ra_endpoint *e, struct ra_item **items,
                             size_t n, struct ra_held *held)
{
    struct ra_held *before = e->held;

    (void)pthread_mutex_lock(&k->lock);
    e->held = held;
    (void)pthread_mutex_unlock(&k->lock);
    held_give(before);
    items_give(e->items, e->n);
    e->items = items;
    e->n = n;
}

static bool is_the_same(const struct ra_endpoint *e, const struct ra_facts *facts)
{
    size_t n = 0;

    for (size_t i = 0; i < facts->n; i++) {
        if (!is_mine(facts, i))
            continue;
        if (n >= e->n || memcmp(&e->items[n]->id, &facts->rows[i].id, CA_UUID_LEN) != 0)
            return false;
        n++;
    }
    return n == e->n;
}

CA_RC ra_endpoint_sync(struct ra_keeper *k, struct ra_endpoint *e, const struct ra_facts *facts,
                       struct ca_err *err)
{
    struct ra_item **items;
    struct ra_held *held = NULL;
    enum ca_rc rc = CA_OK;
    size_t n = 0;

    if (is_the_same(e, facts))
        return CA_OK;
    items = calloc(facts->n + 1, sizeof(struct ra_item *));
    if (items == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < facts->n && rc == CA_OK; i++) {
        if (!is_mine(facts, i))
            continue;
        items[n] = item_of(e, &facts->rows[i].id);
        if (items[n] != NULL)
            (void)atomic_fetch_add(&items[n]->users, 1);
        else
            rc = item_new(k, &facts->rows[i], &items[n], err);
        n += rc == CA_OK;
    }
    if (rc == CA_OK)
        rc = held_new(items, n, &held, err);
    if (rc != CA_OK) {
        items_give(items, n);
        return rc;
    }
    endpoint_replace(k, e, items, n, held);
    return CA_OK;
}

const struct db_service *ra_newest(const struct ra_endpoint *e, const struct ra_facts *facts)
{
    size_t n = 0;

    for (size_t i = 0; i < facts->n; i++) {
        if (is_mine(facts, i) && n < e->n && e->items[n++]->key != NULL)
            return &facts->rows[i];
    }
    return NULL;
}
