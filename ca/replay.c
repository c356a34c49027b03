/* SPDX-License-Identifier: Apache-2.0 */
/* What a draft would have made of the requests on record: a page of them at a time, so that one
 * question stays short. The same page of the same draft gives the same answer. */
#include "base/time.h"
#include "ca/judging_internal.h"

enum { POOL_WAIT_MS = 2000, LIMIT_MAX = 5000, CHANGES_MAX = 200 };

struct replay {
    struct profile *draft;
    struct db_result page;
    struct judging_people people;
    struct ca_buf texts[CHANGES_MAX];
    struct wire_replay_change changes[CHANGES_MAX];
    struct wire_replayed answer;
};

static void replay_free(struct replay *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < CHANGES_MAX; i++)
        ca_buf_done(&r->texts[i]);
    profile_free(r->draft);
    db_result_free(r->page);
    free(r);
}
CA_AUTO_DEFINE(replay, struct replay *, replay_free);

static CA_RC ask_check(const struct wire_replay *ask, const struct profile *draft,
                       struct ca_err *err)
{
    if (ask->limit == 0 || ask->limit > LIMIT_MAX)
        return CA_FAIL(err, CA_MALFORMED, "/limit: from 1 to %d", LIMIT_MAX);
    if (strcmp(profile_name(draft), ask->profile) != 0) {
        return CA_FAIL(err, CA_MALFORMED,
                       "/yaml/name: '%s' is not '%.63s', whose requests these are",
                       profile_name(draft), ask->profile);
    }
    return CA_OK;
}

/* Ids sort by age: the smallest one of that second (RFC 9562 5.7). */
static struct ca_uuid first_of(int64_t since)
{
    struct ca_uuid id = {{0}};
    uint64_t ms = (uint64_t)(since > 0 ? since : 0) * 1000;

    for (int i = 0; i < 6; i++)
        id.octets[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.octets[CA_UUID_LEN - 1] = ms == 0 ? 1 : 0; /* the nil id would be NULL */
    return id;
}

static CA_RC page_read(struct signer *s, const struct wire_replay *ask, struct db_result *ret,
                       struct ca_err *err)
{
    struct ca_uuid after = ca_uuid_is_nil(&ask->after) ? first_of(ask->since) : ask->after;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_request_replay(db, ask->profile, &after, ask->limit, ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

/* Profile versions differ, so digests always do: what counts is what would be signed. */
static CA_RC same_plan(const struct plan *a, const struct plan *b, bool *ret, struct ca_err *err)
{
    static const uint8_t zeros[18];
    CA_AUTO(buf) struct ca_buf x = {0};
    CA_AUTO(buf) struct ca_buf y = {0};

    CA_TRY(plan_tbs(a, (struct ca_bytes){zeros, sizeof(zeros)}, &x, err));
    CA_TRY(plan_tbs(b, (struct ca_bytes){zeros, sizeof(zeros)}, &y, err));
    *ret = ca_bytes_equal(ca_buf_view(&x), ca_buf_view(&y));
    return CA_OK;
}

static const struct finding *first_refusal(const struct verdict *v)
{
    for (size_t i = 0; i < v->finding_n; i++) {
        if (v->findings[i].refuses)
            return &v->findings[i];
    }
    return NULL;
}

/* Texts of a request end with it: a change keeps its own. */
static CA_RC change_add(struct replay *r, const struct db_request *row,
                        const struct verdict *before, const struct verdict *after,
                        struct ca_err *err)
{
    static const char *const words[] = {"refuse", "wait", "issue"};
    const struct finding *f = first_refusal(after);
    uint32_t n = r->answer.changes_n;
    struct ca_buf *text = &r->texts[n];

    ca_buf_str(text, f != NULL ? f->text : "");
    CA_TRY(ca_buf_check(text, err));
    r->changes[n] = (struct wire_replay_change){.request_id = row->id,
                                                .subject = row->subject,
                                                .before = words[before->outcome],
                                                .after = words[after->outcome],
                                                .rule = f != NULL ? f->rule : "",
                                                .text = ca_buf_cstr(text)};
    r->answer.changes_n++;
    return CA_OK;
}

static CA_RC row_replay(struct signer *s, struct replay *r, const struct db_request *row,
                        struct ca_err *err)
{
    CA_AUTO(judging) struct judging j = {0};
    CA_AUTO(verdict) struct verdict *before = NULL;
    CA_AUTO(verdict) struct verdict *after = NULL;
    bool same = false;
    enum ca_rc rc;

    rc = judging_recorded(s, row, NULL, &r->people, &j, err);
    if (rc == CA_FAULT || rc == CA_UNAVAILABLE)
        return rc;
    if (rc != CA_OK)
        return CA_OK; /* by today's rules not even read, whatever the profile says */
    CA_TRY(judge_request(&j.in, &before, err));
    j.in.profile = r->draft;
    CA_TRY(judge_request(&j.in, &after, err));
    if (before->outcome == after->outcome) {
        if (before->plan == NULL || after->plan == NULL)
            return CA_OK;
        CA_TRY(same_plan(before->plan, after->plan, &same, err));
        if (same)
            return CA_OK;
    }
    return change_add(r, row, before, after, err);
}

CA_RC replay_answer(struct signer *s, const struct actor *actor, struct exchange *x,
                    struct ca_err *err)
{
    const struct wire_replay *ask = x->question->body;
    CA_AUTO(replay) struct replay *r = calloc(1, sizeof(*r));
    const struct db_request *rows;
    size_t i = 0;

    (void)actor;
    if (r == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(judging_draft(s, ask->draft, &r->draft, err));
    CA_TRY(ask_check(ask, r->draft, err));
    CA_TRY(page_read(s, ask, &r->page, err));
    rows = r->page.rows;
    for (; i < r->page.count && r->answer.changes_n < CHANGES_MAX; i++)
        CA_TRY(row_replay(s, r, &rows[i], err));
    r->answer.evaluated = (uint32_t)i;
    if (i > 0 && (i < r->page.count || r->page.count == ask->limit))
        r->answer.next = rows[i - 1].id;
    r->answer.changes = r->changes;
    exchange_answer(x, WIRE_REPLAYED, &r->answer);
    return CA_OK;
}
