/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_key.h"

#include "db/statement_internal.h"

static const struct db_field columns[] = {
    DB_FIELD(UUID, db_certificate_key, id),
    DB_FIELD(BYTES, db_certificate_key, der),
};
static const struct db_fields fields = DB_FIELDS(columns, db_certificate_key);

CA_RC db_certificate_keys(struct db *db, const struct ca_uuid *after, size_t limit,
                          struct db_result *ret, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, after);
    db_put_int8(&p, (int64_t)limit);
    return db_run_rows(db, DB_certificate_keys, &p, &fields, ret, err);
}
