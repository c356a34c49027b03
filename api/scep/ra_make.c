/* SPDX-License-Identifier: Apache-2.0 */
/* New RA keys, and the end of old ones. */
#include <stdio.h>

#include "api/scep/ra_internal.h"
#include "base/log.h"
#include "base/time.h"
#include "ca/client.h"
#include "policy/cert.h"
#include "policy/spki.h"

enum { DB_WAIT_MS = 2000, SOON_MS = 1000, AGAIN_MS = 60000, LABEL_MAX = 96, GRACE_S = 86400 };

static bool key_is(struct ca_bytes spki, const char *spec)
{
    struct ca_key_spec wanted;
    struct spki_info key;
    struct ca_err err = {0};

    return ca_key_spec_parse(spec, &wanted) && spki_read(spki, &key, &err) == CA_OK &&
           key.kind == wanted.kind && key.bits == wanted.bits;
}

/* The id of the endpoint's authority; 0: it is not known (yet). */
static int64_t authority_of(struct ra_keeper *k, const char *name)
{
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(k->front->authorities);
    const struct authority_card *card = authority_cards_find(cards, name);

    return card != NULL ? card->id : 0;
}

static CA_RC is_due(struct ra_keeper *k, const struct ra_endpoint *e, const struct ra_facts *facts,
                    bool *ret, struct ca_err *err)
{
    const struct db_service *newest = ra_newest(e, facts);
    int64_t authority_id;
    struct cert cert;

    *ret = true;
    if (newest == NULL)
        return CA_OK;
    CA_TRY(cert_read(newest->certificate, &cert, err));
    authority_id = authority_of(k, facts->endpoint->authority);
    *ret = service_due(newest->not_before, newest->not_after, facts->now) ||
           (authority_id != 0 && newest->authority_id != authority_id) ||
           !key_is(cert.spki, facts->endpoint->ra_key);
    return CA_OK;
}

/* Numbered by the certificates that the endpoint had: a key of a try that was cut off is found
 * again. */
static CA_RC label_make(struct ra_keeper *k, const struct ra_facts *facts, char ret[LABEL_MAX],
                        struct ca_err *err)
{
    const char *name = facts->endpoint->name;
    CA_AUTO(db_result) struct db_result past = {0};
    struct db *db = NULL;
    size_t n = 1;
    enum ca_rc rc;

