/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/approval_internal.h"
#include "ca/operator_internal.h"

void voters_done(struct voters *v)
{
    db_result_free(v->operators);
    db_result_free(v->groups);
    free(v->list);
    free((void *)v->names);
    free((void *)v->group_names);
    *v = (struct voters){.n = 0};
}

/* Members stand a line each. */
static bool has_member(const struct db_group *g, const struct ca_uuid *id)
{
    char text[CA_UUID_TEXT];

    return strstr(g->members, ca_uuid_text(id, text)) != NULL;
}

/* One without a seal was enrolled before there were any: he cannot call, so he cannot vote. */
static CA_RC may_vote(struct signer *s, const struct db_operator *o, bool *ret, struct ca_err *err)
{
    *ret = false;
    if (o->seal.len == 0)
        return CA_OK;
    CA_TRY(operator_check(s->seal, o, err));
    *ret = o->enabled && (o->roles & CA_AUDITOR) == 0; /* who looks on does not take part */
    return CA_OK;
}

static void voter_fill(const struct voters *v, const struct db_operator *o, const char **groups,
                       struct approval_voter *ret)
{
    const struct db_group *rows = v->groups.rows;

    *ret = (struct approval_voter){.id = o->id, .roles = o->roles, .groups = groups};
    for (size_t i = 0; i < v->groups.count; i++) {
        if (has_member(&rows[i], &o->id))
            groups[ret->group_n++] = rows[i].name;
    }
}

static CA_RC rows_read(struct signer *s, struct db *db, struct voters *v, struct ca_err *err)
{
    const struct db_group *groups;

    CA_TRY(db_operator_list(db, &v->operators, err));
    CA_TRY(db_group_list(db, NULL, &v->groups, err));
    if (v->operators.count > APPROVAL_VOTERS_MAX)
        return CA_FAIL(err, CA_LIMIT, "more than %d operators", APPROVAL_VOTERS_MAX);
    groups = v->groups.rows;
    for (size_t i = 0; i < v->groups.count; i++)
        CA_TRY(group_check(s->seal, &groups[i], err));
    return CA_OK;
}

CA_RC voters_read(struct signer *s, struct db *db, struct voters *ret, struct ca_err *err)
{
    const struct db_operator *operators;
    size_t room;

    CA_TRY(rows_read(s, db, ret, err));
    operators = ret->operators.rows;
    room = ret->operators.count + 1;
    ret->list = calloc(room, sizeof(ret->list[0]));
    ret->names = calloc(room, sizeof(ret->names[0]));
    ret->group_names = calloc(room * (ret->groups.count + 1), sizeof(ret->group_names[0]));
    if (ret->list == NULL || ret->names == NULL || ret->group_names == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < ret->operators.count; i++) {
        const char **groups = &ret->group_names[ret->n * (ret->groups.count + 1)];
        bool may = false;

        CA_TRY(may_vote(s, &operators[i], &may, err));
        if (!may)
            continue;
        voter_fill(ret, &operators[i], groups, &ret->list[ret->n]);
        ret->names[ret->n++] = operators[i].name;
    }
    return CA_OK;
}

const struct approval_voter *voters_find(const struct voters *v, const struct ca_uuid *id)
{
    for (size_t i = 0; i < v->n; i++) {
        if (memcmp(&v->list[i].id, id, sizeof(*id)) == 0)
            return &v->list[i];
    }
    return NULL;
}
