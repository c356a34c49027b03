/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <strings.h>

#include "base/der.h"
#include "policy/lint_internal.h"

/* Subjects of TLS servers, and what the policies of the CA/Browser Forum say of them (BR 7.1.2.7).
 */

static bool same_letters(struct ca_bytes a, struct ca_bytes b)
{
    return a.len == b.len &&
           (a.len == 0 || strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0);
}

/* Is `text` the address that these octets are? */
static bool address_is(struct ca_bytes octets, struct ca_bytes text)
{
    char shown[INET6_ADDRSTRLEN];
    int family = octets.len == 4 ? AF_INET : AF_INET6;

    return (octets.len == 4 || octets.len == 16) &&
           inet_ntop(family, octets.ptr, shown, sizeof(shown)) != NULL &&
           same_letters(ca_bytes_str(shown), text);
}

static bool in_sans(const struct lint_case *c, struct ca_bytes text)
{
    for (size_t i = 0; i < c->san_n; i++) {
        const struct lint_general_name *name = &c->sans[i];

        if ((name->tag == DER_CONTEXT + SAN_DNS && same_letters(name->value, text)) ||
            (name->tag == DER_CONTEXT + SAN_IP && address_is(name->value, text)))
            return true;
    }
    return false;
}

static bool common_name_in_san(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    for (size_t i = 0; i < c->subject_name.n; i++) {
        const struct lint_attribute *a = &c->subject_name.values[i];

        *ret_value = a->value;
        if (a->attribute == NAME_CN && !in_sans(c, a->value))
            return false;
    }
    return true;
}

/* The rows of name_attribute_info stand in the order that the Forum wants. */
static bool in_order(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    int last = -1;

    (void)arg;
    for (size_t i = 0; i < c->subject_name.n; i++) {
        const struct lint_attribute *a = &c->subject_name.values[i];

        *ret_value = a->value;
        if (a->attribute < 0)
            continue;
        if (a->attribute < last)
            return false;
        last = a->attribute;
    }
    return true;
}

#define BIT(attribute) (1 << (attribute))
enum {
    PLACES = BIT(NAME_L) | BIT(NAME_ST) | BIT(NAME_STREET) | BIT(NAME_POSTAL_CODE),
    PERSON = BIT(NAME_GIVEN_NAME) | BIT(NAME_SURNAME),
};

/* Does the subject hold one of these? */
static bool holds(const struct lint_case *c, int attributes, struct ca_bytes *ret_value)
{
    for (size_t i = 0; i < c->subject_name.n; i++) {
        const struct lint_attribute *a = &c->subject_name.values[i];

        if (a->attribute < 0 || (BIT(a->attribute) & attributes) == 0)
            continue;
        *ret_value = a->value;
        return true;
    }
    return false;
}

static bool without(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return !holds(c, arg, ret_value);
}

static bool dv_without(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return (c->policy_bits & LINT_POLICY_DV) == 0 || !holds(c, arg, ret_value);
}

static bool ov_with(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return (c->policy_bits & (LINT_POLICY_OV | LINT_POLICY_EV)) == 0 || holds(c, arg, ret_value);
}

static bool iv_with(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return (c->policy_bits & LINT_POLICY_IV) == 0 || holds(c, arg, ret_value);
}

static bool one_policy(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return (c->policy_bits & (c->policy_bits - 1)) == 0;
}

/* clang-format off */
static const struct lint lints[] = {
    {{"cabf.br.subject.common_name_in_san", "CA/B BR 7.1.4.3", "a TLS server's common name should be one of its DNS names or IP addresses", LINT_WARNING},
     "/tbs/subject/common_name", LINT_KIND_TLS, common_name_in_san, 0},
    {{"cabf.br.subject.order", "CA/B BR 7.1.4.2", "a TLS server's subject should stand in the order of the baseline requirements", LINT_WARNING},
     "/tbs/subject", LINT_KIND_TLS, in_order, 0},
    {{"cabf.br.subject.no_organizational_unit", "CA/B BR 7.1.2.7.4", "a TLS server's subject should not hold an organizational unit", LINT_WARNING},
     "/tbs/subject/organizational_unit", LINT_KIND_TLS, without, BIT(NAME_OU)},
    {{"cabf.br.policy.one", "CA/B BR 7.1.2.7.9", "one policy of the CA/B Forum at most should stand there", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_BR, one_policy, 0},
    {{"cabf.br.policy.dv_organization", "CA/B BR 7.1.2.7.2", "a certificate with the domain-validated policy must not name an organization", LINT_ERROR},
     "/tbs/subject/organization", LINT_KIND_BR, dv_without, BIT(NAME_O)},
    {{"cabf.br.policy.dv_place", "CA/B BR 7.1.2.7.2", "a certificate with the domain-validated policy must not name a place", LINT_ERROR},
     "/tbs/subject", LINT_KIND_BR, dv_without, PLACES},
    {{"cabf.br.policy.dv_person", "CA/B BR 7.1.2.7.2", "a certificate with the domain-validated policy must not name a person", LINT_ERROR},
     "/tbs/subject", LINT_KIND_BR, dv_without, PERSON},
    {{"cabf.br.policy.ov_organization", "CA/B BR 7.1.2.7.4", "a certificate with the organization-validated policy must name an organization", LINT_ERROR},
     "/tbs/subject/organization", LINT_KIND_BR, ov_with, BIT(NAME_O)},
    {{"cabf.br.policy.ov_country", "CA/B BR 7.1.2.7.4", "a certificate with the organization-validated policy must name a country", LINT_ERROR},
     "/tbs/subject/country", LINT_KIND_BR, ov_with, BIT(NAME_C)},
    {{"cabf.br.policy.iv_name", "CA/B BR 7.1.2.7.3", "a certificate with the individual-validated policy must name a person", LINT_ERROR},
     "/tbs/subject", LINT_KIND_BR, iv_with, PERSON | BIT(NAME_O)},
};
/* clang-format on */
const struct lint_group lint_group_tls_subject = {lints, CA_COUNT(lints)};
