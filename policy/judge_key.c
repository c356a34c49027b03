/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/judge_internal.h"

/* The rules on the key, and on how the certificate is signed. */

static bool kind_is_taken(const struct profile *p, const struct spki_info *key)
{
    for (size_t i = 0; i < p->key_n; i++) {
        const struct profile_key *k = &p->keys[i];

        if (k->kind == key->kind && key->bits >= k->min_bits && key->bits <= k->max_bits)
            return true;
    }
    return false;
}

static const char *kinds_text(const struct profile *p, char ret[200])
{
    size_t at = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < p->key_n && at < 200; i++) {
        const struct profile_key *k = &p->keys[i];
        const char *comma = i > 0 ? ", " : "";

        at += (size_t)(k->kind == CA_KEY_RSA ? snprintf(ret + at, 200 - at, "%srsa:%u-%u", comma,
                                                        k->min_bits, k->max_bits)
                                             : snprintf(ret + at, 200 - at, "%s%s", comma,
                                                        ca_key_info(k->kind)->name));
    }
    return ret;
}

static void exponent_rule(const struct profile *p, const struct spki_info *key, const char *pointer,
                          struct verdict *v)
{
    uint64_t e = 0;
    char value[32];
    char allowed[200] = "";
    size_t at = 0;

    for (size_t i = 0; i < key->exponent.len; i++)
        e = e << 8 | key->exponent.ptr[i];
    for (size_t i = 0; i < p->exponent_n; i++) {
        if (key->exponent.len <= sizeof(uint32_t) && p->exponents[i] == e)
            return;
    }
    for (size_t i = 0; i < p->exponent_n && at < sizeof(allowed); i++) {
        at += (size_t)snprintf(allowed + at, sizeof(allowed) - at, "%s%llu", i > 0 ? ", " : "",
                               (unsigned long long)p->exponents[i]);
    }
    (void)snprintf(value, sizeof(value),
                   key->exponent.len > sizeof(uint32_t) ? "beyond 2^32" : "%llu",
                   (unsigned long long)e);
    judge_refuse(v, &(struct says){"key.exponents", pointer, ca_bytes_str(value), allowed},
                 "this profile takes other RSA exponents only");
}

void rule_key(const struct profile *p, const struct spki_info *key, const char *pointer,
              struct verdict *v)
{
    bool rsa = key->kind == CA_KEY_RSA;
    char asked[CA_KEY_SPEC_TEXT];
    char allowed[200];

    if (rsa && p->exponent_n > 0)
        exponent_rule(p, key, pointer, v);
    /* The lists of profiles with legacy sizes are compiled with the switch only; said once more
     * here, since it is this rule that stands between small keys and certificates. */
    if (rsa && key->bits < SPKI_RSA_BITS_MIN && (p->legacy & PROFILE_LEGACY_RSA_1024) == 0) {
        (void)ca_key_spec_text((struct ca_key_spec){key->kind, key->bits}, asked);
        judge_refuse(v, &(struct says){"legacy.rsa_1024", pointer, ca_bytes_str(asked), "rsa:2048"},
                     "RSA keys below %d bits are taken by legacy profiles only", SPKI_RSA_BITS_MIN);
        return;
    }
    if (kind_is_taken(p, key))
        return;
    (void)ca_key_spec_text((struct ca_key_spec){key->kind, key->bits}, asked);
    judge_refuse(v,
                 &(struct says){"key.allow", pointer, ca_bytes_str(asked), kinds_text(p, allowed)},
                 "a key of kind %s is not allowed by this profile", asked);
}

static unsigned digests_of(const struct profile *p, const struct issuer *issuer)
{
    unsigned own = signature_digest(issuer->signature);
    unsigned weak = ((p->legacy & PROFILE_LEGACY_SHA1) != 0 ? 0U : DIGEST_SHA1) |
                    ((p->legacy & PROFILE_LEGACY_MD5) != 0 ? 0U : DIGEST_MD5);

    return (p->signature.allowed | (p->signature.digest == 0 ? own : 0U)) & ~weak;
}

bool rule_takes_signature(const struct profile *p, const struct issuer *issuer,
                          enum ca_signature sig)
{
    enum ca_signature same = issuer->signature;
    unsigned digest = signature_digest(sig);

    if (signature_digest(issuer->signature) == 0)
        return sig == issuer->signature; /* Ed25519 hashes by itself */
    return (digest & digests_of(p, issuer)) != 0 &&
           signature_with(issuer->signature, digest, &same) && same == sig;
}

const char *rule_digests_text(const struct profile *p, const struct issuer *issuer, char ret[80])
{
    size_t at = 0;

    ret[0] = '\0';
    for (unsigned bit = 1; bit <= DIGEST_SHA512 && at < 80; bit <<= 1) {
        if ((digests_of(p, issuer) & bit) != 0)
            at += (size_t)snprintf(ret + at, 80 - at, "%s%s", at > 0 ? ", " : "", digest_name(bit));
    }
    return ret;
}
