/* SPDX-License-Identifier: Apache-2.0 */
/* Issuance on the caller's own thread, and requests that came twice. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/burn_internal.h"
#include "ca/issuance_internal.h"

enum { POOL_WAIT_MS = 2000, REPEAT_TRIES = 3 };

static CA_RC now_steps(struct issuance *i, const struct wish *wish, struct ca_buf *ret,
                       struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(issuance_admit_with(i, wish, err));
    CA_TRY(issuance_intend(i, err));
    CA_TRY(recorder_wait(i->signer->recorder, &i->record, err));
    rc = issuance_sign(i, err);
    if (rc != CA_OK) {
        struct ca_err why = {0};

        if (issuance_burn(i, err->text, &why) != CA_OK)
            CA_LOG(CA_LOG_ERROR, "burning_failed", CA_STR("text", why.text));
        return rc;
    }
    CA_TRY(recorder_wait(i->signer->recorder, &i->record, err));
    ca_buf_bytes(ret, ca_buf_view(&i->certificate));
    return ca_buf_check(ret, err);
}

CA_RC issue_now(struct signer *s, const struct issue_ask *ask, struct ca_buf *ret,
                struct ca_err *err)
{
    CA_AUTO(issuance) struct issuance *i = NULL;
    struct wire_issue question = {.caller = *ask->caller,
                                  .profile = ask->profile,
                                  .authority = ask->issuer->name,
                                  .csr = ask->csr,
                                  .comment = ""};
    struct ca_uuid key;
    char key_text[CA_UUID_TEXT];

    CA_TRY(issuance_new(s, &i, err));
    CA_TRY(ca_uuid_new(&key, err));
    question.idempotency_key = ca_uuid_text(&key, key_text);
    i->ask = &question;
    i->trusted = true;
    i->authority = ask->issuer;
    i->actor = *ask->actor;
    CA_TRY(now_steps(i, ask->wish, ret, err));
    if (ask->ret_id != NULL)
        *ask->ret_id = i->certificate_id;
    return CA_OK;
}

/* Whoever went on with it meanwhile has the same right to. */
static CA_RC carry_steps(struct issuance *i, struct ca_err *err)
{
    enum ca_rc rc;

    CA_TRY(issuance_admit(i, err));
    CA_TRY(issuance_intend(i, err));
    CA_TRY(recorder_wait(i->signer->recorder, &i->record, err));
    rc = issuance_sign(i, err);
    if (rc != CA_OK) {
        struct ca_err why = {0};

        if (strcmp(err->problem, "token-failed") == 0)
            signer_fatal(i->signer, err); /* the next start settles the intent */
        else if (issuance_burn(i, err->text, &why) != CA_OK)
            CA_LOG(CA_LOG_ERROR, "burning_failed", CA_STR("text", why.text));
        return rc;
    }
    CA_TRY(recorder_wait(i->signer->recorder, &i->record, err));
    record_rules_stored(i);
    return CA_OK;
}

