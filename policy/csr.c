/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/csr.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/der.h"
#include "policy/cert_internal.h"
#include "policy/csr_internal.h"
#include "policy/profile.h"
#include "policy/signature.h"

struct csr {
    uint8_t *own;            /* the request; every view below points into it */
    size_t len;              /* of it */
    struct ca_bytes info;    /* CertificationRequestInfo: what the requester signed */
    struct ca_bytes subject; /* Name */
    struct ca_bytes spki;    /* SubjectPublicKeyInfo */
    struct ca_bytes attributes;
    struct ca_bytes algorithm; /* AlgorithmIdentifier of the signature */
    struct ca_bytes signature; /* octets of the BIT STRING */
    EVP_PKEY *key;
    struct spki_info key_info;
    struct csr_requested requested;
    struct san *sans;
    size_t san_n;
};

/* CertificationRequestInfo, RFC 2986 4.1. */
static CA_RC info_read(struct csr *csr, struct ca_bytes in, struct ca_err *err)
{
    struct der version;
    struct der subject;
    struct der spki;
    struct der attributes = {0};

    if (!der_next_is(in, DER_INTEGER)) {
        return CA_FAIL(err, CA_MALFORMED,
                       "not a PKCS#10 request: it does not start with a version");
    }
    CA_TRY(der_take(&in, DER_INTEGER, &version, err));
    if (version.body.len != 1 || version.body.ptr[0] != 0)
        return CA_FAIL(err, CA_MALFORMED, "PKCS#10 version is not 1");
    CA_TRY(der_take(&in, DER_SEQUENCE, &subject, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &spki, err));
    if (in.len > 0) /* some clients leave an empty [0] out */
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

/* subjectAltName of the requested extensions. */
static CA_RC sans_read(struct csr *csr, struct ca_err *err)
{
    const struct cert_extension *ext = csr_extension(csr, EXT_SUBJECT_ALT_NAME);
    struct san sans[SAN_COUNT_MAX];
    size_t n = 0;

    if (ext == NULL)
        return CA_OK;
    CA_TRY(san_read(ext->value, sans, &n, err));
    csr->sans = calloc(n, sizeof(*sans));
    if (csr->sans == NULL)
        return CA_FAIL_NOMEM(err);
    memcpy(csr->sans, sans, n * sizeof(*sans));
    csr->san_n = n;
    return CA_OK;
}

/* The page that tells more, where whoever refused named none: octets that cannot be read have one
 * for every part of a request, a part that is readable and not taken has its own. */
static CA_RC told(enum ca_rc rc, const char *not_taken, struct ca_err *err)
{
    if ((rc == CA_MALFORMED || rc == CA_DENIED) && err->problem[0] == '\0') {
        (void)snprintf(err->problem, sizeof(err->problem), "%s",
                       rc == CA_MALFORMED ? "malformed-csr" : not_taken);
    }
    return rc;
}

static CA_RC key_read(struct csr *csr, unsigned legacy, struct ca_err *err)
{
    CA_TRY(told((legacy & PROFILE_LEGACY_RSA_1024) != 0
                    ? spki_read_legacy(csr->spki, &csr->key_info, err)
                    : spki_read(csr->spki, &csr->key_info, err),
                "key-not-taken", err));
    return told(spki_info_key(&csr->key_info, &csr->key, err), "key-not-taken", err);
}

static CA_RC proof_check(const struct csr *csr, unsigned legacy, struct ca_err *err)
{
    unsigned weak = ((legacy & PROFILE_LEGACY_SHA1) != 0 ? DIGEST_SHA1 : 0U) |
                    ((legacy & PROFILE_LEGACY_MD5) != 0 ? DIGEST_MD5 : 0U);

    return told(spki_verify_legacy(csr->key, csr->algorithm, csr->info, csr->signature, weak, err),
                "proof-of-possession", err);
}

static CA_RC parse(struct ca_bytes der, unsigned legacy, bool masked, struct csr **ret,
                   struct ca_err *err)
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
    csr->len = der.len;

    CA_TRY(told(request_read(csr, (struct ca_bytes){csr->own, der.len}, err), "policy", err));
    CA_TRY(key_read(csr, legacy, err));

    /* Proof of possession comes before anything reads subject and attributes. */
    if (!masked)
        CA_TRY(proof_check(csr, legacy, err));
    CA_TRY(told(csr_attributes_read(csr->attributes, &csr->requested, err), "policy", err));
    CA_TRY(told(sans_read(csr, err), "policy", err));

    *ret = CA_MOVE(csr);
    return CA_OK;
}

CA_RC csr_parse_legacy(struct ca_bytes der, unsigned legacy, struct csr **ret, struct ca_err *err)
{
    return parse(der, legacy, false, ret, err);
}

CA_RC csr_parse_masked(struct ca_bytes der, unsigned legacy, struct csr **ret, struct ca_err *err)
{
    return parse(der, legacy, true, ret, err);
}

CA_RC csr_masked(const struct csr *csr, struct ca_buf *ret, struct ca_err *err)
{
    struct ca_bytes secret = csr->requested.challenge_password;
    uint8_t *copy = ca_buf_room(ret, csr->len);

    CA_TRY(ca_buf_check(ret, err));
    memcpy(copy, csr->own, csr->len);
    if (secret.len > 0)
        memset(copy + (secret.ptr - csr->own), '*', secret.len);
    return CA_OK;
}

CA_RC csr_parse(struct ca_bytes der, struct csr **ret, struct ca_err *err)
{
    return csr_parse_legacy(der, 0, ret, err);
}

void csr_free(struct csr *csr)
{
    if (csr == NULL)
        return;
    EVP_PKEY_free(csr->key);
    free(csr->sans);
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

const struct spki_info *csr_key_info(const struct csr *csr)
{
    return &csr->key_info;
}

const struct cert_extension *csr_extensions(const struct csr *csr, size_t *ret_n)
{
    *ret_n = csr->requested.extension_n;
    return csr->requested.extensions;
}

const struct cert_extension *csr_extension(const struct csr *csr, enum cert_extension_kind kind)
{
    return extensions_find(csr->requested.extensions, csr->requested.extension_n, kind);
}

const struct san *csr_sans(const struct csr *csr, size_t *ret_n)
{
    *ret_n = csr->san_n;
    return csr->sans;
}

struct ca_bytes csr_challenge_password(const struct csr *csr, unsigned *ret_tag)
{
    *ret_tag = csr->requested.challenge_password_tag;
    return csr->requested.challenge_password;
}
