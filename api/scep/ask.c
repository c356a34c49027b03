/* SPDX-License-Identifier: Apache-2.0 */
/* An enrolment on its way to the signer: at once, or when the endpoint's webhook has decided. */
#include <openssl/crypto.h>
#include <stdio.h>

#include "api/scep/decision.h"
#include "api/scep/scep_internal.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/time.h"
#include "db/scep.h"

enum { CONNECT_MS = 2000, DENIED_MAX = 239 };

/* An enrolment that waits for a webhook; in memory of the request. */
struct scep_waiting {
    struct request *rq;
    struct wire_scep_enrol ask;
    struct ca_buf csr;
    char remote[SCEP_REMOTE_MAX];
    struct ca_buf body;
    struct ca_buf answer;
    struct scep_call_out out;
    struct scep_decision decision;
    char denied[DENIED_MAX + 1];
};

/* The CSR has a challenge in it, and so has the question. */
static void buf_wipe(struct ca_buf *b)
{
    if (b->ptr != NULL)
        OPENSSL_cleanse(b->ptr, b->cap);
    ca_buf_done(b);
}

void scep_asked_done(void *kept)
{
    struct scep_asked *asked = kept;
    struct scep_waiting *w = asked->waiting;

    EVP_PKEY_free(asked->signer_key);
    if (w == NULL)
        return;
    webhook_call_done(&w->out.call);
    buf_wipe(&w->csr);
    buf_wipe(&w->body);
    ca_buf_done(&w->answer);
}

/* Is it a renewal, as the signer will see it? No webhook is asked of those. */
static CA_RC is_renewal(struct scep_call *call, bool *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result ours = {0};
    const struct scep_endpoint *e = &call->asked->endpoint;
    const struct db_certificate *c;
    enum ca_rc rc;

    *ret = false;
    if ((e->switches & DB_SCEP_NO_RENEWAL) != 0)
        return CA_OK;
    rc = scep_signer_ours(call, &ours, err);
    if (rc != CA_OK)
        return rc == CA_NOT_FOUND ? CA_OK : rc;
    c = ours.rows;
    *ret = memcmp(&c->requester_id, &e->operator_id, CA_UUID_LEN) == 0;
    return CA_OK;
}

/* Is this very request on record? It gets its answer again, whatever a webhook says now (I4). */
static CA_RC is_known(struct scep_call *call, struct ca_bytes csr, bool *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct scep_asked *asked = call->asked;
    uint8_t key[CA_SHA256_LEN];
    uint8_t hash[CA_SHA256_LEN];

    CA_TRY(ca_sha256(csr, hash, err));
    CA_TRY(ca_sha256(ca_buf_view(&call->message->signer_spki), key, err));
    CA_TRY(db_scep_transaction_find(request_db(call->rq), &asked->endpoint.id,
                                    asked->transaction_id, (struct ca_bytes){key, sizeof(key)},
                                    &found, err));
    *ret = found.count > 0 &&
           ca_bytes_equal(((const struct db_scep_transaction *)found.rows)->csr_hash,
                          (struct ca_bytes){hash, sizeof(hash)});
    return CA_OK;
}

static CA_RC webhook_decides(struct scep_call *call, const struct wire_scep_enrol *ask, bool *ret,
                             struct ca_err *err)
{
    bool is = false;

    *ret =
        (call->asked->endpoint.modes & DB_SCEP_WEBHOOK) != 0 && ask->message_type == SCEP_PKCS_REQ;
    if (!*ret)
        return CA_OK;
    CA_TRY(is_renewal(call, &is, err));
    if (!is)
        CA_TRY(is_known(call, ask->csr, &is, err));
    *ret = !is;
    return CA_OK;
}

/* Away for a while, or wrong for good? */
static bool is_temporary(long status)
{
    return status == 0 || status == 408 || status == 429 || status >= 500;
}

static void failure_log(const struct scep_waiting *w, const char *text)
{
    CA_LOG(CA_LOG_WARNING, "scep_webhook_failed", CA_STR("request", request_id(w->rq)),
           CA_STR("endpoint", w->ask.endpoint), CA_INT("status", w->out.status),
           CA_STR("text", text));
}

/* What the signer is told: it judges the proof, and writes a refusal into its audit. */
static void decision_take(struct scep_waiting *w)
{
    struct scep_decision *d = &w->decision;
    struct ca_err err = {0};

    if (w->out.error[0] != '\0' || scep_decision_read(ca_buf_view(&w->answer), d, &err) != CA_OK) {
        failure_log(w, w->out.error[0] != '\0' ? w->out.error : err.text);
        (void)snprintf(w->denied, sizeof(w->denied), "the webhook gave no decision");
    } else if (d->kind == SCEP_DENY) {
        (void)snprintf(w->denied, sizeof(w->denied), "the webhook refused%s%s",
                       d->reason[0] != '\0' ? ": " : "", d->reason);
    } else if (d->kind == SCEP_ALLOW) {
        w->ask.proof = d->proof;
    }
    w->ask.denied = w->denied;
}

