/* SPDX-License-Identifier: Apache-2.0 */
/* The common pkiMessage, read strictly (RFC 5652 5): nothing is skipped, nothing is guessed. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "api/scep/message_internal.h"
#include "api/scep/oid_internal.h"
#include "base/der.h"
#include "policy/cert_outline.h"
#include "policy/signature.h"
#include "policy/spki.h"

static const struct ca_bytes signed_data = OID_PKCS7(0x02);
static const struct ca_bytes data = OID_PKCS7(0x01);
static const struct ca_bytes rsa_encryption = OID_RSA_ENCRYPTION;

static const struct digest {
    int nid;
    enum ca_signature signature;
    struct ca_bytes oid;
} digests[] = {
  /* clang-format off */
    {NID_sha256, CA_SIG_RSA_SHA256, OID_SHA2(0x01)},
    {NID_sha384, CA_SIG_RSA_SHA384, OID_SHA2(0x02)},
    {NID_sha512, CA_SIG_RSA_SHA512, OID_SHA2(0x03)},
    {NID_sha1,   CA_SIG_RSA_SHA1,   OID_SHA1},
    {NID_md5,    CA_SIG_RSA_MD5,    OID_MD5},
  /* clang-format on */
};

/* Each at most once, with one value of this tag; messages with others are not common. */
enum attribute {
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    TYPE,
    TRANSACTION_ID,
    SENDER_NONCE,
    SIGNING_TIME,
    SMIME_CAPABILITIES,
    ATTRIBUTE__COUNT
};
enum { NEEDED = SIGNING_TIME }; /* the attributes before it */
static const struct {
    struct ca_bytes oid;
    unsigned tag;
} attributes[] = {
  /* clang-format off */
    [CONTENT_TYPE] = {OID_PKCS9(3), DER_OID},
    [MESSAGE_DIGEST] = {OID_PKCS9(4), DER_OCTET_STRING},
    [TYPE] = {OID_SCEP(2), DER_PRINTABLE_STRING},
    [TRANSACTION_ID] = {OID_SCEP(7), DER_PRINTABLE_STRING},
    [SENDER_NONCE] = {OID_SCEP(5), DER_OCTET_STRING},
    [SIGNING_TIME] = {OID_PKCS9(5), DER_UTC_TIME},
    [SMIME_CAPABILITIES] = {OID_PKCS9(15), DER_SEQUENCE},
  /* clang-format on */
};
_Static_assert(CA_COUNT(attributes) == ATTRIBUTE__COUNT, "one for each");

/* Elements of a message, before what is in them is looked at. */
struct parts {
    struct ca_bytes hashes; /* digestAlgorithms */
    struct ca_bytes content;
    struct ca_bytes certificate;
    struct ca_bytes issuer; /* of sid, whole element */
    struct ca_bytes serial; /* of sid, value octets */
    struct ca_bytes hash;   /* digestAlgorithm */
    struct der attributes;
    struct der algorithm;
    struct ca_bytes signature;
};

static enum ca_rc uncommon(struct ca_err *err, const char *what)
{
    return CA_FAIL(err, CA_MALFORMED, "%s: not a common message", what);
}

/* ContentInfo to SignedData. */
static CA_RC outside_read(struct ca_bytes in, struct ca_bytes *ret, struct ca_err *err)
{
    struct der all;
    struct der part;

    CA_TRY(der_take(&in, DER_SEQUENCE, &all, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&all.body, DER_OID, &part, err));
    if (!ca_bytes_equal(part.body, signed_data))
        return uncommon(err, "contentType");
    CA_TRY(der_take(&all.body, DER_CONTEXT_0, &part, err));
    CA_TRY(der_done(all.body, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &all, err));
    *ret = all.body;
    return der_done(part.body, err);
}

/* EncapsulatedContentInfo over data. */
static CA_RC content_read(struct ca_bytes in, struct ca_bytes *ret, struct ca_err *err)
{
    struct der part;
    struct der octets;

    CA_TRY(der_take(&in, DER_OID, &part, err));
    if (!ca_bytes_equal(part.body, data))
        return uncommon(err, "eContentType");
    CA_TRY(der_take(&in, DER_CONTEXT_0, &part, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&part.body, DER_OCTET_STRING, &octets, err));
    *ret = octets.body;
    return der_done(part.body, err);
}

