/* SPDX-License-Identifier: Apache-2.0 */
#include "db/approval.h"
#include "db/statement_internal.h"

static const struct db_field vote_columns[] = {
    DB_FIELD(UUID, db_approval_vote, approval_id), DB_FIELD(INT4, db_approval_vote, revision),
    DB_FIELD(UUID, db_approval_vote, operator_id), DB_FIELD(BOOL, db_approval_vote, approves),
    DB_FIELD(INT4, db_approval_vote, step),        DB_FIELD(BYTES, db_approval_vote, digest),
    DB_FIELD(TEXT, db_approval_vote, comment),     DB_FIELD(INT8, db_approval_vote, at),
    DB_FIELD(BYTES, db_approval_vote, seal),       DB_FIELD(TEXT, db_approval_vote, operator_name),
};
static const struct db_fields vote_fields = DB_FIELDS(vote_columns, db_approval_vote);
static const struct db_fields vote_written = {vote_columns, CA_COUNT(vote_columns) - 1,
                                              sizeof(struct db_approval_vote)};

static const struct db_field comment_columns[] = {
    DB_FIELD(UUID, db_approval_comment, id),
    DB_FIELD(UUID, db_approval_comment, approval_id),
    DB_FIELD(UUID, db_approval_comment, operator_id),
    DB_FIELD(TEXT, db_approval_comment, comment),
    DB_FIELD(INT8, db_approval_comment, at),
    DB_FIELD(TEXT, db_approval_comment, operator_name),
};
static const struct db_fields comment_fields = DB_FIELDS(comment_columns, db_approval_comment);
static const struct db_fields comment_written = {comment_columns, CA_COUNT(comment_columns) - 1,
                                                 sizeof(struct db_approval_comment)};

static const struct db_field rule_columns[] = {
    DB_FIELD(TEXT, db_approval_rule, action),     DB_FIELD(TEXT, db_approval_rule, policy),
    DB_FIELD(INT8, db_approval_rule, updated_at), DB_FIELD(UUID, db_approval_rule, updated_by),
    DB_FIELD(BYTES, db_approval_rule, seal),      DB_FIELD(TEXT, db_approval_rule, updater),
};
static const struct db_fields rule_fields = DB_FIELDS(rule_columns, db_approval_rule);
static const struct db_fields rule_written = {rule_columns, CA_COUNT(rule_columns) - 1,
                                              sizeof(struct db_approval_rule)};

CA_RC db_approval_vote_insert(struct db *db, const struct db_approval_vote *v, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &vote_written, v);
    return db_run_none(db, DB_approval_vote_insert, &p, err);
}

CA_RC db_approval_votes(struct db *db, const struct ca_uuid *approval_id, struct db_result *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, approval_id);
    return db_run_rows(db, DB_approval_votes, &p, &vote_fields, ret, err);
}

CA_RC db_approval_comment_insert(struct db *db, const struct db_approval_comment *c,
                                 struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &comment_written, c);
    return db_run_none(db, DB_approval_comment_insert, &p, err);
}

CA_RC db_approval_comments(struct db *db, const struct ca_uuid *approval_id, struct db_result *ret,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, approval_id);
    return db_run_rows(db, DB_approval_comments, &p, &comment_fields, ret, err);
}

CA_RC db_approval_rules(struct db *db, const char *action, struct db_result *ret,
                        struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, action);
    return db_run_rows(db, DB_approval_rules, &p, &rule_fields, ret, err);
}

CA_RC db_approval_rule_put(struct db *db, const struct db_approval_rule *r, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &rule_written, r);
    return db_run_none(db, DB_approval_rule_put, &p, err);
}
