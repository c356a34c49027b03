/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "base/der.h"
#include "base/text.h"
#include "policy/lint_internal.h"
#include "policy/oid.h"
#include "policy/shard.h"

/* What leads to the authority and its rules: key identifiers, policies, CRL distribution points,
 * authority information access. */

enum { BMP_STRING = 0x1e, EXPLICIT_TEXT_MAX = 200 };

/* An issuer without a key identifier of its own has none to give. */
static bool aki_present(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    bool none_to_give = (c->kinds & LINT_KIND_UNDER_ISSUER) != 0 && c->issuer_info->key_id.len == 0;

    (void)arg;
    (void)ret_value;
    return none_to_give || c->ext[LINT_AKI]->present;
}

static bool aki_key_id(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_ext *e = c->ext[LINT_AKI];

    (void)arg;
    *ret_value = e->value;
    return !e->present || !e->ok || c->aki.len > 0;
}

static bool aki_both(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->ext[LINT_AKI]->value;
    return c->aki_issuer == c->aki_serial;
}

static bool ski_not_empty(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_ext *e = c->ext[LINT_SKI];

    (void)arg;
    (void)ret_value;
    return !e->present || !e->ok || c->ski.len > 0;
}

/* -- policies ------------------------------------------------------------------------------- */

static bool policies_unique(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    for (size_t i = 0; i < c->policies.n; i++) {
        *ret_value = c->policies.oids[i];
        for (size_t j = 0; j < i; j++) {
            if (ca_bytes_equal(c->policies.oids[i], c->policies.oids[j]))
                return false;
        }
    }
    return true;
}

static const struct ca_bytes qualifier_cps =
    CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01);
static const struct ca_bytes qualifier_notice =
    CA_BYTES(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x02);

typedef bool (*qualifier_fits)(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                               struct ca_bytes *ret_value);

static bool info_qualifiers(struct ca_bytes list, qualifier_fits fits, struct ca_bytes *ret_value)
{
    while (list.len > 0) {
        struct ca_bytes in;
        struct ca_bytes oid;
        struct ca_bytes body;
        unsigned tag = 0;

        if (!lint_take(&list, &tag, &in) || !lint_take(&in, &tag, &oid) ||
            !lint_take(&in, &tag, &body) || !fits(oid, tag, body, ret_value))
            return false;
    }
    return true;
}

/* Every PolicyQualifierInfo of every policy. */
static bool each_qualifier(const struct lint_case *c, qualifier_fits fits,
                           struct ca_bytes *ret_value)
{
    struct ca_bytes in;

    if (!c->ext[LINT_POLICIES]->present || !c->ext[LINT_POLICIES]->ok ||
        !lint_only(c->ext[LINT_POLICIES]->value, DER_SEQUENCE, &in))
        return true;
    while (in.len > 0) {
        struct ca_bytes info;
        struct ca_bytes part;
        unsigned tag = 0;

        if (!lint_take(&in, &tag, &info) || !lint_take(&info, &tag, &part))
            return false;
        if (info.len > 0 &&
            (!lint_only(info, DER_SEQUENCE, &part) || !info_qualifiers(part, fits, ret_value)))
            return false;
    }
    return true;
}

static bool known_qualifier(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                            struct ca_bytes *ret_value)
{
    (void)tag;
    (void)body;
    *ret_value = oid;
    return ca_bytes_equal(oid, qualifier_cps) || ca_bytes_equal(oid, qualifier_notice);
}

static bool web_address(struct ca_bytes v)
{
    static const char *const schemes[] = {"http://", "https://", "ldap://", "ldaps://"};

    for (size_t i = 0; i < CA_COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);

        if (v.len > len && strncasecmp((const char *)v.ptr, schemes[i], len) == 0)
            return true;
    }
    return false;
}

