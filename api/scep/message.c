/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/message.h"

#include <openssl/err.h>
#include <openssl/objects.h>

#include "db/scep.h"
#include "policy/spki.h"

/* Hashes that a message may be signed with; the old ones where an endpoint names them. */
static const struct {
    int nid;
    unsigned legacy; /* bit of enum db_scep_legacy; 0: always */
    const char *name;
} digests[] = {
    {NID_sha256, 0,            "SHA-256"},
    {NID_sha384, 0,            "SHA-384"},
    {NID_sha512, 0,            "SHA-512"},
    {NID_sha1,   DB_SCEP_SHA1, "SHA-1"  },
    {NID_md5,    DB_SCEP_MD5,  "MD5"    },
};

static const char *const attribute_oids[] = {
    [SCEP_MESSAGE_TYPE] = "2.16.840.1.113733.1.9.2",
    [SCEP_PKI_STATUS] = "2.16.840.1.113733.1.9.3",
    [SCEP_FAIL_INFO] = "2.16.840.1.113733.1.9.4",
    [SCEP_SENDER_NONCE] = "2.16.840.1.113733.1.9.5",
    [SCEP_RECIPIENT_NONCE] = "2.16.840.1.113733.1.9.6",
    [SCEP_TRANSACTION_ID] = "2.16.840.1.113733.1.9.7",
    [SCEP_FAIL_INFO_TEXT] = "1.3.6.1.5.5.7.24.1",
};
_Static_assert(CA_COUNT(attribute_oids) == SCEP_ATTRIBUTE__COUNT, "one for each");

const char *scep_attribute_oid(enum scep_attribute a)
{
    return attribute_oids[a];
}

void scep_message_free(struct scep_message *m)
{
    if (m == NULL)
        return;
    CMS_ContentInfo_free(m->cms);
    EVP_PKEY_free(m->signer_key);
    X509_free(m->signer);
    ca_buf_done(&m->signer_der);
    ca_buf_done(&m->signer_spki);
    ca_buf_done(&m->content);
    free(m);
}

/* ContentInfo with SignedData over data, and nothing behind it. */
static CA_RC cms_read(struct ca_bytes der, CMS_ContentInfo **ret, struct ca_err *err)
{
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;
    const unsigned char *at = der.ptr;

    if (der.len == 0)
        return CA_FAIL(err, CA_MALFORMED, "there is no message");
    if (der.len > SCEP_MESSAGE_MAX) {
        return CA_FAIL_AS(err, CA_LIMIT, "too-large", "message of %zu octets, at most %d", der.len,
                          SCEP_MESSAGE_MAX);
    }
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
    (void)X509_up_ref(cert);
    m->signer = cert;
    return der_put_x509(cert, &m->signer_der, &m->signer_spki, err);
}

/* The one value of the one attribute of this kind. */
static CA_RC attribute_read(const struct scep_message *m, enum scep_attribute a, int type,
                            struct ca_bytes *ret, struct ca_err *err)
{
    CA_AUTO(asn1_object) ASN1_OBJECT *oid = OBJ_txt2obj(attribute_oids[a], 1);
    const ASN1_STRING *value;

    if (oid == NULL)
        return CA_FAIL_NOMEM(err);
    value = CMS_signed_get0_data_by_OBJ(m->signer_info, oid, -3, type); /* -3: once, one value */
    if (value == NULL) {
        ERR_clear_error();
        return CA_FAIL(err, CA_MALFORMED, "signed attribute %s is not there once, as its type",
                       attribute_oids[a]);
    }
    *ret = (struct ca_bytes){ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    return CA_OK;
}

/* messageType: a number in decimal (RFC 8894 3.2.1.2). */
static CA_RC type_read(struct scep_message *m, struct ca_err *err)
{
    struct ca_bytes text;

    CA_TRY(attribute_read(m, SCEP_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, &text, err));
    if (text.len == 0 || text.len > 3)
        return CA_FAIL(err, CA_MALFORMED, "messageType is not a number");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return CA_FAIL(err, CA_MALFORMED, "messageType is not a number");
        m->type = m->type * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return CA_OK;
}

static CA_RC transaction_read(struct scep_message *m, struct ca_err *err)
{
    struct ca_bytes text;

    CA_TRY(attribute_read(m, SCEP_TRANSACTION_ID, V_ASN1_PRINTABLESTRING, &text, err));
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return CA_FAIL(err, CA_MALFORMED, "transactionID has octet 0x%02x", text.ptr[i] + 0U);
    }
    if (text.len == 0 || !ca_text_copy(m->transaction_id, sizeof(m->transaction_id), text)) {
        return CA_FAIL(err, CA_MALFORMED, "transactionID has %zu octets, 1 to %d are taken",
                       text.len, SCEP_TRANSACTION_ID_MAX);
    }
    return CA_OK;
}

