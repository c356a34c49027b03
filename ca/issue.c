/* SPDX-License-Identifier: Apache-2.0 */
/* The way of one issuance through workers and recorder, and its answer. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/authorisation_internal.h"
#include "ca/issuance_internal.h"

static void issue_sign(struct signer *s, struct task *t);

void issuance_refuse(struct issuance *i, enum ca_rc rc, const struct ca_err *err)
{
    struct wire_finding findings[FINDINGS_MAX];
    uint32_t n = finding_list(i->verdict, findings);
    struct signer *s = i->signer;

    if (i->exchange != NULL) {
        CA_LOG(CA_LOG_INFO, "request_refused", CA_STR("request", i->ask->caller.request_id),
               CA_STR("caller", i->actor.name), CA_STR("profile", i->ask->profile),
               CA_STR("problem", err->problem), CA_STR("text", err->text),
               CA_INT("ms", (ca_mono_us() - i->started_us) / 1000));
        (void)atomic_fetch_add(&s->metrics.refused[i->exchange->question->kind], 1);
        exchange_refuse(i->exchange, rc, err, findings, n);
        signer_leave(s);
    }
    issuance_free(i);
}

/* What is on record. */
static void answer_of_request(const struct issuance *i, struct wire_issued *ret)
{
    const struct db_request *row = &i->request;

    ret->comment = i->ask->comment;
    ret->profile_version = row->profile_version;
    ret->plan_digest = row->plan_digest;
    ret->created_at = row->created_at;
    ret->decided_at = row->decided_at;
    if (row->authority != NULL) /* of a repeated one; the default may be another by now */
        ret->authority = row->authority;
}

void issuance_answer(struct issuance *i, const char *state, struct ca_bytes certificate,
                     bool repeated)
{
    struct wire_finding findings[FINDINGS_MAX];
    struct wire_issued answer = {
        .request_id = i->request_id,
        .state = state,
        .profile = i->ask->profile,
        .authority = i->authority != NULL ? i->authority->name : "",
        .certificate_id = i->certificate_id,
        .certificate = certificate,
        .repeated = repeated,
        .findings = findings,
        .findings_n = finding_list(i->verdict, findings),
    };
    struct signer *s = i->signer;

    answer_of_request(i, &answer);
    if (i->exchange != NULL) {
        (void)atomic_fetch_add(&s->metrics.answered[i->exchange->question->kind], 1);
        exchange_answer(i->exchange, WIRE_ISSUED, &answer);
        signer_leave(s);
    }
    issuance_free(i);
}

/* A refusal that is on record now, or could not be recorded. */
static void denial_done(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct issuance *i = CA_CONTAINER(record, struct issuance, record);

    if (rc != CA_OK) {
        issuance_refuse(i, rc, err); /* I13: no audit line, no other answer */
        return;
    }
    issuance_refuse(i, i->denied_rc, &i->denied);
}

/* One that is on record and may not go on any more. */
static CA_RC resumed_end(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct issuance *i = arg;

    (void)audit;
    CA_TRY(db_request_move(db, &i->request_id, DB_REQUEST_APPROVED, DB_REQUEST_FAILED, err));
    return approval_follow(db, &i->request_id, DB_APPROVAL_FAILED, i->detail, err);
}

static void denial_fill(struct issuance *i, const struct ca_err *why)
{
    bool resumed = i->exchange == NULL;

    (void)snprintf(i->detail, sizeof(i->detail), "%s%s%s%.200s", why->problem,
                   why->problem[0] != '\0' ? ": " : "", why->text, i->via);
    i->event = (struct audit_event){.actor = i->actor.name[0] != '\0' ? i->actor.name : "system",
                                    .channel = i->ask->caller.channel,
                                    .action = resumed ? "request.refused" : "request.submit",
                                    .outcome = "denied",
                                    .object = resumed ? ca_uuid_text(&i->request_id, i->object)
                                                      : i->ask->profile,
                                    .request_id = i->ask->caller.request_id,
                                    .detail = i->detail};
    i->record = (struct record){.kind = RECORD_CHANGE, .events = &i->event, .event_n = 1};
    if (!resumed)
        return;
    i->record.change = resumed_end;
    i->record.arg = i;
    if (strcmp(why->problem, "consent-void") == 0 || strcmp(why->problem, "row-altered") == 0)
        (void)atomic_fetch_add(&i->signer->metrics.consent_mismatches, 1);
    CA_LOG(CA_LOG_ERROR, "request_failed", CA_STR("request", i->object),
           CA_STR("problem", why->problem), CA_STR("text", why->text));
}

CA_RC issuance_fail(struct issuance *i, const struct ca_err *why, struct ca_err *err)
{
    enum ca_rc rc;

    denial_fill(i, why);
    rc = recorder_wait(i->signer->recorder, &i->record, err);
    return rc == CA_CONFLICT ? CA_OK : rc; /* somebody else went on with it */
}

void issuance_deny(struct issuance *i, enum ca_rc rc, const struct ca_err *err)
{
    struct ca_err overloaded = {0};

    i->denied_rc = rc;
    i->denied = *err;
    denial_fill(i, err);
    i->record.done = denial_done;
    if (!recorder_put(i->signer->recorder, &i->record)) {
        issuance_refuse(i, CA_FAIL_AS(&overloaded, CA_LIMIT, "overloaded", "too many changes wait"),
                        &overloaded);
    }
}

