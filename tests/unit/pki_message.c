/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/pki_message.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "api/scep/message.h"
#include "base/text.h"

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "pki_message: %s\n", what);
    ERR_print_errors_fp(stderr);
    abort();
}

static EVP_PKEY *key_make(const char *type)
{
    if (strcmp(type, "EC") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(type, NULL, 10));
}

static void name_set(X509_NAME *name, const char *text)
{
    must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1,
                                    0) == 1,
         "name");
}

void scep_party_make(struct scep_party *p, const char *type, const char *name,
                     const struct scep_party *issuer)
{
    const struct scep_party *by = issuer != NULL ? issuer : p;
    BIGNUM *serial = BN_new();

    p->key = key_make(type);
    p->cert = X509_new();
    must(p->key != NULL && p->cert != NULL &&
             BN_rand(serial, issuer != NULL ? 120 : 250, 0, 0) == 1,
         "key");
    name_set(X509_get_subject_name(p->cert), name);
    must(X509_set_version(p->cert, 2) == 1 &&
             BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(p->cert)) != NULL &&
             X509_gmtime_adj(X509_getm_notBefore(p->cert), -60) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(p->cert), 3600) != NULL &&
             X509_set_pubkey(p->cert, p->key) == 1 &&
             X509_set_issuer_name(p->cert, X509_get_subject_name(by->cert)) == 1 &&
             X509_sign(p->cert, by->key, EVP_sha256()) > 0,
         "certificate");
    BN_free(serial);
}

void scep_party_done(struct scep_party *p)
{
    EVP_PKEY_free(p->key);
    X509_free(p->cert);
    *p = (struct scep_party){0};
}

static void der_add(int len, unsigned char *octets, struct ca_buf *ret)
{
    must(len > 0, "i2d");
    ca_buf_add(ret, octets, (size_t)len);
    OPENSSL_free(octets);
}

void scep_party_der(const struct scep_party *p, struct ca_buf *ret)
{
    unsigned char *octets = NULL;
    int len = i2d_X509(p->cert, &octets);

    der_add(len, octets, ret);
}

void scep_csr(const struct scep_party *p, const char *name, struct ca_buf *ret)
{
    CA_AUTO(x509_req) X509_REQ *csr = X509_REQ_new();
    unsigned char *octets = NULL;
    int len;

    name_set(X509_REQ_get_subject_name(csr), name);
    must(X509_REQ_set_pubkey(csr, p->key) == 1 && X509_REQ_sign(csr, p->key, EVP_sha256()) > 0,
         "CSR");
    len = i2d_X509_REQ(csr, &octets);
    der_add(len, octets, ret);
}

void scep_issuer_and_serial_of(const X509 *cert, struct ca_buf *ret)
{
    CA_AUTO(buf) struct ca_buf body = {0};
    unsigned char *octets = NULL;
    int len = i2d_X509_NAME(X509_get_issuer_name(cert), &octets);

    der_add(len, octets, &body);
    octets = NULL;
    len = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &octets);
    der_add(len, octets, &body);
    ca_buf_u8(ret, 0x30);
    must(body.len < 128, "short names only");
    ca_buf_u8(ret, (uint8_t)body.len);
    ca_buf_bytes(ret, ca_buf_view(&body));
}

/* Without signers CMS_final has nothing to do, and fails. */
static bool unsigned_is(CMS_ContentInfo *cms)
{
    return OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed &&
           sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) <= 0;
}

static void cms_write(CMS_ContentInfo *cms, struct ca_bytes content, bool ber, unsigned flags,
                      struct ca_buf *ret)
{
    CA_AUTO(bio)
    BIO *in = BIO_new_mem_buf(content.len > 0 ? (const void *)content.ptr : "", (int)content.len);
    CA_AUTO(bio) BIO *out = BIO_new(BIO_s_mem());
    const uint8_t *octets;
    long n;

    if (ber) {
        must(i2d_CMS_bio_stream(out, cms, in, (int)flags) == 1, "BER");
    } else {
        must((unsigned_is(cms) || CMS_final(cms, in, NULL, flags) == 1) &&
                 i2d_CMS_bio(out, cms) == 1,
             "DER");
    }
    n = BIO_get_mem_data(out, &octets);
    ca_buf_add(ret, octets, (size_t)n);
}