    CA_TRY(front_db_take(k->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_service_past(db, "scep-ra", name, facts->now, &past, err);
    front_db_give(k->front, db);
    CA_TRY(rc);
    n += past.count;
    for (size_t i = 0; i < facts->n; i++)
        n += strcmp(facts->rows[i].owner, name) == 0;
    (void)snprintf(ret, LABEL_MAX, "scep-ra-%s-%zu", name, n);
    return CA_OK;
}

static CA_RC key_make(struct ra_keeper *k, const char *label, const char *spec_text,
                      struct hsm_key **ret, struct ca_err *err)
{
    struct hsm *hsm = k->front->config.hsm;
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_key_spec spec;
    bool removed = false;
    enum ca_rc rc = hsm_key_open(hsm, label, &key, err);

    if (rc == CA_OK && key_is(hsm_key_spki(key), spec_text)) {
        *ret = CA_MOVE(key);
        return CA_OK;
    }
    if (rc != CA_OK && rc != CA_NOT_FOUND)
        return rc;
    if (rc == CA_OK) { /* no certificate has it, and another kind is wanted by now */
        hsm_key_close(CA_MOVE(key));
        CA_TRY(hsm_key_destroy(hsm, label, err));
    }
    if (!ca_key_spec_parse(spec_text, &spec) || spec.kind != CA_KEY_RSA)
        return CA_FAIL(err, CA_FAULT, "an RA has an RSA key, not '%.32s'", spec_text);
    CA_TRY(hsm_key_discard(hsm, label, &removed, err)); /* half a key of a try that died */
    return hsm_key_generate(hsm, label, spec, HSM_SERVICE_KEY, ret, err);
}

static CA_RC renew(struct ra_keeper *k, const struct ra_facts *facts, struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    CA_AUTO(wire_message) struct wire_message *answer = NULL;
    char label[LABEL_MAX];

    CA_TRY(label_make(k, facts, label, err));
    CA_TRY(key_make(k, label, facts->endpoint->ra_key, &key, err));
    CA_TRY(service_ask(k->front, "scep-ra", facts->endpoint->name, key, &answer, err));
    CA_LOG(CA_LOG_INFO, "ra_certificate", CA_STR("endpoint", facts->endpoint->name),
           CA_STR("key", label));
    return CA_OK;
}

static struct ra_facts facts_of(const struct ra_facts *before, const struct db_result *rows)
{
    return (struct ra_facts){before->endpoint, rows->rows, rows->count, before->now};
}

/* The answer is in the database too, where every node finds it. */
static CA_RC look_again(struct ra_keeper *k, struct ra_endpoint *e, const struct ra_facts *before,
                        struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    struct ra_facts facts;
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(front_db_take(k->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_service_list(db, "scep-ra", e->name, before->now, &rows, err);
    front_db_give(k->front, db);
    CA_TRY(rc);
    facts = facts_of(before, &rows);
    return ra_endpoint_sync(k, e, &facts, err);
}

CA_RC ra_renew(struct ra_keeper *k, struct ra_endpoint *e, const struct ra_facts *facts,
               struct ca_err *err)
{
    bool due = false;
    enum ca_rc rc;

    CA_TRY(is_due(k, e, facts, &due, err));
    if (!due || ca_mono_ms() < e->again_ms)
        return CA_OK;
    rc = renew(k, facts, err);
    e->again_ms = ca_mono_ms() + (rc == CA_OK || rc == CA_UNAVAILABLE ? SOON_MS : AGAIN_MS);
    CA_TRY(rc);
    return look_again(k, e, facts, err);
}

/* Another certificate of the same key may be in force. */
static bool is_used(const struct db_service *row, const struct db_result *live)
{
    const struct db_service *rows = live->rows;

    for (size_t i = 0; i < live->count; i++) {
        if (strcmp(rows[i].key_label, row->key_label) == 0)
            return true;
    }
    return false;
}

static CA_RC key_end(struct ra_keeper *k, const struct db_service *row, struct ca_err *err)
{
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;
    struct ca_err why = {0};
    struct cert cert;

    if (hsm_key_open(k->front->config.hsm, row->key_label, &key, &why) != CA_OK)
        return CA_OK; /* deleted before, or never here */
    CA_TRY(cert_read(row->certificate, &cert, err));
    if (!ca_bytes_equal(cert.spki, hsm_key_spki(key)))
        return CA_OK;
    hsm_key_close(CA_MOVE(key));
    CA_TRY(hsm_key_destroy(k->front->config.hsm, row->key_label, err));
    CA_LOG(CA_LOG_INFO, "ra_key_deleted", CA_STR("endpoint", row->owner),
           CA_STR("key", row->key_label));
    return CA_OK;
}

CA_RC ra_tidy(struct ra_keeper *k, int64_t now, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result past = {0};
    CA_AUTO(db_result) struct db_result live = {0};
    const struct db_service *rows;
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(front_db_take(k->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_service_past(db, "scep-ra", NULL, now, &past, err);
    if (rc == CA_OK)
        rc = db_service_list(db, "scep-ra", NULL, now - GRACE_S, &live, err);
    front_db_give(k->front, db);
    CA_TRY(rc);
    rows = past.rows;
    for (size_t i = 0; i < past.count; i++) {
        if (rows[i].not_after <= now - GRACE_S && !is_used(&rows[i], &live))
            CA_TRY(key_end(k, &rows[i], err));
    }
    return CA_OK;
}