static bool cps_address(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                        struct ca_bytes *ret_value)
{
    *ret_value = body;
    return !ca_bytes_equal(oid, qualifier_cps) || (tag == DER_IA5_STRING && web_address(body));
}

/* UserNotice: a reference, then a text, both optional. */
static bool notice_text(struct ca_bytes oid, struct ca_bytes body, unsigned *ret_tag,
                        struct ca_bytes *ret)
{
    if (!ca_bytes_equal(oid, qualifier_notice) || body.len == 0)
        return false;
    if (der_next_is(body, DER_SEQUENCE) && !lint_take(&body, ret_tag, ret))
        return false;
    return body.len > 0 && lint_take(&body, ret_tag, ret);
}

static bool no_reference(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                         struct ca_bytes *ret_value)
{
    (void)tag;
    (void)ret_value;
    return !ca_bytes_equal(oid, qualifier_notice) || !der_next_is(body, DER_SEQUENCE);
}

static bool text_not_ia5(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                         struct ca_bytes *ret_value)
{
    return !notice_text(oid, body, &tag, ret_value) || tag != DER_IA5_STRING;
}

static bool text_utf8(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                      struct ca_bytes *ret_value)
{
    return !notice_text(oid, body, &tag, ret_value) || tag == DER_UTF8_STRING;
}

static bool text_length(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                        struct ca_bytes *ret_value)
{
    size_t n = 0;

    if (!notice_text(oid, body, &tag, ret_value))
        return true;
    for (size_t i = 0; i < ret_value->len; i++)
        n += tag != DER_UTF8_STRING || (ret_value->ptr[i] & 0xc0U) != 0x80 ? 1 : 0;
    return (tag == BMP_STRING ? n / 2 : n) <= EXPLICIT_TEXT_MAX;
}

static bool text_clean(struct ca_bytes oid, unsigned tag, struct ca_bytes body,
                       struct ca_bytes *ret_value)
{
    return !notice_text(oid, body, &tag, ret_value) || tag != DER_UTF8_STRING ||
           ca_text_is_clean(*ret_value);
}

enum { Q_KNOWN, Q_CPS, Q_REFERENCE, Q_TEXT_TYPE, Q_TEXT_UTF8, Q_TEXT_LENGTH, Q_TEXT_CLEAN };

static bool qualifiers(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    static const qualifier_fits fits[] = {
        [Q_KNOWN] = known_qualifier,  [Q_CPS] = cps_address,     [Q_REFERENCE] = no_reference,
        [Q_TEXT_TYPE] = text_not_ia5, [Q_TEXT_UTF8] = text_utf8, [Q_TEXT_LENGTH] = text_length,
        [Q_TEXT_CLEAN] = text_clean,
    };

    return each_qualifier(c, fits[arg], ret_value);
}

/* -- CRL distribution points ---------------------------------------------------------------- */

struct points {
    bool ok, named; /* all can be read; each has a name or an issuer of CRLs */
    bool reasons_or_issuer;
    bool address; /* a URI at least, and each is one of the web or a directory */
    struct ca_bytes other;
    const char *wanted; /* is it among the addresses? */
    bool found;
};

/* GeneralNames, without the tag around them. */
static bool addresses_read(struct ca_bytes in, struct points *p, size_t *n)
{
    while (in.len > 0) {
        struct ca_bytes value;
        unsigned tag = 0;

        if (!lint_take(&in, &tag, &value))
            return false;
        if (tag != DER_CONTEXT + SAN_URI)
            continue;
        (*n)++;
        p->found = p->found || shard_of_url(value, p->wanted) >= 0;
        if (!web_address(value)) {
            p->address = false;
            p->other = value;
        }
    }
    return true;
}

