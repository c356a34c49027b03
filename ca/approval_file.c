/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "ca/approval_internal.h"

enum { POOL_WAIT_MS = 2000, VOTES_SHOWN_MAX = 256 };

void approval_file_done(struct approval_file *f)
{
    db_result_free(f->found);
    db_result_free(f->given);
    voters_done(&f->voters);
    free(f->counted);
    *f = (struct approval_file){.row = NULL};
}

static bool same_id(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* Who is not enrolled any more has no roles, and nobody agrees to what he wrote himself (I10). */
static void vote_fill(const struct approval_file *f, const struct db_approval_vote *from,
                      struct approval_vote *ret)
{
    const struct approval_voter *voter = voters_find(&f->voters, &from->operator_id);

    *ret = (struct approval_vote){.voter = {.id = from->operator_id},
                                  .approves = from->approves,
                                  .step = (unsigned)from->step,
                                  .revision = from->revision,
                                  .digest = from->digest};
    if (voter != NULL && !same_id(&from->operator_id, &f->row->author_id))
        ret->voter = *voter;
}

static CA_RC votes_read(struct signer *s, struct db *db, struct approval_file *f,
                        struct ca_err *err)
{
    CA_TRY(db_approval_votes(db, &f->row->id, &f->given, err));
    f->votes = f->given.rows;
    f->counted = calloc(f->given.count + 1, sizeof(f->counted[0]));
    if (f->counted == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < f->given.count; i++) {
        CA_TRY(approval_vote_check(s->seal, &f->votes[i], err));
        vote_fill(f, &f->votes[i], &f->counted[i]);
    }
    return CA_OK;
}

CA_RC approval_read(struct signer *s, struct db *db, const struct ca_uuid *id, bool lock,
                    struct approval_file *ret, struct ca_err *err)
{
    CA_TRY(lock ? db_approval_lock(db, id, &ret->found, err)
                : db_approval_get(db, id, &ret->found, err));
    if (ret->found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "nothing with this id waits for approval, or ever did");
    ret->row = ret->found.rows;
    CA_TRY(approval_check(s->seal, ret->row, err));
    CA_TRY(approval_policy_read(ret->row->policy, &ret->policy, err));
    CA_TRY(voters_read(s, db, &ret->voters, err));
    CA_TRY(votes_read(s, db, ret, err));
    ret->c = (struct approval_case){.policy = &ret->policy,
                                    .requester = ret->row->requester_id,
                                    .revision = ret->row->revision,
                                    .digest = ret->row->digest,
                                    .votes = ret->counted,
                                    .vote_n = ret->given.count};
    approval_count(&ret->c, &ret->count);
    return CA_OK;
}

CA_RC approval_read_now(struct signer *s, const struct ca_uuid *id, struct approval_file *ret,
                        struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = approval_read(s, db, id, false, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

CA_RC approval_agreed(struct signer *s, const struct approval_file *f, struct ca_err *err)
{
    if (s->config.hsm == NULL) /* no seal could be checked */
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-offline", "the token is away");
    if (f->row->state != DB_APPROVAL_APPROVED) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void", "the approval is %s",
                          db_approval_state_name(f->row->state));
    }
    for (size_t i = 0; i < f->given.count; i++) {
        if (f->votes[i].revision == f->row->revision && f->votes[i].at >= f->row->expires_at)
            return CA_FAIL_AS(err, CA_DENIED, "consent-void", "a vote was given too late");
    }
    if (f->count.outcome != APPROVAL_AGREED) {
        return CA_FAIL_AS(err, CA_DENIED, "consent-void",
                          "those who voted do not make the rule '%.120s' any more", f->row->policy);
    }
    return CA_OK;
}

CA_RC approval_open(const struct approval_file *f, struct ca_err *err)
{
    const struct db_approval *row = f->row;
    char at[CA_TIME_TEXT];

    if (row->state != DB_APPROVAL_PENDING) {
        return CA_FAIL_AS(err, CA_CONFLICT, "already-decided", "%s at %s%s%s",
                          db_approval_state_name(row->state), ca_time_text(row->decided_at, at),
                          row->decider[0] != '\0' ? " by " : "", row->decider);
    }
    if (row->expires_at <= ca_time_now()) {
        return CA_FAIL_AS(err, CA_CONFLICT, "approval-expired", "nobody decided before %s",
                          ca_time_text(row->expires_at, at));
    }
    return CA_OK;
}

static uint32_t votes_list(const struct approval_file *f, struct wire_vote ret[VOTES_SHOWN_MAX])
{
    uint32_t n = 0;

    for (size_t i = 0; i < f->given.count && n < VOTES_SHOWN_MAX; i++) {
        const struct db_approval_vote *v = &f->votes[i];

        if (v->revision == f->row->revision)
            ret[n++] = (struct wire_vote){v->operator_id, v->operator_name, v->approves, v->comment,
                                          v->at};
    }
    return n;
}

CA_RC approval_show(struct signer *s, struct exchange *x, const struct ca_uuid *id,
                    struct ca_err *err)
{
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};
    struct wire_vote votes[VOTES_SHOWN_MAX];
    struct wire_approval answer;

    CA_TRY(approval_read_now(s, id, &f, err));
    answer = (struct wire_approval){.id = f.row->id,
                                    .action = f.row->action,
                                    .object = f.row->object,
                                    .state = db_approval_state_name(f.row->state),
                                    .digest = f.row->digest,
                                    .revision = f.row->revision,
                                    .policy = f.row->policy,
                                    .step = f.count.step,
                                    .needed = f.count.needed,
                                    .expires_at = f.row->expires_at,
                                    .votes = votes,
                                    .votes_n = votes_list(&f, votes),
                                    .result = f.row->result};
    exchange_answer(x, WIRE_APPROVAL, &answer);
    return CA_OK;
}

/* The request goes the same way; agreed to, it is issued next. */
static CA_RC request_move(struct db *db, const struct db_approval *row, enum db_approval_state to,
                          struct ca_err *err)
{
    static const enum db_request_state states[DB_APPROVAL__COUNT] = {
        [DB_APPROVAL_PENDING] = DB_REQUEST_PENDING, [DB_APPROVAL_APPROVED] = DB_REQUEST_APPROVED,
        [DB_APPROVAL_DONE] = DB_REQUEST_ISSUED,     [DB_APPROVAL_FAILED] = DB_REQUEST_FAILED,
        [DB_APPROVAL_DENIED] = DB_REQUEST_DENIED,   [DB_APPROVAL_WITHDRAWN] = DB_REQUEST_WITHDRAWN,
        [DB_APPROVAL_EXPIRED] = DB_REQUEST_EXPIRED,
    };

    return db_request_move(db, &row->id, states[row->state], states[to], err);
}

CA_RC approval_end(struct db *db, const struct approval_file *f, enum db_approval_state to,
                   const struct ca_uuid *by, const char *result, struct ca_err *err)
{
    const bool decided = f->row->state == DB_APPROVAL_PENDING;
    const struct db_approval_move move = {.id = f->row->id,
                                          .from = f->row->state,
                                          .to = to,
                                          .decided_at = decided ? ca_time_now() : 0,
                                          .decided_by =
                                              decided && by != NULL ? *by : (struct ca_uuid){{0}},
                                          .result = result};

    if (approval_is_request(f->row))
        CA_TRY(request_move(db, f->row, to, err));
    return db_approval_move(db, &move, err);
}
