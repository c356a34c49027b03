/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/lint_internal.h"
#include "policy/name.h"

/* What the key may be used for: basicConstraints, keyUsage, extendedKeyUsage, nameConstraints. */

static bool no_ca_false(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->ca_false_written;
}

static bool path_length_of_ca(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->path_length_given || c->ca;
}

static bool path_length_signs(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->path_length_given || (c->ku & CERT_KU_KEY_CERT_SIGN) != 0;
}

/* Key usage bits, where the extension could be read. */
static bool ku_known(const struct lint_case *c)
{
    return c->ext[LINT_KU]->present && c->ext[LINT_KU]->ok;
}

static bool ku_has_bits(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !ku_known(c) || c->ku != 0;
}

static bool ku_is_der(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->ext[LINT_KU]->value;
    return !ku_known(c) || c->ku_shortest;
}

/* None of these bits, whose names stand in the rule's sentence. */
static bool ku_without(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return !ku_known(c) || (c->ku & (uint32_t)arg) == 0;
}

/* One of them at least. */
static bool ku_with(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return !ku_known(c) || (c->ku & (uint32_t)arg) != 0;
}

static bool only_with_agreement(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return (c->ku & (uint32_t)arg) == 0 || (c->ku & CERT_KU_KEY_AGREEMENT) != 0;
}

static bool oids_unique(const struct lint_oid_list *list, struct ca_bytes *ret_value)
{
    for (size_t i = 0; i < list->n; i++) {
        *ret_value = list->oids[i];
        for (size_t j = 0; j < i; j++) {
            if (ca_bytes_equal(list->oids[i], list->oids[j]))
                return false;
        }
    }
    return true;
}

static bool eku_unique(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    return oids_unique(&c->eku, ret_value);
}

/* RFC 3161 2.3: time stamping alone, and critical. */
static bool time_stamping(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return (c->purposes & LINT_PURPOSE_TIME) == 0 ||
           (c->purposes == LINT_PURPOSE_TIME && c->ext[LINT_EKU]->critical);
}

static bool nc_of_ca(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return c->ca || !c->ext[LINT_NAME_CONSTRAINTS]->present;
}

struct subtree {
    unsigned tag;
    struct ca_bytes base;
    bool more; /* minimum or maximum */
};

static bool subtree_take(struct ca_bytes *in, struct subtree *ret)
{
    struct ca_bytes body;
    unsigned tag = 0;

    if (!lint_take(in, &tag, &body) || tag != DER_SEQUENCE ||
        !lint_take(&body, &ret->tag, &ret->base))
        return false;
    ret->more = body.len > 0;
    return true;
}

/* Every subtree, permitted or excluded, `fits`; and the whole can be read. */
static bool each_subtree(struct ca_bytes value, bool (*fits)(const struct subtree *s))
{
    struct ca_bytes in;
    struct ca_bytes trees;
    unsigned tag = 0;

    if (!lint_only(value, DER_SEQUENCE, &in))
        return false;
    while (in.len > 0) {
        if (!lint_take(&in, &tag, &trees) || (tag != DER_CONTEXT_0 && tag != DER_CONTEXT_0 + 1))
            return false;
        while (trees.len > 0) {
            struct subtree s;

            if (!subtree_take(&trees, &s) || !fits(&s))
                return false;
        }
    }
    return true;
}

static bool any_subtree(const struct subtree *s)
{
    (void)s;
    return true;
}

static bool without_range(const struct subtree *s)
{
    return !s->more;
}

static bool address_and_mask(const struct subtree *s)
{
    return s->tag != DER_CONTEXT + SAN_IP || s->base.len == 8 || s->base.len == 32;
}

enum { NC_FORM, NC_RANGE, NC_IP };

static bool nc(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    static bool (*const fits[])(const struct subtree *s) = {
        [NC_FORM] = any_subtree, [NC_RANGE] = without_range, [NC_IP] = address_and_mask};
    const struct lint_ext *e = c->ext[LINT_NAME_CONSTRAINTS];

    *ret_value = e->value;
    if (!e->present || (arg != NC_FORM && !each_subtree(e->value, any_subtree)))
        return true;
    return each_subtree(e->value, fits[arg]);
}

enum {
    ENCIPHER = CERT_KU_KEY_ENCIPHERMENT | CERT_KU_DATA_ENCIPHERMENT,
    AGREE = CERT_KU_KEY_AGREEMENT | CERT_KU_ENCIPHER_ONLY | CERT_KU_DECIPHER_ONLY,
};

