/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit.h"

#include "db/audit_internal.h"
#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(TEXT, db_audit, chain),        DB_FIELD(INT8, db_audit, sequence),
    DB_FIELD(INT8, db_audit, at_us),        DB_FIELD(TEXT, db_audit, actor),
    DB_FIELD(TEXT, db_audit, channel),      DB_FIELD(TEXT, db_audit, action),
    DB_FIELD(TEXT, db_audit, outcome),      DB_FIELD(TEXT, db_audit, object),
    DB_FIELD(TEXT, db_audit, request_id),   DB_FIELD(TEXT, db_audit, detail),
    DB_FIELD(BYTES, db_audit, object_hash), DB_FIELD(BYTES, db_audit, previous),
    DB_FIELD(BYTES, db_audit, hash),
};
const struct db_fields db_audit_fields = DB_FIELDS(columns, db_audit);

CA_RC db_audit_insert_batch(struct db *db, const struct db_audit *rows, size_t n,
                            struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    CA_TRY(db_put_rows(&p, &db_audit_fields, rows, n, err));
    return db_run_none(db, DB_audit_insert, &p, err);
}

CA_RC db_audit_head(struct db *db, const char *chain, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, chain);
    return db_run_rows(db, DB_audit_head, &p, &db_audit_fields, ret, err);
}

CA_RC db_audit_read(struct db *db, const char *chain, int64_t sequence, size_t limit,
                    struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_text(&p, chain);
    db_put_int8(&p, sequence);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_audit_read, &p, &db_audit_fields, ret, err);
}
