/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_db.h"

#include <string.h>

#include "base/text.h"

struct fake_db fake_db;

/* Rows that the transaction at hand has written. */
static struct fake_db pending;
static struct db *const the_db = (struct db *)&fake_db;

void fake_db_reset(void)
{
    fake_db = (struct fake_db){0};
}

CA_RC db_open(const struct db_config *config, struct db **ret, struct ca_err *err)
{
    (void)config;
    (void)err;
    *ret = the_db;
    return CA_OK;
}

void db_close(struct db *db)
{
    (void)db;
}

bool db_lost(const struct db *db)
{
    (void)db;
    return fake_db.away;
}

CA_RC db_reopen(struct db *db, struct ca_err *err)
{
    (void)db;
    if (fake_db.away)
        return CA_FAIL(err, CA_UNAVAILABLE, "away");
    return CA_OK;
}

CA_RC db_ready(struct db *db, struct ca_err *err)
{
    return db_lost(db) ? db_reopen(db, err) : CA_OK;
}

static void take_over(void)
{
    enum fake_commit commit[64];
    unsigned n = fake_db.commit_n;
    bool away = fake_db.away;

    memcpy(commit, fake_db.commit, sizeof(commit));
    fake_db = pending;
    memcpy(fake_db.commit, commit, sizeof(commit));
    fake_db.commit_n = n;
    fake_db.away = away;
    fake_db.transactions++;
}

enum ca_rc db_tx(struct db *db, db_tx_fn fn, void *arg, struct ca_err *err)
{
    enum fake_commit how;

    pending = fake_db;
    if (fake_db.away)
        return CA_FAIL(err, CA_UNAVAILABLE, "away");
    CA_TRY(fn(db, arg, err));
    how = fake_db.commit[fake_db.commit_n++ % CA_COUNT(fake_db.commit)];
    if (how == COMMIT_FINE || how == COMMIT_LOST_AFTER)
        take_over();
    if (how == COMMIT_AWAY)
        return CA_FAIL(err, CA_UNAVAILABLE, "away before COMMIT");
    if (how != COMMIT_FINE)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "commit-unknown", "nobody answered COMMIT");
    return CA_OK;
}

void db_result_free(struct db_result r)
{
    free(r.rows);
}

CA_RC db_audit_head(struct db *db, const char *chain, struct db_result *ret, struct ca_err *err)
{
    struct db_audit *row = calloc(1, sizeof(*row));

    (void)db;
    (void)chain;
    if (row == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct db_result){.rows = row, .count = fake_db.audits > 0 ? 1 : 0};
    if (fake_db.audits > 0) {
        row->sequence = fake_db.audit_sequence[fake_db.audits - 1];
        row->hash = (struct ca_bytes){fake_db.audit_hash[fake_db.audits - 1], 32};
    }
    return CA_OK;
}

CA_RC db_audit_insert_batch(struct db *db, const struct db_audit *rows, size_t n,
                            struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < n; i++) {
        size_t at = pending.audits++;

        if (!ca_text_is_clean(ca_bytes_str(rows[i].detail))) /* as PostgreSQL */
            return CA_FAIL(err, CA_FAULT, "invalid byte sequence for encoding \"UTF8\"");
        pending.audit_sequence[at] = rows[i].sequence;
        memcpy(pending.audit_previous[at], rows[i].previous.ptr, 32);
        memcpy(pending.audit_hash[at], rows[i].hash.ptr, 32);
    }
    return CA_OK;
}

CA_RC db_request_insert_batch(struct db *db, const struct db_request *rows, size_t n,
                              bool *ret_inserted, struct ca_err *err)
{
    (void)db;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        uint8_t key = (uint8_t)rows[i].idempotency_key[0];

        ret_inserted[i] =
            key == '-' || memchr(pending.keys, key, pending.requests) == NULL; /* -: never twice */
        if (ret_inserted[i])
            pending.keys[pending.requests++] = key;
    }
    return CA_OK;
}

CA_RC db_request_move(struct db *db, const struct ca_uuid *id, enum db_request_state from,
                      enum db_request_state to, struct ca_err *err)
{
    (void)db;
    (void)id;
    (void)from;
    (void)to;
    return CA_FAIL(err, CA_CONFLICT, "somebody was first");
}

