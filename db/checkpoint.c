/* SPDX-License-Identifier: Apache-2.0 */
#include "db/checkpoint.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(INT8, db_checkpoint, id),   DB_FIELD(TEXT, db_checkpoint, chain),
    DB_FIELD(INT8, db_checkpoint, size), DB_FIELD(BYTES, db_checkpoint, root),
    DB_FIELD(INT8, db_checkpoint, at),   DB_FIELD(BYTES, db_checkpoint, key),
    DB_FIELD(TEXT, db_checkpoint, note),
};
static const struct db_fields fields = DB_FIELDS(columns, db_checkpoint);

static const struct db_field state_columns[] = {
    DB_FIELD(TEXT, db_checkpoint_state, chain), DB_FIELD(INT8, db_checkpoint_state, sequence),
    DB_FIELD(INT8, db_checkpoint_state, size),  DB_FIELD(INT8, db_checkpoint_state, at),
    DB_FIELD(BYTES, db_checkpoint_state, root), DB_FIELD(BYTES, db_checkpoint_state, key),
    DB_FIELD(TEXT, db_checkpoint_state, note),  DB_FIELD(INT8, db_checkpoint_state, edge_size),
    DB_FIELD(BYTES, db_checkpoint_state, edge),
};
static const struct db_fields state_fields = DB_FIELDS(state_columns, db_checkpoint_state);

static const struct db_field hash_columns[] = {
    DB_FIELD(INT8, db_audit_hash, sequence),
    DB_FIELD(BYTES, db_audit_hash, hash),
};
static const struct db_fields hash_fields = DB_FIELDS(hash_columns, db_audit_hash);

static const struct db_field chain_columns[] = {
    {DB_TEXT, 0, NULL},
};
static const struct db_fields chain_fields = {chain_columns, 1, sizeof(const char *)};

CA_RC db_checkpoint_insert(struct db *db, const struct db_checkpoint *c, struct ca_bytes edge,
                           struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_text(&p, c->chain);
    db_put_int8(&p, c->size);
    db_put_bytes(&p, c->root);
    db_put_int8(&p, c->at);
    db_put_bytes(&p, c->key);
    db_put_text(&p, c->note);
    db_put_bytes(&p, edge);
    CA_TRY(db_run(db, DB_checkpoint_insert, &p, &res, err));
    if (PQntuples(res) == 0) {
        return CA_FAIL(err, CA_CONFLICT, "chain %s has a checkpoint of %lld lines or more",
                       c->chain, (long long)c->size);
    }
    return CA_OK;
}

CA_RC db_checkpoint_state(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_checkpoint_state, NULL, &state_fields, ret, err);
}

CA_RC db_audit_hashes(struct db *db, const char *chain, int64_t sequence, size_t limit,
                      struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, chain);
    db_put_int8(&p, sequence);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_audit_hashes, &p, &hash_fields, ret, err);
}

CA_RC db_checkpoint_list(struct db *db, const char *chain, bool newest_first, int64_t after,
                         size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, chain);
    db_put_time(&p, after);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, newest_first ? DB_checkpoint_list_newest : DB_checkpoint_list_oldest, &p,
                       &fields, ret, err);
}

CA_RC db_checkpoint_read(struct db *db, const char *chain, int64_t size, size_t limit,
                         struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, chain);
    db_put_int8(&p, size);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_checkpoint_read, &p, &fields, ret, err);
}

CA_RC db_checkpoint_chains(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_checkpoint_chains, NULL, &chain_fields, ret, err);
}
