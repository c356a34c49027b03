/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cert.h"

#include "base/der.h"
#include "policy/cert_internal.h"

static CA_RC validity_read(struct cert *cert, struct ca_bytes in, struct ca_err *err)
{
    CA_TRY(der_take_time(&in, &cert->not_before, err));
    CA_TRY(der_take_time(&in, &cert->not_after, err));
    return der_done(in, err);
}

/* [0] EXPLICIT Version; only v3, since the others have no extensions. */
static CA_RC version_read(struct ca_bytes *in, struct ca_err *err)
{
    struct der tagged;
    uint64_t version = 0;

    if (!der_next_is(*in, DER_CONTEXT_0))
        return CA_FAIL(err, CA_MALFORMED, "not a version 3 certificate");
    CA_TRY(der_take(in, DER_CONTEXT_0, &tagged, err));
    CA_TRY(der_take_uint(&tagged.body, 255, &version, err));
    CA_TRY(der_done(tagged.body, err));
    if (version != 2)
        return CA_FAIL(err, CA_MALFORMED, "not a version 3 certificate");
    return CA_OK;
}

/* [3] EXPLICIT Extensions, absent or with one at least. */
static CA_RC tagged_extensions_read(struct cert *cert, struct ca_bytes in, struct ca_err *err)
{
    struct der tagged;
    struct der seq;

    if (in.len == 0)
        return CA_OK;
    CA_TRY(der_take(&in, DER_CONTEXT_3, &tagged, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&tagged.body, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(tagged.body, err));
    if (seq.body.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "list of extensions is empty");
    return extensions_read(seq.body, cert->extensions, &cert->extension_n, err);
}

/* TBSCertificate, RFC 5280 4.1.2; unique identifiers are not taken. */
static CA_RC tbs_read(struct cert *cert, struct ca_bytes in, struct ca_err *err)
{
    struct der part;

    CA_TRY(version_read(&in, err));
    CA_TRY(der_take_unsigned(&in, &cert->serial, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    cert->tbs_algorithm = part.all;
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    cert->issuer = part.all;
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    CA_TRY(validity_read(cert, part.body, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    cert->subject = part.all;
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    cert->spki = part.all;
    return tagged_extensions_read(cert, in, err);
}

CA_RC cert_read_tbs(struct ca_bytes tbs, struct cert *ret, struct ca_err *err)
{
    struct cert cert = {0};
    struct der seq;

    if (tbs.len > CERT_DER_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "certificate of %zu octets, at most %d", tbs.len,
                       CERT_DER_MAX);
    }
    CA_TRY(der_take(&tbs, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(tbs, err));
    cert.tbs = seq.all;
    CA_TRY(tbs_read(&cert, seq.body, err));
    *ret = cert;
    return CA_OK;
}

CA_RC cert_read(struct ca_bytes der, struct cert *ret, struct ca_err *err)
{
    struct cert cert = {0};
    struct ca_bytes signature = {0};
    struct der seq;
    struct der tbs;
    struct der algorithm;

    if (der.len > CERT_DER_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "certificate of %zu octets, at most %d", der.len,
                       CERT_DER_MAX);
    }
    CA_TRY(der_take(&der, DER_SEQUENCE, &seq, err));
    CA_TRY(der_done(der, err));
    CA_TRY(der_take(&seq.body, DER_SEQUENCE, &tbs, err));
    CA_TRY(der_take(&seq.body, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&seq.body, &signature, err));
    CA_TRY(der_done(seq.body, err));
    CA_TRY(cert_read_tbs(tbs.all, &cert, err));
    /* RFC 5280 4.1.1.2: it MUST be the identifier inside the TBS. */
    if (!ca_bytes_equal(algorithm.all, cert.tbs_algorithm))
        return CA_FAIL(err, CA_MALFORMED, "two different signature algorithms");

    cert.der = seq.all;
    cert.algorithm = algorithm.all;
    cert.signature = signature;
    *ret = cert;
    return CA_OK;
}
