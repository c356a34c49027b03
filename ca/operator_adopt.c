/* SPDX-License-Identifier: Apache-2.0 */
/* Operators who were enrolled before rows had seals. Nobody can tell afterwards who wrote such a
 * row, so a production signer takes none of them by itself: an administrator is set up again with
 * `ca-server init`, whoever has the PIN of the token, and enrols the others anew. */
#include "base/log.h"
#include "base/time.h"
#include "ca/operator_internal.h"

enum { POOL_WAIT_MS = 5000 };

struct adoption {
    struct db_operator row;
    struct db_credential credential;
    bool keyed;
    uint8_t seal[SEAL_LEN];
    uint8_t credential_seal[SEAL_LEN];
};

static CA_RC adopt_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct adoption *a = arg;

    (void)audit;
    CA_TRY(db_operator_update(db, &a->row, (struct ca_bytes){NULL, 0}, err));
    return a->keyed ? db_credential_insert(db, &a->credential, err) : CA_OK;
}

static CA_RC adopt_one(struct signer *s, const struct db_operator_unsealed *from,
                       struct ca_err *err)
{
    struct adoption a = {.row = from->who, .keyed = from->key_hash.len > 0};
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "operator.adopt",
                                      .outcome = "ok",
                                      .object = from->who.name,
                                      .request_id = "",
                                      .detail = a.keyed ? "sealed, with the key of his certificate"
                                                        : "sealed; enrol his certificate again"};

    a.credential = (struct db_credential){.operator_id = from->who.id,
                                          .kind = DB_CREDENTIAL_CERTIFICATE,
                                          .name = "certificate",
                                          .hash = from->key_hash,
                                          .created_at = ca_time_now()};
    CA_TRY(ca_uuid_new(&a.credential.id, err));
    CA_TRY(operator_seal(s->seal, &a.row, a.seal, err));
    CA_TRY(credential_seal(s->seal, &a.credential, a.credential_seal, err));
    return recorder_change(s->recorder, adopt_write, &a, &event, 1, err);
}

CA_RC operators_adopt(struct signer *s, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    const struct db_operator_unsealed *rows;
    struct db *db;
    enum ca_rc rc;

    if (s->config.hsm == NULL)
        return CA_OK; /* nothing can be sealed; the start with the token does it */
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_operator_unsealed(db, &found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        if (s->config.dev) {
            CA_TRY(adopt_one(s, &rows[i], err));
        } else {
            CA_LOG(CA_LOG_WARNING, "operator_without_seal", CA_STR("operator", rows[i].who.name),
                   CA_STR("text", "enrolled before records were sealed, and may do nothing: run "
                                  "'ca-server init' again for an administrator, who enrols him "
                                  "anew"));
        }
    }
    return CA_OK;
}
