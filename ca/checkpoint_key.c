/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/der.h"
#include "base/ossl.h"
#include "base/text.h"
#include "ca/checkpoint_key_internal.h"

struct checkpoint_key {
    EVP_PKEY *key;
    enum ca_signature signature;
    uint8_t type;        /* of the signature, in notes */
    uint8_t *spki;       /* for free() */
    struct ca_bytes raw; /* Ed25519: the 32 octets; else the SPKI */
};

static const struct kind {
    enum ca_key_kind kind;
    enum ca_signature signature;
    uint8_t type;
} kinds[] = {
    {CA_KEY_ED25519, CA_SIG_ED25519,      1},
    {CA_KEY_P256,    CA_SIG_ECDSA_SHA256, 2},
};

void checkpoint_key_free(struct checkpoint_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    free(key->spki);
    free(key);
}

/* SubjectPublicKeyInfo (RFC 5280 4.1.2.7): whole AlgorithmIdentifiers of the table, no others. */
static CA_RC spki_read(struct ca_bytes spki, const struct kind **ret, struct ca_bytes *ret_bits,
                       struct ca_err *err)
{
    struct der outer;
    struct der algorithm;
    struct ca_bytes bits;

    CA_TRY(der_take(&spki, DER_SEQUENCE, &outer, err));
    CA_TRY(der_done(spki, err));
    CA_TRY(der_take(&outer.body, DER_SEQUENCE, &algorithm, err));
    CA_TRY(der_take_octets_of_bits(&outer.body, &bits, err));
    CA_TRY(der_done(outer.body, err));
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (!ca_bytes_equal(algorithm.all, ca_key_info(kinds[i].kind)->algorithm))
            continue;
        *ret = &kinds[i];
        *ret_bits = bits;
        return CA_OK;
    }
    return CA_FAIL(err, CA_DENIED, "checkpoints are signed with Ed25519 or P-256 keys only");
}

CA_RC checkpoint_key_new(struct ca_bytes spki, struct checkpoint_key **ret, struct ca_err *err)
{
    CA_AUTO(checkpoint_key) struct checkpoint_key *key = calloc(1, sizeof(*key));
    const struct kind *kind = NULL;
    struct ca_bytes bits;
    const unsigned char *at;

    if (key == NULL)
        return CA_FAIL_NOMEM(err);
    key->spki = ca_bytes_dup(spki);
    if (key->spki == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(spki_read((struct ca_bytes){key->spki, spki.len}, &kind, &bits, err));
    key->signature = kind->signature;
    key->type = kind->type;
    key->raw = kind->kind == CA_KEY_ED25519 ? bits : (struct ca_bytes){key->spki, spki.len};
    at = key->spki;
    key->key = d2i_PUBKEY(NULL, &at, (long)spki.len);
    if (key->key == NULL || at != key->spki + spki.len)
        return CA_FAIL_OSSL(err, CA_MALFORMED, "no public key");
    *ret = CA_MOVE(key);
    return CA_OK;
}

enum ca_signature checkpoint_key_signature(const struct checkpoint_key *key)
{
    return key->signature;
}

CA_RC checkpoint_key_id(const struct checkpoint_key *key, const char *name,
                        uint8_t ret[CHECKPOINT_KEY_ID], struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    uint8_t digest[CA_SHA256_LEN];

    if (key->type != 2) { /* c2sp.org/signed-note: for ECDSA the SPKI alone */
        ca_buf_str(&octets, name);
        ca_buf_u8(&octets, '\n');
        ca_buf_u8(&octets, key->type);
    }
    ca_buf_bytes(&octets, key->raw);
    CA_TRY(ca_buf_check(&octets, err));
    CA_TRY(ca_sha256(ca_buf_view(&octets), digest, err));
    memcpy(ret, digest, CHECKPOINT_KEY_ID);
    return CA_OK;
}

CA_RC checkpoint_key_text(const struct checkpoint_key *key, const char *name, struct ca_buf *ret,
                          struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf octets = {0};
    uint8_t id[CHECKPOINT_KEY_ID];
    char hex[2 * CHECKPOINT_KEY_ID + 1];

    CA_TRY(checkpoint_key_id(key, name, id, err));
    ca_buf_u8(&octets, key->type);
    ca_buf_bytes(&octets, key->raw);
    CA_TRY(ca_buf_check(&octets, err));
    ca_buf_printf(ret, "%s+%s+", name, ca_hex((struct ca_bytes){id, sizeof(id)}, hex));
    ca_base64_put(ret, ca_buf_view(&octets));
    return ca_buf_check(ret, err);
}

CA_RC checkpoint_key_verify(const struct checkpoint_key *key, struct ca_bytes text,
                            struct ca_bytes signature, struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *digest = ca_signature_info(key->signature)->digest;

    if (ctx == NULL)
        return CA_FAIL_NOMEM(err);
    if (EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key->key, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot verify with this key");
    if (EVP_DigestVerify(ctx, signature.ptr, signature.len, text.ptr, text.len) != 1)
        return CA_FAIL_OSSL(err, CA_DENIED, "the signature does not verify");
    return CA_OK;
}
