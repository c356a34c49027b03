/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "ca/crl_internal.h"
#include "ca/operator_internal.h"

/* CRLReason, RFC 5280 5.3.1; 7 is unused, 8 is for delta CRLs alone. */
enum { REASON_HOLD = 6, REASON_UNUSED = 7, REASON_REMOVE = 8, REASON_MAX = 10 };
enum { POOL_WAIT_MS = 2000 };

static CA_RC with_pool(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_certificate_by_id(db, id, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static CA_RC certificate_find(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                              struct ca_err *err)
{
    char text[CA_UUID_TEXT];

    CA_TRY(with_pool(s, id, ret, err));
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no certificate %s", ca_uuid_text(id, text));
    return CA_OK;
}

/* Somebody else was first, or it is done already: says what is the case. */
static CA_RC state_conflict(const struct db_certificate *row, const char *want, struct ca_err *err)
{
    char at[CA_TIME_TEXT];

    if (row->state == DB_CERT_REVOKED || row->state == DB_CERT_BURNED) {
        return CA_FAIL_AS(err, CA_CONFLICT, "already-revoked", "revoked at %s, reason %d",
                          ca_time_text(row->revoked_at, at), row->reason);
    }
    if (row->state == DB_CERT_HELD) {
        return CA_FAIL_AS(err, CA_CONFLICT, "already-revoked", "on hold since %s",
                          ca_time_text(row->revoked_at, at));
    }
    return CA_FAIL_AS(err, CA_CONFLICT, "not-held", "the certificate is %s, not %s",
                      db_certificate_state_name(row->state), want);
}

static CA_RC revoke_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_certificate_revoke(db, arg, err);
}

static CA_RC release_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    return db_certificate_release(db, arg, err);
}

/* The change, its audit line and the order for a CRL; the first answer when it was done before. */
static CA_RC change_state(struct signer *s, const struct db_certificate *row, change_fn write,
                          void *arg, const struct audit_event *event, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result again = {0};
    enum ca_rc rc = recorder_change(s->recorder, write, arg, event, 1, err);

    if (rc != CA_CONFLICT)
        return rc;
    CA_TRY(certificate_find(s, &row->id, &again, err));
    return state_conflict(again.rows, write == release_write ? "held" : "valid", err);
}

static CA_RC reason_check(const struct wire_revoke *ask, const struct db_certificate *row,
                          struct ca_err *err)
{
    if (ask->reason > REASON_MAX || ask->reason == REASON_UNUSED || ask->reason == REASON_REMOVE)
        return CA_FAIL(err, CA_MALFORMED, "/reason: %d is none of RFC 5280 5.3.1", ask->reason);
    if (row->state == DB_CERT_REVOKED || row->state == DB_CERT_BURNED ||
        (row->state == DB_CERT_HELD && ask->reason == REASON_HOLD))
        return state_conflict(row, "valid", err);
    if (ask->invalidity_date > ca_time_now())
        return CA_FAIL(err, CA_MALFORMED, "/invalidity_date: lies in the future");
    return CA_OK;
}

static void answer_fill(struct signer *s, const struct db_certificate *row, const char *state,
                        int64_t revoked_at, struct wire_revoked *ret)
{
    *ret =
        (struct wire_revoked){.certificate_id = row->id, .state = state, .revoked_at = revoked_at};
    publisher_note(s->publisher, row->authority_id, &ret->crl_number, &ret->crl_due);
}

CA_RC handle_revoke(struct signer *s, const struct actor *actor, const void *question, void *answer,
                    struct ca_buf *own, struct ca_err *err)
{
    const struct wire_revoke *ask = question;
    CA_AUTO(db_result) struct db_result result = {0};
    struct db_revocation change = {.certificate_id = ask->certificate_id,
                                   .reason = ask->reason,
                                   .revoked_at = ca_time_now(),
                                   .invalidity_date = ask->invalidity_date,
                                   .comment = ask->comment};
    char detail[200];
    char object[CA_UUID_TEXT];
    struct audit_event event = {
        actor->name,
        ask->caller.channel,
        "certificate.revoke",
        "ok",
        object,
        ask->caller.request_id,
        detail,
        {NULL, 0}
    };
    const struct db_certificate *row;

    (void)own;
    CA_TRY(certificate_find(s, &ask->certificate_id, &result, err));
    row = result.rows;
    CA_TRY(actor_limits_check(actor, row->profile, row->common_name, row->names, err));
    CA_TRY(reason_check(ask, row, err));
    (void)ca_uuid_text(&row->id, object);
    (void)snprintf(detail, sizeof(detail), "reason %d: %.150s", ask->reason, ask->comment);
    event.object_hash = row->fingerprint;
    CA_TRY(change_state(s, row, revoke_write, &change, &event, err));
    answer_fill(s, row, ask->reason == REASON_HOLD ? "held" : "revoked", change.revoked_at, answer);
    return CA_OK;
}

CA_RC handle_release(struct signer *s, const struct actor *actor, const void *question,
                     void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_release *ask = question;
    CA_AUTO(db_result) struct db_result result = {0};
    struct ca_uuid id = ask->certificate_id;
    char object[CA_UUID_TEXT];
    struct audit_event event = {
        actor->name, ask->caller.channel,    "certificate.release", "ok",
        object,      ask->caller.request_id, ask->comment,          {NULL, 0}
    };
    const struct db_certificate *row;

    (void)own;
    CA_TRY(certificate_find(s, &id, &result, err));
    row = result.rows;
    CA_TRY(actor_limits_check(actor, row->profile, row->common_name, row->names, err));
    (void)ca_uuid_text(&row->id, object);
    event.object_hash = row->fingerprint;
    if (row->state != DB_CERT_HELD) {
        return CA_FAIL_AS(err, CA_CONFLICT, "not-held", "the certificate is %s: only a hold ends",
                          db_certificate_state_name(row->state));
    }
    CA_TRY(change_state(s, row, release_write, &id, &event, err));
    answer_fill(s, row, "valid", 0, answer);
    return CA_OK;
}

CA_RC handle_crl_generate(struct signer *s, const struct actor *actor, const void *question,
                          void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_crl_generate *ask = question;
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    const struct authority *authority;
    struct crl_made made;

    (void)own;
    authority = authority_set_named(set, ask->authority); /* whoever issues in its place */
    if (authority == NULL || authority->state == DB_AUTHORITY_PENDING)
        CA_TRY(authority_set_find(set, ask->authority, &authority, err));
    CA_TRY((ask->emergency ? publisher_emergency : publisher_now)(
        s->publisher, authority->id, actor->name, ask->caller.request_id, &made, err));
    *(struct wire_crl *)answer = (struct wire_crl){.authority = ask->authority,
                                                   .number = made.number,
                                                   .this_update = made.this_update,
                                                   .next_update = made.next_update,
                                                   .entries = made.entries,
                                                   .size = made.size};
    return CA_OK;
}
