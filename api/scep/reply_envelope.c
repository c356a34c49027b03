/* SPDX-License-Identifier: Apache-2.0 */
/* EnvelopedData (RFC 5652 6.1) for one recipient: RSA with PKCS#1 v1.5, and the cipher that the
 * request came with. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "api/scep/oid_internal.h"
#include "api/scep/reply_internal.h"
#include "base/der.h"
#include "base/ossl.h"

enum { SEALED_MAX = 1024 }; /* octets; RSA of 8192 bits */

CA_AUTO_DEFINE(evp_cipher, EVP_CIPHER *, EVP_CIPHER_free);
CA_AUTO_DEFINE(evp_cipher_ctx, EVP_CIPHER_CTX *, EVP_CIPHER_CTX_free);

static const struct ca_bytes rsa_encryption = OID_RSA_ENCRYPTION;

/* What goes out, and the key that does not go out as it is. */
struct locked {
    uint8_t key[EVP_MAX_KEY_LENGTH];
    size_t key_len;
    uint8_t iv[EVP_MAX_IV_LENGTH];
    size_t iv_len;
    struct ca_buf octets;
    uint8_t sealed[SEALED_MAX]; /* the key, for the recipient */
    size_t sealed_len;
};

static void locked_done(struct locked l)
{
    ca_buf_done(&l.octets);
}
CA_AUTO_DEFINE(locked, struct locked, locked_done);

/* A key of its own, which OpenSSL makes as the cipher wants it (DES: parity). */
static bool key_make(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, struct locked *l)
{
    l->key_len = (size_t)EVP_CIPHER_get_key_length(cipher);
    l->iv_len = (size_t)EVP_CIPHER_get_iv_length(cipher);
    return EVP_EncryptInit_ex2(ctx, cipher, NULL, NULL, NULL) == 1 &&
           EVP_CIPHER_CTX_rand_key(ctx, l->key) == 1 && RAND_bytes(l->iv, (int)l->iv_len) == 1 &&
           EVP_EncryptInit_ex2(ctx, NULL, l->key, l->iv, NULL) == 1;
}

static CA_RC content_lock(const struct scep_reply *r, const struct hsm_key *key, struct locked *l,
                          struct ca_err *err)
{
    CA_AUTO(evp_cipher)
    EVP_CIPHER *cipher =
        EVP_CIPHER_fetch(hsm_key_libctx(key), OBJ_nid2sn(scep_cipher_nid(r->cipher)), NULL);
    CA_AUTO(evp_cipher_ctx) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t *at = ca_buf_room(&l->octets, r->content.len + EVP_MAX_BLOCK_LENGTH);
    int n = 0;
    int last = 0;

    if (ctx == NULL || at == NULL)
        return CA_FAIL_NOMEM(err);
    if (cipher == NULL || !key_make(ctx, cipher, l) ||
        EVP_EncryptUpdate(ctx, at, &n, r->content.ptr, (int)r->content.len) != 1 ||
        EVP_EncryptFinal_ex(ctx, at + n, &last) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "the answer cannot be encrypted");
    l->octets.len = (size_t)n + (size_t)last;
    return CA_OK;
}

static CA_RC key_seal(const struct scep_reply *r, struct locked *l, struct ca_err *err)
{
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(r->recipient_key, NULL);

    l->sealed_len = sizeof(l->sealed);
    if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_encrypt(ctx, l->sealed, &l->sealed_len, l->key, l->key_len) != 1)
        return CA_FAIL_OSSL(err, CA_DENIED, "the answer cannot be encrypted to the signer's key");
    return CA_OK;
}

static void recipient_put(struct der_writer *w, const struct scep_name *name,
                          const struct locked *l)
{
    der_open(w, DER_SET);
    der_open(w, DER_SEQUENCE);
    der_put_uint(w, 0);
    scep_name_put(w, name);
    scep_algorithm_put(w, rsa_encryption, true);
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){l->sealed, l->sealed_len});
    der_close(w);
    der_close(w);
}

static void content_put(struct der_writer *w, enum scep_cipher cipher, const struct locked *l)
{
    der_open(w, DER_SEQUENCE);
    scep_content_type_put(w, SCEP_DATA);
    der_open(w, DER_SEQUENCE);
    der_put(w, DER_OID, scep_cipher_oid(cipher));
    der_put(w, DER_OCTET_STRING, (struct ca_bytes){l->iv, l->iv_len});
    der_close(w);
    der_put(w, DER_CONTEXT, ca_buf_view(&l->octets));
    der_close(w);
}

static CA_RC lock(const struct scep_reply *r, const struct hsm_key *key, struct locked *l,
                  struct ca_err *err)
{
    enum ca_rc rc = content_lock(r, key, l, err);

    if (rc == CA_OK)
        rc = key_seal(r, l, err);
    OPENSSL_cleanse(l->key, sizeof(l->key));
    return rc;
}

CA_RC scep_envelope_write(const struct scep_reply *r, const struct hsm_key *key, struct ca_buf *ret,
                          struct ca_err *err)
{
    CA_AUTO(locked) struct locked l = {.key_len = 0};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct scep_name name;

    CA_TRY(scep_cipher_ready(r->cipher, key, err));
    if (scep_name_read(r->recipient, &name, err) != CA_OK)
        return CA_FAIL(err, CA_DENIED, "the answer cannot be addressed to the signer");
    CA_TRY(lock(r, key, &l, err));
    scep_content_open(&w, SCEP_ENVELOPED_DATA);
    der_put_uint(&w, 0);
    recipient_put(&w, &name, &l);
    content_put(&w, r->cipher, &l);
    der_close(&w);
    der_close(&w);
    der_close(&w);
    CA_TRY(der_writer_check(&w, err));
    ca_buf_bytes(ret, der_writer_view(&w));
    return ca_buf_check(ret, err);
}
