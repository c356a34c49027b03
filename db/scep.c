/* SPDX-License-Identifier: Apache-2.0 */
#include "db/scep.h"

#include "db/statement_internal.h"

#define E(kind, member) DB_FIELD(kind, db_scep_endpoint, member)
static const struct db_field endpoint_columns[] = {
    E(UUID, id),           E(TEXT, name),         E(UUID, operator_id), E(TEXT, profile),
    E(TEXT, authority),    E(TEXT, ra_key),       E(BOOL, enabled),     E(INT4, modes),
    E(INT4, legacy),       E(INT4, switches),     E(TEXT, webhook_url), E(INT4, challenge_validity),
    E(BYTES, static_salt), E(BYTES, static_hash), E(INT8, created_at),  E(TIME, removed_at),
    E(BYTES, seal),
};
static const struct db_fields endpoint_fields = DB_FIELDS(endpoint_columns, db_scep_endpoint);
static const struct db_field update_columns[] = {
    E(UUID, id),           E(TEXT, profile),
    E(TEXT, authority),    E(TEXT, ra_key),
    E(BOOL, enabled),      E(INT4, modes),
    E(INT4, legacy),       E(INT4, switches),
    E(TEXT, webhook_url),  E(INT4, challenge_validity),
    E(BYTES, static_salt), E(BYTES, static_hash),
    E(TIME, removed_at),   E(BYTES, seal),
};
static const struct db_fields update_fields = DB_FIELDS(update_columns, db_scep_endpoint);

#define C(kind, member) DB_FIELD(kind, db_scep_challenge, member)
static const struct db_field challenge_columns[] = {
    C(UUID, id),      C(UUID, endpoint_id), C(BYTES, salt),      C(BYTES, hash),
    C(TEXT, profile), C(TEXT, subject),     C(TEXT, names),      C(BOOL, any_name),
    C(TEXT, comment), C(INT8, created_at),  C(UUID, created_by), C(INT8, expires_at),
    C(BYTES, seal),   C(TIME, used_at),     C(UUID, request_id), C(TIME, revoked_at),
};
static const struct db_fields challenge_fields = DB_FIELDS(challenge_columns, db_scep_challenge);
enum { CHALLENGE_WRITTEN = 13 }; /* the first ones */
static const struct db_fields challenge_written = {challenge_columns, CHALLENGE_WRITTEN,
                                                   sizeof(struct db_scep_challenge)};

#define T(kind, member) DB_FIELD(kind, db_scep_transaction, member)
static const struct db_field transaction_columns[] = {
    T(UUID, endpoint_id), T(TEXT, transaction_id), T(BYTES, spki_hash),   T(BYTES, csr_hash),
    T(UUID, request_id),  T(UUID, renews),         T(TEXT, remote),       T(INT8, created_at),
    T(TEXT, state),       T(UUID, certificate_id), T(BYTES, certificate),
};
static const struct db_fields transaction_fields =
    DB_FIELDS(transaction_columns, db_scep_transaction);
enum { TRANSACTION_WRITTEN = 8, TRANSACTION_LISTED = 10 }; /* the first ones */
static const struct db_fields transaction_written = {transaction_columns, TRANSACTION_WRITTEN,
                                                     sizeof(struct db_scep_transaction)};
static const struct db_fields transaction_listed = {transaction_columns, TRANSACTION_LISTED,
                                                    sizeof(struct db_scep_transaction)};

CA_RC db_scep_endpoint_insert(struct db *db, const struct db_scep_endpoint *e, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &endpoint_fields, e);
    return db_run_none(db, DB_scep_endpoint_insert, &p, err);
}

CA_RC db_scep_endpoint_update(struct db *db, const struct db_scep_endpoint *e, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_row(&p, &update_fields, e);
    CA_TRY(db_run(db, DB_scep_endpoint_update, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such SCEP endpoint");
    return CA_OK;
}

CA_RC db_scep_endpoint_list(struct db *db, const char *name, struct db_result *ret,
                            struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    return db_run_rows(db, DB_scep_endpoint_list, &p, &endpoint_fields, ret, err);
}

CA_RC db_scep_challenge_insert(struct db *db, const struct db_scep_challenge *c, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &challenge_written, c);
    return db_run_none(db, DB_scep_challenge_insert, &p, err);
}

CA_RC db_scep_challenge_by_id(struct db *db, const struct ca_uuid *id, struct db_result *ret,
                              struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    return db_run_rows(db, DB_scep_challenge_by_id, &p, &challenge_fields, ret, err);
}

CA_RC db_scep_challenge_list(struct db *db, const struct ca_uuid *endpoint_id,
                             const struct ca_uuid *before, size_t limit, struct db_result *ret,
                             struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, endpoint_id);
    db_put_uuid(&p, before);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_scep_challenge_list, &p, &challenge_fields, ret, err);
}

CA_RC db_scep_challenge_use(struct db *db, const struct ca_uuid *id, int64_t now,
                            const struct ca_uuid *request_id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, id);
    db_put_int8(&p, now);
    db_put_uuid(&p, request_id);
    CA_TRY(db_run(db, DB_scep_challenge_use, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the challenge is used, revoked or expired");
    return CA_OK;
}

CA_RC db_scep_challenge_revoke(struct db *db, const struct ca_uuid *id, int64_t now,
                               struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, id);
    db_put_int8(&p, now);
    CA_TRY(db_run(db, DB_scep_challenge_revoke, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the challenge is used or revoked");
    return CA_OK;
}

CA_RC db_scep_transaction_insert(struct db *db, const struct db_scep_transaction *t,
                                 struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &transaction_written, t);
    return db_run_none(db, DB_scep_transaction_insert, &p, err);
}

CA_RC db_scep_transaction_find(struct db *db, const struct ca_uuid *endpoint_id,
                               const char *transaction_id, struct ca_bytes spki_hash,
                               struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, endpoint_id);
    db_put_text(&p, transaction_id);
    db_put_bytes(&p, spki_hash);
    return db_run_rows(db, DB_scep_transaction_find, &p, &transaction_fields, ret, err);
}

CA_RC db_scep_transaction_list(struct db *db, const struct ca_uuid *endpoint_id,
                               const struct ca_uuid *before, size_t limit, struct db_result *ret,
                               struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, endpoint_id);
    db_put_uuid(&p, before);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_scep_transaction_list, &p, &transaction_listed, ret, err);
}
