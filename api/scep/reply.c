/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/reply.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "api/scep/message.h"
#include "base/ossl.h"
#include "db/scep.h"

/* No S/MIME: attributes that SCEP does not know confuse clients. */
enum { SIGN_FLAGS = CMS_BINARY | CMS_NOSMIMECAP };

/* SHA-256, unless the client knows only less and that is on here. */
static const EVP_MD *digest_of(const struct scep_reply *r)
{
    if (r->digest == NID_sha1 && (r->legacy & DB_SCEP_SHA1) != 0)
        return EVP_sha1();
    if (r->digest == NID_md5 && (r->legacy & DB_SCEP_MD5) != 0)
        return EVP_md5();
    return EVP_sha256();
}

static void certs_drop(STACK_OF(X509) *certs)
{
    sk_X509_free(certs);
}
CA_AUTO_DEFINE(certs_borrowed, STACK_OF(X509) *, certs_drop);

/* Appends the DER of a CMS structure. */
static CA_RC cms_put(CMS_ContentInfo *cms, struct ca_buf *ret, struct ca_err *err)
{
    int n = i2d_CMS_ContentInfo(cms, NULL);
    unsigned char *at = n > 0 ? ca_buf_room(ret, (size_t)n) : NULL;

    if (at == NULL || i2d_CMS_ContentInfo(cms, &at) != n)
        return CA_FAIL_OSSL(err, CA_FAULT, "CMS cannot be written");
    return CA_OK;
}

/* EnvelopedData for the certificate that signed the request. */
static CA_RC envelope_write(const struct scep_reply *r, const struct hsm_key *key,
                            struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(bio) BIO *in = BIO_new_mem_buf(r->content.ptr, (int)r->content.len);
    CA_AUTO(certs_borrowed) STACK_OF(X509) *certs = sk_X509_new_null();
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;

    if (in == NULL || certs == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(scep_cipher_ready(r->cipher, key, err));
    if (sk_X509_push(certs, r->recipient) <= 0)
        return CA_FAIL_NOMEM(err);
    cms = CMS_encrypt_ex(certs, in, EVP_get_cipherbynid(scep_cipher_nid(r->cipher)), CMS_BINARY,
                         hsm_key_libctx(key), NULL);
    if (cms == NULL)
        return CA_FAIL_OSSL(err, CA_DENIED, "the answer cannot be encrypted to the signer's key");
    return cms_put(cms, ret, err);
}

static CA_RC attribute_add(CMS_SignerInfo *si, enum scep_attribute a, int type,
                           struct ca_bytes value, struct ca_err *err)
{
    CA_AUTO(asn1_object) ASN1_OBJECT *oid = OBJ_txt2obj(scep_attribute_oid(a), 1);

    if (oid == NULL || CMS_signed_add1_attr_by_OBJ(si, oid, type, value.ptr, (int)value.len) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "attribute %s", scep_attribute_oid(a));
    return CA_OK;
}

static CA_RC number_add(CMS_SignerInfo *si, enum scep_attribute a, int value, struct ca_err *err)
{
    char text[12];

    (void)snprintf(text, sizeof(text), "%d", value);
    return attribute_add(si, a, V_ASN1_PRINTABLESTRING, ca_bytes_str(text), err);
}

static CA_RC failure_add(const struct scep_reply *r, CMS_SignerInfo *si, struct ca_err *err)
{
    CA_TRY(number_add(si, SCEP_FAIL_INFO, (int)r->fail_info, err));
    if (r->fail_info_text[0] == '\0')
        return CA_OK;
    return attribute_add(si, SCEP_FAIL_INFO_TEXT, V_ASN1_UTF8STRING,
                         ca_bytes_str(r->fail_info_text), err);
}

/* certmonger refuses an answer without a nonce of its own. */
static CA_RC attributes_add(const struct scep_reply *r, CMS_SignerInfo *si, struct ca_err *err)
{
    uint8_t nonce[SCEP_NONCE_LEN];

    if (RAND_bytes(nonce, sizeof(nonce)) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "no random octets");
    CA_TRY(number_add(si, SCEP_MESSAGE_TYPE, SCEP_CERT_REP, err));
    CA_TRY(number_add(si, SCEP_PKI_STATUS, (int)r->status, err));
    if (r->status == SCEP_FAILURE)
        CA_TRY(failure_add(r, si, err));
    CA_TRY(attribute_add(si, SCEP_TRANSACTION_ID, V_ASN1_PRINTABLESTRING,
                         ca_bytes_str(r->transaction_id), err));
    CA_TRY(attribute_add(si, SCEP_SENDER_NONCE, V_ASN1_OCTET_STRING,
                         (struct ca_bytes){nonce, sizeof(nonce)}, err));
    return attribute_add(si, SCEP_RECIPIENT_NONCE, V_ASN1_OCTET_STRING, r->recipient_nonce, err);
}

/* Signs `content`; nothing of CMS tells a token that failed from anything else. */
static CA_RC sign(const struct ra_credential *ra, CMS_ContentInfo *cms, BIO *content,
                  unsigned flags, struct ca_err *err)
{
    CA_AUTO(hsm_guard) struct hsm_guard *guard = hsm_guard_begin(ra->key, "CMS_final");

    (void)guard;
    if (CMS_final(cms, content, NULL, flags) != 1)
        return CA_FAIL_OSSL(err, CA_UNAVAILABLE, "the RA key does not sign");
    return CA_OK;
}

static CA_RC message_write(const struct scep_reply *r, const struct ra_credential *ra,
                           struct ca_bytes content, struct ca_buf *ret, struct ca_err *err)
{
    unsigned flags = SIGN_FLAGS | (content.len == 0 && r->strict_empty ? CMS_DETACHED : 0);
    CA_AUTO(bio)
    BIO *in = BIO_new_mem_buf(content.len > 0 ? (const void *)content.ptr : "", (int)content.len);
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;
    CMS_SignerInfo *si;

    ERR_clear_error();
    cms = CMS_sign_ex(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL, hsm_key_libctx(ra->key), NULL);
    si = cms != NULL && in != NULL ? CMS_add1_signer(cms, ra->x509, hsm_key_provider_pkey(ra->key),
                                                     digest_of(r), flags | CMS_PARTIAL)
                                   : NULL;
    if (si == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "no SignedData");
    CA_TRY(attributes_add(r, si, err));
    CA_TRY(sign(ra, cms, in, flags, err));
    return cms_put(cms, ret, err);
}

CA_RC scep_reply_write(const struct scep_reply *r, const struct ra_credential *ra,
                       struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf envelope = {0};

    if (r->status == SCEP_SUCCESS)
        CA_TRY(envelope_write(r, ra->key, &envelope, err));
    CA_TRY(message_write(r, ra, ca_buf_view(&envelope), ret, err));
    return ca_buf_check(ret, err);
}
