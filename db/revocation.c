/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_internal.h"

/* A compare-and-set that answers no row: there is none, or it is in another state. */
static CA_RC state_set(struct db *db, enum db_id id, struct db_params *p, struct ca_err *err)
{
    CA_AUTO(pg_result) PGresult *res = NULL;

    CA_TRY(db_run(db, id, p, &res, err));
    if (PQntuples(res) == 0)
        return CA_FAIL(err, CA_CONFLICT, "the certificate is in another state");
    return CA_OK;
}

CA_RC db_certificate_revoke(struct db *db, const struct db_revocation *r, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, &r->certificate_id);
    db_put_periods(&p, &r->certificate_id);
    db_put_int4(&p, r->reason);
    db_put_int8(&p, r->revoked_at);
    db_put_time(&p, r->invalidity_date);
    db_put_text(&p, r->comment == NULL ? "" : r->comment);
    return state_set(db, DB_certificate_revoke, &p, err);
}

CA_RC db_certificate_release(struct db *db, const struct ca_uuid *id, struct ca_err *err)
{
    CA_AUTO(db_params) struct db_params p = {0};

    db_put_uuid(&p, id);
    db_put_periods(&p, id);
    return state_set(db, DB_certificate_release, &p, err);
}
