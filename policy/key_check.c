/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_check.h"

#include "base/digest.h"
#include "policy/key_check_internal.h"
#include "policy/weak_keys.h"

struct key_checks {
    uint8_t *weak_file;
    uint8_t *blocked_own;
    struct ca_bytes weak;    /* hashes, in weak_file */
    struct ca_bytes blocked; /* SHA-256 hashes */
};

/* clang-format off */
static const struct key_weakness_info weaknesses[KEY__COUNT] = {
    [KEY_ROCA]         = {"key.roca",
                          "the key was made by a library whose RSA keys can be factored (ROCA)",
                          "CVE-2017-15361"},
    [KEY_CLOSE_PRIMES] = {"key.close_primes",
                          "the two primes of the key are so close that it can be factored at once",
                          "CVE-2022-26320"},
    [KEY_SMALL_FACTOR] = {"key.small_factor",
                          "the modulus has a prime factor below 752",
                          "CA/Browser Forum TLS BR 6.1.6"},
    [KEY_DEBIAN]       = {"key.debian",
                          "the key is on the list of those that Debian's OpenSSL of 2006 to 2008 made",
                          "CVE-2008-0166"},
    [KEY_BLOCKED]      = {"key.blocked",
                          "the key is on this authority's list of blocked keys",
                          "blocked keys"},
};
/* clang-format on */

const struct key_weakness_info *key_weakness_info(enum key_weakness weakness)
{
    return weaknesses[weakness].rule != NULL ? &weaknesses[weakness] : NULL;
}

void key_checks_free(struct key_checks *k)
{
    if (k == NULL)
        return;
    free(k->weak_file);
    free(k->blocked_own);
    free(k);
}

static CA_RC own(struct ca_bytes from, uint8_t **ret, struct ca_bytes *ret_view, struct ca_err *err)
{
    *ret = ca_bytes_dup(from);
    if (*ret == NULL)
        return CA_FAIL_NOMEM(err);
    *ret_view = (struct ca_bytes){*ret, from.len};
    return CA_OK;
}

CA_RC key_checks_new(struct ca_bytes weak_keys, struct ca_bytes blocked, struct key_checks **ret,
                     struct ca_err *err)
{
    CA_AUTO(key_checks) struct key_checks *k = calloc(1, sizeof(*k));
    struct ca_bytes file;

    if (k == NULL)
        return CA_FAIL_NOMEM(err);
    if (!sorted_check(blocked, CA_SHA256_LEN))
        return CA_FAIL(err, CA_MALFORMED, "the list of blocked keys is cut or not sorted");
    CA_TRY(own(blocked, &k->blocked_own, &k->blocked, err));
    if (weak_keys.len > 0) {
        CA_TRY(own(weak_keys, &k->weak_file, &file, err));
        CA_TRY(weak_keys_read(file, &k->weak, err));
    }
    *ret = CA_MOVE(k);
    return CA_OK;
}

bool key_checks_has(const struct key_checks *k, enum key_weakness weakness)
{
    if (weakness == KEY_DEBIAN)
        return k != NULL && k->weak.len > 0;
    return weakness != KEY_BLOCKED || (k != NULL && k->blocked.len > 0);
}

CA_RC key_checks_with_blocked(const struct key_checks *base, struct ca_bytes blocked,
                              struct key_checks **ret, struct ca_err *err)
{
    CA_AUTO(key_checks) struct key_checks *k = NULL;

    CA_TRY(key_checks_new((struct ca_bytes){NULL, 0}, blocked, &k, err));
    if (base != NULL)
        k->weak = base->weak;
    *ret = CA_MOVE(k);
    return CA_OK;
}

static CA_RC modulus_check(const struct spki_info *info, enum key_weakness *ret, struct ca_err *err)
{
    struct key_number modulus;
    struct key_residues residues;

    if (!key_number_read(info->modulus, &modulus))
        return CA_FAIL(err, CA_FAULT, "a modulus of %zu octets", info->modulus.len);
    key_residues_make(&modulus, &residues);
    if (key_has_small_factor(&residues)) {
        *ret = KEY_SMALL_FACTOR;
    } else if (key_is_roca(&residues)) {
        *ret = KEY_ROCA;
    } else if (key_has_close_primes(&modulus)) {
        *ret = KEY_CLOSE_PRIMES;
    }
    return CA_OK;
}

static CA_RC weak_check(const struct key_checks *checks, struct ca_bytes modulus,
                        enum key_weakness *ret, struct ca_err *err)
{
    uint8_t hash[WEAK_KEY_HASH_LEN];

    if (checks->weak.len == 0)
        return CA_OK;
    CA_TRY(weak_key_hash(modulus, hash, err));
    if (sorted_has(checks->weak, hash, sizeof(hash)))
        *ret = KEY_DEBIAN;
    return CA_OK;
}

static CA_RC blocked_check(const struct key_checks *checks, struct ca_bytes spki,
                           enum key_weakness *ret, struct ca_err *err)
{
    uint8_t hash[CA_SHA256_LEN];

    if (checks->blocked.len == 0)
        return CA_OK;
    CA_TRY(ca_sha256(spki, hash, err));
    if (sorted_has(checks->blocked, hash, sizeof(hash)))
        *ret = KEY_BLOCKED;
    return CA_OK;
}

CA_RC key_check(const struct key_checks *checks, const struct spki_info *info, struct ca_bytes spki,
                enum key_weakness *ret, struct ca_err *err)
{
    enum key_weakness found = KEY_SOUND;
    bool rsa = info->kind == CA_KEY_RSA;

    if (rsa)
        CA_TRY(modulus_check(info, &found, err));
    if (checks != NULL && rsa && found == KEY_SOUND)
        CA_TRY(weak_check(checks, info->modulus, &found, err));
    if (checks != NULL && found == KEY_SOUND)
        CA_TRY(blocked_check(checks, spki, &found, err));
    *ret = found;
    return CA_OK;
}