static CA_RC signer_info_read(struct ca_bytes in, struct parts *ret, struct ca_err *err)
{
    struct der part;
    uint64_t version;

    CA_TRY(der_take_uint(&in, 255, &version, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err)); /* IssuerAndSerialNumber */
    {
        struct der issuer;

        CA_TRY(der_take(&part.body, DER_SEQUENCE, &issuer, err));
        CA_TRY(der_take_unsigned(&part.body, &ret->serial, err));
        CA_TRY(der_done(part.body, err));
        ret->issuer = issuer.all;
    }
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    ret->hash = part.body;
    CA_TRY(der_take(&in, DER_CONTEXT_0, &ret->attributes, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &ret->algorithm, err));
    CA_TRY(der_take(&in, DER_OCTET_STRING, &part, err));
    ret->signature = part.body;
    return der_done(in, err);
}

/* SignedData (RFC 5652 5.1) with one certificate, no CRLs, one signer. */
static CA_RC parts_read(struct ca_bytes in, struct parts *ret, struct ca_err *err)
{
    struct der part;
    struct der only;
    uint64_t version;

    CA_TRY(outside_read(in, &in, err));
    CA_TRY(der_take_uint(&in, 255, &version, err));
    CA_TRY(der_take(&in, DER_SET, &part, err));
    ret->hashes = part.body;
    CA_TRY(der_take(&in, DER_SEQUENCE, &part, err));
    CA_TRY(content_read(part.body, &ret->content, err));
    CA_TRY(der_take(&in, DER_CONTEXT_0, &part, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &only, err));
    CA_TRY(der_done(part.body, err));
    ret->certificate = only.all;
    CA_TRY(der_take(&in, DER_SET, &part, err));
    CA_TRY(der_done(in, err));
    CA_TRY(der_take(&part.body, DER_SEQUENCE, &only, err));
    CA_TRY(der_done(part.body, err));
    return signer_info_read(only.body, ret, err);
}

static CA_RC no_parameters(struct ca_bytes in, struct ca_err *err)
{
    static const uint8_t null[] = {DER_NULL, 0};

    if (in.len > 0 && !ca_bytes_equal(in, (struct ca_bytes){null, sizeof(null)}))
        return uncommon(err, "parameters of an algorithm");
    return CA_OK;
}

/* The content of an AlgorithmIdentifier without parameters, or with NULL. */
static CA_RC hash_read(struct ca_bytes in, const struct digest **ret, struct ca_err *err)
{
    struct der oid;

    CA_TRY(der_take(&in, DER_OID, &oid, err));
    CA_TRY(no_parameters(in, err));
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        if (!ca_bytes_equal(digests[i].oid, oid.body))
            continue;
        *ret = &digests[i];
        return CA_OK;
    }
    return uncommon(err, "digestAlgorithm");
}

/* One hash throughout, and RSA with PKCS#1 v1.5 over it: rsaEncryption, or the signature's name. */
static CA_RC algorithms_read(const struct parts *p, struct scep_message *m, struct ca_err *err)
{
    const struct digest *digest = NULL;
    const struct digest *listed = NULL;
    struct ca_bytes hashes = p->hashes;
    struct ca_bytes in = p->algorithm.body;
    enum ca_signature named;
    struct der part;

    CA_TRY(hash_read(p->hash, &digest, err));
    CA_TRY(der_take(&hashes, DER_SEQUENCE, &part, err));
    CA_TRY(der_done(hashes, err));
    CA_TRY(hash_read(part.body, &listed, err));
    CA_TRY(der_take(&in, DER_OID, &part, err));
    CA_TRY(no_parameters(in, err));
    if (listed != digest ||
        (!ca_bytes_equal(part.body, rsa_encryption) &&
         (!ca_signature_find(p->algorithm.all, &named) || named != digest->signature)))
        return uncommon(err, "signatureAlgorithm");
    m->digest = digest->nid;
    m->der.algorithm = digest->signature;
    return CA_OK;
}

static CA_RC attribute_find(struct ca_bytes oid, enum attribute *ret, struct ca_err *err)
{
    for (int a = 0; a < ATTRIBUTE__COUNT; a++) {
        if (ca_bytes_equal(attributes[a].oid, oid)) {
            *ret = (enum attribute)a;
            return CA_OK;
        }
    }
    return uncommon(err, "a signed attribute");
}

static CA_RC attributes_read(struct ca_bytes in, struct ca_bytes values[ATTRIBUTE__COUNT],
                             struct ca_err *err)
{
    while (in.len > 0) {
        struct der attribute;
        struct der part;
        struct der value;
        enum attribute a;

        CA_TRY(der_take(&in, DER_SEQUENCE, &attribute, err));
        CA_TRY(der_take(&attribute.body, DER_OID, &part, err));
        CA_TRY(attribute_find(part.body, &a, err));
        CA_TRY(der_take(&attribute.body, DER_SET, &part, err));
        CA_TRY(der_done(attribute.body, err));
        CA_TRY(der_take(&part.body, attributes[a].tag, &value, err));
        CA_TRY(der_done(part.body, err));
        if (values[a].ptr != NULL)
            return uncommon(err, "a signed attribute that is there twice");
        values[a] = value.body;
    }
    for (int a = 0; a < NEEDED; a++) {
        if (values[a].ptr == NULL)
            return uncommon(err, "without an attribute");
    }
    return CA_OK;
}

