/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/weak_keys.h"

#include <ctype.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include "base/digest.h"
#include "base/ossl.h"
#include "base/text.h"
#include "policy/spki.h"

/* Header: magic, version, octets of a hash, how many, SHA-256 of what follows. Big-endian. */
static const char magic[] = "ca-weak\n";
enum { MAGIC_LEN = 8, VERSION_AT = 8, LEN_AT = 12, COUNT_AT = 16, DIGEST_AT = 24, VERSION = 1 };
_Static_assert(DIGEST_AT + CA_SHA256_LEN == WEAK_KEYS_HEADER_LEN, "the header has no gap");

enum {
    MODULUS_MAX = SPKI_RSA_BITS_MAX / 8,
    MODULUS_DIGITS = 2 * MODULUS_MAX,
    SHA1_DIGITS = 2 * SHA_DIGEST_LENGTH
};

static void number_put(uint8_t *to, size_t octets, uint64_t v)
{
    for (size_t i = octets; i > 0; i--, v >>= 8)
        to[i - 1] = (uint8_t)v;
}

static uint64_t number_get(const uint8_t *from, size_t octets)
{
    uint64_t v = 0;

    for (size_t i = 0; i < octets; i++)
        v = v << 8 | from[i];
    return v;
}

/* As `openssl rsa -noout -modulus` prints it: no leading zeros. */
static size_t modulus_text(struct ca_bytes modulus, char *ret)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    for (size_t i = 0; i < 2 * modulus.len; i++) {
        unsigned octet = modulus.ptr[i / 2];
        unsigned digit = i % 2 == 0 ? octet >> 4 : octet & 15U;

        if (n > 0 || digit != 0)
            ret[n++] = digits[digit];
    }
    return n;
}

CA_RC weak_key_hash(struct ca_bytes modulus, uint8_t ret[WEAK_KEY_HASH_LEN], struct ca_err *err)
{
    static const char front[] = "Modulus=";
    char text[sizeof(front) + MODULUS_DIGITS + 1];
    uint8_t digest[SHA_DIGEST_LENGTH];
    size_t n = sizeof(front) - 1;

    if (modulus.len > MODULUS_MAX)
        return CA_FAIL(err, CA_FAULT, "a modulus of %zu octets", modulus.len);
    memcpy(text, front, n);
    n += modulus_text(modulus, text + n);
    text[n++] = '\n';
    if (SHA1((const uint8_t *)text, n, digest) == NULL)
        return CA_FAIL_OSSL(err, CA_FAULT, "SHA-1");
    memcpy(ret, digest + sizeof(digest) - WEAK_KEY_HASH_LEN, WEAK_KEY_HASH_LEN);
    return CA_OK;
}

static CA_RC digits_check(struct ca_bytes text, struct ca_err *err)
{
    for (size_t i = 0; i < text.len; i++) {
        if (isxdigit(text.ptr[i]) == 0)
            return CA_FAIL(err, CA_MALFORMED, "neither a hash nor a modulus in hexadecimal");
    }
    return CA_OK;
}

static CA_RC modulus_line(struct ca_bytes digits, uint8_t ret[WEAK_KEY_HASH_LEN],
                          struct ca_err *err)
{
    char even[MODULUS_DIGITS + 2] = "0";
    uint8_t modulus[MODULUS_MAX];
    size_t pad = digits.len % 2;
    size_t len = 0;

    if (digits.len == 0 || digits.len > (size_t)MODULUS_DIGITS)
        return CA_FAIL(err, CA_MALFORMED, "a modulus of %zu hexadecimal digits", digits.len);
    memcpy(even + pad, digits.ptr, digits.len);
    CA_TRY(ca_hex_parse((struct ca_bytes){(const uint8_t *)even, digits.len + pad}, modulus,
                        sizeof(modulus), &len, err));
    return weak_key_hash((struct ca_bytes){modulus, len}, ret, err);
}

static struct ca_bytes line_trim(struct ca_bytes line)
{
    while (line.len > 0 && strchr(" \t\r", line.ptr[line.len - 1]) != NULL)
        line.len--;
    return line;
}

CA_RC weak_key_line(struct ca_bytes line, uint8_t ret[WEAK_KEY_HASH_LEN], bool *ret_there,
                    struct ca_err *err)
{
    static const char front[] = "Modulus=";
    struct ca_bytes text = line_trim(line);
    size_t skip = sizeof(front) - 1;
    size_t len = 0;

