/* SPDX-License-Identifier: Apache-2.0 */
/* Votes: one transaction each, with the row of the approval locked. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/approval_internal.h"
#include "ca/issuance_internal.h"

enum { NAMES_SHOWN_MAX = 120, DETAIL_MAX = 500 };

struct decision {
    struct signer *signer;
    const struct actor *actor;
    const struct wire_decide *ask;
    struct db_approval_vote vote;
    uint8_t seal[SEAL_LEN];
    enum approval_outcome outcome; /* after it */
    bool is_request;
    bool repeated;
};

static bool same_id(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static const struct db_approval_vote *vote_of(const struct approval_file *f,
                                              const struct ca_uuid *who)
{
    for (size_t i = 0; i < f->given.count; i++) {
        if (f->votes[i].revision == f->row->revision && same_id(&f->votes[i].operator_id, who))
            return &f->votes[i];
    }
    return NULL;
}

/* The same word again has the same answer, whatever has happened since; another word comes too
 * late. */
static CA_RC repeat_judge(const struct approval_file *f, struct decision *d, struct ca_err *err)
{
    const struct db_approval_vote *before = vote_of(f, &d->actor->id);
    char at[CA_TIME_TEXT];

    if (before == NULL)
        return CA_OK;
    d->repeated =
        before->approves == d->ask->approves && ca_bytes_equal(before->digest, d->ask->digest);
    if (d->repeated)
        return CA_OK;
    CA_TRY(approval_open(f, err));
    return CA_FAIL_AS(err, CA_CONFLICT, "already-voted", "you %s at %s: a vote is not changed",
                      before->approves ? "approved" : "denied", ca_time_text(before->at, at));
}

/* Who could vote in the step that waits, by name. */
static const char *who_could(const struct approval_file *f, char ret[NAMES_SHOWN_MAX])
{
    const struct approval_step *step = &f->policy.steps[f->count.step];
    size_t at = 0;

    (void)snprintf(ret, NAMES_SHOWN_MAX, "nobody");
    for (size_t i = 0; i < f->voters.n; i++) {
        const struct approval_voter *voter = &f->voters.list[i];
        size_t len = strlen(f->voters.names[i]);

        if (!approval_eligible(step, voter, &f->row->requester_id) ||
            same_id(&voter->id, &f->row->author_id) || vote_of(f, &voter->id) != NULL)
            continue;
        if (at + len + 6 > NAMES_SHOWN_MAX) {
            (void)snprintf(ret + at, NAMES_SHOWN_MAX - at, ", …");
            break;
        }
        at += (size_t)snprintf(ret + at, NAMES_SHOWN_MAX - at, "%s%s", at > 0 ? ", " : "",
                               f->voters.names[i]);
    }
    return ret;
}

/* The person, not his credential: I10. */
static CA_RC voter_judge(const struct approval_file *f, const struct decision *d,
                         struct ca_err *err)
{
    const struct ca_uuid *id = &d->actor->id;
    const struct approval_voter *voter = voters_find(&f->voters, id);
    char names[NAMES_SHOWN_MAX];

    if (same_id(id, &f->row->requester_id))
        return CA_FAIL_AS(err, CA_DENIED, "own-request", "nobody decides on what he asked for");
    if (same_id(id, &f->row->author_id))
        return CA_FAIL_AS(err, CA_DENIED, "own-request",
                          "nobody decides on what he wrote: you edited it last");
    if (voter == NULL ||
        !approval_eligible(&f->policy.steps[f->count.step], voter, &f->row->requester_id)) {
        return CA_FAIL_AS(err, CA_DENIED, "not-eligible",
                          "step %u of %zu is not yours to decide; it could be decided by: %s",
                          f->count.step + 1, f->policy.step_n, who_could(f, names));
    }
    return CA_OK;
}

static CA_RC vote_judge(const struct approval_file *f, struct decision *d, struct ca_err *err)
{
    CA_TRY(repeat_judge(f, d, err));
    if (d->repeated)
        return CA_OK;
    CA_TRY(approval_open(f, err));
    if (f->policy.step_n == 0)
        return CA_FAIL(err, CA_FAULT, "an approval that nobody has to give");
    CA_TRY(voter_judge(f, d, err));
    if (!ca_bytes_equal(d->ask->digest, f->row->digest)) {
        return CA_FAIL_AS(err, CA_CONFLICT, "plan-changed",
                          "what you saw is not what waits now: revision %d, by '%s'",
                          f->row->revision, f->row->author);
    }
    return CA_OK;
}

static CA_RC vote_write(struct db *db, const struct approval_file *f, struct decision *d,
                        struct ca_err *err)
{
    struct db_approval_vote *v = &d->vote;

    *v = (struct db_approval_vote){.approval_id = f->row->id,
                                   .revision = f->row->revision,
                                   .operator_id = d->actor->id,
                                   .approves = d->ask->approves,
                                   .step = (int32_t)f->count.step,
                                   .digest = f->row->digest,
                                   .comment = d->ask->comment,
                                   .at = ca_time_now()};
    CA_TRY(approval_vote_seal(d->signer->seal, v, d->seal, err));
    return db_approval_vote_insert(db, v, err);
}

/* With the new vote, which has its place behind the others. */
static void count_again(struct approval_file *f, const struct decision *d,
                        struct approval_count *ret)
{
    f->counted[f->given.count] =
        (struct approval_vote){.voter = *voters_find(&f->voters, &d->actor->id),
                               .approves = d->vote.approves,
                               .step = (unsigned)d->vote.step,
                               .revision = d->vote.revision,
                               .digest = d->vote.digest};
    f->c.vote_n = f->given.count + 1;
    approval_count(&f->c, ret);
}

static CA_RC decision_audit(const struct approval_file *f, const struct decision *d,
                            const struct approval_count *count, struct audit *audit,
                            struct ca_err *err)
{
    static const char *const actions[2][2] = {
        {"approval.deny", "approval.approve"},
        {"request.deny",  "request.approve" },
    };
    char object[CA_UUID_TEXT];
    char detail[DETAIL_MAX];
    const struct audit_event event = {.actor = d->actor->name,
                                      .channel = d->ask->caller.channel,
                                      .action = actions[d->is_request][d->ask->approves],
                                      .outcome = "ok",
                                      .object = ca_uuid_text(&f->row->id, object),
                                      .request_id = d->ask->caller.request_id,
                                      .detail = detail,
                                      .object_hash = f->row->digest};

    (void)snprintf(detail, sizeof(detail), "%s, revision %d, step %d of %zu%s: %.300s",
                   f->row->action, f->row->revision, d->vote.step + 1, f->policy.step_n,
                   count->outcome == APPROVAL_AGREED ? ", agreed" : "", d->ask->comment);
    return audit_add(audit, &event, err);
}

static CA_RC decide_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    struct decision *d = arg;
    CA_AUTO(approval_file) struct approval_file f = {.row = NULL};
    struct approval_count count;

    d->outcome = APPROVAL_WAITS;
    d->repeated = false;
    CA_TRY(approval_read(d->signer, db, &d->ask->approval_id, true, &f, err));
    d->is_request = approval_is_request(f.row);
    CA_TRY(vote_judge(&f, d, err));
    if (d->repeated)
        return CA_OK;
    CA_TRY(vote_write(db, &f, d, err));
    count_again(&f, d, &count);
    CA_TRY(decision_audit(&f, d, &count, audit, err));
    d->outcome = count.outcome;
    if (count.outcome == APPROVAL_WAITS)
        return CA_OK;
    return approval_end(
        db, &f, count.outcome == APPROVAL_AGREED ? DB_APPROVAL_APPROVED : DB_APPROVAL_DENIED,
        &d->actor->id, count.outcome == APPROVAL_AGREED ? "" : d->ask->comment, err);
}

