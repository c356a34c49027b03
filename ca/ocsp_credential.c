/* SPDX-License-Identifier: Apache-2.0 */
/* From rows on record to keys that sign. */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/time.h"
#include "ca/ocsp_signer_internal.h"
#include "db/crl.h"

enum { POOL_WAIT_MS = 2000 };

void ocsp_credential_free(struct ocsp_credential *c)
{
    if (c == NULL)
        return;
    hsm_key_close(c->key);
    EVP_PKEY_free(c->public_key);
    ca_buf_done(&c->certificate);
    free(c);
}

void ocsp_rows_done(struct ocsp_rows rows)
{
    db_result_free(rows.live);
    db_result_free(rows.past);
}

CA_RC ocsp_rows_read(struct signer *s, const struct authority *a, struct ocsp_rows *ret,
                     struct ca_err *err)
{
    int64_t now = ca_time_now();
    struct db *db;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_service_list(db, "ocsp", a->name, now, &ret->live, err);
    if (rc == CA_OK)
        rc = db_service_past(db, "ocsp", a->name, now, &ret->past, err);
    db_pool_give(s->pool, db);
    return rc;
}

/* The row is not sealed: what it says counts only with the authority's signature. */
static CA_RC certificate_read(const struct authority *a, const struct db_service *row,
                              struct ocsp_credential *c, struct ca_err *err)
{
    struct spki_info spki;
    struct cert cert;

    ca_buf_bytes(&c->certificate, row->certificate);
    CA_TRY(ca_buf_check(&c->certificate, err));
    CA_TRY(cert_read(ca_buf_view(&c->certificate), &cert, err));
    CA_TRY(cert_issued_by(&cert, &a->cert, err));
    if (!ca_bytes_equal(cert.spki, hsm_key_spki(c->key)))
        return CA_FAIL(err, CA_DENIED, "key '%s' is not that of its certificate", row->key_label);
    c->not_before = cert.not_before;
    c->not_after = cert.not_after;
    CA_TRY(spki_read(cert.spki, &spki, err));
    CA_TRY(spki_key_id(spki.key, c->key_hash, err));
    return spki_info_key(&spki, &c->public_key, err);
}

static CA_RC row_open(struct signer *s, const struct authority *a, const struct db_service *row,
                      struct ocsp_credential **ret, struct ca_err *err)
{
    CA_AUTO(ocsp_credential) struct ocsp_credential *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    c->id = row->id;
    CA_TRY(hsm_key_open(s->config.hsm, row->key_label, &c->key, err));
    CA_TRY(hsm_key_check(s->config.hsm, c->key, err)); /* I14 */
    CA_TRY(certificate_read(a, row, c, err));
    *ret = CA_MOVE(c);
    return CA_OK;
}

CA_RC ocsp_credential_open(struct signer *s, const struct authority *a,
                           const struct ocsp_rows *rows, struct ocsp_credential **ret,
                           struct ca_err *err)
{
    const struct db_service *row = rows->live.rows;

    *ret = NULL;
    for (size_t i = 0; i < rows->live.count && *ret == NULL; i++) {
        enum ca_rc rc = row_open(s, a, &row[i], ret, err);

        if (rc == CA_UNAVAILABLE || rc == CA_FAULT)
            return rc;
    }
    return CA_OK;
}

bool ocsp_signer_due(int64_t not_before, int64_t not_after, int64_t issuer_not_after, int64_t now)
{
    return now >= not_before + (not_after - not_before) / 2 && not_after < issuer_not_after;
}

CA_RC ocsp_lease(struct signer *s, const struct authority *a, int64_t seconds, bool *ret_mine,
                 struct ca_err *err)
{
    char name[DB_AUTHORITY_NAME_MAX + 8];
    struct db *db;
    enum ca_rc rc;

    (void)snprintf(name, sizeof(name), "ocsp:%s", a->name);
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_lease_take(db, name, s->config.node, ca_time_now(), seconds, ret_mine, err);
    db_pool_give(s->pool, db);
    return rc;
}
