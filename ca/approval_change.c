/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to an approval without deciding it: withdrawn, assigned, talked about; and time. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/operator_internal.h"

enum { POOL_WAIT_MS = 2000, OVERDUE_MAX = 256, DETAIL_MAX = 500 };

struct turn {
    struct signer *signer;
    const struct actor *actor;
    const struct wire_approval_change *ask;
    bool is_request;
};

typedef CA_RC (*turn_fn)(struct db *db, const struct approval_file *f, const struct turn *t,
                         struct ca_err *err);

static bool is_his(const struct approval_file *f, const struct actor *actor)
{
    return memcmp(&f->row->requester_id, &actor->id, CA_UUID_LEN) == 0;
}

static CA_RC withdraw(struct db *db, const struct approval_file *f, const struct turn *t,
                      struct ca_err *err)
{
    if (!is_his(f, t->actor))
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "only who asked withdraws; deny it instead");
    CA_TRY(approval_open(f, err));
    return approval_end(db, f, DB_APPROVAL_WITHDRAWN, &t->actor->id, t->ask->comment, err);
}

/* To somebody who could do something about it. */
static CA_RC assign(struct db *db, const struct approval_file *f, const struct turn *t,
                    struct ca_err *err)
{
    const struct approval_voter *to = voters_find(&f->voters, &t->ask->assignee);
    bool may = ca_uuid_is_nil(&t->ask->assignee);

    if ((t->actor->roles & (CA_OFFICER | CA_ADMIN)) == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "officers and admins assign");
    CA_TRY(approval_open(f, err));
    for (size_t i = 0; to != NULL && i < f->policy.step_n; i++)
        may = may || approval_eligible(&f->policy.steps[i], to, &f->row->requester_id);
    if (!may) {
        return CA_FAIL_AS(err, CA_DENIED, "not-eligible",
                          "/assignee: cannot vote in any step of '%.120s'", f->row->policy);
    }
    return db_approval_assign(db, &f->row->id, &t->ask->assignee, err);
}

static CA_RC say(struct db *db, const struct approval_file *f, const struct turn *t,
                 struct ca_err *err)
{
    struct db_approval_comment c = {.approval_id = f->row->id,
                                    .operator_id = t->actor->id,
                                    .comment = t->ask->comment,
                                    .at = ca_time_now()};

    if (t->ask->comment[strspn(t->ask->comment, " \t\n")] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "/comment: is empty");
    CA_TRY(ca_uuid_new(&c.id, err));
    return db_approval_comment_insert(db, &c, err);
}

static const struct turn_row {
    const char *change;
    turn_fn run;
    const char *actions[2]; /* of guarded acts, of requests */
} turns[] = {
    {"withdraw", withdraw, {"approval.withdraw", "request.withdraw"}},
    {"assign",   assign,   {"approval.assign", "request.assign"}    },
    {"comment",  say,      {"approval.comment", "request.comment"}  },
};

static const struct turn_row *turn_find(const char *change)
{
    for (size_t i = 0; i < CA_COUNT(turns); i++) {
        if (strcmp(turns[i].change, change) == 0)
            return &turns[i];
    }
    return NULL;
}

static CA_RC turn_audit(const struct approval_file *f, const struct turn *t,
                        const struct turn_row *row, struct audit *audit, struct ca_err *err)
{
    char object[CA_UUID_TEXT];
    const struct audit_event event = {.actor = t->actor->name,
                                      .channel = t->ask->caller.channel,
                                      .action = row->actions[approval_is_request(f->row)],
                                      .outcome = "ok",
                                      .object = ca_uuid_text(&f->row->id, object),
                                      .request_id = t->ask->caller.request_id,
                                      .detail = t->ask->comment,
                                      .object_hash = f->row->digest};

    return audit_add(audit, &event, err);
}

static CA_RC turn_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct turn *t = arg;
    const struct turn_row *row = turn_find(t->ask->change);
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};

    CA_TRY(approval_read(t->signer, db, &t->ask->approval_id, true, &f, err));
    if (!is_his(&f, t->actor) && (t->actor->roles & (CA_OFFICER | CA_ADMIN)) == 0 &&
        voters_find(&f.voters, &t->actor->id) == NULL)
        return CA_FAIL(err, CA_NOT_FOUND, "nothing with this id waits for approval");
    CA_TRY(row->run(db, &f, t, err));
    return turn_audit(&f, t, row, audit, err);
}

CA_RC approval_change_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                             struct ca_err *err)
{
    struct turn t = {.signer = s, .actor = actor, .ask = x->question->body};

    if (turn_find(t.ask->change) == NULL)
        return CA_FAIL(err, CA_DENIED, "no such change: '%s'", t.ask->change);
    CA_TRY(recorder_change(s->recorder, turn_write, &t, NULL, 0, err));
    if (strcmp(t.ask->change, "withdraw") == 0)
        (void)atomic_fetch_add(&s->metrics.approvals[DB_APPROVAL_WITHDRAWN], 1);
    return approval_show(s, x, &t.ask->approval_id, err);
}

struct expiry {
    struct signer *signer;
    const struct db_approval *row;
};

static CA_RC expire_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct expiry *e = arg;
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};
    char object[CA_UUID_TEXT];
    struct audit_event event = {
        .actor = "system", .channel = "signer", .outcome = "ok", .request_id = ""};

    CA_TRY(db_approval_lock(db, &e->row->id, &f.found, err));
    f.row = f.found.rows;
    if (f.found.count == 0 || f.row->state != DB_APPROVAL_PENDING)
        return CA_FAIL(err, CA_CONFLICT, "decided meanwhile");
    event.action = approval_is_request(f.row) ? "request.expire" : "approval.expire";
    event.object = ca_uuid_text(&f.row->id, object);
    event.detail = f.row->policy;
    event.object_hash = f.row->digest;
    CA_TRY(approval_end(db, &f, DB_APPROVAL_EXPIRED, NULL, "nobody decided in time", err));
    return audit_add(audit, &event, err);
}

CA_RC approvals_expire(struct signer *s, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_approval *rows;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_approval_overdue(db, ca_time_now(), OVERDUE_MAX, &found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        struct expiry e = {s, &rows[i]};

        rc = recorder_change(s->recorder, expire_write, &e, NULL, 0, err);
        if (rc == CA_OK) {
            (void)atomic_fetch_add(&s->metrics.approvals[DB_APPROVAL_EXPIRED], 1);
        } else if (rc != CA_CONFLICT) {
            return rc;
        }
    }
    return CA_OK;
}
