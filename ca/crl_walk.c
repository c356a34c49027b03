/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/rsa.h>
#include <sys/stat.h>

#include "base/der.h"
#include "base/digest.h"
#include "base/ossl.h"
#include "ca/crl_file_internal.h"
#include "ca/crl_internal.h"
#include "ca/crl_reader_internal.h"

/* A second opinion on what crl_file.c wrote: shares no code with it but base/. */
struct walk {
    struct crl_reader in;
    const struct authority *authority;
    const struct crl_head *want;
    int64_t this_update;
    int64_t next_update;
    struct crl_entries entries;
};

static CA_RC algorithm_check(struct crl_reader *in, const struct authority *authority, off_t end,
                             struct ca_err *err)
{
    const struct ca_signature_info *want = ca_signature_info(authority->signature);
    struct ca_bytes all;

    CA_TRY(crl_reader_next(in, end, &all, err));
    if (!ca_bytes_equal(all, want->algorithm))
        return CA_FAIL(err, CA_DENIED, "signature algorithm is not %s", want->name);
    return CA_OK;
}

static CA_RC time_next(struct walk *w, off_t end, int64_t *ret, struct ca_err *err)
{
    struct ca_bytes all;

    CA_TRY(crl_reader_next(&w->in, end, &all, err));
    CA_TRY(der_take_time(&all, ret, err));
    return der_done(all, err);
}

static CA_RC dates_check(struct walk *w, off_t end, struct ca_err *err)
{
    CA_TRY(time_next(w, end, &w->this_update, err));
    CA_TRY(time_next(w, end, &w->next_update, err));
    if (w->this_update >= w->next_update)
        return CA_FAIL(err, CA_DENIED, "nextUpdate is not after thisUpdate");
    if (w->next_update > w->authority->cert.not_after)
        return CA_FAIL(err, CA_DENIED, "nextUpdate is after the authority's notAfter");
    return CA_OK;
}

/* version, signature, issuer, thisUpdate, nextUpdate */
static CA_RC fields_check(struct walk *w, off_t end, struct ca_err *err)
{
    struct ca_bytes all;
    uint64_t version;

    CA_TRY(crl_reader_next(&w->in, end, &all, err));
    CA_TRY(der_take_uint(&all, UINT64_MAX, &version, err));
    if (version != 1)
        return CA_FAIL(err, CA_DENIED, "CRL is not version 2");
    CA_TRY(algorithm_check(&w->in, w->authority, end, err));
    CA_TRY(crl_reader_next(&w->in, end, &all, err));
    if (!ca_bytes_equal(all, w->authority->cert.subject))
        return CA_FAIL(err, CA_DENIED, "issuer is not the authority's subject");
    return dates_check(w, end, err);
}

static CA_RC list_check(struct walk *w, off_t tbs_end, struct ca_err *err)
{
    struct ca_bytes entry;
    off_t end;

    if (!crl_reader_sees(&w->in, tbs_end, DER_SEQUENCE))
        return CA_OK;
    CA_TRY(crl_reader_open(&w->in, tbs_end, DER_SEQUENCE, &end, err));
    if (w->in.at == end) /* RFC 5280 5.1.2.6 */
        return CA_FAIL(err, CA_MALFORMED, "revokedCertificates is there and empty");
    while (w->in.at < end) {
        CA_TRY(crl_reader_next(&w->in, end, &entry, err));
        CA_TRY(crl_entries_check(&w->entries, entry, err));
    }
    return CA_OK;
}

static CA_RC extensions_check(struct walk *w, off_t tbs_end, struct ca_err *err)
{
    struct ca_bytes all;

    CA_TRY(crl_reader_next(&w->in, tbs_end, &all, err));
    return crl_extensions_check(all, w->authority->issuer.key_id, w->want, err);
}

static CA_RC tbs_check(struct walk *w, off_t end, struct ca_err *err)
{
    off_t tbs_end;

    CA_TRY(crl_reader_open(&w->in, end, DER_SEQUENCE, &tbs_end, err));
    CA_TRY(fields_check(w, tbs_end, err));
    CA_TRY(list_check(w, tbs_end, err));
    CA_TRY(extensions_check(w, tbs_end, err));
    CA_TRY(crl_reader_closed(&w->in, tbs_end, err));
    return crl_reader_closed(&w->in, end, err);
}

static CA_RC verify_init(EVP_PKEY_CTX *ctx, const struct ca_signature_info *sig, struct ca_err *err)
{
    const EVP_MD *md = EVP_get_digestbyname(sig->digest);

    if (ctx == NULL || md == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "verification of the CRL");
    if (sig->pss && (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
                     EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1))
        return CA_FAIL_OSSL(err, CA_FAULT, "verification of the CRL");
    return CA_OK;
}

static CA_RC digest_verify(struct ca_bytes digest, const struct authority *authority,
                           struct ca_bytes signature, int *ret, struct ca_err *err)
{
    CA_AUTO(evp_pkey_ctx)
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, authority->public_key, NULL);

    CA_TRY(verify_init(ctx, ca_signature_info(authority->signature), err));
    *ret = EVP_PKEY_verify(ctx, signature.ptr, signature.len, digest.ptr, digest.len);
    return CA_OK;
}

