/* SPDX-License-Identifier: Apache-2.0 */
#include "base/algorithm.h"
#include "base/der.h"
#include "policy/lint_internal.h"

/* SubjectPublicKeyInfo (RFC 3279 2.3, RFC 5480 2, RFC 8410 4). */

enum { RSA_BITS_MIN = 2048, EXPONENT_OCTETS_MAX = 32, ED25519_LEN = 32 };

static bool key_form(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return c->key.ok;
}

static bool parameters_null(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->key.parameters;
    return c->key.parameters.len == 2 && c->key.parameters.ptr[0] == DER_NULL &&
           c->key.parameters.ptr[1] == 0;
}

static bool parameters_absent(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->key.parameters;
    return c->key.parameters.len == 0;
}

static bool named_curve(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    struct ca_bytes oid;

    (void)arg;
    *ret_value = c->key.parameters;
    return lint_only(c->key.parameters, DER_OID, &oid);
}

/* The row of the curve; NULL: none that is known. */
static const struct ca_key_info *curve(const struct lint_case *c)
{
    for (int kind = 0; kind < CA_KEY__COUNT; kind++) {
        const struct ca_key_info *info = ca_key_info((enum ca_key_kind)kind);

        if (info->parameters.len > 0 && ca_bytes_equal(info->parameters, c->key.parameters))
            return info;
    }
    return NULL;
}

/* SEC 1 2.3.3. */
static bool point_form(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct ca_key_info *info = curve(c);
    size_t field = info == NULL ? 0 : (info->bits + 7) / 8;
    struct ca_bytes p = c->key.bits;

    (void)arg;
    (void)ret_value;
    if (info == NULL)
        return true;
    return (p.len == 1 + 2 * field && p.ptr[0] == 0x04) ||
           (p.len == 1 + field && (p.ptr[0] == 0x02 || p.ptr[0] == 0x03));
}

static bool nist_curve(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct ca_key_info *info = curve(c);

    (void)arg;
    *ret_value = info != NULL ? ca_bytes_str(info->name) : c->key.parameters;
    return info != NULL && strncmp(info->name, "ec:P-", 5) == 0;
}

static bool key_length(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return c->key.bits.len == (size_t)arg;
}

static bool rsa_size(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return c->key.modulus_bits >= (unsigned)arg;
}

static bool rsa_multiple(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return c->key.modulus_bits % (unsigned)arg == 0;
}

static bool odd(struct ca_bytes number)
{
    return number.len > 0 && (number.ptr[number.len - 1] & 1U) != 0;
}

static bool modulus_odd(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return odd(c->key.modulus);
}

static bool exponent_odd(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return odd(c->key.exponent) && !(c->key.exponent.len == 1 && c->key.exponent.ptr[0] < 3);
}

/* From 2^16 + 1 to 2^256 - 1. */
static bool exponent_range(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    static const uint8_t least[] = {1, 0, 1};
    struct ca_bytes e = c->key.exponent;

    (void)arg;
    (void)ret_value;
    return e.len <= EXPONENT_OCTETS_MAX &&
           (e.len > sizeof(least) ||
            (e.len == sizeof(least) && memcmp(e.ptr, least, sizeof(least)) >= 0));
}

/* The kinds of keys that browsers take. */
static bool browser_kind(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return (c->kinds & (unsigned)arg) != 0;
}

/* clang-format off */
static const struct lint lints[] = {
    {{"rfc5280.key.form", "RFC 5280 4.1.2.7", "the subject's key must be a SubjectPublicKeyInfo", LINT_ERROR},
     "/tbs/key", LINT_KIND_READ, key_form, 0},
    {{"rfc3279.key.rsa_parameters", "RFC 3279 2.3.1", "the parameters of an RSA key must be NULL", LINT_ERROR},
     "/tbs/key", LINT_KIND_RSA, parameters_null, 0},
    {{"rfc5480.key.named_curve", "RFC 5480 2.1.1", "an EC key must name its curve", LINT_ERROR},
     "/tbs/key", LINT_KIND_EC, named_curve, 0},
    {{"rfc5480.key.point", "RFC 5480 2.2; SEC 1 2.3.3", "an EC key must be a point of its curve's size", LINT_ERROR},
     "/tbs/key", LINT_KIND_EC, point_form, 0},
    {{"rfc8410.key.parameters", "RFC 8410 3", "the parameters of an Ed25519 key must be absent", LINT_ERROR},
     "/tbs/key", LINT_KIND_ED25519, parameters_absent, 0},
    {{"rfc8410.key.length", "RFC 8410 4; RFC 8032 5.1.5", "an Ed25519 key must have 32 octets", LINT_ERROR},
     "/tbs/key", LINT_KIND_ED25519, key_length, ED25519_LEN},
    {{"cabf.br.key.rsa_size", "CA/B BR 6.1.5", "an RSA modulus should have 2048 bits or more", LINT_WARNING},
     "/tbs/key", LINT_KIND_RSA, rsa_size, RSA_BITS_MIN},
    {{"cabf.br.key.rsa_octets", "CA/B BR 6.1.5", "the bits of an RSA modulus must be divisible by 8", LINT_ERROR},
     "/tbs/key", LINT_KIND_RSA, rsa_multiple, 8},
    {{"cabf.br.key.rsa_modulus_odd", "CA/B BR 6.1.6", "an RSA modulus must be odd", LINT_ERROR},
     "/tbs/key", LINT_KIND_RSA, modulus_odd, 0},
    {{"cabf.br.key.rsa_exponent_odd", "CA/B BR 6.1.6", "an RSA exponent must be odd, and 3 or more", LINT_ERROR},
     "/tbs/key", LINT_KIND_RSA, exponent_odd, 0},
    {{"cabf.br.key.rsa_exponent_range", "CA/B BR 6.1.6", "an RSA exponent should lie between 2^16 + 1 and 2^256 - 1", LINT_WARNING},
     "/tbs/key", LINT_KIND_RSA, exponent_range, 0},
    {{"cabf.br.key.curve", "CA/B BR 6.1.5", "the curve of a TLS server's key should be P-256, P-384 or P-521", LINT_WARNING},
     "/tbs/key", LINT_KIND_TLS | LINT_KIND_EC, nist_curve, 0},
    {{"cabf.br.key.kind", "CA/B BR 6.1.5", "a TLS server's key should be RSA or EC", LINT_WARNING},
     "/tbs/key", LINT_KIND_TLS, browser_kind, LINT_KIND_RSA | LINT_KIND_EC},
};
/* clang-format on */
const struct lint_group lint_group_key = {lints, CA_COUNT(lints)};
