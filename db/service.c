/* SPDX-License-Identifier: Apache-2.0 */
#include "db/service.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_service, id),           DB_FIELD(TEXT, db_service, kind),
    DB_FIELD(TEXT, db_service, owner),        DB_FIELD(TEXT, db_service, key_label),
    DB_FIELD(INT8, db_service, authority_id), DB_FIELD(UUID, db_service, certificate_id),
    DB_FIELD(BYTES, db_service, certificate), DB_FIELD(INT8, db_service, not_before),
    DB_FIELD(INT8, db_service, not_after),    DB_FIELD(INT8, db_service, created_at),
};
static const struct db_fields fields = DB_FIELDS(columns, db_service);

CA_RC db_service_insert(struct db *db, const struct db_service *s, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_row(&p, &fields, s);
    return db_run_none(db, DB_service_insert, &p, err);
}

static CA_RC list(struct db *db, enum db_id statement, const char *kind, const char *owner,
                  int64_t now, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, kind);
    db_put_text(&p, owner);
    db_put_int8(&p, now);
    return db_run_rows(db, statement, &p, &fields, ret, err);
}

CA_RC db_service_list(struct db *db, const char *kind, const char *owner, int64_t now,
                      struct db_result *ret, struct ca_err *err)
{
    return list(db, DB_service_list, kind, owner, now, ret, err);
}

CA_RC db_service_past(struct db *db, const char *kind, const char *owner, int64_t now,
                      struct db_result *ret, struct ca_err *err)
{
    return list(db, DB_service_past, kind, owner, now, ret, err);
}
