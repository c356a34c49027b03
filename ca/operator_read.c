/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "ca/operator_internal.h"

enum { POOL_WAIT_MS = 2000 };

CA_RC operator_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                    struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_operator_by_id(db, id, ret, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    return operator_check(s->seal, ret->rows, err);
}

CA_RC credential_read(struct signer *s, const struct ca_uuid *id, struct db_result *ret,
                      struct ca_err *err)
{
    const struct db_credential_found *found;
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_credential_by_id(db, id, ca_time_now(), ret, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    found = ret->rows;
    CA_TRY(operator_check(s->seal, &found->who, err));
    return credential_check(s->seal, &found->credential, err);
}

CA_RC group_read(struct signer *s, const char *name, struct db_result *ret, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_group_list(db, name, ret, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    if (ret->count == 0)
        return CA_FAIL(err, CA_NOT_FOUND, "no such group");
    return group_check(s->seal, ret->rows, err);
}
