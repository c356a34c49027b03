/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate of this node's HTTPS address: the same key, and exactly the names of the one that
 * it replaces, which init or an administrator chose. */
#include "base/der.h"
#include "base/digest.h"
#include "ca/service_internal.h"

static const char profile[] = "tls-server-self";

/* The row says who issued it; the signature says so too. */
static CA_RC issuer_find(struct service *v, const struct db_certificate *row,
                         const struct cert *old, struct ca_err *err)
{
    const struct authority *by = authority_set_by_id(v->set, row->authority_id);

    if (by == NULL || by->certificate.len == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the certificate before is nobody's");
    CA_TRY(cert_issued_by(old, &by->cert, err));
    return authority_set_find(v->set, by->state == DB_AUTHORITY_ACTIVE ? by->name : "", &v->issuer,
                              err);
}

static CA_RC names_take(struct service *v, const struct cert *old, struct ca_err *err)
{
    const struct cert_extension *names = cert_extension(old, EXT_SUBJECT_ALT_NAME);

    CA_TRY(name_read(old->subject, v->subject, &v->wish.subject_n, err));
    v->wish.validity_s = old->not_after - old->not_before + 1; /* both ends count */
    if (names == NULL)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the certificate before has no names");
    return san_read(names->value, v->sans, &v->wish.san_n, err);
}

CA_RC service_tls(struct service *v, struct db *db, struct ca_err *err)
{
    uint8_t spki_hash[CA_SHA256_LEN];
    const struct db_certificate *row;
    struct cert old;

    if (strcmp(v->ask->owner, v->signer->config.node) != 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "'%.63s' is another node", v->ask->owner);
    CA_TRY(ca_sha256(csr_spki(v->csr), spki_hash, err));
    CA_TRY(db_certificate_of_key(db, (struct ca_bytes){spki_hash, sizeof(spki_hash)}, profile,
                                 &v->found, err));
    if (v->found.count == 0)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden",
                          "this key has no certificate of profile '%s' to replace", profile);
    row = v->found.rows;
    if (row->state != DB_CERT_VALID)
        return CA_FAIL_AS(err, CA_DENIED, "forbidden", "the certificate before is %s",
                          db_certificate_state_name(row->state));
    CA_TRY(cert_read(row->der, &old, err));
    CA_TRY(issuer_find(v, row, &old, err));
    if (!service_is_old(old.not_before, old.not_after, v->now))
        return service_too_early(v, err);
    return names_take(v, &old, err);
}
