/* SPDX-License-Identifier: Apache-2.0 */
#include "db/credential.h"

#include "db/operator_internal.h"
#include "db/statement_internal.h"

static const char *const kinds[] = {"certificate", "token", NULL};
_Static_assert(CA_COUNT(kinds) == DB_CREDENTIAL__COUNT + 1, "a name for each kind");

#define COLUMNS(type, at)                                                                          \
    DB_FIELD(UUID, type, at id), DB_FIELD(UUID, type, at operator_id),                             \
        DB_FIELD_LABEL(type, at kind, kinds), DB_FIELD(TEXT, type, at name),                       \
        DB_FIELD(BYTES, type, at hash), DB_FIELD(BYTES, type, at salt),                            \
        DB_FIELD(BOOL, type, at profiles_given), DB_FIELD(TEXT, type, at profiles),                \
        DB_FIELD(BOOL, type, at names_given), DB_FIELD(TEXT, type, at names),                      \
        DB_FIELD(TIME, type, at expires_at), DB_FIELD(INT8, type, at created_at),                  \
        DB_FIELD(TIME, type, at revoked_at), DB_FIELD(BYTES, type, at seal)

static const struct db_field columns[] = {COLUMNS(db_credential, )};
static const struct db_fields fields = DB_FIELDS(columns, db_credential);

static const struct db_field found_columns[] = {
    COLUMNS(db_credential_found, credential.),
    DB_OPERATOR_COLUMNS(db_credential_found, who.),
    DB_FIELD(BOOL, db_credential_found, certificate_revoked),
};
static const struct db_fields found_fields = DB_FIELDS(found_columns, db_credential_found);

static const struct db_field row_columns[] = {
    COLUMNS(db_credential_row, credential.),
    DB_FIELD(TEXT, db_credential_row, operator_name),
};
static const struct db_fields row_fields = DB_FIELDS(row_columns, db_credential_row);

const char *db_credential_kind_name(enum db_credential_kind kind)
{
    return kinds[kind];
}

CA_RC db_credential_insert(struct db *db, const struct db_credential *c, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &fields, c);
    return db_run_none(db, DB_credential_insert, &p, err);
}

CA_RC db_credential_revoke(struct db *db, const struct ca_uuid *id, int64_t at,
                           struct ca_bytes seal, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, id);
    db_put_int8(&p, at);
    db_put_bytes(&p, seal);
    CA_TRY(db_run(db, DB_credential_revoke, &p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the credential is revoked already");
    return CA_OK;
}

static CA_RC credential_find(struct db *db, enum db_id id, struct db_params *p,
                             struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};

    CA_TRY(db_run_rows(db, id, p, &found_fields, &found, err));
    if (found.count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such credential");
    *ret = found;
    found = (struct db_result){0};
    return CA_OK;
}

CA_RC db_credential_by_id(struct db *db, const struct ca_uuid *id, int64_t now,
                          struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    db_put_int8(&p, now);
    return credential_find(db, DB_credential_by_id, &p, ret, err);
}

CA_RC db_credential_by_key(struct db *db, struct ca_bytes key_hash, struct ca_bytes fingerprint,
                           int64_t now, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_bytes(&p, key_hash);
    db_put_bytes(&p, fingerprint);
    db_put_int8(&p, now);
    return credential_find(db, DB_credential_by_key, &p, ret, err);
}

CA_RC db_credential_list(struct db *db, const struct ca_uuid *operator_id,
                         enum db_credential_kind kind, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, operator_id);
    db_put_text(&p, kinds[kind]); /* NULL behind the last */
    return db_run_rows(db, DB_credential_list, &p, &row_fields, ret, err);
}

CA_RC db_credential_others(struct db *db, const struct ca_uuid *operator_id,
                           const struct ca_uuid *but, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_uuid(&p, operator_id);
    db_put_uuid(&p, but);
    CA_TRY(db_run(db, DB_credential_others, &p, &res, err));
    *ret = db_get_int8(res, 0);
    return CA_OK;
}
