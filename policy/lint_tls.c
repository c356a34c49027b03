/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/dns.h"
#include "policy/lint_internal.h"

/* The TLS baseline requirements of the CA/Browser Forum, for certificates of servers. An enterprise
 * may break most of them on purpose, so they warn; what a certificate claims by a policy of the
 * Forum, and names that no client matches, are errors. */

enum { DAY = 86400, VALIDITY_MAX_DAYS = 398, SHORT_LIVED_DAYS = 7 };

/* Seconds, both ends counted (RFC 5280 4.1.2.5); -1 when the dates are not known. */
static int64_t lifetime(const struct lint_case *c)
{
    return c->not_before.known && c->not_after.known ? c->not_after.at - c->not_before.at + 1 : -1;
}

static bool validity(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    *ret_value = c->not_after.text;
    return lifetime(c) <= (int64_t)arg * DAY;
}

static bool san_present(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return c->ext[LINT_SAN]->present;
}

static bool san_types(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    for (size_t i = 0; i < c->san_n; i++) {
        *ret_value = c->sans[i].value;
        if (c->sans[i].tag != DER_CONTEXT + SAN_DNS && c->sans[i].tag != DER_CONTEXT + SAN_IP)
            return false;
    }
    return true;
}

/* Only the whole left-most label, with something under it. */
static bool wildcard_placed(struct ca_bytes v)
{
    size_t from = v.len > 2 && v.ptr[0] == '*' && v.ptr[1] == '.' ? 1 : 0;

    return v.len == from || memchr(v.ptr + from, '*', v.len - from) == NULL;
}

static bool wildcard_not_suffix(struct ca_bytes v)
{
    return v.len < 3 || v.ptr[0] != '*' || v.ptr[1] != '.' ||
           !dns_is_public_suffix((struct ca_bytes){v.ptr + 2, v.len - 2}, false);
}

/* Is the top-level name one that the world knows? `known` is one that is, and the next name's as a
 * rule, so that the list of suffixes is not asked again. */
static bool public_name(struct ca_bytes v, struct ca_bytes *known)
{
    const uint8_t *dot = v.len > 0 ? memrchr(v.ptr, '.', v.len) : NULL;
    struct ca_bytes top;

    if (dot == NULL)
        return false;
    top = (struct ca_bytes){dot + 1, v.len - (size_t)(dot + 1 - v.ptr)};
    if ((known->ptr == NULL || !ca_bytes_equal(top, *known)) && !dns_is_public_suffix(top, false))
        return false;
    *known = top;
    return true;
}

static bool names_public(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    struct ca_bytes known = {NULL, 0};

    (void)arg;
    for (size_t i = 0; i < c->san_n; i++) {
        *ret_value = c->sans[i].value;
        if (c->sans[i].tag == DER_CONTEXT + SAN_DNS && !public_name(c->sans[i].value, &known))
            return false;
    }
    return true;
}

/* clang-format off */
static const struct block {
    uint8_t len, bits;
    uint8_t octets[4];
} reserved[] = { /* IANA's special-purpose registries, what RFC 6890 calls not global */
    {4, 8, {0}},           {4, 8, {10}},           {4, 10, {100, 64}},    {4, 8, {127}},
    {4, 16, {169, 254}},   {4, 12, {172, 16}},     {4, 24, {192, 0, 0}},  {4, 24, {192, 0, 2}},
    {4, 16, {192, 168}},   {4, 15, {198, 18}},     {4, 24, {198, 51, 100}}, {4, 24, {203, 0, 113}},
    {4, 4, {224}},         {4, 4, {240}},          {16, 8, {0}},          {16, 7, {0xfc}},
    {16, 10, {0xfe, 0x80}}, {16, 8, {0xff}},       {16, 32, {0x20, 0x01, 0x0d, 0xb8}},
};
/* clang-format on */

