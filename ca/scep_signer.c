/* SPDX-License-Identifier: Apache-2.0 */
/* Whose key signed a SCEP message: that of the CSR, or of a certificate of ours. */
#include "base/der.h"
#include "base/time.h"
#include "ca/scep_internal.h"
#include "db/certificate.h"
#include "policy/cert_outline.h"
#include "policy/signature.h"

enum { POOL_WAIT_MS = 2000, GRACE_S = 30 * 86400 };

void scep_signer_done(struct scep_signer *w)
{
    db_result_free(w->found);
}

static CA_RC parts_read(struct ca_bytes in, struct scep_signer *ret, struct ca_err *err)
{
    struct cert_outline c;
    struct der serial;

    CA_TRY(cert_outline_read(in, &c, err));
    CA_TRY(der_take(&c.serial, DER_INTEGER, &serial, err));
    ret->serial = serial.body;
    ret->issuer = c.issuer;
    ret->spki = c.spki;
    return CA_OK;
}

CA_RC scep_signer_read(struct ca_bytes der, struct scep_signer *ret, struct ca_err *err)
{
    struct ca_err why = {0};

    if (parts_read(der, ret, &why) != CA_OK) {
        return CA_FAIL_AS(err, CA_DENIED, "scep-signer", "the signer's certificate is none: %s",
                          why.text);
    }
    while (ret->serial.len > 1 && ret->serial.ptr[0] == 0) {
        ret->serial.ptr++;
        ret->serial.len--;
    }
    return CA_OK;
}

/* The row has these octets, and the authority signed them: nobody wrote it past us. */
static CA_RC row_judge(const struct authority *a, struct ca_bytes der, struct scep_signer *w,
                       struct ca_err *err)
{
    const struct db_certificate *row = w->found.rows;
    struct ca_err why = {0};

    if (w->found.count == 0 || !ca_bytes_equal(row->der, der) ||
        cert_read(row->der, &w->cert, &why) != CA_OK ||
        spki_verify_legacy(a->public_key, w->cert.algorithm, w->cert.tbs, w->cert.signature,
                           DIGESTS_WEAK, &why) != CA_OK)
        return CA_OK;
    w->row = row;
    (void)err;
    return CA_OK;
}

static CA_RC find_under(struct signer *s, const struct authority *a, struct ca_bytes der,
                        struct scep_signer *w, struct ca_err *err)
{
    struct db *db;
    enum ca_rc rc;

    db_result_free(w->found);
    w->found = (struct db_result){0};
    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + POOL_WAIT_MS, &db, err));
    rc = db_certificate_by_serial(db, a->id, w->serial, &w->found, err);
    db_pool_give(s->pool, db);
    CA_TRY(rc);
    return row_judge(a, der, w, err);
}

CA_RC scep_signer_find(struct signer *s, struct ca_bytes der, struct scep_signer *w,
                       struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);

    if (w->serial.len == 0 || w->serial.len > DB_SERIAL_MAX)
        return CA_OK;
    for (size_t i = 0; i < authority_set_count(set) && w->row == NULL; i++) {
        const struct authority *a = authority_set_at(set, i);

        if (a->public_key != NULL && ca_bytes_equal(a->issuer.subject, w->issuer))
            CA_TRY(find_under(s, a, der, w, err));
    }
    return CA_OK;
}

CA_RC scep_renewal_check(const struct db_scep_endpoint *e, const struct scep_signer *w, int64_t now,
                         struct ca_err *err)
{
    int64_t grace = (e->switches & DB_SCEP_RENEW_EXPIRED) != 0 ? GRACE_S : 0;
    const char *why = NULL;

    if (memcmp(&w->row->requester_id, &e->operator_id, CA_UUID_LEN) != 0) {
        why = "was not issued at this endpoint";
    } else if (w->row->state != DB_CERT_VALID) {
        why = w->row->state == DB_CERT_HELD ? "is on hold" : "is revoked";
    } else if (now < w->cert.not_before) {
        why = "is not valid yet";
    } else if (now > w->cert.not_after + grace) {
        why = "has expired";
    }
    if (why != NULL)
        return CA_FAIL_AS(err, CA_DENIED, "scep-renewal", "the old certificate %s", why);
    return CA_OK;
}
