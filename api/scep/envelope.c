/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/envelope.h"

#include <openssl/err.h>
#include <openssl/provider.h>
#include <pthread.h>

#include "api/scep/message.h"
#include "base/der.h"
#include "base/ossl.h"
#include "base/time.h"
#include "db/scep.h"

enum { UNREADABLE_US = 25000 }; /* several times what an idle machine needs */

/* clang-format off */
static const struct cipher {
    int nid;
    unsigned legacy;     /* bit of enum db_scep_legacy; 0: always */
    const char *name;
    struct ca_bytes oid; /* content octets */
} ciphers[] = {
    [SCEP_AES128] = {NID_aes_128_cbc,  0,            "AES-128", CA_BYTES(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02)},
    [SCEP_AES192] = {NID_aes_192_cbc,  0,            "AES-192", CA_BYTES(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16)},
    [SCEP_AES256] = {NID_aes_256_cbc,  0,            "AES-256", CA_BYTES(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a)},
    [SCEP_DES3]   = {NID_des_ede3_cbc, DB_SCEP_DES3, "3DES",    CA_BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07)},
    [SCEP_DES]    = {NID_des_cbc,      DB_SCEP_DES,  "DES",     CA_BYTES(0x2b, 0x0e, 0x03, 0x02, 0x07)},
};
/* clang-format on */
_Static_assert(CA_COUNT(ciphers) == SCEP_CIPHER__COUNT, "one for each");

int scep_cipher_nid(enum scep_cipher c)
{
    return ciphers[c].nid;
}

struct ca_bytes scep_cipher_oid(enum scep_cipher c)
{
    return ciphers[c].oid;
}

CA_RC scep_unreadable(struct ca_err *err)
{
    ERR_clear_error();
    return CA_FAIL_AS(err, CA_DENIED, "proof-of-possession",
                      "the content cannot be decrypted or read, or it asks for another key than "
                      "the one that signed the message");
}

/* A provider that was loaded stays: whoever asks again gets the same one. */
static CA_RC legacy_load(OSSL_LIB_CTX *libctx, struct ca_err *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    bool there;

    (void)pthread_mutex_lock(&lock);
    there = OSSL_PROVIDER_available(libctx, "legacy") == 1 ||
            OSSL_PROVIDER_load(libctx, "legacy") != NULL;
    (void)pthread_mutex_unlock(&lock);
    if (there)
        return CA_OK;
    ERR_clear_error();
    return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                      "DES is not on this machine: OpenSSL's legacy provider is missing");
}

CA_RC scep_cipher_ready(enum scep_cipher c, const struct hsm_key *key, struct ca_err *err)
{
    return c == SCEP_DES ? legacy_load(hsm_key_libctx(key), err) : CA_OK;
}

/* EnvelopedData in BER becomes DER: OpenSSL gathers strings that came in pieces. */
static CA_RC enveloped_read(struct ca_bytes der, const struct hsm_key *key, CMS_ContentInfo **ret,
                            struct ca_err *err)
{
    CA_AUTO(cms)
    CMS_ContentInfo *cms = CMS_ContentInfo_new_ex(key != NULL ? hsm_key_libctx(key) : NULL, NULL);
    const unsigned char *at = der.ptr;
    STACK_OF(CMS_RecipientInfo) *recipients;

    if (cms == NULL)
        return CA_FAIL_NOMEM(err);
    ERR_clear_error();
    if (der.len == 0 || d2i_CMS_ContentInfo(&cms, &at, (long)der.len) == NULL)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the content of the message is not CMS");
    if (at != der.ptr + der.len || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_enveloped)
        return CA_FAIL(err, CA_MALFORMED, "the content of the message is not EnvelopedData");
    recipients = CMS_get0_RecipientInfos(cms);
    if (recipients == NULL || sk_CMS_RecipientInfo_num(recipients) > SCEP_RECIPIENTS_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "no recipients, or more than %d", SCEP_RECIPIENTS_MAX);
    }
    *ret = CA_MOVE(cms);
    return CA_OK;
}

/* ContentInfo (RFC 5652 3) to the AlgorithmIdentifier of the content (6.1); views. */
static CA_RC algorithm_find(struct ca_bytes in, struct ca_bytes *ret_oid, struct ca_err *err)
{
    struct der e;
    struct der skipped;
    unsigned tag;

    CA_TRY(der_take(&in, DER_SEQUENCE, &e, err));
    in = e.body;
    CA_TRY(der_take(&in, DER_OID, &skipped, err));
    CA_TRY(der_take(&in, DER_CONTEXT_0, &e, err));
    in = e.body;
    CA_TRY(der_take(&in, DER_SEQUENCE, &e, err));
    in = e.body;
    CA_TRY(der_take(&in, DER_INTEGER, &skipped, err));
    if (der_next_is(in, DER_CONTEXT_0))
        CA_TRY(der_take_any(&in, &tag, &skipped, err)); /* originatorInfo */
    CA_TRY(der_take(&in, DER_SET, &skipped, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &e, err));
    in = e.body;
    CA_TRY(der_take(&in, DER_OID, &skipped, err));
    CA_TRY(der_take(&in, DER_SEQUENCE, &e, err));
    in = e.body;
    CA_TRY(der_take(&in, DER_OID, &e, err));
    *ret_oid = e.body;
    return CA_OK;
}