static CA_RC ask_check(const struct actor *actor, const struct wire_decide *ask, struct ca_err *err)
{
    if (actor->by_token)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "an API token does not vote: use a client certificate");
    if (ask->digest.len != 32)
        return CA_FAIL(err, CA_MALFORMED, "/plan_digest: 32 octets of what you saw");
    if (!ask->approves && ask->comment[strspn(ask->comment, " \t\n")] == '\0')
        return CA_FAIL(err, CA_MALFORMED, "/comment: a denial says why");
    return CA_OK;
}

/* What was agreed to is carried out before the last voter has his answer; what cannot be done now
 * is done later. */
static void carry_out(struct signer *s, const struct decision *d)
{
    struct ca_err err = {0};

    if (d->outcome == APPROVAL_WAITS)
        return;
    (void)atomic_fetch_add(
        &s->metrics
             .approvals[d->outcome == APPROVAL_AGREED ? DB_APPROVAL_APPROVED : DB_APPROVAL_DENIED],
        1);
    if (d->outcome != APPROVAL_AGREED)
        return;
    if (d->is_request) {
        issuance_carry_out(s, &d->ask->approval_id, d->ask->caller.request_id);
    } else if (approval_act(s, &d->ask->approval_id, d->ask->caller.request_id, &err) != CA_OK) {
        CA_LOG(CA_LOG_WARNING, "approval_not_carried_out", CA_STR("text", err.text));
    }
}

CA_RC decide_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                    struct ca_err *err)
{
    struct decision d = {.signer = s, .actor = actor, .ask = x->question->body};

    CA_TRY(ask_check(actor, d.ask, err));
    if (s->config.hsm == NULL)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-offline",
                          "the token is away: no vote can be sealed");
    CA_TRY(recorder_change(s->recorder, decide_write, &d, NULL, 0, err));
    carry_out(s, &d);
    return approval_show(s, x, &d.ask->approval_id, err);
}
