/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lint_internal.h"

/* The list of extensions, and which of them are critical (RFC 5280 4.2). */

static bool list_not_empty(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->extensions_empty;
}

static bool list_unique(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    for (size_t i = 0; i < c->all_n; i++) {
        *ret_value = c->all[i].oid;
        for (size_t j = 0; j < i; j++) {
            if (ca_bytes_equal(c->all[i].oid, c->all[j].oid))
                return false;
        }
    }
    return true;
}

static bool no_false_written(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    for (size_t i = 0; i < c->all_n; i++) {
        *ret_value = c->all[i].oid;
        if (c->all[i].false_written)
            return false;
    }
    return true;
}

static bool is_known(struct ca_bytes oid)
{
    for (int kind = 0; kind < LINT_EXT__COUNT; kind++) {
        if (ca_bytes_equal(*lint_ext_oid((enum lint_ext_kind)kind), oid))
            return true;
    }
    return false;
}

static bool critical_known(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    for (size_t i = 0; i < c->all_n; i++) {
        *ret_value = c->all[i].oid;
        if (c->all[i].critical && !is_known(c->all[i].oid))
            return false;
    }
    return true;
}

bool lint_is_not_critical(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return !c->ext[arg]->critical;
}

bool lint_is_critical(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return !c->ext[arg]->present || c->ext[arg]->critical;
}

static bool well_formed(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    *ret_value = c->ext[arg]->value;
    return !c->ext[arg]->present || c->ext[arg]->ok;
}

static bool present(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)ret_value;
    return c->ext[arg]->present;
}

/* An empty SEQUENCE where one element at least belongs. */
static bool not_empty(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_ext *e = c->ext[arg];

    *ret_value = e->value;
    return !e->present || e->value.len != 2 || e->value.ptr[0] != 0x30 || e->value.ptr[1] != 0;
}

static bool san_critical(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    bool empty = c->subject_name.ok && c->subject_name.n == 0;

    (void)ret_value;
    if (arg != 0) /* a subject that is empty */
        return !empty || (c->ext[LINT_SAN]->present && c->ext[LINT_SAN]->critical);
    return empty || !c->ext[LINT_SAN]->critical;
}

static bool any_purpose_not_critical(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return (c->purposes & LINT_PURPOSE_ANY) == 0 || !c->ext[LINT_EKU]->critical;
}

#define WELL_FORMED(key, kind, source)                                                             \
    {                                                                                              \
        {"rfc5280.extension." key ".form", source, key " must have the form of its standard",      \
         LINT_ERROR},                                                                              \
            "/tbs/extensions/" key, LINT_KIND_READ, well_formed, kind                              \
    }
#define NOT_EMPTY(key, kind, source)                                                               \
    {                                                                                              \
        {"rfc5280.extension." key ".not_empty", source, key " must not be empty", LINT_ERROR},     \
            "/tbs/extensions/" key, LINT_KIND_READ, not_empty, kind                                \
    }
#define NOT_CRITICAL(key, kind, source)                                                            \
    {                                                                                              \
        {"rfc5280.extension." key ".not_critical", source, key " must not be critical",            \
         LINT_ERROR},                                                                              \
            "/tbs/extensions/" key, LINT_KIND_READ, lint_is_not_critical, kind                     \
    }
#define SHOULD_NOT_BE_CRITICAL(key, kind, source)                                                  \
    {                                                                                              \
        {"rfc5280.extension." key ".not_critical", source, key " should not be critical",          \
         LINT_WARNING},                                                                            \
            "/tbs/extensions/" key, LINT_KIND_READ, lint_is_not_critical, kind                     \
    }
#define CRITICAL(key, kind, source)                                                                \
    {                                                                                              \
        {"rfc5280.extension." key ".critical", source, key " must be critical", LINT_ERROR},       \
            "/tbs/extensions/" key, LINT_KIND_READ, lint_is_critical, kind                         \
    }
#define SHOULD_BE_CRITICAL(key, kind, source)                                                      \
    {                                                                                              \
        {"rfc5280.extension." key ".critical", source, key " should be critical", LINT_WARNING},   \
            "/tbs/extensions/" key, LINT_KIND_READ, lint_is_critical, kind                         \
    }

