/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/answer.h"
#include "api/rest/approval_view.h"
#include "db/group.h"

/* Lines of ids; each is as long as the others. */
static bool has_member(const struct db_group *g, const struct ca_uuid *id)
{
    char text[CA_UUID_TEXT];

    return strstr(g->members, ca_uuid_text(id, text)) != NULL;
}

static CA_RC voter_fill(struct request *rq, const struct db_operator *who, const char *const *names,
                        const struct db_result *groups, struct approval_voter *ret,
                        struct ca_err *err)
{
    const char **in = request_alloc(rq, (groups->count + 1) * sizeof(*in));

    if (in == NULL)
        return CA_FAIL_NOMEM(err);
    *ret = (struct approval_voter){.id = who->id, .roles = who->roles, .groups = in};
    for (size_t i = 0; i < groups->count; i++) {
        if (has_member((const struct db_group *)groups->rows + i, &who->id))
            in[ret->group_n++] = names[i];
    }
    return CA_OK;
}

static CA_RC names_keep(struct request *rq, const struct db_result *groups, const char *const **ret,
                        struct ca_err *err)
{
    const char **names = request_alloc(rq, (groups->count + 1) * sizeof(*names));

    if (names == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < groups->count; i++) {
        names[i] = rest_keep(rq, ca_bytes_str(((const struct db_group *)groups->rows + i)->name));
        if (names[i] == NULL)
            return CA_FAIL_NOMEM(err);
    }
    *ret = names;
    return CA_OK;
}

CA_RC rest_electorate_load(struct request *rq, struct rest_electorate *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result operators = {0};
    CA_AUTO(db_result) struct db_result groups = {0};
    const struct db_operator *rows;
    const char *const *names = NULL;
    struct db *db = NULL;

    CA_TRY(rest_db(rq, &db, err));
    CA_TRY(db_operator_list(db, &operators, err));
    CA_TRY(db_group_list(db, NULL, &groups, err));
    CA_TRY(names_keep(rq, &groups, &names, err));
    rows = operators.rows;
    ret->voters = request_alloc(rq, (operators.count + 1) * sizeof(*ret->voters));
    if (ret->voters == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < operators.count; i++) {
        if (rows[i].enabled && (rows[i].roles & CA_AUDITOR) == 0)
            CA_TRY(voter_fill(rq, &rows[i], names, &groups, &ret->voters[ret->n++], err));
    }
    return CA_OK;
}

int64_t rest_electorate_count(const struct rest_electorate *all,
                              const struct approval_policy *policy, struct rest_step *steps)
{
    static const struct ca_uuid nobody;
    int64_t n = 0;

    for (size_t k = 0; k < policy->step_n; k++)
        steps[k].eligible = 0;
    for (size_t i = 0; i < all->n; i++) {
        bool any = false;

        for (size_t k = 0; k < policy->step_n; k++) {
            bool may = approval_eligible(&policy->steps[k], &all->voters[i], &nobody);

            steps[k].eligible += may ? 1 : 0;
            any = any || may;
        }
        n += any ? 1 : 0;
    }
    return n;
}
