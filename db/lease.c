/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl.h"
#include "db/statement_internal.h"

CA_RC db_lease_take(struct db *db, const char *name, const char *node, int64_t now, int64_t seconds,
                    bool *ret_mine, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};
    CA_AUTO(pg_result) PGresult *res = NULL;

    db_put_text(&p, name);
    db_put_text(&p, node);
    db_put_int8(&p, now);
    db_put_int8(&p, now + seconds);
    CA_TRY(db_run(db, DB_lease_take, &p, &res, err));
    *ret_mine = PQntuples(res) == 1;
    return CA_OK;
}
