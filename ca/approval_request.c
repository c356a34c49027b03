/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait for the consent of others: new ones, and new content of those that wait. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/issuance_internal.h"
#include "ca/operator_internal.h"
#include "ca/scep_internal.h"

enum { POOL_WAIT_MS = 2000 };

CA_RC approval_follow(struct db *db, const struct ca_uuid *request_id, enum db_approval_state to,
                      const char *result, struct ca_err *err)
{
    const struct db_approval_move move = {
        .id = *request_id, .from = DB_APPROVAL_APPROVED, .to = to, .result = result};
    enum ca_rc rc = db_approval_move(db, &move, err);

    return rc == CA_CONFLICT ? CA_OK : rc;
}

static CA_RC revised_judge(struct issuance *i, const struct db_request *row, struct ca_err *err)
{
    bool his = memcmp(&row->requester_id, &i->actor.id, CA_UUID_LEN) == 0;

    if (!his && (i->actor.roles & (CA_OFFICER | CA_ADMIN)) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such request");
    if (!his && (i->actor.roles & CA_OFFICER) == 0) {
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "who asked, or an officer, edits a request that waits");
    }
    if (row->state != DB_REQUEST_PENDING) {
        return CA_FAIL_AS(err, CA_CONFLICT, "already-decided", "the request is %s",
                          db_request_state_name(row->state));
    }
    if (strcmp(row->profile, i->ask->profile) != 0) {
        return CA_FAIL(err, CA_MALFORMED, "/profile: a request that waits keeps its profile, '%s'",
                       row->profile);
    }
    return CA_OK;
}

static CA_RC revised_read(struct issuance *i, struct db_result *ret, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(i->signer->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_request_by_id(db, &i->ask->revises, ret, err);
    db_pool_give(i->signer->pool, db);
    if (rc == CA_OK && ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such request");
    return rc;
}

/* What the signer knows of the request itself, and nobody asks for. */
static CA_RC revised_keep(struct issuance *i, const struct db_request *row, struct ca_err *err)
{
    const struct wire_issue *before;

    CA_TRY(request_question(row, &i->message, err));
    before = i->message->body;
    i->manual = before->manual;
    i->channel = before->caller.channel;
    if (ca_bytes_equal(row->csr, i->ask->csr))
        i->proven = before->proven;
    return CA_OK;
}

CA_RC revision_begin(struct issuance *i, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_request *row;

    CA_TRY(revised_read(i, &found, err));
    row = found.rows;
    CA_TRY(revised_judge(i, row, err));
    CA_TRY(revised_keep(i, row, err));
    i->author = i->actor;
    i->revised_authority = row->authority_id;
    i->request.created_at = row->created_at;
    if (memcmp(&row->requester_id, &i->actor.id, CA_UUID_LEN) == 0)
        return CA_OK;
    return operators_by_id(i->signer, &row->requester_id, &i->actor, err);
}

static const char *matter_of(const struct plan *plan)
{
    return plan_subject(plan)[0] != '\0' ? plan_subject(plan) : plan_names(plan);
}

static CA_RC approval_fill(struct issuance *i, struct ca_err *err)
{
    const struct approval_policy *policy = issuance_policy(i);
    int64_t now = ca_time_now();

    ca_buf_reset(&i->policy);
    approval_policy_write(policy, &i->policy);
    CA_TRY(ca_buf_check(&i->policy, err));
    approval_object(matter_of(i->verdict->plan), i->matter);
    i->approval = (struct db_approval){.id = i->request_id,
                                       .action = APPROVAL_ISSUE,
                                       .object = i->matter,
                                       .requester_id = i->actor.id,
                                       .author_id = i->actor.id,
                                       .revision = 1,
                                       .digest = plan_digest(i->verdict->plan),
                                       .policy = ca_buf_cstr(&i->policy),
                                       .state = DB_APPROVAL_PENDING,
                                       .created_at = now,
                                       .expires_at = now + policy->expires_s};
    return CA_OK;
}

static CA_RC wait_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct issuance *i = arg;
    bool inserted = false;

    CA_TRY(db_request_insert_batch(db, &i->request, 1, &inserted, err));
    if (!inserted)
        return CA_FAIL_AS(err, CA_CONFLICT, "repeated", "idempotency key is in use");
    if (i->scep != NULL)
        CA_TRY(scep_write(db, audit, i, err));
    return db_approval_insert(db, &i->approval, err);
}

/* What stands now, what came with it, and nothing in between (compare-and-set). */
static CA_RC revision_judge(const struct issuance *i, const struct approval_file *f, bool *ret_same,
                            struct ca_err *err)
{
    CA_TRY(approval_open(f, err));
    *ret_same = ca_bytes_equal(f->row->digest, i->approval.digest);
    if (!*ret_same && !ca_bytes_equal(f->row->digest, i->ask->revises_digest)) {
        return CA_FAIL_AS(err, CA_CONFLICT, "plan-changed",
                          "the request was edited by '%s' meanwhile", f->row->author);
    }
    return CA_OK;
}

static CA_RC revision_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct issuance *i = arg;
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};
    struct db_approval row = i->approval;
    bool same = false;

    CA_TRY(approval_read(i->signer, db, &i->request_id, true, &f, err));
    CA_TRY(revision_judge(i, &f, &same, err));
    if (same)
        return CA_OK; /* asked twice */
    row.revision = f.row->revision + 1;
    row.author_id = i->author.id;
    CA_TRY(approval_seal(i->signer->seal, &row, i->approval_seal, err));
    CA_TRY(db_request_revise(db, &i->request, err));
    CA_TRY(db_approval_revise(db, &row, err));
    return audit_add(audit, &i->event, err);
}

