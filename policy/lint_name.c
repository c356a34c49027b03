/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "base/text.h"
#include "policy/lint_internal.h"

/* Subject and issuer (RFC 5280 4.1.2.4, 4.1.2.6, appendix A). */

enum { TELETEX_STRING = 0x14, UNIVERSAL_STRING = 0x1c, BMP_STRING = 0x1e, VISIBLE_STRING = 0x1a };

static bool subject_structure(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->subject;
    return c->subject_name.ok;
}

static bool issuer_structure(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    *ret_value = c->issuer;
    return c->issuer_name.ok;
}

static bool subject_not_empty(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    (void)arg;
    (void)ret_value;
    return !c->subject_name.ok || c->subject_name.n > 0;
}

/* Each value of a name; the first that does not fit is told. */
static bool each(const struct lint_name *name,
                 bool (*fits)(const struct lint_attribute *a, int arg), int arg,
                 struct ca_bytes *ret_value)
{
    for (size_t i = 0; i < name->n; i++) {
        *ret_value = name->values[i].value;
        if (!fits(&name->values[i], arg))
            return false;
    }
    return true;
}

/* X.680 41.4. */
static bool is_printable(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        uint8_t c = v.ptr[i];
        bool letter = (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z';

        if (!letter && (c == '\0' || strchr("0123456789 '()+,-./:=?", c) == NULL))
            return false;
    }
    return true;
}

static bool is_ascii(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] > 0x7f)
            return false;
    }
    return true;
}

static bool has_control(struct ca_bytes v)
{
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < 0x20 || v.ptr[i] == 0x7f)
            return true;
    }
    return false;
}

static bool printable_fits(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->tag != DER_PRINTABLE_STRING || is_printable(a->value);
}

static bool ia5_fits(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->tag != DER_IA5_STRING || is_ascii(a->value);
}

static bool utf8_fits(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->tag != DER_UTF8_STRING || has_control(a->value) || ca_text_is_clean(a->value);
}

static bool without_control(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return (a->tag != DER_UTF8_STRING && a->tag != DER_PRINTABLE_STRING &&
            a->tag != DER_IA5_STRING) ||
           !has_control(a->value);
}

static bool type_taken(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->tag != TELETEX_STRING && a->tag != UNIVERSAL_STRING && a->tag != BMP_STRING &&
           a->tag != VISIBLE_STRING;
}

static bool not_empty(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->value.len > 0;
}

static bool has_tag(const struct lint_attribute *a, int arg)
{
    return a->attribute != arg ||
           a->tag == name_attribute_info((enum name_attribute)a->attribute)->tag;
}

static bool country_code(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->attribute != NAME_C ||
           (a->value.len == 2 && a->value.ptr[0] >= 'A' && a->value.ptr[0] <= 'Z' &&
            a->value.ptr[1] >= 'A' && a->value.ptr[1] <= 'Z');
}

static size_t characters(const struct lint_attribute *a)
{
    size_t n = 0;

    if (a->tag == BMP_STRING)
        return a->value.len / 2;
    if (a->tag == UNIVERSAL_STRING)
        return a->value.len / 4;
    if (a->tag != DER_UTF8_STRING)
        return a->value.len;
    for (size_t i = 0; i < a->value.len; i++)
        n += (a->value.ptr[i] & 0xc0U) != 0x80 ? 1 : 0;
    return n;
}

