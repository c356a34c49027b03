/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/broken_block.h"

#include <openssl/cms.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ossl.h"

enum { KEY_LEN = 16, OTHER_LEN = 24, SHORT_PS = 7, BLOCK_MAX = 512 };

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "broken_block: %s\n", what);
    abort();
}

const char *block_name(enum block_kind kind)
{
    static const char *const names[] = {
        [BLOCK_GOOD] = "good padding, wrong key",
        [BLOCK_FIRST] = "first octet",
        [BLOCK_SECOND] = "second octet",
        [BLOCK_NO_ZERO] = "no zero",
        [BLOCK_SHORT] = "short padding",
        [BLOCK_LENGTH] = "key of another length",
        [BLOCK_EMPTY] = "empty key",
        [BLOCK_RANDOM] = "random block",
    };

    return names[kind];
}

/* The block before it is encrypted: random octets, none of them zero, and then what the kind says.
 */
static void plain_make(enum block_kind kind, uint8_t *block, size_t len)
{
    size_t key_len = kind == BLOCK_LENGTH ? OTHER_LEN : kind == BLOCK_EMPTY ? 0 : KEY_LEN;

    must(RAND_bytes(block, (int)len) == 1, "random octets");
    for (size_t i = 0; i < len - key_len; i++)
        block[i] = block[i] == 0 ? 0x5a : block[i];
    block[0] = kind == BLOCK_FIRST ? 1 : 0; /* below the modulus in any case */
    if (kind == BLOCK_RANDOM)
        return;
    block[1] = kind == BLOCK_SECOND ? 1 : 2;
    block[len - key_len - 1] = 0;
    if (kind == BLOCK_SHORT)
        block[2 + SHORT_PS] = 0;
    for (size_t i = 2; kind == BLOCK_NO_ZERO && i < len; i++)
        block[i] = block[i] == 0 ? 0x5a : block[i];
}

void broken_envelope_break(struct broken_envelope *e, enum block_kind kind)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(e->key, NULL);
    uint8_t plain[BLOCK_MAX];
    size_t len = e->len;

    must(len <= sizeof(plain) && ctx != NULL, "a longer key than is known here");
    plain_make(kind, plain, len);
    must(EVP_PKEY_encrypt_init(ctx) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
             EVP_PKEY_encrypt(ctx, e->der.ptr + e->at, &len, plain, len) == 1,
         "RSA");
    EVP_PKEY_CTX_free(ctx);
}

/* The only OCTET STRING that is as long as the modulus. */
static size_t block_find(struct ca_bytes der, size_t len)
{
    for (size_t i = 4; i + len <= der.len; i++) {
        const uint8_t *at = der.ptr + i;

        if (len > 255 ? at[-4] == 4 && at[-3] == 0x82 && ((size_t)at[-2] << 8 | at[-1]) == len
                      : at[-3] == 4 && at[-2] == 0x81 && at[-1] == len)
            return i;
    }
    must(false, "no RSA block");
    return 0;
}

void broken_envelope_make(struct broken_envelope *e, X509 *recipient, struct ca_bytes content)
{
    CA_AUTO(bio) BIO *in = BIO_new_mem_buf(content.ptr, (int)content.len);
    STACK_OF(X509) *to = sk_X509_new_null();
    CMS_ContentInfo *cms;
    unsigned char *octets = NULL;
    int n;

    must(to != NULL && sk_X509_push(to, recipient) > 0, "memory");
    cms = CMS_encrypt(to, in, EVP_aes_128_cbc(), CMS_BINARY);
    n = cms != NULL ? i2d_CMS_ContentInfo(cms, &octets) : 0;
    must(n > 0, "CMS");
    ca_buf_reset(&e->der);
    ca_buf_add(&e->der, octets, (size_t)n);
    OPENSSL_free(octets);
    CMS_ContentInfo_free(cms);
    sk_X509_free(to);
    e->key = X509_get0_pubkey(recipient);
    e->len = (size_t)EVP_PKEY_get_size(e->key);
    e->at = block_find(ca_buf_view(&e->der), e->len);
}