void issue_refused(struct issuance *i, enum ca_rc rc, const struct ca_err *err)
{
    if (rc == CA_UNAVAILABLE || rc == CA_FAULT) {
        issuance_refuse(i, rc, err);
    } else {
        issuance_deny(i, rc, err);
    }
}

/* Step 6 is done: COMMIT is known (I4). */
static void issue_stored(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct issuance *i = CA_CONTAINER(record, struct issuance, record);
    char serial[2 * DB_SERIAL_LEN + 1];

    issuance_step(i, STEP_RECORD);
    if (rc != CA_OK) {
        issuance_refuse(i, rc, err);
        return;
    }
    record_rules_stored(i);
    ca_histogram_add(&i->signer->metrics.steps[STEP_WHOLE], ca_mono_us() - i->started_us);
    CA_LOG(CA_LOG_INFO, "certificate_issued", CA_STR("request", i->ask->caller.request_id),
           CA_STR("caller", i->actor.name), CA_STR("ca", i->authority->name),
           CA_STR("profile", profile_name(i->profile)),
           CA_STR("serial", ca_hex(i->intent.serial, serial)),
           CA_INT("ms", (ca_mono_us() - i->started_us) / 1000));
    issuance_answer(i, "issued", ca_buf_view(&i->certificate), false);
}

/* Step 5 failed: the serial was reserved, so it is burned, never tried again (I3). */
static void issue_unsigned(struct issuance *i, enum ca_rc rc, const struct ca_err *err)
{
    struct ca_err why = {0};

    CA_LOG(CA_LOG_ERROR, "signing_failed", CA_STR("request", i->ask->caller.request_id),
           CA_STR("problem", err->problem), CA_STR("text", err->text));
    if (strcmp(err->problem, "token-failed") == 0) {
        signer_fatal(i->signer, err); /* the next start settles the intent */
        return;
    }
    if (strcmp(err->problem, "bad-signature") == 0)
        (void)atomic_fetch_add(&i->signer->metrics.bad_signatures, 1);
    if (issuance_burn(i, err->text, &why) != CA_OK)
        CA_LOG(CA_LOG_ERROR, "burning_failed", CA_STR("text", why.text));
    if (i->exchange == NULL && rc == CA_DENIED) {
        issuance_deny(i, rc, err); /* it is not tried again */
    } else {
        issuance_refuse(i, rc, err);
    }
}

static void issue_sign(struct signer *s, struct task *t)
{
    struct issuance *i = CA_CONTAINER(t, struct issuance, task);
    struct ca_err err = {0};
    enum ca_rc rc;

    issuance_step(i, STEP_INTEND);
    rc = issuance_sign(i, &err);
    if (rc != CA_OK) {
        issue_unsigned(i, rc, &err);
        return;
    }
    i->record.done = issue_stored;
    if (!recorder_put(s->recorder, &i->record))
        issuance_refuse(i, CA_FAIL(&err, CA_UNAVAILABLE, "the signer is stopping"), &err);
}

static void task_put(struct issuance *i, void (*run)(struct signer *s, struct task *t))
{
    struct ca_err err = {0};

    i->task.run = run;
    if (!signer_put(i->signer, &i->task))
        issuance_refuse(i, CA_FAIL(&err, CA_UNAVAILABLE, "the signer is stopping"), &err);
}

void issue_again(struct issuance *i)
{
    task_put(i, issue_repeat);
}

/* Step 4 is done. */
static void issue_intended(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct issuance *i = CA_CONTAINER(record, struct issuance, record);

    if (rc == CA_OK) {
        task_put(i, issue_sign);
    } else if (rc == CA_CONFLICT) {
        task_put(i, issue_repeat);
    } else if (rc == CA_DENIED) {
        record_rules_refused(i);
        issue_refused(i, rc, err);
    } else {
        issuance_refuse(i, rc, err);
    }
}

void issue_intend(struct issuance *i)
{
    struct ca_err err = {0};
    enum ca_rc rc = issuance_intend(i, &err);

    if (rc != CA_OK) {
        issue_refused(i, rc, &err);
        return;
    }
    i->record.done = issue_intended;
    if (!recorder_put(i->signer->recorder, &i->record)) {
        issuance_refuse(i, CA_FAIL_AS(&err, CA_LIMIT, "overloaded", "too many requests wait"),
                        &err);
    }
}

void issue_go(struct issuance *i)
{
    if (i->consented && i->exchange != NULL) {
        issue_wait(i);
    } else {
        issue_intend(i);
    }
}

void issue_run(struct signer *s, struct task *t)
{
    struct issuance *i = CA_CONTAINER(t, struct issuance, task);
    struct ca_err err = {0};
    enum ca_rc rc = issuance_admit(i, &err);

    (void)s;
    if (rc != CA_OK) {
        issue_refused(i, rc, &err);
    } else {
        issue_go(i);
    }
}

void issue_start(struct signer *s, struct exchange *x)
{
    struct issuance *i = NULL;
    struct ca_err err = {0};
    enum ca_rc rc = issuance_new(s, &i, &err);

    if (rc != CA_OK) {
        exchange_refuse(x, rc, &err, NULL, 0);
        signer_leave(s);
        return;
    }
    i->exchange = x;
    i->ask = x->question->body;
    i->manual = i->ask->manual;
    task_put(i, issue_run);
}
