/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/dispatch_internal.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/approval_guard_internal.h"
#include "ca/blocklist_internal.h"
#include "ca/issue_internal.h"
#include "ca/judging_internal.h"
#include "ca/ocsp_internal.h"
#include "ca/operator_internal.h"
#include "ca/profiles_internal.h"
#include "ca/scep_internal.h"
#include "ca/service_internal.h"
#include "ca/webhook_internal.h"
#include "db/operator.h"

enum { ANYBODY = ~0, NOTES_QUEUED_MAX = 64 };

/* Every question that the front may ask: who may, who does it, what the answer is. */
/* clang-format off */
static const struct dispatch_row {
    enum wire_kind question;
    unsigned roles;      /* any of these bits; ANYBODY: also nobody in particular */
    handle_fn handle;    /* NULL: WIRE_ISSUE, WIRE_SCEP_ENROL and WIRE_NOTE have ways of their own, and answers_itself */
    enum wire_kind answer;
    const char *action;  /* in the audit, when it is refused; NULL: changes nothing */
    answer_fn answers_itself;
    guard_fn guard;      /* NULL: never waits for the consent of others */
} rows[] = {
    {WIRE_ISSUE,             CA_REQUESTER | CA_OFFICER | CA_ADMIN, NULL,                     WIRE_ISSUED,    "request.submit", NULL, NULL},
    {WIRE_REVOKE,            CA_OFFICER | CA_ADMIN,                handle_revoke,            WIRE_REVOKED,   "certificate.revoke", NULL, guard_revoke},
    {WIRE_RELEASE,           CA_OFFICER | CA_ADMIN,                handle_release,           WIRE_REVOKED,   "certificate.release", NULL, NULL},
    {WIRE_AUTHORITY_CREATE,  CA_ADMIN,                             handle_authority_create,  WIRE_AUTHORITY, "authority.create", NULL, guard_authority_create},
    {WIRE_AUTHORITY_INSTALL, CA_ADMIN,                             handle_authority_install, WIRE_AUTHORITY, "authority.install", NULL, guard_authority_install},
    {WIRE_AUTHORITY_ADOPT,   CA_ADMIN,                             handle_authority_adopt,   WIRE_AUTHORITY, "authority.adopt", NULL, guard_authority_adopt},
    {WIRE_AUTHORITY_NEXT,    CA_ADMIN,                             handle_authority_next,    WIRE_AUTHORITY, "authority.next", NULL, guard_authority_next},
    {WIRE_CRL_GENERATE,      CA_OFFICER | CA_ADMIN,                handle_crl_generate,      WIRE_CRL,       "crl.generate", NULL, NULL},
    {WIRE_CRL_SCHEDULE,      CA_ADMIN,                             handle_crl_schedule,      WIRE_AUTHORITY, "crl.schedule", NULL, guard_crl_schedule},
    {WIRE_OPERATOR_ENROL,    CA_ADMIN,                             handle_operator_enrol,    WIRE_OPERATOR,  "operator.enrol", NULL, guard_operator_enrol},
    {WIRE_PROFILE_PUT,       CA_ADMIN,                             handle_profile_put,       WIRE_PROFILE,   "profile.create", NULL, NULL},
    {WIRE_PROFILE_ACTIVATE,  CA_ADMIN,                             handle_profile_activate,  WIRE_PROFILE,   "profile.activate", NULL, guard_profile_activate},
    {WIRE_OPERATOR_CHANGE,   CA_ADMIN,                             handle_operator_change,   WIRE_OPERATOR,  "operator.change", NULL, guard_operator_change},
    {WIRE_CREDENTIAL_ADD,    CA_ADMIN,                             handle_credential_add,    WIRE_CREDENTIAL, "credential.add", NULL, guard_credential_add},
    {WIRE_CREDENTIAL_REVOKE, CA_ROLES_ALL,                         handle_credential_revoke, WIRE_CREDENTIAL, "credential.revoke", NULL, NULL},
    {WIRE_TOKEN_CREATE,      CA_ROLES_ALL,                         handle_token_create,      WIRE_CREDENTIAL, "token.create", NULL, NULL},
    {WIRE_GROUP_PUT,         CA_ADMIN,                             handle_group_put,         WIRE_GROUP,     "group.put", NULL, guard_group_put},
    {WIRE_DECIDE,            CA_REQUESTER | CA_OFFICER | CA_ADMIN, NULL,                     WIRE_APPROVAL,  "approval.decide", decide_answer, NULL},
    {WIRE_APPROVAL_CHANGE,   CA_REQUESTER | CA_OFFICER | CA_ADMIN, NULL,                     WIRE_APPROVAL,  "approval.change", approval_change_answer, NULL},
    {WIRE_RULE_PUT,          CA_ADMIN,                             handle_rule_put,          WIRE_APPROVAL,  "approval_rule.change", NULL, guard_rule_put},
    {WIRE_KEY_BLOCK,         CA_OFFICER | CA_ADMIN,                handle_key_block,         WIRE_KEY,       "blocked_key.add", NULL, NULL},
    {WIRE_KEY_UNBLOCK,       CA_ADMIN,                             handle_key_unblock,       WIRE_KEY,       "blocked_key.remove", NULL, NULL},
    {WIRE_MASS_REVOKE,       CA_OFFICER | CA_ADMIN,                handle_mass_revoke,       WIRE_MASS,      "certificate.mass_revoke", NULL, guard_mass_revoke},
    {WIRE_MASS_CANCEL,       CA_OFFICER | CA_ADMIN,                handle_mass_cancel,       WIRE_MASS,      "revocation_job.cancel", NULL, NULL},
    {WIRE_NAMED_LIST_ACT,    CA_OFFICER | CA_ADMIN,                handle_named_list_act,    WIRE_NAMED_LIST, "named_list.change", NULL, NULL},
    {WIRE_WEBHOOK_PUT,       CA_ADMIN,                             handle_webhook_put,       WIRE_WEBHOOK,   "webhook.change", NULL, NULL},
    {WIRE_WEBHOOK_ACT,       CA_ADMIN,                             handle_webhook_act,       WIRE_WEBHOOK,   "webhook.change", NULL, NULL},
    {WIRE_OCSP_SIGN,         (unsigned)ANYBODY,                    handle_ocsp_sign,         WIRE_OCSP_SIGNED, NULL, NULL, NULL},
    {WIRE_SERVICE_ISSUE,     (unsigned)ANYBODY,                    handle_service_issue,     WIRE_SERVICE,   "service.issue", NULL, NULL},
    {WIRE_SCEP_ENROL,        (unsigned)ANYBODY,                    NULL,                     WIRE_ISSUED,    "request.submit", NULL, NULL},
    {WIRE_SCEP_ENDPOINT_PUT, CA_ADMIN,                             handle_scep_endpoint_put, WIRE_SCEP_ENDPOINT, "scep_endpoint.change", NULL, guard_scep_endpoint_put},
    {WIRE_SCEP_CHALLENGE_CREATE, CA_OFFICER | CA_ADMIN,            handle_scep_challenge_create, WIRE_SCEP_CHALLENGE, "scep_challenge.create", NULL, NULL},
    {WIRE_SCEP_CHALLENGE_REVOKE, CA_OFFICER | CA_ADMIN,            handle_scep_challenge_revoke, WIRE_SCEP_CHALLENGE, "scep_challenge.revoke", NULL, NULL},
    {WIRE_EXPLAIN,           CA_ROLES_ALL,                         NULL,                     WIRE_EXPLAINED, NULL, explain_answer, NULL},
    {WIRE_REPLAY,            CA_ADMIN,                             NULL,                     WIRE_REPLAYED,  NULL, replay_answer, NULL},
    {WIRE_NOTE,              (unsigned)ANYBODY,                    NULL,                     WIRE_REFUSED,   NULL, NULL, NULL},
    {WIRE_STATUS,            (unsigned)ANYBODY,                    handle_status,            WIRE_STATUS_IS, NULL, NULL, NULL},
};
/* clang-format on */