static uint8_t last_octet(struct ca_bytes serial)
{
    return serial.ptr[serial.len - 1];
}

CA_RC db_intent_insert_batch(struct db *db, const struct db_intent *rows, size_t n,
                             struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < n; i++) {
        size_t at = pending.intents++;

        if (fake_db.fail_serial != 0 && last_octet(rows[i].serial) == fake_db.fail_serial)
            return CA_FAIL(err, CA_CONFLICT, "serial %u", fake_db.fail_serial);
        pending.intent_serial[at] = last_octet(rows[i].serial);
        pending.intent_open[at] = true;
    }
    return CA_OK;
}

CA_RC db_certificate_insert_batch(struct db *db, const struct db_certificate *rows, size_t n,
                                  struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < n; i++) {
        uint8_t serial = last_octet(rows[i].serial);
        uint8_t *open = memchr(pending.intent_serial, serial, pending.intents);

        if (open == NULL || !pending.intent_open[open - pending.intent_serial])
            return CA_FAIL(err, CA_CONFLICT, "no open intent");
        pending.intent_open[open - pending.intent_serial] = false;
        pending.certificate_serial[pending.certificates++] = serial;
    }
    return CA_OK;
}

CA_RC db_intent_open(struct db *db, const char *node, struct db_result *ret, struct ca_err *err)
{
    struct db_intent *rows = calloc(fake_db.intents + 1, sizeof(*rows));

    (void)db;
    (void)node;
    if (fake_db.away || rows == NULL) {
        free(rows);
        return CA_FAIL(err, CA_UNAVAILABLE, "away");
    }
    *ret = (struct db_result){.rows = rows};
    for (size_t i = 0; i < fake_db.intents; i++) {
        if (fake_db.intent_open[i])
            rows[ret->count++].serial = (struct ca_bytes){&fake_db.intent_serial[i], 1};
    }
    return CA_OK;
}

CA_RC db_certificate_by_serial(struct db *db, int64_t authority_id, struct ca_bytes serial,
                               struct db_result *ret, struct ca_err *err)
{
    struct db_certificate *row = calloc(1, sizeof(*row));

    (void)db;
    (void)authority_id;
    if (fake_db.away || row == NULL) {
        free(row);
        return CA_FAIL(err, CA_UNAVAILABLE, "away");
    }
    *ret = (struct db_result){.rows = row};
    if (memchr(fake_db.certificate_serial, last_octet(serial), fake_db.certificates) != NULL)
        ret->count = 1;
    return CA_OK;
}

CA_RC db_claim_lock(struct db *db, const int64_t *numbers, size_t n, struct ca_err *err)
{
    (void)db;
    (void)numbers;
    return n > 0 ? CA_OK : CA_FAIL(err, CA_FAULT, "nothing to lock");
}

CA_RC db_claim_keys(struct db *db, const struct db_claim *rows, size_t n, bool *ret_taken,
                    struct ca_err *err)
{
    (void)db;
    (void)err;
    for (size_t i = 0; i < n; i++)
        ret_taken[i] = rows[i].spki_hash.ptr[0] == fake_db.taken_key && fake_db.taken_key != 0;
    return CA_OK;
}

CA_RC db_claim_conflicts(struct db *db, enum db_claim_rule rule, const struct db_claim *claim,
                         const struct db_claim_rules *rules, struct db_result *ret,
                         struct ca_err *err)
{
    (void)db;
    (void)rule;
    (void)claim;
    (void)rules;
    (void)err;
    *ret = (struct db_result){0};
    return CA_OK;
}

CA_RC db_claim_delete_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    (void)db;
    (void)rows;
    (void)n;
    (void)err;
    return CA_OK;
}

CA_RC db_claim_insert_batch(struct db *db, const struct db_claim *rows, size_t n,
                            struct ca_err *err)
{
    (void)db;
    (void)rows;
    (void)err;
    pending.claims += n;
    return CA_OK;
}

CA_RC db_request_by_key(struct db *db, const struct ca_uuid *requester_id, const char *key,
                        struct db_result *ret, struct ca_err *err)
{
    (void)db;
    (void)requester_id;
    (void)err;
    *ret = (struct db_result){.count = memchr(fake_db.keys, key[0], fake_db.requests) != NULL};
    return CA_OK;
}
