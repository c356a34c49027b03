/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/der.h"
#include "policy/spki.h"

struct csr {
    uint8_t *own;            /* the request; every view below points into it */
    struct ca_bytes info;    /* CertificationRequestInfo: what the requester signed */
    struct ca_bytes subject; /* Name */
    struct ca_bytes spki;    /* SubjectPublicKeyInfo */
    struct ca_bytes attributes;
    struct ca_bytes algorithm; /* AlgorithmIdentifier of the signature */
    struct ca_bytes signature; /* octets of the BIT STRING */
    EVP_PKEY *key;
};

/* CertificationRequestInfo, RFC 2986 4.1. */
static CA_RC info_read(struct csr *csr, struct ca_bytes in, struct ca_err *err)
{
    struct der version;
    struct der subject;
    struct der spki;
    struct der attributes;

    CA_TRY(der_take(&in, DER_INTEGER, &version, err));
    if (version.body.len != 1 || version.body.ptr[0] != 0)
        return CA_FAIL(err, CA_MALFORMED, "PKCS#10 version is not 1");
    CA_TRY(der_take(&in, DER_SEQUENCE, &subject, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &spki, err));
    CA_TRY(der_take(&in, DER_CONTEXT_0, &attributes, err));
    CA_TRY(der_done(in, err));

    csr->subject = subject.all;
    csr->spki = spki.all;
    csr->attributes = attributes.body;
    return CA_OK;
}

/* CertificationRequest, RFC 2986 4.2. Finds the parts; judges none. */
static CA_RC request_read(struct csr *csr, struct ca_bytes in, struct ca_err *err)
{
    struct der request;
    struct der info;
    struct der algorithm;

    CA_TRY(der_take(&in, DER_SEQUENCE, &request, err));
    CA_TRY(der_done(in, err));
    in = request.body;
    CA_TRY(der_take(&in, DER_SEQUENCE, &info, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&in, &csr->signature, err));
    CA_TRY(der_done(in, err));

    csr->info = info.all;
    csr->algorithm = algorithm.all;
    return info_read(csr, info.body, err);
}

CA_RC csr_parse(struct ca_bytes der, struct csr **ret, struct ca_err *err)
{
    CA_AUTO(csr) struct csr *csr = NULL;

    if (der.len > CSR_DER_MAX)
        return CA_FAIL(err, CA_LIMIT, "request of %zu octets, at most %d", der.len, CSR_DER_MAX);
    csr = calloc(1, sizeof(*csr));
    if (csr == NULL)
        return CA_FAIL_NOMEM(err);
    csr->own = ca_bytes_dup(der);
    if (csr->own == NULL)
        return CA_FAIL_NOMEM(err);

    CA_TRY(request_read(csr, (struct ca_bytes){csr->own, der.len}, err));
    CA_TRY(spki_key(csr->spki, &csr->key, err));

    /* Proof of possession comes before anything reads the subject. */
    CA_TRY(spki_verify(csr->key, csr->algorithm, csr->info, csr->signature, err));

    *ret = CA_MOVE(csr);
    return CA_OK;
}

void csr_free(struct csr *csr)
{
    if (csr == NULL)
        return;
    EVP_PKEY_free(csr->key);
    free(csr->own);
    free(csr);
}

struct ca_bytes csr_subject(const struct csr *csr)
{
    return csr->subject;
}

struct ca_bytes csr_attributes(const struct csr *csr)
{
    return csr->attributes;
}

struct ca_bytes csr_spki(const struct csr *csr)
{
    return csr->spki;
}

EVP_PKEY *csr_key(const struct csr *csr)
{
    return csr->key;
}