static bool within_bound(const struct lint_attribute *a, int arg)
{
    return a->attribute != arg ||
           characters(a) <= name_attribute_info((enum name_attribute)arg)->max;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool without_outer_space(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->value.len == 0 ||
           (!is_space(a->value.ptr[0]) && !is_space(a->value.ptr[a->value.len - 1]));
}

static bool single_value(const struct lint_attribute *a, int arg)
{
    (void)arg;
    return a->first;
}

enum {
    PRINTABLE,
    IA5,
    UTF8,
    CONTROL,
    TYPE,
    NOT_EMPTY,
    COUNTRY,
    SPACE,
    SINGLE,
};
static bool (*const value_checks[])(const struct lint_attribute *a, int arg) = {
    [PRINTABLE] = printable_fits, [IA5] = ia5_fits,
    [UTF8] = utf8_fits,           [CONTROL] = without_control,
    [TYPE] = type_taken,          [NOT_EMPTY] = not_empty,
    [COUNTRY] = country_code,     [SPACE] = without_outer_space,
    [SINGLE] = single_value,
};

static bool subject_values(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return each(&c->subject_name, value_checks[arg], 0, ret_value);
}

static bool issuer_values(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return each(&c->issuer_name, value_checks[arg], 0, ret_value);
}

static bool subject_string_type(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return each(&c->subject_name, has_tag, arg, ret_value);
}

static bool subject_length(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    return each(&c->subject_name, within_bound, arg, ret_value);
}

static bool no_duplicates(const struct lint_case *c, int arg, struct ca_bytes *ret_value)
{
    const struct lint_name *name = &c->subject_name;

    (void)arg;
    for (size_t i = 0; i < name->n; i++) {
        *ret_value = name->values[i].value;
        for (size_t j = 0; j < i; j++) {
            if (ca_bytes_equal(name->values[i].all, name->values[j].all))
                return false;
        }
    }
    return true;
}

#define LENGTH(key, attribute, bound)                                                              \
    {                                                                                              \
        {"rfc5280.subject." key ".length", "RFC 5280 appendix A; X.520",                           \
         "the subject's " key " must have at most " bound " characters", LINT_ERROR},              \
            "/tbs/subject/" key, LINT_KIND_READ, subject_length, attribute                         \
    }
#define STRING_TYPE(key, attribute, source, type)                                                  \
    {                                                                                              \
        {"rfc5280.subject." key ".string_type", source, "the subject's " key " must be " type,     \
         LINT_ERROR},                                                                              \
            "/tbs/subject/" key, LINT_KIND_READ, subject_string_type, attribute                    \
    }

/* clang-format off */
static const struct lint lints[] = {
    {{"rfc5280.subject.structure", "RFC 5280 4.1.2.6", "the subject must be a sequence of sets of types with values", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_structure, 0},
    {{"rfc5280.issuer.structure", "RFC 5280 4.1.2.4", "the issuer must be a sequence of sets of types with values", LINT_ERROR},
     "/tbs/issuer", LINT_KIND_READ, issuer_structure, 0},
    {{"rfc5280.subject.ca_not_empty", "RFC 5280 4.1.2.6", "the subject of a CA must not be empty", LINT_ERROR},
     "/tbs/subject", LINT_KIND_CA, subject_not_empty, 0},
    {{"rfc5280.subject.printable_string", "X.680 41.4", "a PrintableString in the subject must keep to its alphabet", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_values, PRINTABLE},
    {{"rfc5280.issuer.printable_string", "X.680 41.4", "a PrintableString in the issuer must keep to its alphabet", LINT_ERROR},
     "/tbs/issuer", LINT_KIND_READ, issuer_values, PRINTABLE},
    {{"rfc5280.subject.ia5_string", "X.680 41.2", "an IA5String in the subject must be ASCII", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_values, IA5},
    {{"rfc5280.subject.utf8_string", "RFC 3629 3", "an UTF8String in the subject must be UTF-8", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_values, UTF8},
    {{"rfc5280.subject.control_characters", "RFC 5280 4.1.2.4; X.520", "the subject must not hold control characters", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_values, CONTROL},
    {{"rfc5280.subject.string_types", "RFC 5280 4.1.2.4", "values of the subject must not be TeletexString, BMPString, UniversalString or VisibleString", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_values, TYPE},
    {{"rfc5280.subject.no_empty_value", "RFC 5280 appendix A", "values of the subject must not be empty", LINT_ERROR},
     "/tbs/subject", LINT_KIND_READ, subject_values, NOT_EMPTY},
    {{"rfc5280.subject.country.code", "RFC 5280 appendix A; ISO 3166-1", "the subject's country must be two capital letters", LINT_ERROR},
     "/tbs/subject/country", LINT_KIND_READ, subject_values, COUNTRY},
    {{"rfc5280.issuer.country.code", "RFC 5280 appendix A; ISO 3166-1", "the issuer's country should be two capital letters", LINT_WARNING},
     "/tbs/issuer/country", LINT_KIND_READ, issuer_values, COUNTRY},
    STRING_TYPE("country", NAME_C, "RFC 5280 appendix A", "a PrintableString"),
    STRING_TYPE("serial_number", NAME_SERIAL_NUMBER, "RFC 5280 appendix A", "a PrintableString"),
    STRING_TYPE("email", NAME_EMAIL, "RFC 5280 appendix A", "an IA5String"),
    STRING_TYPE("domain_component", NAME_DC, "RFC 5280 appendix A; RFC 4519 2.4", "an IA5String"),
    LENGTH("common_name", NAME_CN, "64"),
    LENGTH("organization", NAME_O, "64"),
    LENGTH("organizational_unit", NAME_OU, "64"),
    LENGTH("locality", NAME_L, "128"),
    LENGTH("state", NAME_ST, "128"),
    LENGTH("street", NAME_STREET, "128"),
    LENGTH("postal_code", NAME_POSTAL_CODE, "40"),
    LENGTH("serial_number", NAME_SERIAL_NUMBER, "64"),
    LENGTH("title", NAME_TITLE, "64"),
    LENGTH("email", NAME_EMAIL, "255"),
    LENGTH("domain_component", NAME_DC, "63"),
    {{"x520.subject.no_duplicates", "X.501 9.3; CA/B BR 7.1.4.1", "no type with the same value should stand in the subject twice", LINT_WARNING},
     "/tbs/subject", LINT_KIND_READ, no_duplicates, 0},
    {{"x520.subject.outer_space", "X.520 7; zlint community", "values of the subject should not start or end with white space", LINT_WARNING},
     "/tbs/subject", LINT_KIND_READ, subject_values, SPACE},
    {{"cabf.br.subject.single_value_rdn", "CA/B BR 7.1.4.1", "each set of the subject should hold one value", LINT_WARNING},
     "/tbs/subject", LINT_KIND_READ, subject_values, SINGLE},
};
/* clang-format on */
const struct lint_group lint_group_name = {lints, CA_COUNT(lints)};