static void event_fill(struct issuance *i)
{
    bool revision = !ca_uuid_is_nil(&i->ask->revises);

    (void)snprintf(i->detail, sizeof(i->detail), "profile %s, waits for %.200s%s",
                   profile_name(i->profile), i->approval.policy, i->via);
    i->event = (struct audit_event){.actor = revision ? i->author.name : i->actor.name,
                                    .channel = i->ask->caller.channel,
                                    .action = revision ? "request.revise" : "request.submit",
                                    .outcome = "ok",
                                    .object = ca_uuid_text(&i->request_id, i->object),
                                    .request_id = i->ask->caller.request_id,
                                    .detail = i->detail,
                                    .object_hash = i->approval.digest};
}

static CA_RC wait_prepare(struct issuance *i, struct ca_err *err)
{
    bool revision = !ca_uuid_is_nil(&i->ask->revises);

    if (ca_uuid_is_nil(&i->actor.id))
        return CA_FAIL_AS(err, CA_DENIED, "policy", "at the set-up there is nobody to agree");
    if (revision) {
        i->request_id = i->ask->revises;
    } else {
        CA_TRY(ca_uuid_new(&i->request_id, err));
    }
    issuance_request_fill(i);
    i->request.state = DB_REQUEST_PENDING;
    i->request.decided_at = 0;
    CA_TRY(approval_fill(i, err));
    if (!revision)
        CA_TRY(approval_seal(i->signer->seal, &i->approval, i->approval_seal, err));
    event_fill(i);
    i->record = (struct record){.kind = RECORD_CHANGE,
                                .change = revision ? revision_write : wait_write,
                                .arg = i,
                                .events = &i->event,
                                .event_n = revision ? 0 : 1};
    return CA_OK;
}

static void wait_stored(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct issuance *i = CA_CONTAINER(record, struct issuance, record);

    if (rc == CA_CONFLICT && strcmp(err->problem, "repeated") == 0) {
        issue_again(i);
        return;
    }
    if (rc != CA_OK) {
        issue_refused(i, rc, err);
        return;
    }
    CA_LOG(CA_LOG_INFO, "request_waits", CA_STR("request", i->ask->caller.request_id),
           CA_STR("caller", i->actor.name), CA_STR("profile", profile_name(i->profile)),
           CA_STR("policy", i->approval.policy),
           CA_INT("ms", (ca_mono_us() - i->started_us) / 1000));
    issuance_answer(i, "pending", (struct ca_bytes){NULL, 0}, false);
}

void issue_wait(struct issuance *i)
{
    struct ca_err err = {0};
    enum ca_rc rc = wait_prepare(i, &err);

    if (rc != CA_OK) {
        issue_refused(i, rc, &err);
        return;
    }
    i->record.done = wait_stored;
    if (!recorder_put(i->signer->recorder, &i->record))
        issuance_refuse(i, CA_FAIL_AS(&err, CA_LIMIT, "overloaded", "too many requests wait"),
                        &err);
}