/* The largest answer of a row. */
union answer {
    struct wire_revoked revoked;
    struct wire_authority authority;
    struct wire_crl crl;
    struct wire_operator operator;
    struct wire_credential credential;
    struct wire_group group;
    struct wire_approval approval;
    struct wire_profile profile;
    struct wire_key key;
    struct wire_mass mass;
    struct wire_named_list named_list;
    struct wire_webhook webhook;
    struct wire_ocsp_signed ocsp_signed;
    struct wire_service service;
    struct wire_scep_endpoint scep_endpoint;
    struct wire_scep_challenge scep_challenge;
    struct wire_status_is status;
};

/* One question on its way to a handler. */
struct call {
    struct task task; /* first */
    const struct dispatch_row *row;
    struct exchange *exchange; /* NULL: answered */
    int64_t received_ms;
    char request_id[129];
    struct actor actor;
};

static const struct dispatch_row *row_of(enum wire_kind kind)
{
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        if (rows[i].question == kind)
            return &rows[i];
    }
    return NULL;
}

/* Every question starts with its caller. */
static const struct wire_caller *caller_of(const struct exchange *x)
{
    return x->question->body;
}

static void call_log(const struct call *c, enum ca_rc rc, const struct ca_err *err)
{
    if (c->row->action == NULL && rc == CA_OK)
        return; /* the status, every few seconds */
    CA_LOG(rc == CA_OK ? CA_LOG_INFO : CA_LOG_WARNING, wire_kind_name(c->row->question),
           CA_STR("request", c->request_id), CA_STR("caller", c->actor.name),
           CA_STR("problem", rc == CA_OK ? "" : err->problem),
           CA_STR("text", rc == CA_OK ? "" : err->text),
           CA_INT("ms", ca_mono_ms() - c->received_ms));
}

