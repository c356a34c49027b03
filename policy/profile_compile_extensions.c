/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/oid.h"
#include "policy/profile_internal.h"
#include "policy/usage.h"

/* Basic constraints and usages of the key, and whether they fit together. */

enum profile_class profile_class_of(enum ca_key_kind kind)
{
    if (kind == CA_KEY_RSA)
        return PROFILE_CLASS_RSA;
    return kind == CA_KEY_ED25519 ? PROFILE_CLASS_EDDSA : PROFILE_CLASS_EC;
}

static void critical_set(struct profile_extension *rule, int word, bool unless_written)
{
    rule->critical = word == YAML_REQUEST ? unless_written : profile_yes(word, unless_written);
    rule->critical_from_request = word == YAML_REQUEST;
}

static CA_RC basic_constraints_compile(struct profile *p, const struct profile_yaml *y,
                                       struct ca_err *err)
{
    const struct profile_yaml_basic_constraints *from = y->x.basic_constraints;
    struct profile_basic_constraints *b = &p->basic_constraints;
    struct profile_extension *rule = &p->x.by[EXT_BASIC_CONSTRAINTS];

    b->path_length = b->path_length_max = -1;
    if (from == NULL)
        return CA_OK;
    b->present = true;
    b->ca = profile_yes(from->ca, false);
    critical_set(rule, from->critical, true);
    if (from->path_length != NULL)
        b->path_length = *from->path_length;
    b->path_length_max = from->path_length_max != NULL ? *from->path_length_max : b->path_length;
    if (!b->ca && (from->path_length != NULL || from->path_length_max != NULL))
        return PROFILE_BAD(CA_DENIED, "basic_constraints: a path length without ca: true");
    if (b->path_length < -1 || b->path_length_max > 255 || b->path_length_max < b->path_length ||
        (b->path_length < 0 && b->path_length_max >= 0)) {
        return PROFILE_BAD(CA_DENIED,
                           "basic_constraints: path_length from 0 to path_length_max, 255 at most");
    }
    /* RFC 5280 4.2.1.9: a CA certificate MUST have it critical. */
    if (b->ca && (!rule->critical || rule->critical_from_request))
        return PROFILE_BAD(CA_DENIED, "basic_constraints of a CA must be critical");
    return CA_OK;
}

static uint32_t class_bits(const struct profile_yaml_key_usage *from, enum profile_class class)
{
    const uint32_t more[PROFILE_CLASS__COUNT] = {
        [PROFILE_CLASS_RSA] = from->rsa_bits, [PROFILE_CLASS_EC] = from->ec_bits};

    return from->bits | more[class];
}

/* One kind of key that the profile takes. */
static CA_RC key_usage_of(struct profile *p, const struct profile_yaml_key_usage *from,
                          enum ca_key_kind kind, struct ca_err *err)
{
    const uint32_t enciphers = CERT_KU_KEY_ENCIPHERMENT | CERT_KU_DATA_ENCIPHERMENT;
    struct profile_key_usage *ret = &p->x.key_usage[profile_class_of(kind)];
    const char *name = ca_key_info(kind)->name;
    const char *fault;

    ret->bits = class_bits(from, profile_class_of(kind));
    ret->allow = from->allow & key_usage_possible(kind);
    if (kind != CA_KEY_RSA && (ret->bits & enciphers) != 0) {
        return PROFILE_BAD(
            CA_DENIED, "key_usage: write enciphering bits under rsa_bits, since %s cannot", name);
    }
    if (ret->bits == 0 && ret->allow == 0)
        return PROFILE_BAD(CA_DENIED, "key_usage is empty for %s keys", name);
    if (from->allow != 0 && (ret->bits & ~ret->allow) != 0)
        return PROFILE_BAD(CA_DENIED, "key_usage.bits are not all among key_usage.allow");
    fault = key_usage_fault(kind, ret->bits, p->basic_constraints.ca);
    if (fault != NULL && (ret->bits != 0 || p->basic_constraints.ca))
        return PROFILE_BAD(CA_DENIED, "key_usage of %s keys: %s", name, fault);
    return CA_OK;
}

static CA_RC key_usage_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_key_usage *from = y->x.key_usage;
    const uint32_t for_ca = CERT_KU_KEY_CERT_SIGN | CERT_KU_CRL_SIGN;
    struct profile_extension *rule = &p->x.by[EXT_KEY_USAGE];
    bool ca = p->basic_constraints.ca;
    uint32_t bits = from == NULL ? 0 : from->bits;

    if (ca != ((bits & CERT_KU_KEY_CERT_SIGN) != 0)) {
        return PROFILE_BAD(CA_DENIED,
                           "key_usage has key_cert_sign exactly when basic_constraints.ca is true");
    }
    if (from == NULL)
        return CA_OK;
    if (!ca && ((from->rsa_bits | from->ec_bits | from->bits | from->allow) & for_ca) != 0)
        return PROFILE_BAD(CA_DENIED, "key_usage: key_cert_sign and crl_sign are for CAs");
    critical_set(rule, from->critical, true);
    rule->from_request = from->allow != 0;
    rule->required = profile_yes(from->required, false);
    if (rule->required && !rule->from_request)
        return PROFILE_BAD(CA_DENIED, "key_usage.required without key_usage.allow");
    for (size_t i = 0; i < p->key_n; i++)
        CA_TRY(key_usage_of(p, from, p->keys[i].kind, err));
    return CA_OK;
}

static bool has(const struct profile_oids *list, bool (*is)(struct ca_bytes oid))
{
    for (size_t i = 0; i < list->n; i++) {
        if (is(list->list[i]))
            return true;
    }
    return false;
}

