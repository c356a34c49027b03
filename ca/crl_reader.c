/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/crl_reader_internal.h"

#include <errno.h>
#include <unistd.h>

#include "base/der.h"
#include "ca/crl_file_internal.h"

CA_RC crl_reader_start(struct crl_reader *r, struct ca_err *err)
{
    r->window = malloc(CRL_PIECE);
    if (r->window == NULL)
        return CA_FAIL_NOMEM(err);
    r->window_at = r->at;
    r->window_len = 0;
    return CA_OK;
}

void crl_reader_done(struct crl_reader r)
{
    free(r.window);
}

/* Moves the window to r->at and fills it as far as the file goes. */
static CA_RC window_move(struct crl_reader *r, struct ca_err *err)
{
    r->window_at = r->at;
    r->window_len = 0;
    while (r->window_len < CRL_PIECE) {
        ssize_t n = pread(r->fd, r->window + r->window_len, CRL_PIECE - r->window_len,
                          r->window_at + (off_t)r->window_len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CA_FAIL(err, CA_UNAVAILABLE, "cannot read the CRL: %s", strerror(errno));
        if (n == 0)
            break;
        r->window_len += (size_t)n;
    }
    return CA_OK;
}

/* What stands at r->at: `want` octets, or fewer at the end. */
static CA_RC look(struct crl_reader *r, off_t end, size_t want, struct ca_bytes *ret,
                  struct ca_err *err)
{
    size_t skip = (size_t)(r->at - r->window_at);
    size_t left = (size_t)(end - r->at);

    if (want > left)
        want = left;
    if (skip > r->window_len || want > r->window_len - skip) {
        CA_TRY(window_move(r, err));
        skip = 0;
    }
    if (want > r->window_len)
        want = r->window_len;
    *ret = (struct ca_bytes){r->window + skip, want};
    return CA_OK;
}

bool crl_reader_sees(struct crl_reader *r, off_t end, unsigned tag)
{
    struct ca_bytes octet;
    struct ca_err err;

    return look(r, end, 1, &octet, &err) == CA_OK && der_next_is(octet, tag);
}

/* Tag, length octets (X.690 10.1: the shortest form) and whether the content ends before `end`. */
static CA_RC head_read(struct crl_reader *r, off_t end, size_t *ret_head, size_t *ret_len,
                       struct ca_err *err)
{
    struct ca_bytes in;
    size_t n;
    size_t len = 0;

    CA_TRY(look(r, end, 6, &in, err));
    if (in.len < 2)
        return CA_FAIL(err, CA_MALFORMED, "ends where an element belongs");
    n = in.ptr[1] < 0x80 ? 0 : in.ptr[1] & 0x7fU;
    if (in.ptr[1] == 0x80 || n > 4 || in.len < 2 + n)
        return CA_FAIL(err, CA_MALFORMED, "length at octet %jd is not DER", (intmax_t)r->at);
    for (size_t i = 0; i < n; i++)
        len = len << 8 | in.ptr[2 + i];
    if (n == 0)
        len = in.ptr[1];
    if (n > 0 && (in.ptr[2] == 0 || len < 0x80))
        return CA_FAIL(err, CA_MALFORMED, "length at octet %jd is not DER", (intmax_t)r->at);
    if (len > (size_t)(end - r->at) - 2 - n)
        return CA_FAIL(err, CA_MALFORMED, "element at octet %jd is cut short", (intmax_t)r->at);
    *ret_head = 2 + n;
    *ret_len = len;
    return CA_OK;
}

CA_RC crl_reader_open(struct crl_reader *r, off_t end, unsigned tag, off_t *ret_end,
                      struct ca_err *err)
{
    size_t head;
    size_t len;

    if (!crl_reader_sees(r, end, tag))
        return CA_FAIL(err, CA_MALFORMED, "no tag 0x%02x at octet %jd", tag, (intmax_t)r->at);
    CA_TRY(head_read(r, end, &head, &len, err));
    r->at += (off_t)head;
    *ret_end = r->at + (off_t)len;
    return CA_OK;
}

CA_RC crl_reader_next(struct crl_reader *r, off_t end, struct ca_bytes *ret, struct ca_err *err)
{
    size_t head;
    size_t len;

    CA_TRY(head_read(r, end, &head, &len, err));
    if (len > CRL_PIECE - head) {
        return CA_FAIL(err, CA_MALFORMED, "element of %zu octets at octet %jd", len,
                       (intmax_t)r->at);
    }
    CA_TRY(look(r, end, head + len, ret, err));
    if (ret->len != head + len)
        return CA_FAIL(err, CA_MALFORMED, "element at octet %jd is cut short", (intmax_t)r->at);
    r->at += (off_t)ret->len;
    return CA_OK;
}

CA_RC crl_reader_closed(const struct crl_reader *r, off_t end, struct ca_err *err)
{
    if (r->at != end)
        return CA_FAIL(err, CA_MALFORMED, "left over: %jd octets", (intmax_t)(end - r->at));
    return CA_OK;
}
