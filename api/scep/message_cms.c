/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in BER, and all that is rare: read by OpenSSL. */
#include <openssl/err.h>
#include <openssl/objects.h>

#include "api/scep/message_internal.h"

/* ContentInfo with SignedData over data, and nothing behind it. */
static CA_RC cms_read(struct ca_bytes der, CMS_ContentInfo **ret, struct ca_err *err)
{
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;
    const unsigned char *at = der.ptr;

    ERR_clear_error();
    cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
    if (cms == NULL)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the message is not CMS");
    if (at != der.ptr + der.len)
        return CA_FAIL(err, CA_MALFORMED, "octets are left over behind the message");
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
        OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
        return CA_FAIL(err, CA_MALFORMED, "the message is not SignedData over data");
    *ret = CA_MOVE(cms);
    return CA_OK;
}

static void certs_free(STACK_OF(X509) *certs)
{
    sk_X509_pop_free(certs, X509_free);
}
CA_AUTO_DEFINE(certs, STACK_OF(X509) *, certs_free);

/* Appends an element as OpenSSL writes it. */
static CA_RC der_put_x509(const X509 *cert, struct ca_buf *cert_der, struct ca_buf *spki,
                          struct ca_err *err)
{
    int cert_len = i2d_X509(cert, NULL);
    int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), NULL);
    unsigned char *cert_at = cert_len > 0 ? ca_buf_room(cert_der, (size_t)cert_len) : NULL;
    unsigned char *spki_at = spki_len > 0 ? ca_buf_room(spki, (size_t)spki_len) : NULL;

    if (cert_at == NULL || spki_at == NULL || i2d_X509(cert, &cert_at) != cert_len ||
        i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki_at) != spki_len)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the signer's certificate cannot be read");
    return CA_OK;
}

/* Exactly one signer, whose certificate is in the message. */
static CA_RC signer_find(struct scep_message *m, struct ca_err *err)
{
    CA_AUTO(certs) STACK_OF(X509) *certs = CMS_get1_certs(m->cms);
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(m->cms);
    X509_ALGOR *digest = NULL;
    X509 *cert = NULL;

    if (signers == NULL || sk_CMS_SignerInfo_num(signers) != 1) {
        return CA_FAIL(err, CA_MALFORMED, "the message has %d signers instead of one",
                       signers != NULL ? sk_CMS_SignerInfo_num(signers) : 0);
    }
    if (certs == NULL || sk_X509_num(certs) > SCEP_CERTS_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "the message has no certificate, or more than %d",
                       SCEP_CERTS_MAX);
    }
    m->signer_info = sk_CMS_SignerInfo_value(signers, 0);
    if (CMS_set1_signers_certs(m->cms, NULL, 0) != 1)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the signer's certificate is not in the message");
    CMS_SignerInfo_get0_algs(m->signer_info, NULL, &cert, &digest, NULL);
    m->digest = OBJ_obj2nid(digest->algorithm);
    return der_put_x509(cert, &m->signer_der, &m->signer_spki, err);
}

/* The one value of the one attribute of this kind. */
static CA_RC attribute_read(const struct scep_message *m, enum scep_attribute a, int type,
                            struct ca_bytes *ret, struct ca_err *err)
{
    CA_AUTO(asn1_object) ASN1_OBJECT *oid = OBJ_txt2obj(scep_attribute_oid(a), 1);
    const ASN1_STRING *value;

    if (oid == NULL)
        return CA_FAIL_NOMEM(err);
    value = CMS_signed_get0_data_by_OBJ(m->signer_info, oid, -3, type); /* -3: once, one value */
    if (value == NULL) {
        ERR_clear_error();
        return CA_FAIL(err, CA_MALFORMED, "signed attribute %s is not there once, as its type",
                       scep_attribute_oid(a));
    }
    *ret = (struct ca_bytes){ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    return CA_OK;
}

CA_RC scep_cms_read(struct ca_bytes der, struct scep_message *m, struct scep_texts *ret,
                    struct ca_err *err)
{
    int n;

    CA_TRY(cms_read(der, &m->cms, err));
    CA_TRY(signer_find(m, err));
    n = CMS_signed_get_attr_count(m->signer_info);
    if (n > SCEP_ATTRIBUTES_MAX) {
        return CA_FAIL(err, CA_LIMIT, "%d signed attributes, at most %d", n, SCEP_ATTRIBUTES_MAX);
    }
    CA_TRY(attribute_read(m, SCEP_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, &ret->type, err));
    CA_TRY(
        attribute_read(m, SCEP_TRANSACTION_ID, V_ASN1_PRINTABLESTRING, &ret->transaction_id, err));
    return attribute_read(m, SCEP_SENDER_NONCE, V_ASN1_OCTET_STRING, &ret->sender_nonce, err);
}

/* rsaEncryption, RSASSA-PSS, or the RSA signature with that very hash. */
static CA_RC algorithm_check(const struct scep_message *m, struct ca_err *err)
{
    X509_ALGOR *signature = NULL;
    int digest = NID_undef;
    int key = NID_undef;
    int nid;

    CMS_SignerInfo_get0_algs(m->signer_info, NULL, NULL, NULL, &signature);
    nid = OBJ_obj2nid(signature->algorithm);
    if (nid == NID_rsaEncryption || nid == NID_rsassaPss ||
        (OBJ_find_sigid_algs(nid, &digest, &key) == 1 && digest == m->digest &&
         key == NID_rsaEncryption))
        return CA_OK;
    return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                      "the message is signed with an algorithm that is not taken");
}

/* With OpenSSL's own reading of the key in that certificate; `key` is the same. */
CA_RC scep_cms_verify(const struct scep_message *m, EVP_PKEY *key, struct ca_buf *ret,
                      struct ca_err *err)
{
    CA_AUTO(bio) BIO *out = BIO_new(BIO_s_mem());
    const uint8_t *octets = NULL;
    long n;

    (void)key;
    if (out == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(algorithm_check(m, err));
    ERR_clear_error();
    if (CMS_verify(m->cms, NULL, NULL, NULL, out, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
        ERR_clear_error();
        return CA_FAIL_AS(err, CA_DENIED, "proof-of-possession",
                          "the signature of the message does not verify");
    }
    n = BIO_get_mem_data(out, &octets);
    ca_buf_add(ret, octets, n > 0 ? (size_t)n : 0);
    return ca_buf_check(ret, err);
}
