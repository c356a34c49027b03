/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/seal_internal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/secret.h"

#define KEY_LABEL   "ca-server seal"
#define KEY_CONTEXT "ca-server: seal of rows, version 1"

struct seal {
    struct ca_secret *key; /* NULL: the token is away */
};

CA_RC seal_open(struct hsm *hsm, struct seal **ret, struct ca_err *err)
{
    struct seal *s = calloc(1, sizeof(*s));
    enum ca_rc rc = CA_OK;

    if (s == NULL)
        return CA_FAIL_NOMEM(err);
    if (hsm != NULL)
        rc = hsm_secret_derive(hsm, KEY_LABEL, KEY_CONTEXT, &s->key, err);
    if (rc != CA_OK) {
        free(s);
        return rc;
    }
    *ret = s;
    return CA_OK;
}

void seal_close(struct seal *s)
{
    if (s == NULL)
        return;
    ca_secret_free(s->key);
    free(s);
}

/* One kind of column must not pass for another: each starts with an octet that says what it is. */
enum { SEAL_NULL = 0, SEAL_TEXT = 1, SEAL_BYTES = 2, SEAL_INT = 3 };

static void put_u64(struct ca_buf *to, uint64_t v)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        ca_buf_u8(to, (uint8_t)(v >> shift));
}

static void put_octets(struct seal_form *f, uint8_t kind, struct ca_bytes bytes)
{
    ca_buf_u8(&f->octets, kind);
    put_u64(&f->octets, bytes.len);
    ca_buf_bytes(&f->octets, bytes);
}

void seal_form_init(struct seal_form *f, const char *table)
{
    *f = (struct seal_form){0};
    seal_form_text(f, table);
}

void seal_form_text(struct seal_form *f, const char *text)
{
    if (text == NULL) {
        ca_buf_u8(&f->octets, SEAL_NULL);
    } else {
        put_octets(f, SEAL_TEXT, ca_bytes_str(text));
    }
}

void seal_form_bytes(struct seal_form *f, struct ca_bytes bytes)
{
    put_octets(f, SEAL_BYTES, bytes);
}

void seal_form_int(struct seal_form *f, int64_t number)
{
    ca_buf_u8(&f->octets, SEAL_INT);
    put_u64(&f->octets, (uint64_t)number);
}

static CA_RC seal_of(const struct seal *s, const struct seal_form *f, uint8_t ret[SEAL_LEN],
                     struct ca_err *err)
{
    struct ca_bytes key = ca_secret_view(s->key);
    size_t len = 0;

    CA_TRY(ca_buf_check(&f->octets, err));
    if (EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key.ptr, key.len, f->octets.ptr,
                  f->octets.len, ret, SEAL_LEN, &len) == NULL ||
        len != SEAL_LEN)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot make an HMAC");
    return CA_OK;
}

CA_RC seal_make(const struct seal *s, const struct seal_form *f, uint8_t ret[SEAL_LEN],
                struct ca_err *err)
{
    if (s->key == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "the token is away: nothing can be sealed");
    return seal_of(s, f, ret, err);
}

/* The table as seal_form_init wrote it: kind, length, name. */
static int table_of(const struct seal_form *f, const char **ret)
{
    enum { HEAD = 1 + 8 };

    *ret = (const char *)f->octets.ptr + HEAD;
    return f->octets.ptr[HEAD - 1]; /* no table's name has 256 letters */
}

CA_RC seal_check(const struct seal *s, const struct seal_form *f, struct ca_bytes sealed,
                 const char *what, struct ca_err *err)
{
    uint8_t want[SEAL_LEN];
    const char *table;
    int len;

    if (s->key == NULL)
        return CA_OK;
    CA_TRY(seal_of(s, f, want, err));
    if (sealed.len == SEAL_LEN && CRYPTO_memcmp(want, sealed.ptr, SEAL_LEN) == 0)
        return CA_OK;
    len = table_of(f, &table);
    return CA_FAIL_AS(err, CA_DENIED, "row-altered",
                      "the row of '%s' in table %.*s was not written by the signer: its seal does "
                      "not fit",
                      what, len, table);
}
