/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/settle_internal.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/burn_internal.h"
#include "ca/issuance_internal.h"

enum { POOL_WAIT_MS = 2000, RESUMED_MAX = 64 };

static CA_RC settle_one(struct signer *s, const struct db_intent *intent, struct ca_err *err)
{
    enum db_request_state state;
    char object[CA_UUID_TEXT];
    char serial[2 * DB_SERIAL_MAX + 1];
    char detail[128];
    struct audit_event event = {.actor = "system",
                                .channel = "signer",
                                .action = "serial.burn",
                                .outcome = "ok",
                                .object = ca_uuid_text(&intent->request_id, object),
                                .request_id = "",
                                .detail = detail};

    (void)snprintf(detail, sizeof(detail),
                   "serial %s: no signature was answered before the signer ended",
                   ca_hex(intent->serial, serial));
    CA_TRY(serial_burn(s, intent, &event, &state, err));
    CA_LOG(CA_LOG_WARNING, "serial_burned", CA_STR("serial", serial), CA_STR("request", object),
           CA_STR("state", db_request_state_name(state)));
    return CA_OK;
}

/* Intents of this node whose deadline is before `before`. */
static CA_RC settle_before(struct signer *s, int64_t before, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_intent *rows;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_intent_open(db, s->config.node, &result, err);
    db_pool_give(s->pool, db);
    if (rc != CA_OK)
        return rc;
    rows = result.rows;
    for (size_t i = 0; i < result.count; i++) {
        if (rows[i].deadline_at >= before)
            continue;
        rc = settle_one(s, &rows[i], err);
        if (rc != CA_OK && (rc != CA_CONFLICT || before == INT64_MAX)) /* it ended by itself */
            return rc;
    }
    return CA_OK;
}

CA_RC settle_intents(struct signer *s, struct ca_err *err)
{
    return settle_before(s, INT64_MAX, err);
}

CA_RC settle_overdue(struct signer *s, struct ca_err *err)
{
    return settle_before(s, ca_time_now(), err);
}

static CA_RC resume_one(struct signer *s, const struct db_request *row, struct ca_err *err)
{
    CA_AUTO(issuance) struct issuance *i = NULL;

    CA_TRY(issuance_resume(s, row, &i, err));
    i->task.run = issue_run;
    if (!signer_put(s, &i->task))
        return CA_FAIL(err, CA_UNAVAILABLE, "the signer is stopping");
    (void)CA_MOVE(i);
    return CA_OK;
}

static CA_RC failed_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    (void)audit;
    CA_TRY(db_request_move(db, arg, DB_REQUEST_APPROVED, DB_REQUEST_FAILED, err));
    return approval_follow(db, arg, DB_APPROVAL_FAILED, "it cannot be read any more", err);
}

static CA_RC request_fail(struct signer *s, const struct db_request *row, const struct ca_err *why,
                          struct ca_err *err)
{
    struct ca_uuid id = row->id;
    char object[CA_UUID_TEXT];
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "request.resume",
                                      .outcome = "failed",
                                      .object = ca_uuid_text(&id, object),
                                      .request_id = "",
                                      .detail = why->text};
    enum ca_rc rc = recorder_change(s->recorder, failed_write, &id, &event, 1, err);

    CA_LOG(CA_LOG_ERROR, "request_not_resumed", CA_STR("request", object),
           CA_STR("text", why->text));
    return rc == CA_CONFLICT ? CA_OK : rc; /* somebody else went on with it */
}

CA_RC settle_requests(struct signer *s, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result result = {0};
    const struct db_request *rows;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_request_approved(db, RESUMED_MAX, &result, err);
    db_pool_give(s->pool, db);
    if (rc != CA_OK)
        return rc;
    rows = result.rows;
    for (size_t i = 0; i < result.count; i++) {
        struct ca_err why = {0};

        rc = resume_one(s, &rows[i], &why);
        if (rc == CA_UNAVAILABLE) {
            *err = why;
            return rc;
        }
        if (rc != CA_OK)
            CA_TRY(request_fail(s, &rows[i], &why, err));
    }
    return CA_OK;
}