/* clang-format off */
static const struct lint lints[] = {
    {{"x690.basic_constraints.ca_default", "X.690 11.5", "cA FALSE must not be written out", LINT_ERROR},
     "/tbs/extensions/basic_constraints", LINT_KIND_READ, no_ca_false, 0},
    {{"rfc5280.extension.basic_constraints.path_length", "RFC 5280 4.2.1.9", "only a CA must have a path length", LINT_ERROR},
     "/tbs/extensions/basic_constraints", LINT_KIND_READ, path_length_of_ca, 0},
    {{"rfc5280.extension.basic_constraints.path_length_signs", "RFC 5280 4.2.1.9", "a CA with a path length must have keyCertSign", LINT_ERROR},
     "/tbs/extensions/basic_constraints", LINT_KIND_CA, path_length_signs, 0},
    {{"rfc5280.extension.key_usage.not_empty", "RFC 5280 4.2.1.3", "key_usage must have one bit at least", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_READ, ku_has_bits, 0},
    {{"x690.key_usage.named_bits", "X.690 11.2.2", "key_usage must be without trailing zero bits", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_READ, ku_is_der, 0},
    {{"rfc5280.extension.key_usage.cert_sign_of_ca", "RFC 5280 4.2.1.3", "only a CA must have keyCertSign", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_LEAF, ku_without, CERT_KU_KEY_CERT_SIGN},
    {{"rfc5280.extension.key_usage.ca_cert_sign", "RFC 5280 4.2.1.3; CA/B BR 7.1.2.10.7", "a CA must have keyCertSign", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_CA, ku_with, CERT_KU_KEY_CERT_SIGN},
    {{"cabf.br.ca.key_usage.crl_sign", "CA/B BR 7.1.2.10.7", "a CA should have cRLSign", LINT_WARNING},
     "/tbs/extensions/key_usage", LINT_KIND_CA, ku_with, CERT_KU_CRL_SIGN},
    {{"rfc5280.extension.key_usage.encipher_only", "RFC 5280 4.2.1.3", "encipherOnly should not stand without keyAgreement", LINT_WARNING},
     "/tbs/extensions/key_usage", LINT_KIND_READ, only_with_agreement, CERT_KU_ENCIPHER_ONLY},
    {{"rfc5280.extension.key_usage.decipher_only", "RFC 5280 4.2.1.3", "decipherOnly should not stand without keyAgreement", LINT_WARNING},
     "/tbs/extensions/key_usage", LINT_KIND_READ, only_with_agreement, CERT_KU_DECIPHER_ONLY},
    {{"rfc3279.key_usage.rsa", "RFC 3279 2.3.1", "an RSA key should not have keyAgreement, encipherOnly or decipherOnly", LINT_WARNING},
     "/tbs/extensions/key_usage", LINT_KIND_RSA, ku_without, AGREE},
    {{"rfc5480.key_usage.ec", "RFC 5480 3; RFC 8813 3", "an EC key must not have keyEncipherment or dataEncipherment", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_EC, ku_without, ENCIPHER},
    {{"rfc8410.key_usage.ed25519", "RFC 8410 5; RFC 9295 3", "an Ed25519 key must not have bits to encipher or agree", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_ED25519, ku_without, ENCIPHER | AGREE},
    {{"rfc5280.extension.extended_key_usage.unique", "RFC 5280 4.2.1.12", "no purpose should stand in extended_key_usage twice", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_READ, eku_unique, 0},
    {{"rfc3161.extended_key_usage.time_stamping", "RFC 3161 2.3", "time stamping should be the only purpose, and critical", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_LEAF, time_stamping, 0},
    {{"rfc5280.extension.name_constraints.of_ca", "RFC 5280 4.2.1.10", "only a CA must have name_constraints", LINT_ERROR},
     "/tbs/extensions/name_constraints", LINT_KIND_READ, nc_of_ca, 0},
    {{"rfc5280.extension.name_constraints.form", "RFC 5280 4.2.1.10", "name_constraints must have the form of its standard", LINT_ERROR},
     "/tbs/extensions/name_constraints", LINT_KIND_READ, nc, NC_FORM},
    {{"rfc5280.extension.name_constraints.range", "RFC 5280 4.2.1.10", "subtrees must have neither minimum nor maximum", LINT_ERROR},
     "/tbs/extensions/name_constraints", LINT_KIND_READ, nc, NC_RANGE},
    {{"rfc5280.extension.name_constraints.ip", "RFC 5280 4.2.1.10", "an iPAddress subtree must have 8 or 32 octets", LINT_ERROR},
     "/tbs/extensions/name_constraints", LINT_KIND_READ, nc, NC_IP},
};
/* clang-format on */
const struct lint_group lint_group_usage = {lints, CA_COUNT(lints)};
