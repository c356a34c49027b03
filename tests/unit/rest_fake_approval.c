/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rest_fake_approval.h"

#include <stdio.h>

struct rest_fake_approval rest_fake_approval;

static const char *const states[] = {"pending", "approved",  "done",   "failed",
                                     "denied",  "withdrawn", "expired"};

const char *db_approval_state_name(enum db_approval_state state)
{
    return states[state];
}

bool db_approval_state_parse(const char *name, enum db_approval_state *ret)
{
    for (int i = 0; i < DB_APPROVAL__COUNT; i++) {
        if (strcmp(states[i], name) == 0) {
            *ret = (enum db_approval_state)i;
            return true;
        }
    }
    return false;
}

static bool same(const struct ca_uuid *a, const struct ca_uuid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

CA_RC db_approval_get(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < rest_fake_approval.approval_n; i++) {
        const struct db_approval *row = &rest_fake_approval.approvals[i];

        if (same(&row->id, id))
            return rest_fake_rows(row, 1, sizeof(*row), ret, err);
    }
    return rest_fake_rows(NULL, 0, 1, ret, err);
}

CA_RC db_approval_list(struct db *db, const struct db_approval_filter *filter, size_t limit,
                       struct db_result *ret, struct ca_err *err)
{
    size_t n = rest_fake_approval.approval_n;

    (void)db;
    rest_fake_approval.filter = *filter;
    (void)snprintf(rest_fake_approval.words, sizeof(rest_fake_approval.words), "%s",
                   filter->words != NULL ? filter->words : "");
    return rest_fake_rows(rest_fake_approval.approvals, n < limit ? n : limit,
                          sizeof(rest_fake_approval.approvals[0]), ret, err);
}

CA_RC db_approval_votes(struct db *db, const struct ca_uuid *approval_id, struct db_result *ret,
                        struct ca_err *err)
{
    struct db_approval_vote found[FAKE_MAX];
    size_t n = 0;

    (void)db;
    for (size_t i = 0; i < rest_fake_approval.vote_n; i++) {
        if (same(&rest_fake_approval.votes[i].approval_id, approval_id))
            found[n++] = rest_fake_approval.votes[i];
    }
    return rest_fake_rows(found, n, sizeof(found[0]), ret, err);
}

CA_RC db_approval_comments(struct db *db, const struct ca_uuid *approval_id, struct db_result *ret,
                           struct ca_err *err)
{
    (void)db;
    (void)approval_id;
    return rest_fake_rows(rest_fake_approval.comments, rest_fake_approval.comment_n,
                          sizeof(rest_fake_approval.comments[0]), ret, err);
}

CA_RC db_approval_rules(struct db *db, const char *action, struct db_result *ret,
                        struct ca_err *err)
{
    (void)db;
    (void)action;
    return rest_fake_rows(rest_fake_approval.rules, rest_fake_approval.rule_n,
                          sizeof(rest_fake_approval.rules[0]), ret, err);
}

CA_RC db_operator_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                        struct ca_err *err)
{
    (void)db;
    for (size_t i = 0; i < rest_fake_approval.operator_n; i++) {
        const struct db_operator *row = &rest_fake_approval.operators[i];

        if (same(&row->id, id))
            return rest_fake_rows(row, 1, sizeof(*row), ret, err);
    }
    return CA_FAIL(err, CA_NOT_FOUND, "no such operator");
}

CA_RC db_operator_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    return rest_fake_rows(rest_fake_approval.operators, rest_fake_approval.operator_n,
                          sizeof(rest_fake_approval.operators[0]), ret, err);
}

CA_RC db_group_list(struct db *db, const char *name, struct db_result *ret, struct ca_err *err)
{
    (void)db;
    (void)name;
    return rest_fake_rows(rest_fake_approval.groups, rest_fake_approval.group_n,
                          sizeof(rest_fake_approval.groups[0]), ret, err);
}
