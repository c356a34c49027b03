/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"
#include "base/ossl.h"
#include "ca/named_list_internal.h"

/* An item: a letter for the kind, the length in an octet, the octets. */
enum { HEAD = 2, HYPHEN_AT = 4 /* octets of an id before its first hyphen */ };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int octets_compare(const uint8_t *a, size_t an, const uint8_t *b, size_t bn)
{
    int c = memcmp(a, b, least(an, bn));

    return c != 0 ? c : (an > bn) - (an < bn);
}

/* As the lines compare that they become. A hyphen comes before every digit, and behind the end. */
static int item_compare(const void *left, const void *right)
{
    const uint8_t *a = *(const uint8_t *const *)left;
    const uint8_t *b = *(const uint8_t *const *)right;
    bool a_is_id = a[0] == 'i';
    size_t other;
    int c;

    if (a_is_id == (b[0] == 'i'))
        return octets_compare(a + HEAD, a[1], b + HEAD, b[1]);
    c = memcmp(a + HEAD, b + HEAD, least(least(a[1], b[1]), HYPHEN_AT));
    other = a_is_id ? b[1] : a[1];
    if (c != 0)
        return c;
    return a_is_id == (other > HYPHEN_AT) ? -1 : 1;
}

static CA_RC items_find(struct ca_bytes names, struct ca_buf *ret, struct ca_err *err)
{
    while (names.len > 0) {
        size_t len = names.len >= HEAD ? HEAD + (size_t)names.ptr[1] : SIZE_MAX;

        if (len > names.len || names.ptr[1] == 0 ||
            (names.ptr[0] == 'i' && names.ptr[1] != CA_UUID_LEN))
            return CA_FAIL(err, CA_MALFORMED, "/certificates: cannot be read");
        ca_buf_add(ret, &names.ptr, sizeof(names.ptr));
        names = (struct ca_bytes){names.ptr + len, names.len - len};
    }
    return ca_buf_check(ret, err);
}

static CA_RC line_hash(EVP_MD_CTX *ctx, const uint8_t *item, struct ca_err *err)
{
    char text[2 * UINT8_MAX + 2];
    struct ca_uuid id;
    size_t n;

    if (item[0] == 'i') {
        memcpy(id.octets, item + HEAD, CA_UUID_LEN);
        (void)ca_uuid_text(&id, text);
    } else {
        (void)ca_hex((struct ca_bytes){item + HEAD, item[1]}, text);
    }
    n = strlen(text);
    text[n++] = '\n';
    if (EVP_DigestUpdate(ctx, text, n) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot hash a list");
    return CA_OK;
}

CA_RC named_list_digest(struct ca_bytes names, int64_t *ret_n, uint8_t ret[CA_SHA256_LEN],
                        struct ca_err *err)
{
    CA_AUTO(evp_md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    CA_AUTO(buf) struct ca_buf found = {0};
    const uint8_t **items;
    int64_t n = 0;
    size_t count;

    CA_TRY(items_find(names, &found, err));
    items = (void *)found.ptr;
    count = found.len / sizeof(*items);
    if (count > 0)
        qsort(items, count, sizeof(*items), item_compare);
    if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot hash a list");
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && item_compare(&items[i - 1], &items[i]) == 0)
            continue;
        CA_TRY(line_hash(ctx, items[i], err));
        n++;
    }
    if (EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
        return CA_FAIL_OSSL(err, CA_FAULT, "cannot hash a list");
    *ret_n = n;
    return CA_OK;
}