/* clang-format off */
static const struct lint lints[] = {
    {{"rfc5280.extensions.not_empty", "RFC 5280 4.1.2.9", "the list of extensions must not be empty where it stands", LINT_ERROR},
     "/tbs/extensions", LINT_KIND_READ, list_not_empty, 0},
    {{"rfc5280.extensions.unique", "RFC 5280 4.2", "no extension must stand there twice", LINT_ERROR},
     "/tbs/extensions", LINT_KIND_READ, list_unique, 0},
    {{"x690.extensions.critical_default", "X.690 11.5", "critical FALSE must not be written out", LINT_ERROR},
     "/tbs/extensions", LINT_KIND_READ, no_false_written, 0},
    {{"rfc5280.extensions.critical_known", "RFC 5280 4.2", "an extension of no standard should not be critical: others refuse what they do not know", LINT_WARNING},
     "/tbs/extensions", LINT_KIND_READ, critical_known, 0},

    WELL_FORMED("basic_constraints", LINT_BC, "RFC 5280 4.2.1.9"),
    WELL_FORMED("key_usage", LINT_KU, "RFC 5280 4.2.1.3"),
    WELL_FORMED("extended_key_usage", LINT_EKU, "RFC 5280 4.2.1.12"),
    WELL_FORMED("subject_alt_name", LINT_SAN, "RFC 5280 4.2.1.6"),
    WELL_FORMED("subject_key_identifier", LINT_SKI, "RFC 5280 4.2.1.2"),
    WELL_FORMED("authority_key_identifier", LINT_AKI, "RFC 5280 4.2.1.1"),
    WELL_FORMED("certificate_policies", LINT_POLICIES, "RFC 5280 4.2.1.4"),

    NOT_EMPTY("subject_alt_name", LINT_SAN, "RFC 5280 4.2.1.6"),
    NOT_EMPTY("extended_key_usage", LINT_EKU, "RFC 5280 4.2.1.12"),
    NOT_EMPTY("certificate_policies", LINT_POLICIES, "RFC 5280 4.2.1.4"),
    NOT_EMPTY("crl_distribution_points", LINT_CDP, "RFC 5280 4.2.1.13"),
    NOT_EMPTY("authority_information_access", LINT_AIA, "RFC 5280 4.2.2.1"),
    NOT_EMPTY("name_constraints", LINT_NAME_CONSTRAINTS, "RFC 5280 4.2.1.10"),
    NOT_EMPTY("policy_constraints", LINT_POLICY_CONSTRAINTS, "RFC 5280 4.2.1.11"),

    NOT_CRITICAL("authority_key_identifier", LINT_AKI, "RFC 5280 4.2.1.1"),
    NOT_CRITICAL("subject_key_identifier", LINT_SKI, "RFC 5280 4.2.1.2"),
    NOT_CRITICAL("authority_information_access", LINT_AIA, "RFC 5280 4.2.2.1"),
    NOT_CRITICAL("subject_information_access", LINT_SIA, "RFC 5280 4.2.2.2"),
    NOT_CRITICAL("subject_directory_attributes", LINT_DIRECTORY_ATTRIBUTES, "RFC 5280 4.2.1.8"),
    NOT_CRITICAL("freshest_crl", LINT_FRESHEST_CRL, "RFC 5280 4.2.1.15"),
    SHOULD_NOT_BE_CRITICAL("crl_distribution_points", LINT_CDP, "RFC 5280 4.2.1.13"),
    SHOULD_NOT_BE_CRITICAL("issuer_alt_name", LINT_IAN, "RFC 5280 4.2.1.7"),
    SHOULD_NOT_BE_CRITICAL("ocsp_no_check", LINT_OCSP_NO_CHECK, "RFC 6960 4.2.2.2.1"),
    SHOULD_NOT_BE_CRITICAL("tls_feature", LINT_TLS_FEATURE, "RFC 7633 4"),
    CRITICAL("name_constraints", LINT_NAME_CONSTRAINTS, "RFC 5280 4.2.1.10"),
    CRITICAL("policy_constraints", LINT_POLICY_CONSTRAINTS, "RFC 5280 4.2.1.11"),
    CRITICAL("inhibit_any_policy", LINT_INHIBIT_ANY_POLICY, "RFC 5280 4.2.1.14"),
    SHOULD_BE_CRITICAL("policy_mappings", LINT_POLICY_MAPPINGS, "RFC 5280 4.2.1.5"),
    SHOULD_BE_CRITICAL("key_usage", LINT_KU, "RFC 5280 4.2.1.3"),
    {{"rfc6962.extension.ct_poison.critical", "RFC 6962 3.1", "the poison of a precertificate must be critical", LINT_ERROR},
     "/tbs/extensions/ct_poison", LINT_KIND_READ, lint_is_critical, LINT_CT_POISON},

    {{"rfc5280.extension.basic_constraints.critical", "RFC 5280 4.2.1.9", "basic_constraints of a CA must be critical", LINT_ERROR},
     "/tbs/extensions/basic_constraints", LINT_KIND_CA, lint_is_critical, LINT_BC},
    {{"rfc5280.extension.subject_alt_name.critical", "RFC 5280 4.1.2.6", "a certificate with an empty subject must have a critical subject_alt_name", LINT_ERROR},
     "/tbs/extensions/subject_alt_name", LINT_KIND_READ, san_critical, 1},
    {{"rfc5280.extension.subject_alt_name.not_critical", "RFC 5280 4.2.1.6", "subject_alt_name should not be critical beside a subject", LINT_WARNING},
     "/tbs/extensions/subject_alt_name", LINT_KIND_READ, san_critical, 0},
    {{"rfc5280.extension.extended_key_usage.any_not_critical", "RFC 5280 4.2.1.12", "extended_key_usage with anyExtendedKeyUsage should not be critical", LINT_WARNING},
     "/tbs/extensions/extended_key_usage", LINT_KIND_READ, any_purpose_not_critical, 0},
    {{"rfc5280.extension.subject_key_identifier.ca_present", "RFC 5280 4.2.1.2", "a CA must have subject_key_identifier", LINT_ERROR},
     "/tbs/extensions/subject_key_identifier", LINT_KIND_CA, present, LINT_SKI},
    {{"rfc5280.extension.key_usage.ca_present", "RFC 5280 4.2.1.3", "a CA must have key_usage", LINT_ERROR},
     "/tbs/extensions/key_usage", LINT_KIND_CA, present, LINT_KU},
};
/* clang-format on */
const struct lint_group lint_group_extension = {lints, CA_COUNT(lints)};
