/* SPDX-License-Identifier: Apache-2.0 */
/* A key gets no certificate any more, and those that it has are revoked. */
#include <stdio.h>

#include "base/digest.h"
#include "base/time.h"
#include "ca/blocklist_internal.h"
#include "ca/crl_internal.h"
#include "db/blocked_key.h"

/* CRLReason, RFC 5280 5.3.1: those that a revocation for good may have. */
enum { REASON_HOLD = 6, REASON_UNUSED = 7, REASON_REMOVE = 8, REASON_MAX = 10 };
enum { POOL_WAIT_MS = 2000, PAGE = 100, REVOKING_MS = 5000 };

/* One change of the list. */
struct blocking {
    struct db_blocked_key row;
    bool is_new;
    const struct audit_event *event; /* of a new one */
};

static CA_RC block_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct blocking *b = arg;

    CA_TRY(db_blocked_key_put(db, &b->row, &b->is_new, err));
    return b->is_new ? audit_add(audit, b->event, err) : CA_OK;
}

static CA_RC unblock_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct blocking *b = arg;

    (void)audit;
    return db_blocked_key_remove(db, b->row.spki_hash, b->row.blocked_at, err);
}

/* An authority ends by its own revocation, which somebody has to agree to. */
static CA_RC authority_check(struct signer *s, struct ca_bytes spki_hash, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);

    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);
        uint8_t own[CA_SHA256_LEN];

        if (a->certificate.len == 0)
            continue;
        CA_TRY(ca_sha256(a->cert.spki, own, err));
        if (ca_bytes_equal(spki_hash, (struct ca_bytes){own, sizeof(own)})) {
            return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                              "this is the key of authority '%s': revoke the authority instead",
                              a->name);
        }
    }
    return CA_OK;
}

static CA_RC hash_check(struct ca_bytes spki_hash, struct ca_err *err)
{
    if (spki_hash.len != CA_SHA256_LEN)
        return CA_FAIL(err, CA_MALFORMED, "/spki_sha256: a SHA-256 has %d octets", CA_SHA256_LEN);
    return CA_OK;
}

static CA_RC reason_check(unsigned reason, struct ca_err *err)
{
    if (reason > REASON_MAX || reason == REASON_HOLD || reason == REASON_UNUSED ||
        reason == REASON_REMOVE)
        return CA_FAIL(err, CA_MALFORMED, "/reason: %u revokes nothing for good", reason);
    return CA_OK;
}

/* In force here at once; the other nodes read the list within seconds. */
static CA_RC list_refresh(struct signer *s, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = blocklist_refresh(s, db, err);
    db_pool_give(s->pool, db);
    return rc;
}

/* Certificates that carry the key, a page of them, revoked in one transaction. */
struct revoking {
    const struct wire_key_block *ask;
    const struct actor *actor;
    const struct db_key_certificate *rows;
    size_t n;
    int64_t at;
    size_t revoked;
};

static CA_RC revoked_audit(struct audit *audit, const struct revoking *r,
                           const struct db_key_certificate *row, struct ca_err *err)
{
    char object[CA_UUID_TEXT];
    char detail[200];
    struct audit_event event = {.actor = r->actor->name,
                                .channel = r->ask->caller.channel,
                                .action = "certificate.revoke",
                                .outcome = "ok",
                                .object = ca_uuid_text(&row->id, object),
                                .request_id = r->ask->caller.request_id,
                                .detail = detail,
                                .object_hash = row->fingerprint};

    (void)snprintf(detail, sizeof(detail), "reason %d, its key is blocked: %.120s", r->ask->reason,
                   r->ask->comment);
    return audit_add(audit, &event, err);
}

/* One that somebody else revoked meanwhile is done. */
static CA_RC page_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct revoking *r = arg;

    r->revoked = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct db_revocation change = {.certificate_id = r->rows[i].id,
                                             .reason = r->ask->reason,
                                             .revoked_at = r->at,
                                             .comment = r->ask->comment};
        enum ca_rc rc = db_certificate_revoke(db, &change, err);

        if (rc == CA_CONFLICT)
            continue;
        CA_TRY(rc);
        CA_TRY(revoked_audit(audit, r, &r->rows[i], err));
        r->revoked++;
    }
    return CA_OK;
}