static CA_RC nonce_read(struct scep_message *m, struct ca_err *err)
{
    struct ca_bytes nonce;

    CA_TRY(attribute_read(m, SCEP_SENDER_NONCE, V_ASN1_OCTET_STRING, &nonce, err));
    if (nonce.len == 0 || nonce.len > SCEP_NONCE_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "senderNonce has %zu octets, 1 to %d are taken",
                       nonce.len, SCEP_NONCE_MAX);
    }
    memcpy(m->sender_nonce, nonce.ptr, nonce.len);
    m->sender_nonce_len = nonce.len;
    return CA_OK;
}

static CA_RC attributes_read(struct scep_message *m, struct ca_err *err)
{
    int n = CMS_signed_get_attr_count(m->signer_info);

    if (n > SCEP_ATTRIBUTES_MAX) {
        return CA_FAIL(err, CA_LIMIT, "%d signed attributes, at most %d", n, SCEP_ATTRIBUTES_MAX);
    }
    CA_TRY(type_read(m, err));
    CA_TRY(transaction_read(m, err));
    return nonce_read(m, err);
}

CA_RC scep_message_read(struct ca_bytes der, struct scep_message **ret, struct ca_err *err)
{
    CA_AUTO(scep_message) struct scep_message *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(cms_read(der, &m->cms, err));
    CA_TRY(signer_find(m, err));
    CA_TRY(attributes_read(m, err));
    *ret = CA_MOVE(m);
    return CA_OK;
}

static CA_RC digest_check(const struct scep_message *m, unsigned legacy, struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(digests); i++) {
        if (digests[i].nid != m->digest)
            continue;
        if ((digests[i].legacy & legacy) == digests[i].legacy)
            return CA_OK;
        return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                          "the message is signed with %s, which is off here", digests[i].name);
    }
    return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                      "the message is signed with a hash that is not taken");
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

/* An answer is encrypted to this key, so it must be RSA. */
static CA_RC key_read(const struct scep_message *m, EVP_PKEY **ret, struct ca_err *err)
{
    struct spki_info info;

    CA_TRY(spki_read_legacy(ca_buf_view(&m->signer_spki), &info, err));
    if (info.kind != CA_KEY_RSA)
        return CA_FAIL(err, CA_DENIED,
                       "SCEP needs an RSA key: only to that an answer is encrypted");
    return spki_info_key(&info, ret, err);
}

CA_RC scep_message_verify(struct scep_message *m, unsigned legacy, struct ca_err *err)
{
    CA_AUTO(bio) BIO *out = BIO_new(BIO_s_mem());
    CA_AUTO(evp_pkey) EVP_PKEY *key = NULL;
    const uint8_t *octets = NULL;
    long n;

    if (out == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(digest_check(m, legacy, err));
    CA_TRY(key_read(m, &key, err)); /* first: of a key that is not RSA the answer says so */
    CA_TRY(algorithm_check(m, err));
    ERR_clear_error();
    if (CMS_verify(m->cms, NULL, NULL, NULL, out, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
        ERR_clear_error();
        return CA_FAIL_AS(err, CA_DENIED, "proof-of-possession",
                          "the signature of the message does not verify");
    }
    n = BIO_get_mem_data(out, &octets);
    ca_buf_add(&m->content, octets, n > 0 ? (size_t)n : 0);
    m->signer_key = CA_MOVE(key);
    return ca_buf_check(&m->content, err);
}
