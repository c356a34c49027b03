/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/crl_support.h"

#include <assert.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/der.h"
#include "base/file.h"

/* CN=Test CA */
static const struct ca_bytes sample_subject =
    CA_BYTES(0x30, 0x12, 0x31, 0x10, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x07, 'T', 'e',
             's', 't', ' ', 'C', 'A');
static const struct ca_bytes sample_key_id =
    CA_BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);

static EVP_PKEY *key_make(struct ca_key_spec spec)
{
    static const uint8_t seed[32] = "a seed that everybody may know.";

    if (spec.kind == CA_KEY_ED25519)
        return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
    if (spec.kind == CA_KEY_RSA)
        return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)spec.bits);
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", ca_key_info(spec.kind)->group);
}

void crl_sample_init(struct crl_sample *s, const char *key, bool pss)
{
    struct ca_key_spec spec;

    *s = (struct crl_sample){0};
    if (!ca_key_spec_parse(key, &spec))
        abort();
    s->authority.public_key = key_make(spec);
    if (s->authority.public_key == NULL)
        abort();
    s->authority.signature = ca_signature_default(spec, pss);
    s->authority.cert.subject = sample_subject;
    s->authority.cert.not_after = CRL_SAMPLE_NEXT + 1000;
    s->authority.issuer = (struct issuer){
        .subject = sample_subject,
        .key_id = sample_key_id,
        .signature = s->authority.signature,
    };
}

void crl_sample_done(struct crl_sample *s)
{
    EVP_PKEY_free(s->authority.public_key);
}

enum ca_rc crl_sample_sign(const struct crl_sample *s, struct crl_file *f, struct ca_err *err)
{
    const struct ca_signature_info *info = ca_signature_info(s->authority.signature);
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    CA_AUTO(crl_map) struct crl_map tbs = {0};
    EVP_PKEY_CTX *pctx = NULL;
    uint8_t signature[1024];
    size_t len = sizeof(signature);

    CA_TRY(crl_map(&f->tbs, &tbs, err));
    if (EVP_DigestSignInit_ex(ctx, &pctx, info->digest, NULL, NULL, s->authority.public_key,
                              NULL) != 1)
        abort();
    if (info->pss && (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) != 1 ||
                      EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) != 1))
        abort();
    if (EVP_DigestSign(ctx, signature, &len, tbs.bytes.ptr, tbs.bytes.len) != 1)
        abort();
    return crl_file_sign(f, s->authority.signature, (struct ca_bytes){signature, len}, err);
}

enum ca_rc crl_sample_make(const struct crl_sample *s, const struct db_crl_entry *entries, size_t n,
                           struct crl_file *ret, struct ca_err *err)
{
    const struct crl_head head = {.issuer = &s->authority.issuer,
                                  .number = CRL_SAMPLE_NUMBER,
                                  .this_update = CRL_SAMPLE_THIS,
                                  .next_update = CRL_SAMPLE_NEXT};

    CA_TRY(crl_file_open(ret, "/tmp", err));
    for (size_t i = 0; i < n; i++)
        CA_TRY(crl_file_entry(ret, &entries[i], err));
    CA_TRY(crl_file_close(ret, &head, err));
    return crl_sample_sign(s, ret, err);
}

static CA_RC piece_add(void *arg, struct ca_bytes piece, struct ca_err *err)
{
    ca_buf_bytes(arg, piece);
    return ca_buf_check(arg, err);
}

void crl_sample_read(const struct crl_file *f, struct ca_buf *ret)
{
    struct ca_err err = {0};

    if (crl_file_read(&f->crl, CRL_PIECE, piece_add, ret, &err) != CA_OK)
        abort();
}

enum ca_rc crl_sample_walk(const struct crl_sample *s, struct ca_bytes der, int64_t number,
                           struct crl_made *ret, struct ca_err *err)
{
    CA_AUTO(fd) int fd = memfd_create("crl", MFD_CLOEXEC);

    if (fd < 0)
        abort();
    CA_TRY(ca_fd_write_all(fd, der, err));
    return crl_walk(fd, &s->authority, number, ret, err);
}