static bool point_read(struct ca_bytes in, struct points *p)
{
    bool named = false;
    size_t n = 0;

    while (in.len > 0) {
        struct ca_bytes part;
        struct ca_bytes names;
        unsigned tag = 0;

        if (!lint_take(&in, &tag, &part))
            return false;
        if (tag == DER_CONTEXT_0) { /* DistributionPointName */
            named = true;
            if (!lint_take(&part, &tag, &names) ||
                (tag == DER_CONTEXT_0 && !addresses_read(names, p, &n)))
                return false;
        } else if (tag == DER_CONTEXT + 1 || tag == DER_CONTEXT_0 + 2) {
            named = named || tag == DER_CONTEXT_0 + 2;
            p->reasons_or_issuer = true;
        } else {
            return false;
        }
    }
    p->named = p->named && named;
    p->address = p->address && n > 0;
    return true;
}

static struct points points_read(struct ca_bytes value, const char *wanted)
{
    struct points p = {.named = true, .wanted = wanted};
    struct ca_bytes in;

    p.ok = lint_only(value, DER_SEQUENCE, &in);
    p.address = p.ok && in.len > 0;
    while (p.ok && in.len > 0) {
        struct ca_bytes point;
        unsigned tag = 0;

        p.ok = lint_take(&in, &tag, &point) && tag == DER_SEQUENCE && point_read(point, &p);
    }
    return p;
}

enum { P_FORM, P_NAMED, P_ADDRESS, P_WHOLE };

static bool points_fit(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_ext *e = c->ext[LINT_CDP];
    struct points p;

    if (!e->present)
        return true;
    p = points_read(e->value, "");
    *ret_value = p.other;
    if (arg == P_FORM || !p.ok)
        return arg != P_FORM || p.ok;
    if (arg == P_NAMED)
        return p.named;
    return arg == P_ADDRESS ? p.address : !p.reasons_or_issuer;
}

/* The address that the issuer publishes its CRL at. */
static bool points_of_issuer(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_ext *e = c->ext[LINT_CDP];

    (void)arg;
    *ret_value = e->value;
    return !e->present || c->issuer_info->crl_url[0] == '\0' ||
           points_read(e->value, c->issuer_info->crl_url).found;
}

/* -- authority information access ----------------------------------------------------------- */

enum { A_FORM, A_ADDRESS };

static bool access_fits(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_ext *e = c->ext[LINT_AIA];
    struct ca_bytes in;

    if (!e->present)
        return true;
    *ret_value = e->value;
    if (!lint_only(e->value, DER_SEQUENCE, &in))
        return arg != A_FORM;
    while (in.len > 0) {
        struct ca_bytes access;
        struct ca_bytes oid;
        unsigned tag = 0;

        if (!lint_take(&in, &tag, &access) || tag != DER_SEQUENCE ||
            !lint_take(&access, &tag, &oid) || tag != DER_OID || !oid_is_valid(oid) ||
            !lint_take(&access, &tag, ret_value) || access.len > 0)
            return arg != A_FORM;
        if (arg == A_ADDRESS && (tag != DER_CONTEXT + SAN_URI || !web_address(*ret_value)))
            return false;
    }
    return true;
}