static CA_RC cipher_find(struct ca_bytes oid, unsigned legacy, enum scep_cipher *ret,
                         struct ca_err *err)
{
    for (size_t i = 0; i < CA_COUNT(ciphers); i++) {
        if (!ca_bytes_equal(ciphers[i].oid, oid))
            continue;
        if ((ciphers[i].legacy & legacy) != ciphers[i].legacy) {
            return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                              "the content is encrypted with %s, which is off here",
                              ciphers[i].name);
        }
        *ret = (enum scep_cipher)i;
        return CA_OK;
    }
    return CA_FAIL_AS(err, CA_DENIED, "algorithm-refused",
                      "the content is encrypted with a cipher that is not taken");
}

static void octets_free(unsigned char *octets)
{
    OPENSSL_free(octets);
}
CA_AUTO_DEFINE(octets, unsigned char *, octets_free);

void scep_unreadable_wait(int64_t began_us)
{
    int64_t left_us = UNREADABLE_US - (ca_mono_us() - began_us) % UNREADABLE_US;
    struct timespec pause = {0, (long)left_us * 1000};

    (void)nanosleep(&pause, NULL);
}

CA_RC scep_envelope_check(struct ca_bytes der, unsigned legacy, enum scep_cipher *ret,
                          struct ca_err *err)
{
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;
    CA_AUTO(octets) unsigned char *again = NULL;
    struct ca_bytes oid;
    int n;

    CA_TRY(enveloped_read(der, NULL, &cms, err));
    n = i2d_CMS_ContentInfo(cms, &again);
    if (n <= 0)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "the content of the message is not EnvelopedData");
    CA_TRY(algorithm_find((struct ca_bytes){again, (size_t)n}, &oid, err));
    return cipher_find(oid, legacy, ret, err);
}

/* RSA with PKCS#1 v1.5 or OAEP (RFC 8017); what else there may be, OpenSSL need not see. */
static bool transport_is_taken(CMS_RecipientInfo *ri)
{
    X509_ALGOR *algorithm = NULL;
    int nid;

    if (CMS_RecipientInfo_ktri_get0_algs(ri, NULL, NULL, &algorithm) != 1 || algorithm == NULL)
        return false;
    nid = OBJ_obj2nid(algorithm->algorithm);
    return nid == NID_rsaEncryption || nid == NID_rsaesOaep;
}

static bool addressed_to(CMS_ContentInfo *cms, X509 *cert)
{
    STACK_OF(CMS_RecipientInfo) *recipients = CMS_get0_RecipientInfos(cms);

    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); i++) {
        CMS_RecipientInfo *ri = sk_CMS_RecipientInfo_value(recipients, i);

        if (CMS_RecipientInfo_type(ri) == CMS_RECIPINFO_TRANS && transport_is_taken(ri) &&
            CMS_RecipientInfo_ktri_cert_cmp(ri, cert) == 0)
            return true;
    }
    return false;
}

/* With the certificate at hand CMS_decrypt goes on with a random key where the padding is wrong, so
 * that there is one failure for all. A token that failed is one of them: it is asked whether it is
 * there. */
static CA_RC decrypt(CMS_ContentInfo *cms, const struct ra_credential *ra, struct ca_buf *ret,
                     struct ca_err *err)
{
    CA_AUTO(bio) BIO *out = BIO_new(BIO_s_mem());
    const uint8_t *octets = NULL;
    bool done;
    long n;

    if (out == NULL)
        return CA_FAIL_NOMEM(err);
    {
        CA_AUTO(hsm_guard) struct hsm_guard *guard = hsm_guard_begin(ra->key, "CMS_decrypt");

        (void)guard;
        done =
            CMS_decrypt(cms, hsm_key_provider_pkey(ra->key), ra->x509, NULL, out, CMS_BINARY) == 1;
    }
    ERR_clear_error();
    if (!done) {
        CA_TRY(hsm_key_alive(ra->key, err));
        return scep_unreadable(err);
    }
    n = BIO_get_mem_data(out, &octets);
    ca_buf_add(ret, octets, n > 0 ? (size_t)n : 0);
    return ca_buf_check(ret, err);
}

CA_RC scep_envelope_open(struct ca_bytes der, enum scep_cipher cipher, const struct ra_set *set,
                         struct ca_buf *ret, struct ca_err *err)
{
    CA_AUTO(cms) CMS_ContentInfo *cms = NULL;

    CA_TRY(scep_cipher_ready(cipher, set->list[0].key, err));
    CA_TRY(enveloped_read(der, set->list[0].key, &cms, err));
    for (size_t i = 0; i < set->n; i++) {
        if (addressed_to(cms, set->list[i].x509))
            return decrypt(cms, &set->list[i], ret, err);
    }
    return CA_FAIL(err, CA_DENIED,
                   "the content is encrypted for none of this endpoint's RA certificates: get "
                   "them anew with GetCACert");
}
