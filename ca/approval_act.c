/* SPDX-License-Identifier: Apache-2.0 */
/* Guarded acts that were agreed to. */
#include <stdio.h>

#include "base/digest.h"
#include "base/log.h"
#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/dispatch_internal.h"
#include "ca/operator_internal.h"

enum { POOL_WAIT_MS = 2000, ACTS_MAX = 64, LATE_S = 120 };

static CA_RC question_read(const struct db_approval *row, struct wire_message **ret,
                           struct ca_err *err)
{
    struct wire_header header;
    uint8_t digest[CA_SHA256_LEN];

    CA_TRY(ca_sha256(row->question, digest, err));
    if (!ca_bytes_equal(row->digest, (struct ca_bytes){digest, sizeof(digest)}))
        return CA_FAIL_AS(err, CA_DENIED, "consent-void", "the act is not the one agreed to");
    if (row->question.len < WIRE_HEADER_LEN)
        return CA_FAIL(err, CA_FAULT, "an approval without its question");
    CA_TRY(wire_header_read(row->question.ptr, &header, err));
    return wire_decode(
        &header,
        (struct ca_bytes){row->question.ptr + WIRE_HEADER_LEN, row->question.len - WIRE_HEADER_LEN},
        ret, err);
}

/* As who asked, if he is still somebody who may. */
static CA_RC act(struct signer *s, const struct approval_file *f, const char *request_id,
                 struct ca_err *err)
{
    CA_AUTO(wire_message) struct wire_message *question = NULL;
    struct actor actor;

    CA_TRY(approval_agreed(s, f, err));
    CA_TRY(question_read(f->row, &question, err));
    CA_TRY(operators_by_id(s, &f->row->requester_id, &actor, err));
    actor.approval_id = f->row->id;
    ((struct wire_caller *)question->body)->request_id = request_id;
    return dispatch_act(s, &actor, f->row->action, question, err);
}

struct ending {
    const struct approval_file *file;
    enum db_approval_state to;
    const char *result;
};

static CA_RC ending_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct ending *e = arg;

    (void)audit;
    return approval_end(db, e->file, e->to, NULL, e->result, err);
}

static CA_RC ending_record(struct signer *s, const struct ending *e, const char *request_id,
                           struct ca_err *err)
{
    const struct db_approval *row = e->file->row;
    bool done = e->to == DB_APPROVAL_DONE;
    char object[CA_UUID_TEXT];
    char detail[500];
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "approval.act",
                                      .outcome = done ? "ok" : "failed",
                                      .object = ca_uuid_text(&row->id, object),
                                      .request_id = request_id,
                                      .detail = detail,
                                      .object_hash = row->digest};
    struct ending copy = *e;
    enum ca_rc rc;

    (void)snprintf(detail, sizeof(detail), "%s of %.150s: %.300s", row->action, row->object,
                   e->result);
    rc = recorder_change(s->recorder, ending_write, &copy, &event, 1, err);
    if (rc == CA_OK)
        (void)atomic_fetch_add(&s->metrics.approvals[e->to], 1);
    return rc == CA_CONFLICT ? CA_OK : rc; /* somebody else has written it down */
}

CA_RC approval_act(struct signer *s, const struct ca_uuid *id, const char *request_id,
                   struct ca_err *err)
{
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};
    struct ca_err why = {0};
    struct ending e = {.file = &f, .to = DB_APPROVAL_DONE, .result = "done"};
    enum ca_rc rc;

    CA_TRY(approval_read_now(s, id, &f, err));
    if (f.row->state != DB_APPROVAL_APPROVED || approval_is_request(f.row))
        return CA_OK; /* somebody was faster */
    rc = act(s, &f, request_id, &why);
    if (rc == CA_UNAVAILABLE || rc == CA_RETRY) {
        *err = why;
        return rc; /* the token, or the database: later */
    }
    if (rc != CA_OK) {
        e.to = DB_APPROVAL_FAILED;
        e.result = why.text;
        if (strcmp(why.problem, "consent-void") == 0)
            (void)atomic_fetch_add(&s->metrics.consent_mismatches, 1);
    }
    return ending_record(s, &e, request_id, err);
}

/* Rows that were altered are never carried out; each is said once a round. */
CA_RC approvals_carry_out(struct signer *s, bool at_start, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_approval *rows;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_approval_unfinished(db, ACTS_MAX, &found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        struct ca_err why = {0};

        if (!at_start && rows[i].decided_at > ca_time_now() - LATE_S)
            continue; /* its last voter is still at it */
        if (approval_act(s, &rows[i].id, "", &why) != CA_OK)
            CA_LOG(CA_LOG_ERROR, "approval_not_carried_out", CA_STR("text", why.text));
    }
    return CA_OK;
}

static int64_t waiting_count(struct signer *s)
{
    struct ca_err err = {0};
    int64_t n = 0;
    struct db *db;
    enum ca_rc rc;

    if (db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, &err) != CA_OK)
        return -1;
    rc = db_approval_waiting(db, &n, &err);
    db_pool_give(s->pool, db);
    return rc == CA_OK ? n : -1;
}

void approvals_metrics(struct signer *s, struct ca_buf *ret)
{
    int64_t waiting = waiting_count(s);

    if (waiting >= 0) {
        ca_buf_printf(ret,
                      "# HELP ca_approvals_waiting Requests and guarded acts that wait for votes.\n"
                      "# TYPE ca_approvals_waiting gauge\n"
                      "ca_approvals_waiting %jd\n",
                      (intmax_t)waiting);
    }
    ca_buf_str(ret, "# HELP ca_approvals_total Approvals that moved on, by what became of them.\n"
                    "# TYPE ca_approvals_total counter\n");
    for (unsigned i = DB_APPROVAL_APPROVED; i < DB_APPROVAL__COUNT; i++) {
        ca_buf_printf(ret, "ca_approvals_total{outcome=\"%s\"} %ju\n",
                      db_approval_state_name((enum db_approval_state)i),
                      (uintmax_t)atomic_load(&s->metrics.approvals[i]));
    }
    ca_buf_printf(ret,
                  "# HELP ca_consent_mismatches_total What was to be signed or done was not what "
                  "was agreed to: 0, or an alarm.\n"
                  "# TYPE ca_consent_mismatches_total counter\n"
                  "ca_consent_mismatches_total %ju\n",
                  (uintmax_t)atomic_load(&s->metrics.consent_mismatches));
}
