/* SPDX-License-Identifier: Apache-2.0 */
#include "db/audit_list.h"

#include "db/audit_internal.h"
#include "db/statement_internal.h"

static const enum db_id orders[] = {
    [DB_AUDIT_NEWEST] = DB_audit_list,
    [DB_AUDIT_EXPORT] = DB_audit_export,
};

static const struct db_field count_columns[] = {
    DB_FIELD(INT4, db_audit_count, period),
    DB_FIELD(INT8, db_audit_count, certificates),
    DB_FIELD(INT8, db_audit_count, audited),
};
static const struct db_fields count_fields = DB_FIELDS(count_columns, db_audit_count);

static const struct db_field missing_columns[] = {
    DB_FIELD(UUID, db_audit_missing, id),
    DB_FIELD(BYTES, db_audit_missing, serial),
    DB_FIELD(INT8, db_audit_missing, issued_at),
};
static const struct db_fields missing_fields = DB_FIELDS(missing_columns, db_audit_missing);

CA_RC db_audit_list(struct db *db, const struct db_audit_filter *filter, enum db_audit_order order,
                    const struct db_audit_cursor *after, size_t limit, struct db_result *ret,
                    struct ca_err *err)
{
    const char *const texts[] = {filter->chain,   filter->actor,  filter->action,
                                 filter->outcome, filter->object, filter->request_id};
    CA_AUTO(db_params) struct db_params p = {0};

    for (size_t i = 0; i < CA_COUNT(texts); i++)
        db_put_text(&p, texts[i]);
    db_put_time(&p, filter->from_us);
    db_put_time(&p, filter->to_us);
    db_put_time(&p, after->chain != NULL ? after->at_us : 0);
    db_put_text(&p, after->chain);
    db_put_int8(&p, after->sequence);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, orders[order], &p, &db_audit_fields, ret, err);
}

CA_RC db_audit_issued_counts(struct db *db, struct db_result *ret, struct ca_err *err)
{
    return db_run_rows(db, DB_audit_issued_counts, NULL, &count_fields, ret, err);
}

CA_RC db_audit_issued_missing(struct db *db, size_t limit, struct db_result *ret,
                              struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_audit_issued_missing, &p, &missing_fields, ret, err);
}

CA_RC db_audit_issued_orphan(struct db *db, size_t limit, struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_audit_issued_orphan, &p, &db_audit_fields, ret, err);
}