static CA_RC carry_begin(struct signer *s, const struct ca_uuid *id, struct issuance **ret,
                         struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_request_by_id(db, id, &found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    if (found.count == 0)
        return CA_FAIL(err, CA_FAULT, "the request is gone");
    return issuance_resume(s, found.rows, ret, err);
}

void issuance_carry_out(struct signer *s, const struct ca_uuid *request_id,
                        const char *caller_request_id)
{
    CA_AUTO(issuance) struct issuance *i = NULL;
    struct ca_err err = {0};
    struct ca_err why = {0};
    enum ca_rc rc = carry_begin(s, request_id, &i, &err);

    if (rc == CA_OK) {
        ((struct wire_issue *)i->message->body)->caller.request_id = caller_request_id;
        rc = carry_steps(i, &err);
    }
    CA_LOG(rc == CA_OK ? CA_LOG_INFO : CA_LOG_WARNING, "request_carried_out",
           CA_STR("request", caller_request_id), CA_STR("text", rc == CA_OK ? "" : err.text));
    if (i == NULL || rc == CA_OK || rc == CA_UNAVAILABLE || rc == CA_FAULT || rc == CA_CONFLICT ||
        rc == CA_LIMIT)
        return; /* done, or tried again */
    if (issuance_fail(i, &err, &why) != CA_OK)
        CA_LOG(CA_LOG_ERROR, "request_not_failed", CA_STR("text", why.text));
}

CA_RC issuance_burn(struct issuance *i, const char *why, struct ca_err *err)
{
    enum db_request_state state;

    (void)snprintf(i->detail, sizeof(i->detail), "%s", why);
    i->event.action = "serial.burn";
    i->event.outcome = "failed";
    return serial_burn(i->signer, &i->intent, &i->event, &state, err);
}

/* What the first answer was, or will be. */
static void repeat_answer(struct issuance *i, struct db *db, const struct db_request *row)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_certificate *certificate;
    struct ca_err err = {0};
    enum ca_rc rc;

    i->request_id = row->id;
    i->request = *row; /* borrowed until it is answered */
    /* APPROVED: its serial was burned again and again just now; it goes on by itself. */
    if (row->state == DB_REQUEST_ISSUING || row->state == DB_REQUEST_APPROVED) {
        issuance_answer(i, "issuing", (struct ca_bytes){NULL, 0}, true);
        return;
    }
    if (row->state == DB_REQUEST_PENDING) {
        issuance_answer(i, "pending", (struct ca_bytes){NULL, 0}, true);
        return;
    }
    if (row->state != DB_REQUEST_ISSUED) {
        issuance_refuse(i,
                        CA_FAIL_AS(&err, CA_CONFLICT, "request-ended",
                                   "this request is %s: submit a new one with another key",
                                   db_request_state_name(row->state)),
                        &err);
        return;
    }
    rc = db_certificate_by_id(db, &row->certificate_id, &result, &err);
    if (rc == CA_OK && result.count == 0)
        rc = CA_FAIL(&err, CA_FAULT, "an issued request without its certificate");
    if (rc != CA_OK) {
        issuance_refuse(i, rc, &err);
        return;
    }
    certificate = result.rows;
    i->certificate_id = certificate->id;
    issuance_answer(i, "issued", certificate->der, true);
}

static void repeat_with(struct issuance *i, struct db *db)
{
    CA_AUTO(db_result) struct db_result result = {0};
    struct ca_err err = {0};
    const struct db_request *row;
    enum ca_rc rc = db_request_by_key(db, &i->actor.id, i->ask->idempotency_key, &result, &err);

    if (rc == CA_OK && result.count == 0)
        rc = CA_FAIL(&err, CA_UNAVAILABLE, "the request is gone again: try once more");
    if (rc != CA_OK) {
        issuance_refuse(i, rc, &err);
        return;
    }
    row = result.rows;
    /* Over SCEP the key is a digest of the CSR, and the rest is the endpoint's. */
    if (i->scep == NULL &&
        !ca_bytes_equal(row->content_hash,
                        (struct ca_bytes){i->content_hash, sizeof(i->content_hash)})) {
        issuance_deny(i,
                      CA_FAIL_AS(&err, CA_DENIED, "idempotency-key-reused",
                                 "this Idempotency-Key came with another request before"),
                      &err);
    } else if (row->state == DB_REQUEST_APPROVED && i->tries < REPEAT_TRIES) {
        i->request_id = row->id; /* its serial was burned; it goes on with a new one */
        i->request =
            (struct db_request){.created_at = row->created_at, .decided_at = row->decided_at};
        issue_intend(i);
    } else {
        repeat_answer(i, db, row);
    }
}

void issue_repeat(struct signer *s, struct task *t)
{
    struct issuance *i = CA_CONTAINER(t, struct issuance, task);
    struct ca_err err = {0};
    struct db *db;
    enum ca_rc rc;

    if (i->exchange == NULL) {
        issuance_free(i); /* resumed at a start, and somebody was faster */
        return;
    }
    i->tries++;
    rc = db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, &err);
    if (rc != CA_OK) {
        issuance_refuse(i, rc, &err);
        return;
    }
    repeat_with(i, db);
    db_pool_give(s->pool, db);
}
