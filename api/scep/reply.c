/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData (RFC 5652 5.1) as RFC 8894 3.2 and its clients want it, written as DER: no S/MIME
 * attributes, which confuse clients, and the signature named rsaEncryption (strongSwan 5.9.8). */
#include "api/scep/reply_internal.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/scep/message.h"
#include "api/scep/oid_internal.h"
#include "base/der.h"
#include "base/ossl.h"
#include "base/time.h"
#include "db/scep.h"

/* Most that an answer has: three of CMS and six of SCEP. */
enum { ATTRIBUTES_MAX = 10 };

static const struct ca_bytes content_type = OID_PKCS9(0x03);
static const struct ca_bytes message_digest = OID_PKCS9(0x04);
static const struct ca_bytes signing_time = OID_PKCS9(0x05);
static const struct ca_bytes data = OID_PKCS7(0x01);
static const struct ca_bytes rsa_encryption = OID_RSA_ENCRYPTION;

/* The order is that of who prefers what: SHA-256, unless the client knows only less and that is on
 * here. */
static const struct digest {
    int nid;
    unsigned legacy; /* bit of enum db_scep_legacy */
    enum ca_signature signature;
    struct ca_bytes oid;
    bool null; /* RFC 3370 2: MD5 has parameters */
} digests[] = {
  /* clang-format off */
    {NID_sha1,   DB_SCEP_SHA1, CA_SIG_RSA_SHA1,   OID_SHA1, false},
    {NID_md5,    DB_SCEP_MD5,  CA_SIG_RSA_MD5,    OID_MD5, true},
    {NID_undef,  0,            CA_SIG_RSA_SHA256, OID_SHA2(0x01), false},
  /* clang-format on */
};

static const struct digest *digest_of(const struct scep_reply *r)
{
    for (size_t i = 0; i < CA_COUNT(digests) - 1; i++) {
        if (digests[i].nid == r->digest && (digests[i].legacy & r->legacy) != 0)
            return &digests[i];
    }
    return &digests[CA_COUNT(digests) - 1];
}

CA_RC scep_name_read(struct ca_bytes certificate, struct scep_name *ret, struct ca_err *err)
{
    struct der all;
    struct der tbs;
    struct der part;
    struct der serial;

    CA_TRY(der_take(&certificate, DER_SEQUENCE, &all, err));
    CA_TRY(der_done(certificate, err));
    CA_TRY(der_take(&all.body, DER_SEQUENCE, &tbs, err));
    if (der_next_is(tbs.body, DER_CONTEXT_0))
        CA_TRY(der_take(&tbs.body, DER_CONTEXT_0, &part, err));
    CA_TRY(der_take(&tbs.body, DER_INTEGER, &serial, err));
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &part, err)); /* signature */
    CA_TRY(der_take(&tbs.body, DER_SEQUENCE, &part, err));
    *ret = (struct scep_name){part.all, serial.all};
    return CA_OK;
}

void scep_name_put(struct der_writer *w, const struct scep_name *name)
{
    der_open(w, DER_SEQUENCE);
    der_put_raw(w, name->issuer);
    der_put_raw(w, name->serial);
    der_close(w);
}

void scep_algorithm_put(struct der_writer *w, struct ca_bytes oid, bool null)
{
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, oid);
    if (null)
        der_put(w, DER_NULL, (struct ca_bytes){NULL, 0});
    der_close(w);
}

void scep_content_type_put(struct der_writer *w, enum scep_content_type type)
{
    const uint8_t oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, (uint8_t)type};

    der_put(w, DER_OID, (struct ca_bytes){oid, sizeof(oid)});
}

void scep_content_open(struct der_writer *w, enum scep_content_type type)
{
    der_open(w, DER_SEQUENCE);
    scep_content_type_put(w, type);
    der_open(w, DER_CONTEXT_0);
    der_open(w, DER_SEQUENCE);
}

/* Attributes one behind the other, and where each ends. */
struct attributes {
    struct der_writer w;
    size_t ends[ATTRIBUTES_MAX];
    size_t n;
};

static void attributes_done(struct attributes a)
{
    der_writer_done(&a.w);
}
CA_AUTO_DEFINE(attributes, struct attributes, attributes_done);