static void recipient_add(CMS_ContentInfo *cms, const X509 *cert, bool oaep)
{
    CMS_RecipientInfo *ri = CMS_add1_recipient_cert(cms, (X509 *)(uintptr_t)cert, CMS_KEY_PARAM);
    EVP_PKEY_CTX *ctx = CMS_RecipientInfo_get0_pkey_ctx(ri);

    must(ri != NULL && ctx != NULL, "recipient");
    if (oaep)
        must(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1, "OAEP");
}

void scep_build_envelope(const struct scep_build *b, struct ca_buf *ret)
{
    const EVP_CIPHER *cipher = b->cipher != NULL ? b->cipher : EVP_aes_128_cbc();
    unsigned flags = CMS_BINARY | (b->ber ? CMS_STREAM : 0U);
    CA_AUTO(cms)
    CMS_ContentInfo *cms = CMS_encrypt_ex(NULL, NULL, cipher, flags | CMS_PARTIAL, b->libctx, NULL);

    must(cms != NULL, "envelope");
    for (size_t i = 0; i < b->recipient_n; i++)
        recipient_add(cms, b->recipients[i], b->oaep);
    cms_write(cms, b->content, b->ber, flags, ret);
}

static void attribute_add(CMS_SignerInfo *si, enum scep_attribute a, int type, const char *value)
{
    CA_AUTO(asn1_object) ASN1_OBJECT *oid = OBJ_txt2obj(scep_attribute_oid(a), 1);

    if (value != NULL)
        must(CMS_signed_add1_attr_by_OBJ(si, oid, type, value, (int)strlen(value)) == 1,
             "attribute");
}

static void signer_add(const struct scep_build *b, CMS_ContentInfo *cms,
                       const struct scep_party *signer)
{
    int type = b->string_type != 0 ? b->string_type : V_ASN1_PRINTABLESTRING;
    unsigned flags = CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL | (b->pss ? CMS_KEY_PARAM : 0U) |
                     (b->no_certificates ? CMS_NOCERTS : 0U);
    CMS_SignerInfo *si = CMS_add1_signer(cms, signer->cert, signer->key,
                                         b->md != NULL ? b->md : EVP_sha256(), flags);

    must(si != NULL, "signer");
    if (b->pss) {
        EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(si);

        must(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1, "PSS");
    }
    attribute_add(si, SCEP_MESSAGE_TYPE, type, b->type);
    attribute_add(si, SCEP_TRANSACTION_ID, type, b->transaction_id);
    attribute_add(si, SCEP_SENDER_NONCE, V_ASN1_OCTET_STRING, b->nonce);
    if (b->type_twice)
        attribute_add(si, SCEP_MESSAGE_TYPE, type, "18");
}

void scep_build(const struct scep_build *b, struct ca_buf *ret)
{
    CA_AUTO(buf) struct ca_buf envelope = {0};
    unsigned flags = CMS_BINARY | CMS_NOSMIMECAP | (b->ber ? CMS_STREAM : 0U) |
                     (b->no_content ? CMS_DETACHED : 0U);
    CA_AUTO(cms) CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);

    must(cms != NULL, "message");
    for (size_t i = 0; i < b->signer_n; i++)
        signer_add(b, cms, b->signers[i]);
    if (b->envelope.len > 0) {
        ca_buf_bytes(&envelope, b->envelope);
    } else if (!b->no_content && b->recipient_n > 0) {
        scep_build_envelope(b, &envelope);
    }
    cms_write(cms, ca_buf_view(&envelope), b->ber, flags, ret);
}

static struct ca_bytes attribute_get(CMS_SignerInfo *si, enum scep_attribute a, int type)
{
    CA_AUTO(asn1_object) ASN1_OBJECT *oid = OBJ_txt2obj(scep_attribute_oid(a), 1);
    const ASN1_STRING *s = CMS_signed_get0_data_by_OBJ(si, oid, -3, type);