/* A refusal is a line of the audit too; when that cannot be written, the answer is why. */
static CA_RC refusal_audit(struct signer *s, const struct call *c, enum ca_rc rc,
                           struct ca_err *err)
{
    char detail[320];
    const struct wire_caller *caller = caller_of(c->exchange);
    struct audit_event event = {.actor = c->actor.name,
                                .channel = caller->channel,
                                .action = c->row->action,
                                .outcome =
                                    rc == CA_UNAVAILABLE || rc == CA_FAULT ? "failed" : "denied",
                                .object = "",
                                .request_id = caller->request_id,
                                .detail = detail};

    if (c->row->action == NULL)
        return rc;
    (void)snprintf(detail, sizeof(detail), "%s: %s", err->problem, err->text);
    if (recorder_change(s->recorder, NULL, NULL, &event, 1, err) != CA_OK)
        return CA_UNAVAILABLE;
    return rc;
}

static CA_RC role_check(const struct dispatch_row *row, const struct actor *actor,
                        struct ca_err *err)
{
    if ((actor->roles & row->roles) == 0) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "%s may not do this: %s", actor->name,
                          row->action);
    }
    return CA_OK;
}

/* A guarded act that waits for others is answered here. */
static CA_RC call_gate(struct signer *s, struct call *c, struct ca_err *err)
{
    struct guarded guarded = {.action = NULL};
    struct ca_uuid waits;

    if (c->row->guard == NULL)
        return CA_OK;
    CA_TRY(c->row->guard(s, &c->actor, c->exchange->question->body, &guarded, err));
    CA_TRY(approval_gate(s, &c->actor, &guarded, c->exchange->question, &waits, err));
    if (ca_uuid_is_nil(&waits))
        return CA_OK;
    CA_TRY(approval_show(s, c->exchange, &waits, err));
    c->exchange = NULL;
    return CA_OK;
}

static CA_RC call_handle(struct signer *s, struct call *c, union answer *answer, struct ca_buf *own,
                         struct ca_err *err)
{
    if (c->row->roles != (unsigned)ANYBODY) {
        CA_TRY(operators_find(s, caller_of(c->exchange), &c->actor, err));
        CA_TRY(role_check(c->row, &c->actor, err));
    } else {
        (void)ca_text_copy(c->actor.name, sizeof(c->actor.name), ca_bytes_str("front"));
    }
    CA_TRY(call_gate(s, c, err));
    if (c->exchange == NULL)
        return CA_OK;
    if (c->row->answers_itself != NULL) {
        CA_TRY(c->row->answers_itself(s, &c->actor, c->exchange, err));
        c->exchange = NULL;
        return CA_OK;
    }
    return c->row->handle(s, &c->actor, c->exchange->question->body, answer, own, err);
}

/* Anybody may ask for the status of a certificate: that takes at most a quarter of the room, so
 * that who has to be let in to ask finds some. */
static bool row_admit(struct signer *s, const struct dispatch_row *row)
{
    size_t share = s->config.queue_max / 4 + 1;

    if (row->question == WIRE_OCSP_SIGN &&
        atomic_fetch_add(&s->metrics.ocsp_in_flight, 1) >= share) {
        (void)atomic_fetch_sub(&s->metrics.ocsp_in_flight, 1);
        return false;
    }
    if (signer_admit(s))
        return true;
    if (row->question == WIRE_OCSP_SIGN)
        (void)atomic_fetch_sub(&s->metrics.ocsp_in_flight, 1);
    return false;
}

static void row_leave(struct signer *s, const struct dispatch_row *row)
{
    if (row->question == WIRE_OCSP_SIGN)
        (void)atomic_fetch_sub(&s->metrics.ocsp_in_flight, 1);
    signer_leave(s);
}

static void call_run(struct signer *s, struct task *t)
{
    struct call *c = CA_CONTAINER(t, struct call, task);
    CA_AUTO(buf) struct ca_buf own = {0};
    union answer answer = {0};
    struct ca_err err = {0};
    struct ca_err why = {0};
    enum ca_rc rc = call_handle(s, c, &answer, &own, &err);

    call_log(c, rc, &err);
    if (rc == CA_OK) {
        (void)atomic_fetch_add(&s->metrics.answered[c->row->question], 1);
        if (c->exchange != NULL)
            exchange_answer(c->exchange, c->row->answer, &answer);
    } else {
        (void)atomic_fetch_add(&s->metrics.refused[c->row->question], 1);
        why = err;
        if (refusal_audit(s, c, rc, &why) != rc) {
            rc = CA_UNAVAILABLE;
            err = why;
        }
        exchange_refuse(c->exchange, rc, &err, NULL, 0);
    }
    row_leave(s, c->row);
    free(c);
}

