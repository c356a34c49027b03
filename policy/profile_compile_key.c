/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "policy/profile_internal.h"
#include "policy/spki.h"

/* The sections legacy, key, signature and validity. */

static void legacy_compile(struct profile *p, const struct profile_yaml_legacy *from)
{
    if (from == NULL)
        return;
    p->legacy = (profile_yes(from->rsa_1024, false) ? PROFILE_LEGACY_RSA_1024 : 0U) |
                (profile_yes(from->sha1, false) ? PROFILE_LEGACY_SHA1 : 0U) |
                (profile_yes(from->md5, false) ? PROFILE_LEGACY_MD5 : 0U);
}

/* "2048-8192" or "1536" */
static bool range_read(const char *text, struct profile_key *ret)
{
    char *end = NULL;
    unsigned long low = strtoul(text, &end, 10);
    unsigned long high = *end == '-' ? strtoul(end + 1, &end, 10) : low;

    if (*end != '\0' || low < SPKI_RSA_BITS_LEGACY_MIN || high > SPKI_RSA_BITS_MAX || low > high ||
        text[0] < '0' || text[0] > '9')
        return false;
    *ret = (struct profile_key){CA_KEY_RSA, (unsigned)low, (unsigned)high};
    return true;
}

/* "rsa:2048-8192", "rsa:3072", "rsa", or a name of ca_key_spec_parse. */
static bool key_read(const char *text, struct profile_key *ret)
{
    struct ca_key_spec spec;

    if (ca_key_spec_parse(text, &spec)) {
        *ret = (struct profile_key){spec.kind, spec.bits, spec.bits};
        return true;
    }
    if (strcmp(text, "rsa") == 0) {
        *ret = (struct profile_key){CA_KEY_RSA, SPKI_RSA_BITS_MIN, SPKI_RSA_BITS_MAX};
        return true;
    }
    return strncmp(text, "rsa:", 4) == 0 && range_read(text + 4, ret);
}

static CA_RC allow_compile(struct profile *p, const struct profile_yaml_key *from,
                           struct ca_err *err)
{
    if (from == NULL || from->allow_count == 0)
        return PROFILE_BAD(CA_DENIED, "key.allow is empty: no key could be certified");
    if (from->allow_count > CA_COUNT(p->keys))
        return PROFILE_BAD(CA_DENIED, "key.allow has more than %zu entries", CA_COUNT(p->keys));
    for (unsigned i = 0; i < from->allow_count; i++) {
        if (!key_read(from->allow[i], &p->keys[i])) {
            return PROFILE_BAD(CA_MALFORMED,
                               "key.allow '%.60s': rsa:2048-8192, ec:P-256, ed25519, …",
                               from->allow[i]);
        }
        if (p->keys[i].kind == CA_KEY_RSA && p->keys[i].min_bits < SPKI_RSA_BITS_MIN &&
            (p->legacy & PROFILE_LEGACY_RSA_1024) == 0) {
            return PROFILE_BAD(CA_DENIED,
                               "key.allow '%.60s': RSA below %d bits needs legacy.rsa_1024: true",
                               from->allow[i], SPKI_RSA_BITS_MIN);
        }
    }
    p->key_n = from->allow_count;
    return CA_OK;
}

static bool has_rsa(const struct profile *p)
{
    for (size_t i = 0; i < p->key_n; i++) {
        if (p->keys[i].kind == CA_KEY_RSA)
            return true;
    }
    return false;
}

static bool exponent_read(const char *text, uint64_t *ret)
{
    char *end = NULL;
    unsigned long long v = strtoull(text, &end, 10);

    *ret = v;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && v >= 65537 && v % 2 == 1 &&
           v <= UINT32_MAX;
}

static CA_RC exponents_compile(struct profile *p, const struct profile_yaml_key *from,
                               struct ca_err *err)
{
    if (from->exponents_count > PROFILE_EXPONENTS_MAX)
        return PROFILE_BAD(CA_DENIED, "key.exponents: more than %d", PROFILE_EXPONENTS_MAX);
    if (from->exponents_count > 0 && !has_rsa(p))
        return PROFILE_BAD(CA_DENIED, "key.exponents without an RSA key in key.allow");
    for (unsigned i = 0; i < from->exponents_count; i++) {
        if (!exponent_read(from->exponents[i], &p->exponents[i])) {
            return PROFILE_BAD(CA_MALFORMED,
                               "key.exponents '%.20s': an odd number from 65537 below 2^32",
                               from->exponents[i]);
        }
    }
    p->exponent_n = from->exponents_count;
    return CA_OK;
}

static CA_RC signature_compile(struct profile *p, const struct profile_yaml_signature *from,
                               struct ca_err *err)
{
    unsigned weak = ((p->legacy & PROFILE_LEGACY_SHA1) != 0 ? 0U : DIGEST_SHA1) |
                    ((p->legacy & PROFILE_LEGACY_MD5) != 0 ? 0U : DIGEST_MD5);

    if (from == NULL)
        return CA_OK;
    p->signature.digest = (unsigned)from->digest;
    p->signature.allowed = from->allow | p->signature.digest;
    if (p->signature.allowed == 0)
        return PROFILE_BAD(CA_DENIED, "signature: neither a digest nor a list of allowed ones");
    if ((p->signature.allowed & weak) != 0) {
        return PROFILE_BAD(CA_DENIED, "signature: %s needs legacy.%s: true",
                           (p->signature.allowed & weak & DIGEST_SHA1) != 0 ? "sha1" : "md5",
                           (p->signature.allowed & weak & DIGEST_SHA1) != 0 ? "sha1" : "md5");
    }
    return CA_OK;
}

CA_RC profile_compile_key(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    legacy_compile(p, y->legacy);
    CA_TRY(allow_compile(p, y->key, err));
    CA_TRY(exponents_compile(p, y->key, err));
    p->key_reuse = (enum profile_key_reuse)y->key->reuse;
    return signature_compile(p, y->signature, err);
}

CA_RC profile_compile_validity(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_validity *from = y->validity;
    struct profile_validity *v = &p->validity;

    if (from == NULL || from->default_ == NULL || from->max == NULL)
        return PROFILE_BAD(CA_MALFORMED, "validity.default and validity.max are needed");
    CA_TRY(profile_duration_read("validity.default", from->default_, &v->default_s, err));
    CA_TRY(profile_duration_read("validity.max", from->max, &v->max_s, err));
    if (from->backdate != NULL)
        CA_TRY(profile_duration_read("validity.backdate", from->backdate, &v->backdate_s, err));
    v->absolute_end = INT64_MAX;
    if (from->absolute_end != NULL)
        CA_TRY(ca_time_parse(ca_bytes_str(from->absolute_end), &v->absolute_end, err));
    v->clip_to_issuer = profile_yes(from->clip_to_issuer, true);
    if (v->default_s > v->max_s)
        return PROFILE_BAD(CA_DENIED, "validity.default is longer than validity.max");
    if (v->default_s <= v->backdate_s)
        return PROFILE_BAD(CA_DENIED, "validity.default is not longer than validity.backdate");
    return CA_OK;
}
