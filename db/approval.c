/* SPDX-License-Identifier: Apache-2.0 */
#include "db/approval.h"

#include "db/statement_internal.h"

static const char *const states[] = {"pending", "approved",  "done",    "failed",
                                     "denied",  "withdrawn", "expired", NULL};
_Static_assert(CA_COUNT(states) == DB_APPROVAL__COUNT + 1, "a name for each state");

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_approval, id),          DB_FIELD(TEXT, db_approval, action),
    DB_FIELD(TEXT, db_approval, object),      DB_FIELD(UUID, db_approval, requester_id),
    DB_FIELD(UUID, db_approval, author_id),   DB_FIELD(INT4, db_approval, revision),
    DB_FIELD(BYTES, db_approval, digest),     DB_FIELD(TEXT, db_approval, policy),
    DB_FIELD(BYTES, db_approval, question),   DB_FIELD_LABEL(db_approval, state, states),
    DB_FIELD(INT8, db_approval, created_at),  DB_FIELD(INT8, db_approval, expires_at),
    DB_FIELD(BYTES, db_approval, seal),       DB_FIELD(TEXT, db_approval, requester),
    DB_FIELD(UUID, db_approval, assigned_to), DB_FIELD(TEXT, db_approval, assignee),
    DB_FIELD(TIME, db_approval, decided_at),  DB_FIELD(UUID, db_approval, decided_by),
    DB_FIELD(TEXT, db_approval, decider),     DB_FIELD(TEXT, db_approval, result),
    DB_FIELD(TEXT, db_approval, author),      DB_FIELD(INT4, db_approval, approvals),
};
static const struct db_fields fields = DB_FIELDS(columns, db_approval);
enum { WRITTEN = 13 }; /* the first ones */
static const struct db_fields written = {columns, WRITTEN, sizeof(struct db_approval)};

static const struct db_field revise_columns[] = {
    DB_FIELD(UUID, db_approval, id),         DB_FIELD(INT4, db_approval, revision),
    DB_FIELD(TEXT, db_approval, object),     DB_FIELD(UUID, db_approval, author_id),
    DB_FIELD(BYTES, db_approval, digest),    DB_FIELD(TEXT, db_approval, policy),
    DB_FIELD(INT8, db_approval, expires_at), DB_FIELD(BYTES, db_approval, seal),
};
static const struct db_fields revise_fields = DB_FIELDS(revise_columns, db_approval);

static const struct db_field move_columns[] = {
    DB_FIELD(UUID, db_approval_move, id),         DB_FIELD_LABEL(db_approval_move, from, states),
    DB_FIELD_LABEL(db_approval_move, to, states), DB_FIELD(TIME, db_approval_move, decided_at),
    DB_FIELD(UUID, db_approval_move, decided_by), DB_FIELD(TEXT, db_approval_move, result),
};
static const struct db_fields move_fields = DB_FIELDS(move_columns, db_approval_move);

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

CA_RC db_approval_insert(struct db *db, const struct db_approval *a, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &written, a);
    return db_run_none(db, DB_approval_insert, &p, err);
}

static CA_RC by_id(struct db *db, enum db_id statement, const struct ca_uuid *id,
                   struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return db_run_rows(db, statement, &p, &fields, ret, err);
}

CA_RC db_approval_get(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    return by_id(db, DB_approval_get, id, ret, err);
}

CA_RC db_approval_lock(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                       struct ca_err *err)
{
    return by_id(db, DB_approval_lock, id, ret, err);
}

/* A compare-and-set that answers a row when it fitted. */
static CA_RC set(struct db *db, enum db_id statement, struct db_params *p, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, statement, p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL_AS(err, CA_CONFLICT, "already-decided", "somebody else was faster");
    return CA_OK;
}

CA_RC db_approval_move(struct db *db, const struct db_approval_move *m, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &move_fields, m);
    return set(db, DB_approval_move, &p, err);
}

CA_RC db_approval_revise(struct db *db, const struct db_approval *a, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &revise_fields, a);
    return set(db, DB_approval_revise, &p, err);
}

CA_RC db_approval_assign(struct db *db, const struct ca_uuid *id, const struct ca_uuid *to,
                         struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    db_put_uuid(&p, to);
    return set(db, DB_approval_assign, &p, err);
}

CA_RC db_approval_overdue(struct db *db, int64_t now, size_t limit, struct db_result *ret,
                          struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, now);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_approval_overdue, &p, &fields, ret, err);
}

CA_RC db_approval_unfinished(struct db *db, size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_approval_unfinished, &p, &fields, ret, err);
}

CA_RC db_approval_same(struct db *db, const struct db_approval *a, int64_t now, struct ca_uuid *ret,
                       bool *ret_found, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_text(&p, a->action);
    db_put_uuid(&p, &a->requester_id);
    db_put_bytes(&p, a->digest);
    db_put_int8(&p, now);
    CA_TRY(db_run(db, DB_approval_same, &p, &res, err));
    *ret_found = PQntuples(res) > 0;
    if (*ret_found)
        memcpy(ret->octets, PQgetvalue(res, 0, 0), CA_UUID_LEN);
    return CA_OK;
}

CA_RC db_approval_waiting(struct db *db, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_approval_waiting, NULL, &res, err));
    *ret = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_approval_list(struct db *db, const struct db_approval_filter *filter, size_t limit,
                       struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    enum db_approval_state known;

    if (filter->state != NULL && !db_approval_state_parse(filter->state, &known))
        return CA_FAIL(err, CA_MALFORMED, "no approval is ever '%s'", filter->state);
    db_put_text(&p, filter->state);
    db_put_text(&p, filter->action);
    db_put_uuid(&p, filter->requester);
    db_put_uuid(&p, filter->not_voted_by);
    db_put_uuid(&p, &filter->before);
    db_put_uuid(&p, filter->assignee);
    db_put_text(&p, filter->words);
    db_put_time(&p, filter->open_at);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_approval_list, &p, &fields, ret, err);
}
