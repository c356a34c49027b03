/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/matter.h"

#include "api/rest/answer.h"
#include "base/text.h"
#include "db/group.h"

static bool same(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The groups that he is in. */
static CA_RC groups_of(struct request *rq, const struct db_result *groups,
                       struct approval_voter *voter, struct ca_err *err)
{
    const char **names = request_alloc(rq, (groups->count + 1) * sizeof(*names));
    char id[CA_UUID_TEXT];

    if (names == NULL)
        return CA_FAIL_NOMEM(err);
    (void)ca_uuid_text(&voter->id, id);
    for (size_t i = 0; i < groups->count; i++) {
        const struct db_group *g = (const struct db_group *)groups->rows + i;

        if (strstr(g->members, id) == NULL)
            continue;
        names[voter->group_n] = rest_keep(rq, ca_bytes_str(g->name));
        if (names[voter->group_n++] == NULL)
            return CA_FAIL_NOMEM(err);
    }
    voter->groups = names;
    return CA_OK;
}

/* An operator as he is now. */
static CA_RC voter_find(struct request *rq, const struct ca_uuid *id,
                        const struct db_result *groups, struct approval_voter *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    enum ca_rc rc = db_operator_by_id(request_db(rq), id, &found, err);
    const struct db_operator *who = found.rows;

    *ret = (struct approval_voter){.id = *id};
    if (rc == CA_NOT_FOUND)
        return CA_OK;
    CA_TRY(rc);
    ret->roles = who->enabled && (who->roles & CA_AUDITOR) == 0 ? who->roles : 0;
    return groups_of(rq, groups, ret, err);
}

static CA_RC votes_count(struct request *rq, const struct db_result *groups, struct rest_matter *m,
                         struct ca_err *err)
{
    const struct db_approval_vote *rows = m->votes.rows;
    size_t n = m->votes.count;
    struct approval_vote *votes = request_alloc(rq, (n + 1) * sizeof(*votes));
    struct approval_case c = {.policy = &m->policy,
                              .requester = m->row->requester_id,
                              .revision = m->row->revision,
                              .digest = m->row->digest,
                              .votes = votes,
                              .vote_n = n};

    if (votes == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < n; i++) {
        votes[i] = (struct approval_vote){.approves = rows[i].approves,
                                          .step = (unsigned)rows[i].step,
                                          .revision = rows[i].revision,
                                          .digest = rows[i].digest};
        if (same(&rows[i].operator_id, &m->row->author_id))
            continue; /* who wrote the content does not count either: nobody's vote */
        CA_TRY(voter_find(rq, &rows[i].operator_id, groups, &votes[i].voter, err));
    }
    approval_count(&c, &m->count);
    return CA_OK;
}

static CA_RC caller_place(struct request *rq, const struct db_result *groups, struct rest_matter *m,
                          struct ca_err *err)
{
    const struct caller *caller = request_caller(rq);
    const struct db_approval_vote *votes = m->votes.rows;
    struct approval_voter voter = {.id = caller->id,
                                   .roles = (caller->roles & CA_AUDITOR) == 0 ? caller->roles : 0};

    CA_TRY(groups_of(rq, groups, &voter, err));
    m->own = same(&m->row->requester_id, &caller->id);
    m->wrote = same(&m->row->author_id, &caller->id);
    for (size_t i = 0; i < m->votes.count; i++) {
        m->voted = m->voted || (votes[i].revision == m->row->revision &&
                                same(&votes[i].operator_id, &caller->id));
    }
    for (size_t k = 0; k < m->policy.step_n; k++) {
        bool may =
            !m->wrote && approval_eligible(&m->policy.steps[k], &voter, &m->row->requester_id);

        m->ever = m->ever || may;
        m->eligible = m->eligible || (may && k == m->count.step);
    }
    return CA_OK;
}

static CA_RC matter_fill(struct request *rq, const struct db_approval *row, struct rest_matter *ret,
                         struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result groups = {0};
    struct ca_err ignored;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    ret->row = row;
    if (approval_policy_read(row->policy, &ret->policy, &ignored) != CA_OK)
        ret->policy.step_n = 0; /* the signer refuses it; whoever looks sees the text */
    if (strstr(row->policy, "group:") != NULL)
        CA_TRY(db_group_list(db, NULL, &groups, err));
    CA_TRY(db_approval_votes(db, &row->id, &ret->votes, err));
    CA_TRY(votes_count(rq, &groups, ret, err));
    return caller_place(rq, &groups, ret, err);
}

CA_RC rest_matter_load(struct request *rq, const struct db_approval *row, struct rest_matter *ret,
                       struct ca_err *err)
{
    CA_AUTO(rest_matter) struct rest_matter m = {.row = NULL};

    CA_TRY(matter_fill(rq, row, &m, err));
    *ret = m;
    m = (struct rest_matter){.row = NULL};
    return CA_OK;
}

CA_RC rest_matter_find(struct request *rq, const struct ca_uuid *id, struct rest_matter *ret,
                       struct ca_err *err)
{
    CA_AUTO(rest_matter) struct rest_matter m = {.row = NULL};
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_approval_get(db, id, &m.found, err));
    if (m.found.count == 0)
        return CA_OK;
    CA_TRY(matter_fill(rq, m.found.rows, &m, err));
    *ret = m;
    m = (struct rest_matter){.row = NULL};
    return CA_OK;
}

bool rest_matter_visible(const struct request *rq, const struct rest_matter *matter)
{
    return rest_has_role(rq, CA_OFFICER | CA_ADMIN | CA_AUDITOR) || matter->own || matter->ever;
}

/* Of this content; what has ended shows the votes as they were given. */
static unsigned votes_of(const struct rest_matter *m, unsigned k)
{
    const struct db_approval_vote *votes = m->votes.rows;
    unsigned n = 0;

    for (size_t i = 0; i < m->votes.count; i++) {
        n += votes[i].approves && votes[i].revision == m->row->revision &&
                     votes[i].step == (int32_t)k
                 ? 1
                 : 0;
    }
    return n;
}

unsigned rest_matter_have(const struct rest_matter *matter, unsigned k)
{
    unsigned wanted = matter->policy.steps[k].count;

    if (matter->row->state != DB_APPROVAL_PENDING || matter->count.outcome == APPROVAL_DENIED)
        return votes_of(matter, k);
    if (matter->count.outcome == APPROVAL_AGREED || k < matter->count.step)
        return wanted;
    return k == matter->count.step ? wanted - matter->count.needed : 0;
}
