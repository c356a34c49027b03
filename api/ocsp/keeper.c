/* SPDX-License-Identifier: Apache-2.0 */
/* Once a second: what has changed is dropped and signed anew, what is asked for and past half of
 * its life too; at the start the newest certificates are. */
#include "api/front_internal.h"
#include "api/ocsp/ocsp_internal.h"
#include "base/time.h"

enum {
    KEEPER_DB_WAIT_MS = 2000,
    KEEPER_CHANGES = 1000, /* read at once */
    KEEPER_ROUNDS = 50,    /* a second */
    KEEPER_PAGE = 128,     /* certificates of the start, a second */
    KEEPER_PRIME = 1024,   /* in all */
    KEEPER_DUE = 128,
    KEEPER_PARTS = 4, /* of the cache, a second */
};

/* Nobody waits for it; where too much is under way it is signed when somebody asks. */
static void sign_anew(struct ocsp *o, const struct authority_cards *cards,
                      const struct ocsp_key *key)
{
    struct ca_err ignored;

    for (size_t i = 0; i < authority_cards_count(cards); i++) {
        const struct authority_card *card = authority_cards_at(cards, i);

        if (card->id == key->authority) {
            (void)!ocsp_flights_join(o->flights, card->name, key, NULL, &ignored);
            return;
        }
    }
}

static void change_take_up(struct ocsp *o, const struct authority_cards *cards,
                           const struct db_status_change *change)
{
    for (unsigned digest = 0; digest < OCSP_DIGESTS; digest++) {
        struct ocsp_key key;

        if (ocsp_key_of_value(change->authority_id, (enum ocsp_digest)digest, change->serial,
                              &key) &&
            ocsp_flights_drop(o->flights, &key))
            sign_anew(o, cards, &key);
    }
}

static CA_RC changes_read(struct ocsp *o, struct db *db, const struct authority_cards *cards,
                          size_t *ret_n, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    bool lost = false;

    CA_TRY(db_status_changes(db, &o->cursor, KEEPER_CHANGES, &rows, &lost, err));
    if (lost)
        ocsp_flights_drop_all(o->flights);
    for (size_t i = 0; i < rows.count; i++)
        change_take_up(o, cards, &((const struct db_status_change *)rows.rows)[i]);
    *ret_n = rows.count;
    return CA_OK;
}

/* The newest certificates are those that are being put to use. */
static CA_RC prime(struct ocsp *o, struct db *db, const struct authority_cards *cards,
                   struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    const struct db_status_newest *row;

    if (o->prime_over || authority_cards_count(cards) == 0)
        return CA_OK;
    CA_TRY(db_status_newest(db, &o->primed, ca_time_now(), KEEPER_PAGE, &rows, err));
    row = rows.rows;
    for (size_t i = 0; i < rows.count; i++) {
        struct ocsp_key key;

        if (ocsp_key_of_value(row[i].authority_id, OCSP_SHA1, row[i].serial, &key))
            sign_anew(o, cards, &key);
        o->primed = row[i].id;
    }
    o->primed_n += rows.count;
    o->prime_over = rows.count < KEEPER_PAGE || o->primed_n >= KEEPER_PRIME ||
                    o->primed_n >= o->front->config.ocsp_cache / 2;
    return CA_OK;
}

static CA_RC database_look(struct ocsp *o, struct db *db, const struct authority_cards *cards,
                           struct ca_err *err)
{
    size_t n = KEEPER_CHANGES;

    for (int round = 0; n == KEEPER_CHANGES && round < KEEPER_ROUNDS; round++)
        CA_TRY(changes_read(o, db, cards, &n, err));
    return prime(o, db, cards, err);
}

static CA_RC database_visit(struct ocsp *o, const struct authority_cards *cards, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(front_db_take(o->front, ca_mono_ms() + KEEPER_DB_WAIT_MS, &db, err));
    rc = database_look(o, db, cards, err);
    front_db_give(o->front, db);
    return rc;
}

static void refresh(struct ocsp *o, const struct authority_cards *cards)
{
    struct ocsp_key keys[KEEPER_DUE];

    for (size_t part = 0; part < KEEPER_PARTS; part++) {
        size_t n = ocsp_cache_due(o->cache, ca_time_now(), keys, KEEPER_DUE);

        for (size_t i = 0; i < n; i++)
            sign_anew(o, cards, &keys[i]);
    }
}

/* While the database is away, what is in memory goes on being served until it ends. */
CA_RC ocsp_keeper_tick(void *arg, struct ca_err *err)
{
    struct ocsp *o = arg;
    CA_AUTO(authority_cards)
    struct authority_cards *cards = authority_cache_take(o->front->authorities);
    enum ca_rc rc = database_visit(o, cards, err);

    refresh(o, cards);
    return rc;
}