/* One value, a whole element. */
static void attribute_put(struct attributes *a, struct ca_bytes oid, struct ca_bytes value)
{
    der_open(&a->w, DER_SEQUENCE);
    der_put(&a->w, DER_OID, oid);
    der_open(&a->w, DER_SET);
    der_put_raw(&a->w, value);
    der_close(&a->w);
    der_close(&a->w);
    a->ends[a->n++] = a->w.buf.len;
}

static CA_RC attribute_add(struct attributes *a, struct ca_bytes oid, unsigned tag,
                           struct ca_bytes value, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};

    der_put(&w, tag, value);
    CA_TRY(der_writer_check(&w, err));
    attribute_put(a, oid, der_writer_view(&w));
    return CA_OK;
}

static CA_RC number_add(struct attributes *a, enum scep_attribute kind, int value,
                        struct ca_err *err)
{
    char text[12];

    (void)snprintf(text, sizeof(text), "%d", value);
    return attribute_add(a, scep_attribute_der(kind), DER_PRINTABLE_STRING, ca_bytes_str(text),
                         err);
}

static CA_RC failure_add(const struct scep_reply *r, struct attributes *a, struct ca_err *err)
{
    CA_TRY(number_add(a, SCEP_FAIL_INFO, (int)r->fail_info, err));
    if (r->fail_info_text[0] == '\0')
        return CA_OK;
    return attribute_add(a, scep_attribute_der(SCEP_FAIL_INFO_TEXT), DER_UTF8_STRING,
                         ca_bytes_str(r->fail_info_text), err);
}

