/* SPDX-License-Identifier: Apache-2.0 */
#include "db/profile.h"

#include "db/statement_internal.h"

static const struct db_field version_columns[] = {
    DB_FIELD(BYTES, db_profile_version, version),   DB_FIELD(TEXT, db_profile_version, name),
    DB_FIELD(BYTES, db_profile_version, yaml),      DB_FIELD(INT8, db_profile_version, created_at),
    DB_FIELD(UUID, db_profile_version, created_by), DB_FIELD(TEXT, db_profile_version, comment),
    DB_FIELD(TEXT, db_profile_version, creator),
};
static const struct db_fields version_fields = DB_FIELDS(version_columns, db_profile_version);
enum { VERSION_WRITTEN = 6 };
static const struct db_fields version_written = {version_columns, VERSION_WRITTEN,
                                                 sizeof(struct db_profile_version)};

static const struct db_field activation_columns[] = {
    DB_FIELD(TEXT, db_profile_activation, name),
    DB_FIELD(BYTES, db_profile_activation, version),
    DB_FIELD(INT8, db_profile_activation, at),
    DB_FIELD(UUID, db_profile_activation, activated_by),
    DB_FIELD(UUID, db_profile_activation, approval_id),
    DB_FIELD(TEXT, db_profile_activation, comment),
    DB_FIELD(BYTES, db_profile_activation, seal),
    DB_FIELD(INT8, db_profile_activation, sequence),
    DB_FIELD(TEXT, db_profile_activation, activator),
    DB_FIELD(BYTES, db_profile_activation, yaml),
};
static const struct db_fields activation_fields =
    DB_FIELDS(activation_columns, db_profile_activation);
enum { ACTIVATION_WRITTEN = 7 };
static const struct db_fields activation_written = {activation_columns, ACTIVATION_WRITTEN,
                                                    sizeof(struct db_profile_activation)};

CA_RC db_profile_version_insert(struct db *db, const struct db_profile_version *v,
                                struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &version_written, v);
    return db_run_none(db, DB_profile_version_insert, &p, err);
}

CA_RC db_profile_version_get(struct db *db, struct ca_bytes version, struct db_result *ret,
                             struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_bytes(&p, version);
    return db_run_rows(db, DB_profile_version_get, &p, &version_fields, ret, err);
}

CA_RC db_profile_version_find(struct db *db, const char *name, struct ca_bytes from,
                              struct ca_bytes to, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    db_put_bytes(&p, from);
    db_put_bytes(&p, to);
    return db_run_rows(db, DB_profile_version_find, &p, &version_fields, ret, err);
}

CA_RC db_profile_version_list(struct db *db, const char *name, size_t limit, struct db_result *ret,
                              struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_profile_version_list, &p, &version_fields, ret, err);
}

CA_RC db_profile_activation_insert(struct db *db, const struct db_profile_activation *a,
                                   struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &activation_written, a);
    return db_run_none(db, DB_profile_activation_insert, &p, err);
}

CA_RC db_profile_active(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_profile_active, NULL, &activation_fields, ret, err);
}

CA_RC db_profile_history(struct db *db, const char *name, size_t limit, struct db_result *ret,
                         struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_profile_history, &p, &activation_fields, ret, err);
}

CA_RC db_profile_sequence(struct db *db, int64_t *ret, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, DB_profile_sequence, NULL, &res, err));
    *ret = db_get_int8(res, 0);
    return CA_OK;
}