/* clang-format off */
static const struct lint lints[] = {
    {{"rfc5280.extension.authority_key_identifier.present", "RFC 5280 4.2.1.1", "a certificate that is not self-signed must have authority_key_identifier", LINT_ERROR},
     "/tbs/extensions/authority_key_identifier", LINT_KIND_NOT_SELF_SIGNED, aki_present, 0},
    {{"rfc5280.extension.authority_key_identifier.key_id", "RFC 5280 4.2.1.1", "authority_key_identifier must have a key identifier", LINT_ERROR},
     "/tbs/extensions/authority_key_identifier", LINT_KIND_NOT_SELF_SIGNED, aki_key_id, 0},
    {{"rfc5280.extension.authority_key_identifier.both", "RFC 5280 4.2.1.1", "issuer and serial number must both stand in authority_key_identifier, or none of them", LINT_ERROR},
     "/tbs/extensions/authority_key_identifier", LINT_KIND_READ, aki_both, 0},
    {{"rfc5280.extension.subject_key_identifier.not_empty", "RFC 5280 4.2.1.2", "subject_key_identifier must not be empty", LINT_ERROR},
     "/tbs/extensions/subject_key_identifier", LINT_KIND_READ, ski_not_empty, 0},
    {{"rfc5280.extension.certificate_policies.unique", "RFC 5280 4.2.1.4", "no policy must stand in certificate_policies twice", LINT_ERROR},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, policies_unique, 0},
    {{"rfc5280.extension.certificate_policies.qualifiers", "RFC 5280 4.2.1.4", "policy qualifiers should be CPS addresses or user notices", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_KNOWN},
    {{"rfc5280.extension.certificate_policies.cps", "RFC 5280 4.2.1.4", "a CPS qualifier must be an address in an IA5String", LINT_ERROR},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_CPS},
    {{"rfc5280.extension.certificate_policies.notice_reference", "RFC 5280 4.2.1.4", "user notices should not have a reference", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_REFERENCE},
    {{"rfc5280.extension.certificate_policies.text_length", "RFC 5280 4.2.1.4", "the text of a user notice must have at most 200 characters", LINT_ERROR},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_TEXT_LENGTH},
    {{"rfc6818.certificate_policies.text_type", "RFC 6818 3", "the text of a user notice must not be an IA5String", LINT_ERROR},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_TEXT_TYPE},
    {{"rfc6818.certificate_policies.text_utf8", "RFC 6818 3", "the text of a user notice should be an UTF8String", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_TEXT_UTF8},
    {{"rfc6818.certificate_policies.text_clean", "RFC 6818 3", "the text of a user notice should not hold control characters", LINT_WARNING},
     "/tbs/extensions/certificate_policies", LINT_KIND_READ, qualifiers, Q_TEXT_CLEAN},
    {{"rfc5280.extension.crl_distribution_points.form", "RFC 5280 4.2.1.13", "crl_distribution_points must have the form of its standard", LINT_ERROR},
     "/tbs/extensions/crl_distribution_points", LINT_KIND_READ, points_fit, P_FORM},
    {{"rfc5280.extension.crl_distribution_points.named", "RFC 5280 4.2.1.13", "a distribution point must have a name or an issuer of CRLs", LINT_ERROR},
     "/tbs/extensions/crl_distribution_points", LINT_KIND_READ, points_fit, P_NAMED},
    {{"rfc5280.extension.crl_distribution_points.address", "RFC 5280 4.2.1.13", "a distribution point should have an address of http or ldap", LINT_WARNING},
     "/tbs/extensions/crl_distribution_points", LINT_KIND_READ, points_fit, P_ADDRESS},
    {{"cabf.br.crl_distribution_points.whole", "CA/B BR 7.1.2.11.2", "a distribution point should have neither reasons nor another issuer of CRLs", LINT_WARNING},
     "/tbs/extensions/crl_distribution_points", LINT_KIND_READ, points_fit, P_WHOLE},
    {{"consistency.crl_distribution_points.of_issuer", "consistency", "a distribution point should be the one of the issuing authority", LINT_WARNING},
     "/tbs/extensions/crl_distribution_points", LINT_KIND_UNDER_ISSUER, points_of_issuer, 0},
    {{"rfc5280.extension.authority_information_access.form", "RFC 5280 4.2.2.1", "authority_information_access must have the form of its standard", LINT_ERROR},
     "/tbs/extensions/authority_information_access", LINT_KIND_READ, access_fits, A_FORM},
    {{"rfc5280.extension.authority_information_access.address", "RFC 5280 4.2.2.1", "authority_information_access should hold addresses of http or ldap", LINT_WARNING},
     "/tbs/extensions/authority_information_access", LINT_KIND_READ, access_fits, A_ADDRESS},
};
/* clang-format on */
const struct lint_group lint_group_authority = {lints, CA_COUNT(lints)};
