/* SPDX-License-Identifier: Apache-2.0 */
#include "db/revocation_job.h"

#include "db/statement_internal.h"

static const char *const states[] = {"running", "done", "cancelled", "failed", NULL};
_Static_assert(CA_COUNT(states) == DB_REVOCATION__COUNT + 1, "a name for each state");

#define J(kind, member) DB_FIELD(kind, db_revocation_job, member)
static const struct db_field job_columns[] = {
    J(UUID, id),
    J(TEXT, selection.profile),
    J(TIME, selection.authority_id),
    J(UUID, selection.requester_id),
    J(BYTES, selection.spki_hash),
    J(TIME, selection.issued_from),
    J(TIME, selection.issued_to),
    J(BYTES, selection.listed),
    J(INT8, selection.selected_at),
    J(INT8, total),
    J(BYTES, digest),
    J(INT4, reason),
    J(TIME, invalidity_date),
    J(TEXT, comment),
    J(INT8, created_at),
    J(UUID, created_by),
    J(BYTES, seal),
    J(UUID, selection.list_id),
    J(TIME, list_named),
    J(BYTES, list_digest),
    DB_FIELD_LABEL(db_revocation_job, state, states),
    J(UUID, position),
    J(INT8, done),
    J(INT8, revoked),
    J(TEXT, node),
    J(TIME, started_at),
    J(TIME, ended_at),
    J(UUID, ended_by),
    J(TEXT, failure),
    J(TEXT, authority),
    J(TEXT, requester),
    J(TEXT, creator),
    J(TEXT, ender),
};
static const struct db_fields job_fields = DB_FIELDS(job_columns, db_revocation_job);
enum { WRITTEN = 20 }; /* the first ones */
static const struct db_fields written = {job_columns, WRITTEN, sizeof(struct db_revocation_job)};

const char *db_revocation_job_state_name(enum db_revocation_job_state state)
{
    return states[state];
}

CA_RC db_revocation_job_insert(struct db *db, const struct db_revocation_job *job, bool *ret_new,
                               struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &written, job);
    CA_TRY(db_run(db, DB_revocation_job_insert, &p, &res, err));
    *ret_new = PQntuples(res) == 1;
    return CA_OK;
}

CA_RC db_revocation_job_list(struct db *db, const struct ca_uuid *id,
                             const enum db_revocation_job_state *state,
                             const struct ca_uuid *before, size_t limit, struct db_result *ret,
                             struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    db_put_text(&p, state != NULL ? states[*state] : NULL);
    db_put_uuid(&p, before);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_revocation_job_list, &p, &job_fields, ret, err);
}

/* A compare-and-set that answers no row. */
static CA_RC job_set(struct db *db, enum db_id id, struct db_params *p, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, id, p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the job has ended, or stands elsewhere");
    return CA_OK;
}

CA_RC db_revocation_job_advance(struct db *db, const struct db_revocation_job *job,
                                const char *node, const struct db_revocation_step *step,
                                struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, &job->id);
    db_put_uuid(&p, &job->position);
    db_put_uuid(&p, &step->position);
    db_put_int8(&p, step->done);
    db_put_int8(&p, step->revoked);
    db_put_text(&p, node);
    db_put_int8(&p, step->at);
    return job_set(db, DB_revocation_job_advance, &p, err);
}

CA_RC db_revocation_job_end(struct db *db, const struct ca_uuid *id,
                            enum db_revocation_job_state state, int64_t at,
                            const struct ca_uuid *by, const char *failure, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    db_put_text(&p, states[state]);
    db_put_int8(&p, at);
    db_put_uuid(&p, by);
    db_put_text(&p, failure);
    return job_set(db, DB_revocation_job_end, &p, err);
}
