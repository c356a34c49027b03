/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/crl_file_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/der.h"
#include "base/file.h"
#include "base/ossl.h"

CA_RC crl_file_open(struct crl_file *f, const char *spool_dir, struct ca_err *err)
{
    *f = (struct crl_file){.fd = -1, .end = CRL_FRONT_MAX};
    f->fd = open(spool_dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (f->fd < 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no file in %s: %s", spool_dir, strerror(errno));
    return CA_OK;
}

void crl_file_done(struct crl_file *f)
{
    if (f->fd >= 0)
        (void)close(f->fd);
    der_writer_done(&f->pending);
    f->fd = -1;
}

/* A signature is verified over the digest that was taken of the TBSCertList: once there is one,
 * only what stands in front of it and behind it is written. */
static bool tbs_is_left(const struct crl_file *f, off_t at, size_t len)
{
    return f->tbs.len == 0 || at + (off_t)len <= f->tbs.at || at >= f->tbs.at + (off_t)f->tbs.len;
}

static CA_RC write_at(const struct crl_file *f, off_t at, struct ca_bytes bytes, struct ca_err *err)
{
    assert(tbs_is_left(f, at, bytes.len));
    while (bytes.len > 0) {
        ssize_t n = pwrite(f->fd, bytes.ptr, bytes.len, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot write the CRL: %s", strerror(errno));
        bytes = (struct ca_bytes){bytes.ptr + n, bytes.len - (size_t)n};
        at += n;
    }
    return CA_OK;
}

static CA_RC append(struct crl_file *f, struct ca_bytes bytes, struct ca_err *err)
{
    CA_TRY(write_at(f, f->end, bytes, err));
    f->end += (off_t)bytes.len;
    return CA_OK;
}

/* Puts bytes in front of what starts at *at. */
static CA_RC prepend(struct crl_file *f, off_t *at, struct ca_bytes bytes, struct ca_err *err)
{
    if ((off_t)bytes.len > *at) {
        return CA_FAIL(err, CA_LIMIT, "the fields of the CRL take more than %d octets",
                       CRL_FRONT_MAX);
    }
    CA_TRY(write_at(f, *at - (off_t)bytes.len, bytes, err));
    *at -= (off_t)bytes.len;
    return CA_OK;
}

static CA_RC prepend_head(struct crl_file *f, off_t *at, size_t len, struct ca_err *err)
{
    uint8_t head[6];
    size_t n;

    if (len > UINT32_MAX)
        return CA_FAIL(err, CA_LIMIT, "CRL of %zu octets", len);
    n = der_head(DER_SEQUENCE, len, head);
    return prepend(f, at, (struct ca_bytes){head, n}, err);
}

static CA_RC flush(struct crl_file *f, struct ca_err *err)
{
    CA_TRY(der_writer_check(&f->pending, err));
    CA_TRY(append(f, der_writer_view(&f->pending), err));
    ca_buf_reset(&f->pending.buf);
    return CA_OK;
}

CA_RC crl_file_entry(void *arg, const struct db_crl_entry *entry, struct ca_err *err)
{
    struct crl_file *f = arg;

    CA_TRY(crl_entry_write(&f->pending, entry, f->delta, err));
    f->entries++;
    if (f->pending.buf.len < CRL_PIECE)
        return CA_OK;
    return flush(f, err);
}

static CA_RC append_piece(void *arg, struct ca_bytes piece, struct ca_err *err)
{
    return append(arg, piece, err);
}

CA_RC crl_file_append(struct crl_file *f, struct crl_file *more, struct ca_err *err)
{
    struct crl_part entries = {more->fd, CRL_FRONT_MAX, 0};

    CA_TRY(flush(f, err));
    CA_TRY(flush(more, err));
    entries.len = (size_t)(more->end - entries.at);
    f->entries += more->entries;
    return crl_file_read(&entries, CRL_PIECE, append_piece, f, err);
}

CA_RC crl_file_close(struct crl_file *f, const struct crl_head *head, struct ca_err *err)
{
    CA_AUTO(der_writer) struct der_writer fields = {0};
    off_t at = CRL_FRONT_MAX;

    CA_TRY(flush(f, err));
    f->entries_end = f->end;
    crl_fields_write(&fields, head);
    CA_TRY(der_writer_check(&fields, err));
    if (f->entries > 0) /* RFC 5280 5.1.2.6: absent when there is none */
        CA_TRY(prepend_head(f, &at, (size_t)(f->end - at), err));
    CA_TRY(prepend(f, &at, der_writer_view(&fields), err));
    crl_extensions_write(&f->pending, head);
    CA_TRY(flush(f, err));
    CA_TRY(prepend_head(f, &at, (size_t)(f->end - at), err));
    f->tbs = (struct crl_part){f->fd, at, (size_t)(f->end - at)};
    return CA_OK;
}

CA_RC crl_file_again(struct crl_file *f, struct ca_err *err)
{
    if (ftruncate(f->fd, f->entries_end) != 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot write the CRL: %s", strerror(errno));
    f->end = f->entries_end;
    f->tbs = f->crl = (struct crl_part){0};
    ca_buf_reset(&f->pending.buf);
    return CA_OK;
}

CA_RC crl_file_sign(struct crl_file *f, enum ca_signature signature, struct ca_bytes octets,
                    struct ca_err *err)
{
    off_t at = f->tbs.at;

    der_put_raw(&f->pending, ca_signature_info(signature)->algorithm);
    der_put_bits(&f->pending, octets);
    CA_TRY(flush(f, err));
    CA_TRY(prepend_head(f, &at, (size_t)(f->end - at), err));
    f->crl = (struct crl_part){f->fd, at, (size_t)(f->end - at)};
    return CA_OK;
}

/* pread until `len` octets are there. */
static CA_RC read_all(int fd, off_t at, uint8_t *ret, size_t len, struct ca_err *err)
{
    while (len > 0) {
        ssize_t n = pread(fd, ret, len, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot read the CRL: %s", strerror(errno));
        if (n == 0)
            return CA_FAIL(err, CA_MALFORMED, "the CRL is cut short");
        ret += n;
        at += n;
        len -= (size_t)n;
    }
    return CA_OK;
}

CA_RC crl_file_read(const struct crl_part *part, size_t piece, crl_piece_fn fn, void *arg,
                    struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf own = {0};
    uint8_t *room = ca_buf_room(&own, piece);
    off_t at = part->at;
    size_t left = part->len;

    if (room == NULL)
        return CA_FAIL_NOMEM(err);
    while (left > 0) {
        size_t n = left < piece ? left : piece;

        CA_TRY(read_all(part->fd, at, room, n, err));
        CA_TRY(fn(arg, (struct ca_bytes){room, n}, err));
        at += (off_t)n;
        left -= n;
    }
    return CA_OK;
}

CA_RC crl_map(const struct crl_part *part, struct crl_map *ret, struct ca_err *err)
{
    size_t before = (size_t)part->at % (size_t)sysconf(_SC_PAGESIZE);
    size_t len = before + part->len;
    void *base = mmap(NULL, len, PROT_READ, MAP_SHARED, part->fd, part->at - (off_t)before);

    if (base == MAP_FAILED)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot map the CRL: %s", strerror(errno));
    ret->bytes = (struct ca_bytes){(const uint8_t *)base + before, part->len};
    ret->base = base;
    ret->len = len;
    return CA_OK;
}

void crl_map_done(struct crl_map m)
{
    if (m.base != NULL)
        (void)munmap(m.base, m.len);
}

static CA_RC digest_piece(void *arg, struct ca_bytes piece, struct ca_err *err)
{
    if (EVP_DigestUpdate(arg, piece.ptr, piece.len) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "digest of the CRL");
    return CA_OK;
}

CA_RC crl_digest(const struct crl_part *part, const char *digest, uint8_t *ret, size_t *ret_len,
                 struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *md = EVP_get_digestbyname(digest);
    unsigned n = 0;

    if (ctx == NULL || md == NULL || EVP_DigestInit_ex(ctx, md, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "digest %s", digest);
    CA_TRY(crl_file_read(part, CRL_PIECE, digest_piece, ctx, err));
    if (EVP_DigestFinal_ex(ctx, ret, &n) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "digest %s", digest);
    *ret_len = n;
    return CA_OK;
}