/* Ed25519 takes all octets, in one call. */
static CA_RC octets_verify(const struct crl_part *tbs, const struct authority *authority,
                           struct ca_bytes signature, int *ret, struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    CA_AUTO(crl_map) struct crl_map map = {0};

    if (ctx == NULL ||
        EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, authority->public_key, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "verification of the CRL");
    CA_TRY(crl_map(tbs, &map, err));
    *ret = EVP_DigestVerify(ctx, signature.ptr, signature.len, map.bytes.ptr, map.bytes.len);
    return CA_OK;
}

/* What stands behind the TBSCertList. */
static CA_RC signature_take(struct crl_reader *in, const struct authority *authority, off_t end,
                            struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes all;

    CA_TRY(algorithm_check(in, authority, end, err));
    CA_TRY(crl_reader_next(in, end, &all, err));
    CA_TRY(der_take_octets_of_bits(&all, ret, err));
    return crl_reader_closed(in, end, err);
}

CA_RC crl_sha256(const struct crl_part *part, uint8_t ret[CA_SHA256_LEN], struct ca_err *err)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len;

    CA_TRY(crl_digest(part, "SHA256", digest, &len, err));
    memcpy(ret, digest, CA_SHA256_LEN);
    return CA_OK;
}

CA_RC crl_walk_list(const struct crl_part *tbs, const struct authority *authority,
                    const struct crl_head *want, struct crl_made *ret, struct ca_err *err)
{
    CA_AUTO(crl_reader) struct crl_reader in = {.fd = tbs->fd, .at = tbs->at};
    struct walk w = {.authority = authority, .want = want, .entries = {.delta = want->base != 0}};

    CA_TRY(crl_reader_start(&in, err));
    w.in = in; /* freed as `in` */
    CA_TRY(tbs_check(&w, tbs->at + (off_t)tbs->len, err));
    *ret = (struct crl_made){
        .number = want->number,
        .this_update = w.this_update,
        .next_update = w.next_update,
        .entries = w.entries.count,
    };
    return CA_OK;
}

CA_RC crl_walk_signature(const struct crl_part *crl, const struct crl_part *tbs,
                         struct ca_bytes digest, const struct authority *authority,
                         struct ca_err *err)
{
    CA_AUTO(crl_reader) struct crl_reader in = {.fd = crl->fd, .at = crl->at};
    struct ca_bytes signature;
    off_t end;
    int verified = 0;

    CA_TRY(crl_reader_start(&in, err));
    CA_TRY(crl_reader_open(&in, crl->at + (off_t)crl->len, DER_SEQUENCE, &end, err));
    if (in.at != tbs->at || end != crl->at + (off_t)crl->len)
        return CA_FAIL(err, CA_MALFORMED, "the TBSCertList is not where the CRL has it");
    in.at = tbs->at + (off_t)tbs->len;
    CA_TRY(signature_take(&in, authority, end, &signature, err));
    CA_TRY(ca_signature_info(authority->signature)->digest != NULL
               ? digest_verify(digest, authority, signature, &verified, err)
               : octets_verify(tbs, authority, signature, &verified, err));
    if (verified != 1)
        return CA_FAIL_OSSL(err, CA_DENIED, "signature of the CRL does not verify");
    return CA_OK;
}

/* Where the CRL is, from `at` to the end of the file, and its TBSCertList. */
static CA_RC parts_find(int fd, off_t at, struct crl_part *ret_crl, struct crl_part *ret_tbs,
                        struct ca_err *err)
{
    CA_AUTO(crl_reader) struct crl_reader in = {.fd = fd, .at = at};
    struct stat st;
    off_t end;
    off_t tbs_at;
    off_t tbs_end;

    if (fstat(fd, &st) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot read the CRL: %s", strerror(errno));
    CA_TRY(crl_reader_start(&in, err));
    CA_TRY(crl_reader_open(&in, st.st_size, DER_SEQUENCE, &end, err));
    if (end != st.st_size)
        return CA_FAIL(err, CA_MALFORMED, "left over: %jd octets", (intmax_t)(st.st_size - end));
    tbs_at = in.at;
    CA_TRY(crl_reader_open(&in, end, DER_SEQUENCE, &tbs_end, err));
    *ret_crl = (struct crl_part){fd, at, (size_t)(end - at)};
    *ret_tbs = (struct crl_part){fd, tbs_at, (size_t)(tbs_end - tbs_at)};
    return CA_OK;
}

CA_RC crl_walk_from(int fd, off_t at, const struct authority *authority,
                    const struct crl_head *want, struct crl_made *ret, struct ca_err *err)
{
    const char *name = ca_signature_info(authority->signature)->digest;
    uint8_t digest[EVP_MAX_MD_SIZE];
    struct crl_part crl;
    struct crl_part tbs;
    size_t len = 0;

    CA_TRY(parts_find(fd, at, &crl, &tbs, err));
    CA_TRY(crl_walk_list(&tbs, authority, want, ret, err));
    if (name != NULL)
        CA_TRY(crl_digest(&tbs, name, digest, &len, err));
    CA_TRY(crl_walk_signature(&crl, &tbs, (struct ca_bytes){digest, len}, authority, err));
    ret->size = (int64_t)crl.len;
    return crl_sha256(&crl, ret->sha256, err);
}

CA_RC crl_walk(int fd, const struct authority *authority, int64_t number, struct crl_made *ret,
               struct ca_err *err)
{
    return crl_walk_from(fd, 0, authority, &(struct crl_head){.number = number}, ret, err);
}