static bool in_block(struct ca_bytes v, const struct block *b)
{
    for (size_t bit = 0; bit < b->bits; bit++) {
        unsigned mask = 0x80U >> bit % 8;

        if (((v.ptr[bit / 8] ^ b->octets[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

static bool public_address(struct ca_bytes v)
{
    for (size_t i = 0; i < CA_COUNT(reserved); i++) {
        if (v.len == reserved[i].len && in_block(v, &reserved[i]))
            return false;
    }
    return true;
}

enum { WILDCARD_PLACE, WILDCARD_SUFFIX, ADDRESS_PUBLIC };

/* clang-format off */
static const struct {
    unsigned tag;
    bool (*fits)(struct ca_bytes v);
} name_rules[] = {
    [WILDCARD_PLACE] = {DER_CONTEXT + SAN_DNS, wildcard_placed},
    [WILDCARD_SUFFIX] = {DER_CONTEXT + SAN_DNS, wildcard_not_suffix},
    [ADDRESS_PUBLIC] = {DER_CONTEXT + SAN_IP, public_address},
};
/* clang-format on */

static bool names(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    for (size_t i = 0; i < c->san_n; i++) {
        *ret_value = c->sans[i].value;
        if (c->sans[i].tag == name_rules[arg].tag && !name_rules[arg].fits(c->sans[i].value))
            return false;
    }
    return true;
}

static bool ku_with(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return !c->ext[LINT_KU]->present || !c->ext[LINT_KU]->ok || (c->ku & (uint32_t)arg) != 0;
}

static bool ku_without(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return (c->ku & (uint32_t)arg) == 0;
}

static bool purpose_with(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return (c->purposes & (unsigned)arg) != 0;
}

static bool purpose_without(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return (c->purposes & (unsigned)arg) == 0;
}

static bool purposes_only(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return (c->purposes & ~(unsigned)arg) == 0;
}

static bool absent(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return !c->ext[arg]->present;
}

/* Where it is asked whether the certificate still holds; a short-lived one needs no place. */
static bool status_somewhere(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    static const uint8_t ocsp[] = {0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01};
    struct ca_bytes aia = c->ext[LINT_AIA]->value;

    (void)ret_value;
    if (c->ext[LINT_CDP]->present || (lifetime(c) >= 0 && lifetime(c) <= (int64_t)arg * DAY))
        return true;
    return aia.len > 0 && memmem(aia.ptr, aia.len, ocsp, sizeof(ocsp)) != NULL;
}

enum { SERVER_AND_CLIENT = LINT_PURPOSE_SERVER | LINT_PURPOSE_CLIENT | LINT_PURPOSE_ANY };

/* clang-format off */
static const struct lint lints[] = {
    {{"cabf.br.validity.398_days", "CA/B BR 6.3.2", "a TLS server's certificate should be valid for at most 398 days", LINT_WARNING},
     "/tbs/validity", LINT_KIND_TLS, validity, VALIDITY_MAX_DAYS},
    {{"cabf.br.subject_alt_name.present", "CA/B BR 7.1.2.7.12", "a TLS server's certificate should have subject_alt_name", LINT_WARNING},
     "/tbs/extensions/subject_alt_name", LINT_KIND_TLS, san_present, 0},
    {{"cabf.br.subject_alt_name.types", "CA/B BR 7.1.2.7.12", "names of a TLS server should be DNS names and IP addresses", LINT_WARNING},
     "/tbs/extensions/subject_alt_name", LINT_KIND_TLS, san_types, 0},
    {{"cabf.br.subject_alt_name.wildcard", "CA/B BR 1.6.1; RFC 6125 6.4.3", "a wildcard must be the whole left-most label", LINT_ERROR},
     "/tbs/extensions/subject_alt_name", LINT_KIND_TLS, names, WILDCARD_PLACE},
    {{"cabf.br.subject_alt_name.wildcard_suffix", "CA/B BR 3.2.2.6", "a wildcard should not stand right under a public suffix", LINT_WARNING},
     "/tbs/extensions/subject_alt_name", LINT_KIND_TLS, names, WILDCARD_SUFFIX},
    {{"cabf.br.subject_alt_name.internal_name", "CA/B BR 4.2.2", "browsers refuse internal names under public authorities", LINT_WARNING},
     "/tbs/extensions/subject_alt_name", LINT_KIND_TLS, names_public, 0},
    {{"cabf.br.subject_alt_name.reserved_ip", "CA/B BR 4.2.2", "browsers refuse reserved IP addresses under public authorities", LINT_WARNING},
     "/tbs/extensions/subject_alt_name", LINT_KIND_TLS, names, ADDRESS_PUBLIC},
    {{"cabf.br.key_usage.rsa", "CA/B BR 7.1.2.7.11", "a TLS server's RSA key should have digitalSignature or keyEncipherment", LINT_WARNING},
     "/tbs/extensions/key_usage", LINT_KIND_TLS | LINT_KIND_RSA, ku_with, CERT_KU_DIGITAL_SIGNATURE | CERT_KU_KEY_ENCIPHERMENT},
    {{"cabf.br.key_usage.ec", "CA/B BR 7.1.2.7.11", "a TLS server's EC key should have digitalSignature", LINT_WARNING},
     "/tbs/extensions/key_usage", LINT_KIND_TLS | LINT_KIND_EC, ku_with, CERT_KU_DIGITAL_SIGNATURE},
    {{"cabf.br.key_usage.no_crl_sign", "CA/B BR 7.1.2.7.11", "a TLS server's key must not have cRLSign", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_TLS, ku_without, CERT_KU_CRL_SIGN},
    {{"cabf.br.extended_key_usage.server_auth", "CA/B BR 7.1.2.7.10", "a certificate with a policy of the CA/B Forum must have serverAuth", LINT_ERROR},
     "/tbs/extensions/extended_key_usage", LINT_KIND_BR, purpose_with, LINT_PURPOSE_SERVER},
    {{"cabf.br.extended_key_usage.no_any", "CA/B BR 7.1.2.7.10", "a TLS server should not have anyExtendedKeyUsage", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_TLS, purpose_without, LINT_PURPOSE_ANY},
    {{"cabf.br.extended_key_usage.others", "CA/B BR 7.1.2.7.10", "a TLS server should have no purposes beside serverAuth and clientAuth", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_TLS, purposes_only, SERVER_AND_CLIENT},
    {{"cabf.br.extended_key_usage.not_critical", "CA/B BR 7.1.2.7.6", "extended_key_usage of a TLS server should not be critical", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_TLS, lint_is_not_critical, LINT_EKU},
    {{"cabf.br.basic_constraints.critical", "CA/B BR 7.1.2.7.8", "basic_constraints of a TLS server should be critical", LINT_WARNING},
     "/tbs/extensions/basic_constraints", LINT_KIND_TLS, lint_is_critical, LINT_BC},
    {{"cabf.br.certificate_policies.not_critical", "CA/B BR 7.1.2.7.9", "certificate_policies of a TLS server should not be critical", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_TLS, lint_is_not_critical, LINT_POLICIES},
    {{"cabf.br.status.present", "CA/B BR 7.1.2.7.7; 7.1.2.11.2", "a TLS server's certificate should say where CRL or OCSP are, unless it lives 7 days or less", LINT_WARNING},
     "/tbs/extensions", LINT_KIND_TLS, status_somewhere, SHORT_LIVED_DAYS},
    {{"cabf.br.root.extended_key_usage", "CA/B BR 7.1.2.1.2", "a root should not have extended_key_usage", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_CA | LINT_KIND_SELF_SIGNED, absent, LINT_EKU},
    {{"cabf.br.root.certificate_policies", "CA/B BR 7.1.2.1.2", "a root should not have certificate_policies", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_CA | LINT_KIND_SELF_SIGNED, absent, LINT_POLICIES},
};
/* clang-format on */
const struct lint_group lint_group_tls = {lints, CA_COUNT(lints)};