/* A note of the front: its audit line is written when there is room, and counted when there is
 * none. */
struct note {
    struct record record; /* first */
    struct signer *signer;
    struct exchange *exchange;
    struct audit_event event;
};

static void note_free(struct note *n)
{
    exchange_drop(n->exchange);
    free(n);
}

static void note_done(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct note *n = CA_CONTAINER(record, struct note, record);

    (void)err;
    if (rc != CA_OK)
        (void)atomic_fetch_add(&n->signer->metrics.notes_dropped, 1);
    note_free(n);
}

static void note_take(struct signer *s, struct exchange *x)
{
    const struct wire_note *said = x->question->body;
    struct note *n = calloc(1, sizeof(*n));
    struct recorder_stats stats;

    recorder_stats(s->recorder, &stats);
    if (n == NULL || stats.queue > NOTES_QUEUED_MAX) {
        (void)atomic_fetch_add(&s->metrics.notes_dropped, 1);
        exchange_drop(x);
        free(n);
        return;
    }
    n->signer = s;
    n->exchange = x;
    n->event = (struct audit_event){.actor = "front",
                                    .channel = said->caller.channel,
                                    .action = said->action,
                                    .outcome = "denied",
                                    .object = said->object,
                                    .request_id = said->caller.request_id,
                                    .detail = said->detail};
    n->record = (struct record){
        .kind = RECORD_CHANGE, .done = note_done, .events = &n->event, .event_n = 1};
    if (!recorder_put(s->recorder, &n->record)) {
        (void)atomic_fetch_add(&s->metrics.notes_dropped, 1);
        note_free(n);
    }
}

static void call_start(struct signer *s, const struct dispatch_row *row, struct exchange *x)
{
    struct call *c = calloc(1, sizeof(*c));
    struct ca_err err = {0};

    if (c == NULL) {
        exchange_refuse(x, CA_FAIL_NOMEM(&err), &err, NULL, 0);
        row_leave(s, row);
        return;
    }
    *c =
        (struct call){.task = {call_run}, .row = row, .exchange = x, .received_ms = x->received_ms};
    (void)ca_text_copy(c->request_id, sizeof(c->request_id),
                       ca_bytes_str(caller_of(x)->request_id));
    if (signer_put(s, &c->task))
        return;
    exchange_refuse(x, CA_FAIL(&err, CA_UNAVAILABLE, "the signer is stopping"), &err, NULL, 0);
    row_leave(s, row);
    free(c);
}

CA_RC dispatch_act(struct signer *s, const struct actor *actor, const char *action,
                   const struct wire_message *question, struct ca_err *err)
{
    const struct dispatch_row *row = row_of(question->kind);
    CA_AUTO(buf) struct ca_buf own = {0};
    struct guarded guarded = {.action = NULL};
    union answer answer = {0};

    if (row == NULL || row->guard == NULL || row->handle == NULL)
        return CA_FAIL(err, CA_DENIED, "no such act");
    CA_TRY(role_check(row, actor, err));
    CA_TRY(row->guard(s, actor, question->body, &guarded, err));
    if (guarded.action == NULL || strcmp(guarded.action, action) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "consent-void", "the consent is to something else");
    return row->handle(s, actor, question->body, &answer, &own, err);
}

void dispatch(void *arg, struct exchange *x)
{
    struct signer *s = arg;
    const struct dispatch_row *row = row_of(x->question->kind);
    struct ca_err err = {0};

    if (row == NULL) {
        exchange_refuse(x, CA_FAIL(&err, CA_DENIED, "no such question"), &err, NULL, 0);
    } else if (row->question == WIRE_NOTE) {
        note_take(s, x);
    } else if (!row_admit(s, row)) {
        exchange_refuse(x,
                        CA_FAIL_AS(&err, CA_LIMIT, "overloaded", "too many requests are under way"),
                        &err, NULL, 0);
    } else if (row->question == WIRE_ISSUE) {
        issue_start(s, x);
    } else if (row->question == WIRE_SCEP_ENROL) {
        scep_start(s, x);
    } else {
        call_start(s, row, x);
    }
}

void dispatch_malformed(void *arg, enum ca_rc rc, const struct ca_err *why)
{
    (void)arg;
    CA_LOG(CA_LOG_ERROR, rc == CA_DENIED ? "peer_refused" : "frame_refused",
           CA_STR("text", why->text));
}
