/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/ossl.h"
#include "policy/cert.h"
#include "policy/spki.h"

enum { CHAIN_MAX = 16 };

/* Takes an absent extension for `absent`. */
static enum ca_rc unless_absent(enum ca_rc rc)
{
    return rc == CA_NOT_FOUND ? CA_OK : rc;
}

/* RFC 5280 6.1.4 (k) to (n). `below`: CA certificates that stand under it in the path. */
static CA_RC may_issue(const struct cert *issuer, int below, struct ca_err *err)
{
    bool ca = false;
    int path_length = -1;
    uint32_t usage = CERT_KU_KEY_CERT_SIGN;

    CA_TRY(unless_absent(cert_basic_constraints(issuer, &ca, &path_length, err)));
    if (!ca)
        return CA_FAIL(err, CA_DENIED, "the issuer is not a CA");
    CA_TRY(unless_absent(cert_key_usage(issuer, &usage, err)));
    if ((usage & CERT_KU_KEY_CERT_SIGN) == 0)
        return CA_FAIL(err, CA_DENIED, "the issuer's key usage has no keyCertSign");
    if (path_length >= 0 && below > path_length) {
        return CA_FAIL(err, CA_DENIED, "path of %d CAs under an issuer whose path length is %d",
                       below, path_length);
    }
    return CA_OK;
}

static CA_RC names_chain(const struct cert *cert, const struct cert *issuer, struct ca_err *err)
{
    struct ca_bytes aki = {0};
    struct ca_bytes ski = {0};

    if (!ca_bytes_equal(cert->issuer, issuer->subject))
        return CA_FAIL(err, CA_DENIED, "the issuer has another name");
    CA_TRY(unless_absent(cert_authority_key_identifier(cert, &aki, err)));
    CA_TRY(unless_absent(cert_subject_key_identifier(issuer, &ski, err)));
    if (aki.len > 0 && ski.len > 0 && !ca_bytes_equal(aki, ski))
        return CA_FAIL(err, CA_DENIED, "the issuer has another key identifier");
    return CA_OK;
}

static CA_RC signed_by(const struct cert *cert, const struct cert *issuer, struct ca_err *err)
{
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;

    CA_TRY(spki_key(issuer->spki, &key, err));
    return spki_verify(key, cert->algorithm, cert->tbs, cert->signature, err);
}

/* RFC 5280 4.2.1.9: self-issued certificates do not count. */
static int counts(const struct cert *cert)
{
    bool ca = false;
    int path_length = -1;
    struct ca_err ignored;

    return cert_basic_constraints(cert, &ca, &path_length, &ignored) == CA_OK && ca &&
                   !ca_bytes_equal(cert->subject, cert->issuer)
               ? 1
               : 0;
}

static CA_RC step_check(const struct cert *cert, const struct cert *issuer, int below,
                        struct ca_err *err)
{
    CA_TRY(names_chain(cert, issuer, err));
    CA_TRY(may_issue(issuer, below, err));
    return signed_by(cert, issuer, err);
}

CA_RC cert_issued_by(const struct cert *cert, const struct cert *issuer, struct ca_err *err)
{
    return step_check(cert, issuer, counts(cert), err);
}

static CA_RC valid_at(const struct cert *cert, int64_t at, struct ca_err *err)
{
    if (at < cert->not_before)
        return CA_FAIL(err, CA_DENIED, "a certificate of the chain is not valid yet");
    if (at > cert->not_after)
        return CA_FAIL(err, CA_DENIED, "a certificate of the chain has expired");
    return CA_OK;
}

CA_RC cert_chain_check(struct ca_bytes certs_der, int64_t at, struct ca_err *err)
{
    struct cert cert;
    struct cert issuer;
    struct der next;
    int below = 0;

    CA_TRY(der_take(&certs_der, DER_SEQUENCE, &next, err));
    CA_TRY(cert_read(next.all, &cert, err));
    CA_TRY(valid_at(&cert, at, err));
    for (int n = 1; certs_der.len > 0; n++) {
        if (n == CHAIN_MAX)
            return CA_FAIL(err, CA_MALFORMED, "chain of more than %d certificates", CHAIN_MAX);
        CA_TRY(der_take(&certs_der, DER_SEQUENCE, &next, err));
        CA_TRY(cert_read(next.all, &issuer, err));
        CA_TRY(valid_at(&issuer, at, err));
        below += counts(&cert);
        CA_TRY(step_check(&cert, &issuer, below, err));
        cert = issuer;
    }
    if (!ca_bytes_equal(cert.subject, cert.issuer))
        return CA_FAIL(err, CA_DENIED, "the chain does not end with a self-signed certificate");
    return step_check(&cert, &cert, below, err);
}