static CA_RC page_read(struct signer *s, struct ca_bytes spki_hash, struct db_result *ret,
                       struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_certificate_by_spki(db, spki_hash, ca_time_now(), PAGE, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC page_revoke(struct signer *s, struct revoking *r, struct wire_key *answer,
                         struct ca_err *err)
{
    r->at = ca_time_now();
    CA_TRY(recorder_change(s->recorder, page_write, r, NULL, 0, err));
    answer->revoked += r->revoked;
    for (size_t i = 0; i < r->n; i++) {
        int64_t number = 0;
        int64_t due = 0;

        if (i > 0 && r->rows[i].authority_id == r->rows[i - 1].authority_id)
            continue;
        publisher_note(s->publisher, r->rows[i].authority_id, &number, &due);
        answer->crl_due = due > answer->crl_due ? due : answer->crl_due;
    }
    return CA_OK;
}

static CA_RC all_revoke(struct signer *s, const struct actor *actor,
                        const struct wire_key_block *ask, struct wire_key *answer,
                        struct ca_err *err)
{
    int64_t until = ca_mono_ms() + REVOKING_MS;

    for (;;) {
        CA_AUTO(db_result) struct db_result page = {0};
        struct revoking r = {.ask = ask, .actor = actor};

        CA_TRY(page_read(s, ask->spki_hash, &page, err));
        answer->more = page.count > 0;
        if (page.count == 0 || ca_mono_ms() >= until)
            return CA_OK;
        r.rows = page.rows;
        r.n = page.count;
        CA_TRY(page_revoke(s, &r, answer, err));
    }
}

static CA_RC answer_hash(struct ca_bytes spki_hash, struct wire_key *answer, struct ca_buf *own,
                         struct ca_err *err)
{
    ca_buf_bytes(own, spki_hash);
    CA_TRY(ca_buf_check(own, err));
    answer->spki_hash = ca_buf_view(own);
    return CA_OK;
}

CA_RC handle_key_block(struct signer *s, const struct actor *actor, const void *question,
                       void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_key_block *ask = question;
    struct wire_key *got = answer;
    char object[2 * CA_SHA256_LEN + 1];
    struct blocking b = {
        .row = {.spki_hash = ask->spki_hash,
                .reason = ask->reason,
                .comment = ask->comment,
                .blocked_at = ca_time_now(),
                .blocked_by = actor->id}
    };
    struct audit_event event = {
        actor->name, ask->caller.channel,    "blocked_key.add", "ok",
        object,      ask->caller.request_id, ask->comment,      ask->spki_hash};

    CA_TRY(hash_check(ask->spki_hash, err));
    CA_TRY(reason_check(ask->reason, err));
    CA_TRY(authority_check(s, ask->spki_hash, err));
    (void)ca_hex(ask->spki_hash, object);
    b.event = &event;
    CA_TRY(recorder_change(s->recorder, block_write, &b, NULL, 0, err));
    CA_TRY(list_refresh(s, err));
    got->existed = !b.is_new;
    if (ask->revoke)
        CA_TRY(all_revoke(s, actor, ask, got, err));
    return answer_hash(ask->spki_hash, got, own, err);
}

CA_RC handle_key_unblock(struct signer *s, const struct actor *actor, const void *question,
                         void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_key_unblock *ask = question;
    char object[2 * CA_SHA256_LEN + 1];
    struct blocking b = {
        .row = {.spki_hash = ask->spki_hash, .blocked_at = ca_time_now()}
    };
    struct audit_event event = {
        actor->name, ask->caller.channel,    "blocked_key.remove", "ok",
        object,      ask->caller.request_id, ask->comment,         ask->spki_hash};

    CA_TRY(hash_check(ask->spki_hash, err));
    (void)ca_hex(ask->spki_hash, object);
    CA_TRY(recorder_change(s->recorder, unblock_write, &b, &event, 1, err));
    CA_TRY(list_refresh(s, err));
    return answer_hash(ask->spki_hash, answer, own, err);
}