/* signatureAlgorithm and signatureValue; `serial` as IssuerAndSerialNumber has it. */
static CA_RC outline_check(struct cert_outline *c, struct ca_bytes *ret_serial, struct ca_err *err)
{
    struct ca_bytes octets;
    struct der algorithm;

    CA_TRY(der_take(&c->behind, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&c->behind, &octets, err));
    CA_TRY(der_done(c->behind, err));
    return der_take_unsigned(&c->serial, ret_serial, err);
}

/* The certificate that sid names, octet by octet, with an RSA key that is taken here. */
static CA_RC certificate_read(const struct parts *p, struct scep_message *m, struct ca_err *err)
{
    struct spki_info key;
    struct cert_outline c;
    struct ca_bytes serial;

    CA_TRY(cert_outline_read(p->certificate, &c, err));
    CA_TRY(outline_check(&c, &serial, err));
    CA_TRY(spki_read_legacy(c.spki, &key, err));
    if (key.kind != CA_KEY_RSA || !ca_bytes_equal(c.issuer, p->issuer) ||
        !ca_bytes_equal(serial, p->serial))
        return uncommon(err, "the signer's certificate");
    ca_buf_bytes(&m->signer_der, p->certificate);
    ca_buf_bytes(&m->signer_spki, c.spki);
    CA_TRY(ca_buf_check(&m->signer_der, err));
    return ca_buf_check(&m->signer_spki, err);
}

CA_RC scep_der_read(struct ca_bytes der, struct scep_message *m, struct scep_texts *ret,
                    struct ca_err *err)
{
    struct ca_bytes values[ATTRIBUTE__COUNT] = {{0}};
    struct parts p = {.hashes = {0}};

    ca_buf_bytes(&m->der.own, der);
    CA_TRY(ca_buf_check(&m->der.own, err));
    CA_TRY(parts_read(ca_buf_view(&m->der.own), &p, err));
    CA_TRY(algorithms_read(&p, m, err));
    CA_TRY(attributes_read(p.attributes.body, values, err));
    if (!ca_bytes_equal(values[CONTENT_TYPE], data))
        return uncommon(err, "the attribute contentType");
    CA_TRY(certificate_read(&p, m, err));
    m->der.content = p.content;
    m->der.attributes = p.attributes.all;
    m->der.message_digest = values[MESSAGE_DIGEST];
    m->der.signature = p.signature;
    *ret = (struct scep_texts){values[TYPE], values[TRANSACTION_ID], values[SENDER_NONCE]};
    /* RFC 5652 5.4: hashed with the tag of the SET OF, not with that of the field. */
    m->der.own.ptr[p.attributes.all.ptr - m->der.own.ptr] = DER_SET;
    return CA_OK;
}

/* RFC 5652 5.6: the content has the digest in the attributes, and those are what is signed. */
static CA_RC verify(const struct scep_message *m, EVP_PKEY *key, struct ca_err *err)
{
    const struct scep_der *d = &m->der;
    const struct ca_signature_info *info = ca_signature_info(d->algorithm);
    uint8_t hash[EVP_MAX_MD_SIZE];
    size_t len = 0;

    if (EVP_Q_digest(NULL, info->digest, NULL, d->content.ptr, d->content.len, hash, &len) != 1)
        return CA_FAIL_OSSL(err, CA_DENIED, "no %s here", info->digest);
    if (!ca_bytes_equal(d->message_digest, (struct ca_bytes){hash, len}))
        return CA_FAIL(err, CA_DENIED, "the content has another digest");
    return spki_verify_legacy(key, info->algorithm, d->attributes, d->signature, DIGESTS_WEAK, err);
}

CA_RC scep_der_verify(const struct scep_message *m, EVP_PKEY *key, struct ca_buf *ret,
                      struct ca_err *err)
{
    struct ca_err why = {0};

    if (verify(m, key, &why) != CA_OK) {
        return CA_FAIL_AS(err, CA_DENIED, "proof-of-possession",
                          "the signature of the message does not verify");
    }
    ca_buf_bytes(ret, m->der.content);
    return ca_buf_check(ret, err);
}