/* certmonger refuses an answer without a nonce of its own. */
static CA_RC scep_add(const struct scep_reply *r, struct attributes *a, struct ca_err *err)
{
    uint8_t nonce[SCEP_NONCE_LEN];

    if (RAND_bytes(nonce, sizeof(nonce)) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no random octets");
    CA_TRY(number_add(a, SCEP_MESSAGE_TYPE, SCEP_CERT_REP, err));
    CA_TRY(number_add(a, SCEP_PKI_STATUS, (int)r->status, err));
    if (r->status == SCEP_FAILURE)
        CA_TRY(failure_add(r, a, err));
    CA_TRY(attribute_add(a, scep_attribute_der(SCEP_TRANSACTION_ID), DER_PRINTABLE_STRING,
                         ca_bytes_str(r->transaction_id), err));
    CA_TRY(attribute_add(a, scep_attribute_der(SCEP_SENDER_NONCE), DER_OCTET_STRING,
                         (struct ca_bytes){nonce, sizeof(nonce)}, err));
    return attribute_add(a, scep_attribute_der(SCEP_RECIPIENT_NONCE), DER_OCTET_STRING,
                         r->recipient_nonce, err);
}

/* contentType, messageDigest and signingTime (RFC 5652 11). */
static CA_RC cms_add(enum ca_signature signature, struct ca_bytes content, struct attributes *a,
                     struct ca_err *err)
{
    const char *name = ca_signature_info(signature)->digest;
    uint8_t hash[EVP_MAX_MD_SIZE];
    uint8_t now[DER_TIME_MAX];
    size_t len = 0;

    if (EVP_Q_digest(NULL, name, NULL, content.ptr, content.len, hash, &len) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot make a %s digest", name);
    CA_TRY(attribute_add(a, content_type, DER_OID, data, err));
    attribute_put(a, signing_time, (struct ca_bytes){now, der_time(ca_time_now(), now)});
    return attribute_add(a, message_digest, DER_OCTET_STRING, (struct ca_bytes){hash, len}, err);
}

/* X.690 11.6; attributes differ before the shorter one ends. */
static int encodings_compare(const void *a, const void *b)
{
    const struct ca_bytes *x = a;
    const struct ca_bytes *y = b;
    int order = memcmp(x->ptr, y->ptr, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* The content of the SET OF, sorted. */
static CA_RC attributes_sort(const struct attributes *a, struct ca_buf *ret, struct ca_err *err)
{
    struct ca_bytes each[ATTRIBUTES_MAX];
    size_t at = 0;

    CA_TRY(der_writer_check(&a->w, err));
    for (size_t i = 0; i < a->n; i++) {
        each[i] = (struct ca_bytes){a->w.buf.ptr + at, a->ends[i] - at};
        at = a->ends[i];
    }
    qsort(each, a->n, sizeof(each[0]), encodings_compare);
    for (size_t i = 0; i < a->n; i++)
        ca_buf_bytes(ret, each[i]);
    return ca_buf_check(ret, err);
}

/* What is signed: the attributes as a SET OF (RFC 5652 5.4). */
static CA_RC sign(const struct ra_credential *ra, enum ca_signature signature,
                  struct ca_bytes attributes, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer w = {0};

    der_put(&w, DER_SET, attributes);
    CA_TRY(der_writer_check(&w, err));
    return hsm_sign(ra->key, signature, der_writer_view(&w), ret, err);
}

/* Parts of the message. */
struct parts {
    const struct digest *digest;
    struct scep_name signer;
    struct ca_buf attributes;
    struct ca_buf signature;
};

static void parts_done(struct parts p)
{
    ca_buf_done(&p.attributes);
    ca_buf_done(&p.signature);
}
CA_AUTO_DEFINE(parts, struct parts, parts_done);

static void signer_info_put(struct der_writer *w, const struct parts *p)
{
    der_open(w, DER_SET);
    der_open(w, DER_SEQUENCE);
    der_put_uint(w, 1);
    scep_name_put(w, &p->signer);
    scep_algorithm_put(w, p->digest->oid, p->digest->null);
    der_put(w, DER_CONTEXT_0, ca_buf_view(&p->attributes));
    scep_algorithm_put(w, rsa_encryption, true);
    der_put(w, DER_OCTET_STRING, ca_buf_view(&p->signature));
    der_close(w);
    der_close(w);
}

static void content_put(struct der_writer *w, struct ca_bytes content, bool absent)
{
    der_open(w, DER_SEQUENCE);
    scep_content_type_put(w, SCEP_DATA);
    if (!absent) {
        der_open(w, DER_CONTEXT_0);
        der_put(w, DER_OCTET_STRING, content);
        der_close(w);
    }
    der_close(w);
}

static CA_RC parts_make(const struct scep_reply *r, const struct ra_credential *ra,
                        struct ca_bytes content, struct parts *ret, struct ca_err *err)
{
    CA_AUTO(attributes) struct attributes a = {.n = 0};

    ret->digest = digest_of(r);
    if (scep_name_read(ra->certificate, &ret->signer, err) != CA_OK)
        return CA_FAIL(err, CA_FAULT, "the RA certificate cannot be read");
    CA_TRY(cms_add(ret->digest->signature, content, &a, err));
    CA_TRY(scep_add(r, &a, err));
    CA_TRY(attributes_sort(&a, &ret->attributes, err));
    return sign(ra, ret->digest->signature, ca_buf_view(&ret->attributes), &ret->signature, err);
}

static CA_RC message_write(const struct scep_reply *r, const struct ra_credential *ra,
                           struct ca_bytes content, struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(parts) struct parts p = {.digest = NULL};
    CA_AUTO(der_writer) struct der_writer w = {0};

    CA_TRY(parts_make(r, ra, content, &p, err));
    scep_content_open(&w, SCEP_SIGNED_DATA);
    der_put_uint(&w, 1);
    der_open(&w, DER_SET);
    scep_algorithm_put(&w, p.digest->oid, p.digest->null);
    der_close(&w);
    content_put(&w, content, content.len == 0 && r->strict_empty);
    der_put(&w, DER_CONTEXT_0, ra->certificate);
    signer_info_put(&w, &p);
    der_close(&w);
    der_close(&w);
    der_close(&w);
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(ret, der_writer_view(&w));
    return ca_buf_check(ret, err);
}

CA_RC scep_reply_write(const struct scep_reply *r, const struct ra_credential *ra,
                       struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf envelope = {0};

    if (r->status == SCEP_SUCCESS)
        CA_TRY(scep_envelope_write(r, ra->key, &envelope, err));
    return message_write(r, ra, ca_buf_view(&envelope), ret, err);
}