/* On the decider's thread. */
static void told(struct scep_call_out *out)
{
    struct scep_waiting *w = out->arg;
    struct ca_err err = {0};

    if (out->error[0] != '\0' && is_temporary(out->status)) {
        failure_log(w, out->error);
        request_wake_refused(
            w->rq, CA_FAIL(&err, CA_UNAVAILABLE, "the webhook that decides: %s", out->error), &err);
        return;
    }
    decision_take(w);
    request_wake_asking(w->rq, WIRE_SCEP_ENROL, &w->ask);
}

/* What outlives `start` is copied; the rest of `ask` is the request's. */
static CA_RC waiting_new(struct scep_call *call, const struct wire_scep_enrol *ask,
                         struct scep_waiting **ret, struct ca_err *err)
{
    struct scep_waiting *w = request_alloc(call->rq, sizeof(*w));

    if (w == NULL)
        return CA_FAIL_NOMEM(err);
    *w = (struct scep_waiting){.rq = call->rq, .ask = *ask, .answer = {.max = SCEP_DECISION_MAX}};
    call->asked->waiting = w;
    (void)snprintf(w->remote, sizeof(w->remote), "%s", ask->remote);
    ca_buf_bytes(&w->csr, ask->csr);
    CA_TRY(ca_buf_check(&w->csr, err));
    w->ask.remote = w->remote;
    w->ask.csr = ca_buf_view(&w->csr);
    *ret = w;
    return CA_OK;
}

static int whole_ms(const struct request *rq)
{
    int64_t left_ms = (rq->deadline_ms - ca_mono_ms()) * 2 / 3; /* the signer needs some, too */

    if (left_ms < 1)
        return 1;
    return left_ms < DECIDER_MS ? (int)left_ms : DECIDER_MS;
}

static CA_RC call_make(struct scep_call *call, struct scep_waiting *w, struct ca_err *err)
{
    const struct front_config *c = &call->rq->front->config;
    const struct scep_endpoint *e = &call->asked->endpoint;
    const struct scep_asked_about about = {
        e->name,   w->ask.transaction_id, w->ask.remote, request_id(call->rq), w->ask.message_type,
        w->ask.csr};
    const struct webhook_call_config to = {e->webhook_url, c->webhook_roots,   c->webhook_private,
                                           CONNECT_MS,     whole_ms(call->rq), SCEP_DECISION_MAX};
    struct ca_uuid id;
    char text[CA_UUID_TEXT];

    CA_TRY(scep_question_write(&about, &w->body, err));
    CA_TRY(ca_uuid_new(&id, err));
    w->out.arg = w;
    w->out.told = told;
    w->out.endpoint = e->id;
    w->out.call.body = ca_buf_view(&w->body);
    w->out.call.answer = &w->answer;
    if (c->webhook_key != NULL)
        CA_TRY(webhook_call_sign(&w->out.call, c->webhook_key, ca_uuid_text(&id, text), err));
    return webhook_call_make(&w->out.call, &to, &w->out, err);
}

/* Parked first: the answer may be here before the call is back. */
static CA_RC webhook_ask(struct scep_call *call, const struct wire_scep_enrol *ask,
                         struct ca_err *err)
{
    struct scep_waiting *w = NULL;
    struct ca_err full = {0};
    enum ca_rc rc;

    CA_TRY(waiting_new(call, ask, &w, err));
    rc = call_make(call, w, err);
    if (rc == CA_UNAVAILABLE && call->rq->front->config.on_token_lost != NULL)
        call->rq->front->config.on_token_lost(err->text);
    CA_TRY(rc);
    CA_TRY(request_park(call->rq, err));
    rc = scep_decider_put(call->rq->front->scep->decider, &w->out, &full);
    if (rc != CA_OK)
        request_wake_refused(call->rq, rc, &full);
    return CA_OK;
}

CA_RC scep_ask(struct scep_call *call, const struct wire_scep_enrol *ask, struct ca_err *err)
{
    bool decides = false;

    CA_TRY(webhook_decides(call, ask, &decides, err));
    if (decides)
        return webhook_ask(call, ask, err);
    return request_ask_tolerant(call->rq, WIRE_SCEP_ENROL, ask,
                                call->rq->deadline_ms - ca_mono_ms(), err);
}
