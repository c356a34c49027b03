/* SPDX-License-Identifier: Apache-2.0 */
#include "db/authority.h"

#include "db/statement_internal.h"

static const char *const states[] = {"pending", "active", "retired", NULL};

static const struct db_field columns[] = {
    DB_FIELD(TIME, db_authority, id),
    DB_FIELD(UUID, db_authority, uuid),
    DB_FIELD(TEXT, db_authority, name),
    DB_FIELD(TIME, db_authority, parent_id),
    DB_FIELD_LABEL(db_authority, state, states),
    DB_FIELD(TEXT, db_authority, key_label),
    DB_FIELD(TEXT, db_authority, signature),
    DB_FIELD(BYTES, db_authority, csr),
    DB_FIELD(BYTES, db_authority, certificate),
    DB_FIELD(BYTES, db_authority, chain),
    DB_FIELD(TEXT, db_authority, crl_url),
    DB_FIELD(TEXT, db_authority, aia_url),
    DB_FIELD(TEXT, db_authority, ocsp_url),
    DB_FIELD(INT4, db_authority, crl_validity_s),
    DB_FIELD(INT4, db_authority, crl_interval_s),
    DB_FIELD(INT8, db_authority, crl_number),
    DB_FIELD(INT8, db_authority, created_at),
    DB_FIELD(TEXT, db_authority, profile),
    DB_FIELD(INT4, db_authority, crl_shards),
    DB_FIELD(INT4, db_authority, crl_delta_interval_s),
    DB_FIELD(INT4, db_authority, crl_emergency_s),
};
static const struct db_fields fields = DB_FIELDS(columns, db_authority);

CA_RC db_authority_insert(struct db *db, const struct db_authority *a, int64_t *ret_id,
                          struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &fields, a);
    CA_TRY(db_run(db, DB_authority_insert, &p, &res, err));
    *ret_id = db_get_int8(res, 0);
    return CA_OK;
}

CA_RC db_authority_list(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_authority_list, NULL, &fields, ret, err);
}

CA_RC db_authority_install(struct db *db, int64_t id, struct ca_bytes certificate,
                           struct ca_bytes chain, int64_t parent_id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, id);
    db_put_bytes(&p, certificate);
    db_put_bytes(&p, chain);
    db_put_time(&p, parent_id);
    CA_TRY(db_run(db, DB_authority_install, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the authority does not wait for a certificate");
    return CA_OK;
}

CA_RC db_authority_schedule(struct db *db, const struct db_authority *a, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, a->id);
    db_put_int4(&p, a->crl_validity_s);
    db_put_int4(&p, a->crl_interval_s);
    db_put_int4(&p, a->crl_delta_interval_s);
    db_put_int4(&p, a->crl_shards);
    db_put_int4(&p, a->crl_emergency_s);
    CA_TRY(db_run(db, DB_authority_schedule, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the CRL of this authority has more parts by now");
    return CA_OK;
}

CA_RC db_authority_spread(struct db *db, int64_t id, int32_t shards, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_int8(&p, id);
    db_put_int4(&p, shards);
    CA_TRY(db_run(db, DB_authority_spread, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the CRL of this authority has %d parts by now", shards);
    return CA_OK;
}

static const struct db_field in_force_columns[] = {
    DB_FIELD(INT8, db_authority_in_force, authority_id),
    DB_FIELD(INT8, db_authority_in_force, certificates),
};
static const struct db_fields in_force_fields = DB_FIELDS(in_force_columns, db_authority_in_force);

CA_RC db_authority_in_force(struct db *db, int64_t now, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, now);
    return db_run_rows(db, DB_authority_in_force, &p, &in_force_fields, ret, err);
}

static const struct db_field count_columns[] = {
    DB_FIELD(INT8, db_authority_counts, authority_id), DB_FIELD(INT8, db_authority_counts, valid),
    DB_FIELD(INT8, db_authority_counts, held),         DB_FIELD(INT8, db_authority_counts, revoked),
    DB_FIELD(INT8, db_authority_counts, expired),
};
static const struct db_fields count_fields = DB_FIELDS(count_columns, db_authority_counts);

CA_RC db_authority_counts(struct db *db, int64_t now, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, now);
    return db_run_rows(db, DB_authority_counts, &p, &count_fields, ret, err);
}
