/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdio.h>

#include "base/der.h"
#include "ca/authority_internal.h"

static CA_RC text_set(char *ret, size_t size, const char *text, const char *what,
                      struct ca_err *err)
{
    if (!ca_text_copy(ret, size, ca_bytes_str(text)))
        return CA_FAIL(err, CA_MALFORMED, "%s is longer than %zu octets", what, size - 1);
    return CA_OK;
}

static CA_RC bytes_set(struct ca_buf *ret, struct ca_bytes bytes, struct ca_err *err)
{
    ca_buf_bytes(ret, bytes);
    return ca_buf_check(ret, err);
}

static CA_RC columns_copy(struct authority *a, const struct db_authority *row, struct ca_err *err)
{
    a->id = row->id;
    a->uuid = row->uuid;
    a->state = row->state;
    a->parent_id = row->parent_id;
    a->crl_validity_s = row->crl_validity_s;
    a->crl_interval_s = row->crl_interval_s;
    a->crl_delta_interval_s = row->crl_delta_interval_s;
    a->crl_shards = row->crl_shards;
    a->crl_emergency_s = row->crl_emergency_s;
    CA_TRY(text_set(a->name, sizeof(a->name), row->name, "name", err));
    CA_TRY(text_set(a->key_label, sizeof(a->key_label), row->key_label, "key label", err));
    CA_TRY(text_set(a->profile, sizeof(a->profile), row->profile, "profile", err));
    CA_TRY(text_set(a->crl_url, sizeof(a->crl_url), row->crl_url, "CRL URL", err));
    CA_TRY(text_set(a->aia_url, sizeof(a->aia_url), row->aia_url, "AIA URL", err));
    CA_TRY(text_set(a->ocsp_url, sizeof(a->ocsp_url), row->ocsp_url, "OCSP URL", err));
    CA_TRY(bytes_set(&a->certificate, row->certificate, err));
    CA_TRY(bytes_set(&a->chain, row->chain, err));
    return bytes_set(&a->csr, row->csr, err);
}

static CA_RC signature_find(const char *name, enum ca_signature *ret, struct ca_err *err)
{
    for (int i = 0; i < CA_SIG__COUNT; i++) {
        const struct ca_signature_info *info = ca_signature_info((enum ca_signature)i);

        if (strcmp(info->name, name) == 0 && !info->weak) {
            *ret = (enum ca_signature)i;
            return CA_OK;
        }
    }
    return CA_FAIL(err, CA_MALFORMED, "no signature algorithm '%s'", name);
}

/* The subject of CertificationRequestInfo (RFC 2986 4.1), whole. */
static CA_RC csr_subject_find(struct ca_bytes csr, struct ca_bytes *ret, struct ca_err *err)
{
    struct der request;
    struct der info;
    struct der version;
    struct der subject;

    CA_TRY(der_take(&csr, DER_SEQUENCE, &request, err));
    CA_TRY(der_take(&request.body, DER_SEQUENCE, &info, err));
    CA_TRY(der_take(&info.body, DER_INTEGER, &version, err));
    CA_TRY(der_take(&info.body, DER_SEQUENCE, &subject, err));
    *ret = subject.all;
    return CA_OK;
}

static CA_RC key_set(struct authority *a, struct ca_bytes spki, struct ca_err *err)
{
    struct spki_info info;

    CA_TRY(spki_read(spki, &info, err));
    CA_TRY(spki_key_id(info.key, a->key_id, err));
    a->issuer.key_id = (struct ca_bytes){a->key_id, sizeof(a->key_id)};
    return spki_info_key(&info, &a->public_key, err);
}

static CA_RC pending_read(struct authority *a, struct ca_err *err)
{
    a->issuer.not_after = INT64_MAX;
    a->issuer.path_length = -1;
    CA_TRY(csr_subject_find(ca_buf_view(&a->csr), &a->issuer.subject, err));
    if (a->key == NULL)
        return CA_OK; /* offline, and says why */
    return key_set(a, hsm_key_spki(a->key), err);
}

static CA_RC certificate_read(struct authority *a, struct ca_err *err)
{
    const struct cert_extension *constraints;
    struct ca_err none;
    bool ca = false;

    CA_TRY(cert_read(ca_buf_view(&a->certificate), &a->cert, err));
    CA_TRY(key_set(a, a->cert.spki, err));
    CA_TRY(cert_basic_constraints(&a->cert, &ca, &a->issuer.path_length, err));
    if (!ca)
        return CA_FAIL(err, CA_DENIED, "its certificate is not one of a CA");
    (void)!cert_subject_key_identifier(&a->cert, &a->issuer.key_id, &none);
    constraints = cert_extension(&a->cert, EXT_NAME_CONSTRAINTS);
    if (constraints != NULL)
        a->issuer.name_constraints = constraints->value;
    a->issuer.subject = a->cert.subject;
    a->issuer.issuer_name = a->cert.issuer;
    a->issuer.serial = a->cert.serial;
    a->issuer.not_before = a->cert.not_before;
    a->issuer.not_after = a->cert.not_after;
    if (a->key != NULL && !ca_bytes_equal(a->cert.spki, hsm_key_spki(a->key))) {
        return CA_FAIL(err, CA_DENIED, "key '%s' in the token is not that of its certificate",
                       a->key_label);
    }
    return CA_OK;
}

static CA_RC row_read(struct authority *a, const struct db_authority *row, struct ca_err *err)
{
    CA_TRY(columns_copy(a, row, err));
    CA_TRY(signature_find(row->signature, &a->signature, err));
    a->issuer.signature = a->signature;
    a->issuer.crl_url = a->crl_url;
    a->issuer.crl_shards = a->crl_shards;
    a->issuer.crl_deltas = a->crl_delta_interval_s > 0;
    a->issuer.aia_url = a->aia_url;
    a->issuer.ocsp_url = a->ocsp_url;
    return a->certificate.len == 0 ? pending_read(a, err) : certificate_read(a, err);
}

CA_RC authority_fill(struct authority *ret, const struct db_authority *row,
                     const struct hsm_key *key, const char *reason, struct ca_err *err)
{
    enum ca_rc rc;

    ret->key = key;
    (void)snprintf(ret->reason, sizeof(ret->reason), "%s", key == NULL ? reason : "");
    rc = row_read(ret, row, err);
    if (rc == CA_OK || rc == CA_FAULT)
        return rc;
    ret->key = NULL;
    (void)snprintf(ret->reason, sizeof(ret->reason), "%s", err->text);
    return CA_OK;
}

void authority_done(struct authority *a)
{
    EVP_PKEY_free(a->public_key);
    ca_buf_done(&a->certificate);
    ca_buf_done(&a->chain);
    ca_buf_done(&a->csr);
}

bool authority_self_signed(const struct authority *a)
{
    return a->cert.der.len > 0 && ca_bytes_equal(a->cert.subject, a->cert.issuer);
}
