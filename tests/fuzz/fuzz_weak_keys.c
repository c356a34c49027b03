/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_check.h"
#include "policy/weak_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The same octets as a filter, as a line of a text list, as a modulus, and as blocked keys. */

static void as_filter(struct ca_bytes in)
{
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    struct ca_bytes hashes;
    struct ca_err err;

    if (weak_keys_read(in, &hashes, &err) != CA_OK)
        return;
    if (hashes.len > 0 && !sorted_has(hashes, hashes.ptr, WEAK_KEY_HASH_LEN))
        abort();
    if (key_checks_new(in, (struct ca_bytes){NULL, 0}, &checks, &err) != CA_OK)
        abort();
}

static void as_line(struct ca_bytes in)
{
    CA_AUTO(buf) struct ca_buf file = {0};
    uint8_t hash[WEAK_KEY_HASH_LEN];
    bool there = false;
    struct ca_bytes hashes;
    struct ca_err err;
    size_t count = 0;

    if (weak_key_line(in, hash, &there, &err) != CA_OK || !there)
        return;
    if (weak_keys_write(hash, 1, &file, &count, &err) != CA_OK ||
        weak_keys_read(ca_buf_view(&file), &hashes, &err) != CA_OK ||
        !sorted_has(hashes, hash, sizeof(hash)))
        abort();
}

static void as_modulus(struct ca_bytes in)
{
    const struct spki_info info = {.kind = CA_KEY_RSA, .modulus = in};
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    enum key_weakness alone = KEY__COUNT;
    enum key_weakness listed = KEY__COUNT;
    struct ca_err err;

    if (key_checks_new((struct ca_bytes){NULL, 0}, in, &checks, &err) != CA_OK)
        checks = NULL;
    if (key_check(NULL, &info, in, &alone, &err) != CA_OK)
        return;
    /* A list may add to what is weak and takes nothing away. */
    if (key_check(checks, &info, in, &listed, &err) != CA_OK ||
        (alone != KEY_SOUND && listed != alone))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct ca_bytes in = {data, len};

    as_filter(in);
    as_line(in);
    as_modulus(in);
    return 0;
}
