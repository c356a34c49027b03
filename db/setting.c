/* SPDX-License-Identifier: Apache-2.0 */
#include "db/setting.h"

#include "db/statement_internal.h"

static CA_RC setting_read(struct db *db, const char *name, PGresult **ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, name);
    return db_run(db, DB_setting_get, &p, ret, err);
}

CA_RC db_setting_get(struct db *db, const char *name, char *ret, size_t size, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;
    const char *value;

    CA_TRY(setting_read(db, name, &res, err));
    value = PQntuples(res) == 0 ? "" : PQgetvalue(res, 0, 0);
    if (strlen(value) >= size)
        return CA_FAIL(err, CA_LIMIT, "setting %s is longer than %zu octets", name, size - 1);
    (void)ca_text_copy(ret, size, ca_bytes_str(value));
    return CA_OK;
}

CA_RC db_setting_pin(struct db *db, const char *name, const char *value, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_text(&p, name);
    db_put_text(&p, value);
    CA_TRY(db_run_none(db, DB_setting_insert, &p, err));
    CA_TRY(setting_read(db, name, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_FAULT, "setting %s was not stored", name);
    if (strcmp(PQgetvalue(res, 0, 0), value) != 0) {
        return CA_FAIL(err, CA_CONFLICT, "setting %s is '%s', not '%s'", name,
                       PQgetvalue(res, 0, 0), value);
    }
    return CA_OK;
}