static bool is_among(const struct profile_oids *list, struct ca_bytes oid)
{
    for (size_t i = 0; i < list->n; i++) {
        if (ca_bytes_equal(list->list[i], oid))
            return true;
    }
    return false;
}

/* RFC 5280 4.2.1.12 and RFC 3161 2.3. */
static CA_RC usages_critical_check(const struct profile *p, struct ca_err *err)
{
    const struct profile_extension *rule = &p->x.by[EXT_EXTENDED_KEY_USAGE];
    const struct profile_oids *fixed = &p->x.usages;
    const struct profile_oids *allowed = &p->x.usages_allowed;
    bool never = !rule->critical && !rule->critical_from_request;

    if (rule->critical && (has(fixed, usage_is_any) || has(allowed, usage_is_any))) {
        return PROFILE_BAD(CA_DENIED, "extended_key_usage: any is never critical "
                                      "(RFC 5280 4.2.1.12)");
    }
    if (has(fixed, usage_is_time_stamping) && (fixed->n != 1 || !rule->critical)) {
        return PROFILE_BAD(CA_DENIED, "extended_key_usage: time_stamping stands alone and is "
                                      "critical (RFC 3161 2.3)");
    }
    if (has(allowed, usage_is_time_stamping) && never) {
        return PROFILE_BAD(CA_DENIED, "extended_key_usage: time_stamping may be asked for, but "
                                      "could not be critical (RFC 3161 2.3)");
    }
    return CA_OK;
}

/* Could a certificate with this kind of key serve what its usages say? A CA's usages bound those of
 * the certificates under it. */
static CA_RC usages_served_check(const struct profile *p, enum ca_key_kind kind, struct ca_err *err)
{
    const struct profile_key_usage *ku = &p->x.key_usage[profile_class_of(kind)];
    const struct usage *first = usage_unserved(p->x.usages.list, p->x.usages.n, ku->bits);
    const struct usage *second =
        usage_unserved(p->x.usages_allowed.list, p->x.usages_allowed.n, ku->bits | ku->allow);

    if (p->basic_constraints.ca || (ku->bits | ku->allow) == 0)
        return CA_OK;
    first = ku->bits != 0 && first != NULL ? first : second;
    if (first != NULL) {
        return PROFILE_BAD(CA_DENIED,
                           "extended_key_usage: %s does not go with the key_usage of %s keys "
                           "(RFC 5280 4.2.1.12)",
                           first->name, ca_key_info(kind)->name);
    }
    return CA_OK;
}

static CA_RC usages_check(const struct profile *p, struct ca_err *err)
{
    for (size_t i = 0; i < p->x.usages.n && p->x.usages_allowed.n > 0; i++) {
        if (!is_among(&p->x.usages_allowed, p->x.usages.list[i])) {
            return PROFILE_BAD(CA_DENIED, "extended_key_usage.usages are not all among "
                                          "extended_key_usage.allow");
        }
    }
    CA_TRY(usages_critical_check(p, err));
    for (size_t i = 0; i < p->key_n; i++)
        CA_TRY(usages_served_check(p, p->keys[i].kind, err));
    return CA_OK;
}

static CA_RC usages_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    const struct profile_yaml_extended_key_usage *from = y->x.extended_key_usage;
    struct profile_extension *rule = &p->x.by[EXT_EXTENDED_KEY_USAGE];

    if (from == NULL)
        return CA_OK;
    if (from->usages_count == 0 && from->allow_count == 0)
        return PROFILE_BAD(CA_DENIED, "extended_key_usage.usages is empty");
    CA_TRY(profile_oids_keep(
        p,
        &(struct profile_oid_texts){"extended_key_usage.usages", from->usages, from->usages_count},
        &p->x.usages, err));
    CA_TRY(profile_oids_keep(
        p, &(struct profile_oid_texts){"extended_key_usage.allow", from->allow, from->allow_count},
        &p->x.usages_allowed, err));
    critical_set(rule, from->critical, false);
    rule->from_request = from->allow_count > 0;
    rule->required = profile_yes(from->required, false);
    if (rule->required && !rule->from_request)
        return PROFILE_BAD(CA_DENIED, "extended_key_usage.required without allow");
    return usages_check(p, err);
}

/* RFC 6960 4.2.2.2.1: it says something about OCSP responders only. */
static CA_RC switches_compile(struct profile *p, const struct profile_yaml *y, struct ca_err *err)
{
    p->x.by[EXT_TLS_FEATURE].from_request = y->x.must_staple > YAML_TRUE;
    p->x.by[EXT_OCSP_NO_CHECK].from_request = y->x.ocsp_no_check > YAML_TRUE;
    if (y->x.ocsp_no_check > YAML_FALSE && !has(&p->x.usages, usage_is_ocsp_signing) &&
        !has(&p->x.usages_allowed, usage_is_ocsp_signing)) {
        return PROFILE_BAD(CA_DENIED, "ocsp_no_check without ocsp_signing in extended_key_usage");
    }
    return CA_OK;
}

CA_RC profile_compile_extensions(struct profile *p, const struct profile_yaml *y,
                                 struct ca_err *err)
{
    static const profile_section_fn parts[] = {
        basic_constraints_compile, key_usage_compile,        usages_compile,
        switches_compile,          profile_compile_key_ids,  profile_compile_addresses,
        profile_compile_policies,  profile_compile_subtrees, profile_compile_microsoft,
        profile_compile_private,
    };

    for (size_t i = 0; i < CA_COUNT(parts); i++)
        CA_TRY(parts[i](p, y, err));
    return CA_OK;
}
