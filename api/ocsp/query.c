/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/query.h"

#include "base/der.h"

static const struct {
    const char *name;
    struct ca_bytes oid;
} digests[OCSP_DIGESTS] = {
    [OCSP_SHA1] = {"sha1", CA_BYTES(0x2b, 0x0e, 0x03, 0x02, 0x1a)},
    [OCSP_SHA256] = { "sha256", CA_BYTES(0x60, 0x86, 0x48,           0x01, 0x65, 0x03, 0x04, 0x02, 0x01)},
};
/* id-pkix-ocsp-nonce, RFC 9654 2.1 */
static const struct ca_bytes nonce_oid =
    CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02);

const char *ocsp_digest_name(enum ocsp_digest digest)
{
    return digest < OCSP_DIGESTS ? digests[digest].name : "";
}

/* AlgorithmIdentifier: without parameters, or with a NULL, as most clients write it. */
static CA_RC algorithm_read(struct ca_bytes *in, enum ocsp_digest *ret, struct ca_err *err)
{
    struct der algorithm;
    struct der oid;
    struct der parameter = {0};
    unsigned tag = DER_NULL;

    CA_TRY(der_take(in, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take(&algorithm.body, DER_OID, &oid, err));
    if (algorithm.body.len > 0)
        CA_TRY(der_take_any(&algorithm.body, &tag, &parameter, err));
    CA_TRY(der_done(algorithm.body, err));
    *ret = OCSP_OTHER;
    for (unsigned i = 0; i < OCSP_DIGESTS; i++) {
        if (ca_bytes_equal(oid.body, digests[i].oid))
            *ret = (enum ocsp_digest)i;
    }
    if (*ret != OCSP_OTHER && (tag != DER_NULL || parameter.body.len != 0))
        return CA_FAIL(err, CA_MALFORMED, "parameters of a hash that has none");
    return CA_OK;
}

/* CertificateSerialNumber: any INTEGER in its shortest form. What nobody has issued is a matter of
 * the answer. */
static CA_RC serial_read(struct ca_bytes *in, struct ca_bytes *ret, struct ca_err *err)
{
    struct der number;
    struct ca_bytes n;

    CA_TRY(der_take(in, DER_INTEGER, &number, err));
    n = number.body;
    if (n.len == 0 || n.len > OCSP_SERIAL_MAX)
        return CA_FAIL(err, CA_MALFORMED, "serial number of %zu octets", n.len);
    if (n.len > 1 && (n.ptr[0] == 0x00 || n.ptr[0] == 0xff) &&
        (n.ptr[0] & 0x80U) == (n.ptr[1] & 0x80U))
        return CA_FAIL(err, CA_MALFORMED, "serial number is not in its shortest form");
    *ret = n;
    return CA_OK;
}

static CA_RC id_read(struct ca_bytes *in, struct ocsp_id *ret, struct ca_err *err)
{
    struct der id;
    struct der name;
    struct der key;

    CA_TRY(der_take(in, DER_SEQUENCE, &id, err));
    CA_TRY(algorithm_read(&id.body, &ret->digest, err));
    CA_TRY(der_take(&id.body, DER_OCTET_STRING, &name, err));
    CA_TRY(der_take(&id.body, DER_OCTET_STRING, &key, err));
    CA_TRY(serial_read(&id.body, &ret->serial, err));
    ret->name_hash = name.body;
    ret->key_hash = key.body;
    return der_done(id.body, err);
}

/* RFC 9654 2.1: an OCTET STRING inside extnValue; a responder refuses 0 octets and more than 128.
 */
static CA_RC nonce_read(struct ca_bytes value, struct ca_bytes *ret, struct ca_err *err)
{
    struct der nonce;

    CA_TRY(der_take(&value, DER_OCTET_STRING, &nonce, err));
    CA_TRY(der_done(value, err));
    if (nonce.body.len == 0 || nonce.body.len > OCSP_NONCE_MAX)
        return CA_FAIL(err, CA_MALFORMED, "nonce of %zu octets", nonce.body.len);
    if (ret->len > 0)
        return CA_FAIL(err, CA_MALFORMED, "two nonces");
    *ret = nonce.body;
    return CA_OK;
}

/* `nonce` NULL: none belongs here. */
static CA_RC extension_read(struct ca_bytes *in, struct ca_bytes *nonce, struct ca_err *err)
{
    struct der extension;
    struct der oid;
    struct der value;
    bool critical = false;

    CA_TRY(der_take(in, DER_SEQUENCE, &extension, err));
    CA_TRY(der_take(&extension.body, DER_OID, &oid, err));
    if (der_next_is(extension.body, DER_BOOLEAN))
        CA_TRY(der_take_bool(&extension.body, &critical, err));
    CA_TRY(der_take(&extension.body, DER_OCTET_STRING, &value, err));
    CA_TRY(der_done(extension.body, err));
    if (nonce != NULL && ca_bytes_equal(oid.body, nonce_oid))
        return nonce_read(value.body, nonce, err);
    /* RFC 6960 4.4: ignored, unless it is critical. */
    if (critical)
        return CA_FAIL(err, CA_MALFORMED, "a critical extension that is not known");
    return CA_OK;
}

/* [n] EXPLICIT Extensions, where they are there. */
static CA_RC extensions_read(struct ca_bytes *in, unsigned tag, struct ca_bytes *nonce,
                             struct ca_err *err)
{
    struct der outer;
    struct der list;

    if (!der_next_is(*in, tag))
        return CA_OK;
    CA_TRY(der_take(in, tag, &outer, err));
    CA_TRY(der_take(&outer.body, DER_SEQUENCE, &list, err));
    CA_TRY(der_done(outer.body, err));
    while (list.body.len > 0)
        CA_TRY(extension_read(&list.body, nonce, err));
    return CA_OK;
}

static CA_RC ids_read(struct ca_bytes in, struct ocsp_query *ret, struct ca_err *err)
{
    while (in.len > 0) {
        struct der one; /* Request */

        if (ret->ids_n == OCSP_IDS_MAX)
            return CA_FAIL(err, CA_LIMIT, "more than %d certificates", OCSP_IDS_MAX);
        CA_TRY(der_take(&in, DER_SEQUENCE, &one, err));
        CA_TRY(id_read(&one.body, &ret->ids[ret->ids_n], err));
        CA_TRY(extensions_read(&one.body, DER_CONTEXT_0, NULL, err));
        CA_TRY(der_done(one.body, err));
        ret->ids_n++;
    }
    if (ret->ids_n == 0)
        return CA_FAIL(err, CA_MALFORMED, "no certificate is asked for");
    return CA_OK;
}

/* version [0] and requestorName [1]: who asks changes nothing. */
static CA_RC preface_read(struct ca_bytes *in, struct ca_err *err)
{
    struct der part;
    uint64_t version;

    if (der_next_is(*in, DER_CONTEXT_0)) {
        CA_TRY(der_take(in, DER_CONTEXT_0, &part, err));
        CA_TRY(der_take_uint(&part.body, 0, &version, err)); /* v1 is the only one */
        CA_TRY(der_done(part.body, err));
    }
    if (der_next_is(*in, DER_CONTEXT_0 + 1)) {
        unsigned tag;
        struct der name;

        CA_TRY(der_take(in, DER_CONTEXT_0 + 1, &part, err));
        CA_TRY(der_take_any(&part.body, &tag, &name, err));
        CA_TRY(der_done(part.body, err));
    }
    return CA_OK;
}

static CA_RC tbs_read(struct ca_bytes tbs, struct ocsp_query *ret, struct ca_err *err)
{
    struct der list;

    CA_TRY(preface_read(&tbs, err));
    CA_TRY(der_take(&tbs, DER_SEQUENCE, &list, err));
    CA_TRY(ids_read(list.body, ret, err));
    CA_TRY(extensions_read(&tbs, DER_CONTEXT_0 + 2, &ret->nonce, err));
    return der_done(tbs, err);
}

/* optionalSignature [0]: its frame alone. Everybody may ask. */
static CA_RC signature_pass(struct ca_bytes *in, struct ca_err *err)
{
    struct der outer;
    struct der signature;

    if (!der_next_is(*in, DER_CONTEXT_0))
        return CA_OK;
    CA_TRY(der_take(in, DER_CONTEXT_0, &outer, err));
    CA_TRY(der_take(&outer.body, DER_SEQUENCE, &signature, err));
    return der_done(outer.body, err);
}

CA_RC ocsp_query_read(struct ca_bytes der, struct ocsp_query *ret, struct ca_err *err)
{
    struct der request;
    struct der tbs;

    ret->nonce = (struct ca_bytes){NULL, 0};
    ret->ids_n = 0;
    CA_TRY(der_take(&der, DER_SEQUENCE, &request, err));
    CA_TRY(der_done(der, err));
    CA_TRY(der_take(&request.body, DER_SEQUENCE, &tbs, err));
    CA_TRY(tbs_read(tbs.body, ret, err));
    CA_TRY(signature_pass(&request.body, err));
    return der_done(request.body, err);
}