    *ret_there = text.len > 0 && text.ptr[0] != '#';
    if (!*ret_there)
        return CA_OK;
    if (text.len > skip && memcmp(text.ptr, front, skip) == 0) {
        text = (struct ca_bytes){text.ptr + skip, text.len - skip};
        CA_TRY(digits_check(text, err));
        return modulus_line(text, ret, err);
    }
    CA_TRY(digits_check(text, err));
    if (text.len != (size_t)2 * WEAK_KEY_HASH_LEN && text.len != SHA1_DIGITS)
        return CA_FAIL(err, CA_MALFORMED, "%zu hexadecimal digits: 20 or 40", text.len);
    text.ptr += text.len - (size_t)2 * WEAK_KEY_HASH_LEN;
    text.len = (size_t)2 * WEAK_KEY_HASH_LEN;
    return ca_hex_parse(text, ret, WEAK_KEY_HASH_LEN, &len, err);
}

static int hash_compare(const void *a, const void *b)
{
    return memcmp(a, b, WEAK_KEY_HASH_LEN);
}

static size_t hashes_unique(uint8_t *hashes, size_t n)
{
    size_t kept = 0;

    qsort(hashes, n, WEAK_KEY_HASH_LEN, hash_compare);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *hash = hashes + i * WEAK_KEY_HASH_LEN;

        if (kept == 0 || hash_compare(hashes + (kept - 1) * WEAK_KEY_HASH_LEN, hash) != 0)
            memmove(hashes + kept++ * WEAK_KEY_HASH_LEN, hash, WEAK_KEY_HASH_LEN);
    }
    return kept;
}

CA_RC weak_keys_write(uint8_t *hashes, size_t n, struct ca_buf *ret, size_t *ret_count,
                      struct ca_err *err)
{
    size_t count = n > 0 ? hashes_unique(hashes, n) : 0;
    struct ca_bytes body = {hashes, count * WEAK_KEY_HASH_LEN};
    uint8_t header[WEAK_KEYS_HEADER_LEN];

    memcpy(header, magic, MAGIC_LEN);
    number_put(header + VERSION_AT, 4, VERSION);
    number_put(header + LEN_AT, 4, WEAK_KEY_HASH_LEN);
    number_put(header + COUNT_AT, 8, count);
    CA_TRY(ca_sha256(body, header + DIGEST_AT, err));
    ca_buf_add(ret, header, sizeof(header));
    ca_buf_bytes(ret, body);
    CA_TRY(ca_buf_check(ret, err));
    *ret_count = count;
    return CA_OK;
}

CA_RC weak_keys_read(struct ca_bytes file, struct ca_bytes *ret, struct ca_err *err)
{
    struct ca_bytes body;
    uint8_t digest[CA_SHA256_LEN];

    if (file.len < WEAK_KEYS_HEADER_LEN || memcmp(file.ptr, magic, MAGIC_LEN) != 0)
        return CA_FAIL(err, CA_MALFORMED, "not made by ca-server keys import-weak");
    if (number_get(file.ptr + VERSION_AT, 4) != VERSION ||
        number_get(file.ptr + LEN_AT, 4) != WEAK_KEY_HASH_LEN)
        return CA_FAIL(err, CA_MALFORMED, "a filter of weak keys of another version");
    body = (struct ca_bytes){file.ptr + WEAK_KEYS_HEADER_LEN, file.len - WEAK_KEYS_HEADER_LEN};
    if (body.len % WEAK_KEY_HASH_LEN != 0 ||
        number_get(file.ptr + COUNT_AT, 8) != body.len / WEAK_KEY_HASH_LEN)
        return CA_FAIL(err, CA_MALFORMED, "a filter of weak keys that was cut");
    CA_TRY(ca_sha256(body, digest, err));
    if (memcmp(digest, file.ptr + DIGEST_AT, sizeof(digest)) != 0)
        return CA_FAIL(err, CA_MALFORMED, "a filter of weak keys that was changed");
    if (!sorted_check(body, WEAK_KEY_HASH_LEN))
        return CA_FAIL(err, CA_MALFORMED, "a filter of weak keys that is not sorted");
    *ret = body;
    return CA_OK;
}

bool sorted_has(struct ca_bytes sorted, const uint8_t *key, size_t len)
{
    size_t low = 0;
    size_t high = sorted.len / len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(sorted.ptr + middle * len, key, len);

        if (order == 0)
            return true;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

bool sorted_check(struct ca_bytes sorted, size_t len)
{
    for (size_t at = len; at + len <= sorted.len; at += len) {
        if (memcmp(sorted.ptr + at - len, sorted.ptr + at, len) >= 0)
            return false;
    }
    return sorted.len % len == 0;
}