    return s == NULL ? (struct ca_bytes){0}
                     : (struct ca_bytes){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
}

static int number_get(CMS_SignerInfo *si, enum scep_attribute a)
{
    char text[8];
    struct ca_bytes value = attribute_get(si, a, V_ASN1_PRINTABLESTRING);

    return value.len > 0 && ca_text_copy(text, sizeof(text), value) ? (int)strtol(text, NULL, 10)
                                                                    : -1;
}

static void attributes_get(CMS_SignerInfo *si, struct scep_answer *ret)
{
    X509_ALGOR *digest;
    X509_ALGOR *signature;

    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
    ret->digest = OBJ_obj2nid(digest->algorithm);
    ret->signature = OBJ_obj2nid(signature->algorithm);
    ret->type = number_get(si, SCEP_MESSAGE_TYPE);
    ret->status = number_get(si, SCEP_PKI_STATUS);
    ret->fail_info = number_get(si, SCEP_FAIL_INFO);
    (void)ca_text_copy(ret->text, sizeof(ret->text),
                       attribute_get(si, SCEP_FAIL_INFO_TEXT, V_ASN1_UTF8STRING));
    (void)ca_text_copy(ret->transaction_id, sizeof(ret->transaction_id),
                       attribute_get(si, SCEP_TRANSACTION_ID, V_ASN1_PRINTABLESTRING));
    ca_buf_bytes(&ret->sender_nonce, attribute_get(si, SCEP_SENDER_NONCE, V_ASN1_OCTET_STRING));
    ca_buf_bytes(&ret->recipient_nonce,
                 attribute_get(si, SCEP_RECIPIENT_NONCE, V_ASN1_OCTET_STRING));
}

static bool content_decrypt(struct ca_bytes der, const struct scep_party *to, OSSL_LIB_CTX *libctx,
                            struct scep_answer *ret)
{
    CA_AUTO(bio) BIO *out = BIO_new(BIO_s_mem());
    CA_AUTO(cms) CMS_ContentInfo *cms = CMS_ContentInfo_new_ex(libctx, NULL);
    const uint8_t *octets = der.ptr;
    long n;

    if (d2i_CMS_ContentInfo(&cms, &octets, (long)der.len) == NULL || octets != der.ptr + der.len ||
        CMS_decrypt(cms, to->key, to->cert, NULL, out, CMS_BINARY) != 1)
        return false;
    n = BIO_get_mem_data(out, &octets);
    ca_buf_add(&ret->content, octets, (size_t)n);
    return true;
}

bool scep_answer_read(struct ca_bytes der, const X509 *ra, const struct scep_party *to,
                      OSSL_LIB_CTX *libctx, struct scep_answer *ret)
{
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;
    CA_AUTO(bio) BIO *empty = BIO_new_mem_buf("", 0);
    CA_AUTO(bio) BIO *out = BIO_new(BIO_s_mem());
    const unsigned char *at = der.ptr;
    CMS_SignerInfo *si;
    uint8_t *octets = NULL;
    X509 *signer = NULL;
    long n;

    cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
    if (cms == NULL || at != der.ptr + der.len)
        return false;
    ret->has_content = *CMS_get0_content(cms) != NULL;
    if (CMS_verify(cms, NULL, NULL, ret->has_content ? NULL : empty, out,
                   CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1)
        return false;
    si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    CMS_SignerInfo_get0_algs(si, NULL, &signer, NULL, NULL);
    if (X509_cmp(signer, ra) != 0)
        return false;
    attributes_get(si, ret);
    n = BIO_get_mem_data(out, &octets);
    return n == 0 || content_decrypt((struct ca_bytes){octets, (size_t)n}, to, libctx, ret);
}

void scep_answer_done(struct scep_answer a)
{
    ca_buf_done(&a.sender_nonce);
    ca_buf_done(&a.recipient_nonce);
    ca_buf_done(&a.content);
}

X509 *scep_certs_only(struct ca_bytes der, int n, int *ret_crls)
{
    const unsigned char *at = der.ptr;
    CA_AUTO(cms) CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
    STACK_OF(X509) *certs = cms != NULL ? CMS_get1_certs(cms) : NULL;
    STACK_OF(X509_CRL) *crls = cms != NULL ? CMS_get1_crls(cms) : NULL;
    X509 *found = certs != NULL && n < sk_X509_num(certs) ? sk_X509_value(certs, n) : NULL;

    if (ret_crls != NULL)
        *ret_crls = crls != NULL ? sk_X509_CRL_num(crls) : 0;
    if (found != NULL)
        (void)X509_up_ref(found);
    sk_X509_pop_free(certs, X509_free);
    sk_X509_CRL_pop_free(crls, X509_CRL_free);
    return found;
}
