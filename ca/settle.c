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

CA_RC settle_intents(struct signer *s, struct ca_err *err)
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
    for (size_t i = 0; i < result.count; i++)
        CA_TRY(settle_one(s, &rows[i], err));
    return CA_OK;
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
    for (size_t i = 0; i < result.count; i++)
        CA_TRY(resume_one(s, &rows[i], err));
    return CA_OK;
}
