/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"
#include "policy/profile_schema_internal.h"

/* The sections subject and subject_alt_name. */

PROFILE_SCHEMA_BEGIN
/* clang-format off */
static const cyaml_strval_t uses[] = {
    {"forbidden", PROFILE_FORBIDDEN}, {"optional", PROFILE_OPTIONAL},
    {"required", PROFILE_REQUIRED}, {"fixed", PROFILE_FIXED}};
static const cyaml_strval_t san_uses[] = {
    {"forbidden", PROFILE_FORBIDDEN}, {"optional", PROFILE_OPTIONAL}, {"required", PROFILE_REQUIRED}};
static const cyaml_strval_t encodings[] = {
    {"utf8", DER_UTF8_STRING}, {"printable", DER_PRINTABLE_STRING}, {"ia5", DER_IA5_STRING}};
static const cyaml_strval_t unlisted_words[] = {{"drop", 0}, {"refuse", 1}};
static const cyaml_strval_t suffix_words[] = {{"allow", 0}, {"refuse", 1}};

#define T struct profile_yaml_attribute
const cyaml_schema_field_t profile_attribute_fields[] = {
    WORD("use", T, use, uses),
    TEXT("value", T, value),
    NUMBER("max", T, max),
    TEXT("pattern", T, pattern),
    LIST("values", T, values),
    WORD("encoding", T, encoding, encodings),
    CYAML_FIELD_END,
};
#undef T

/* The keys are the names of name_attribute_info (a test compares). */
#define ATTRIBUTE(key, id) PART(key, struct profile_yaml_attributes, by[id], profile_attribute_fields)
static const cyaml_schema_field_t attributes_fields[] = {
    ATTRIBUTE("domain_component", NAME_DC),
    ATTRIBUTE("country", NAME_C),
    ATTRIBUTE("state", NAME_ST),
    ATTRIBUTE("locality", NAME_L),
    ATTRIBUTE("postal_code", NAME_POSTAL_CODE),
    ATTRIBUTE("street", NAME_STREET),
    ATTRIBUTE("organization", NAME_O),
    ATTRIBUTE("surname", NAME_SURNAME),
    ATTRIBUTE("given_name", NAME_GIVEN_NAME),
    ATTRIBUTE("organizational_unit", NAME_OU),
    ATTRIBUTE("title", NAME_TITLE),
    ATTRIBUTE("common_name", NAME_CN),
    ATTRIBUTE("serial_number", NAME_SERIAL_NUMBER),
    ATTRIBUTE("email", NAME_EMAIL),
    ATTRIBUTE("user_id", NAME_UID),
    ATTRIBUTE("unstructured_name", NAME_UNSTRUCTURED_NAME),
    CYAML_FIELD_END,
};
_Static_assert(CA_COUNT(attributes_fields) == NAME__COUNT + 1, "a key for each attribute");

#define T struct profile_yaml_subject
const cyaml_schema_field_t profile_subject_fields[] = {
    WORD("unlisted", T, unlisted, unlisted_words),
    BOOLEAN("common_name_in_san", T, common_name_in_san),
    BOOLEAN("unique_common_name", T, unique_common_name),
    LIST("order", T, order),
    PART("attributes", T, attributes, attributes_fields),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_names
#define ANY_NAME                                                                                   \
    BOOLEAN("allow", T, allow), NUMBER("min", T, min), NUMBER("max", T, max),                      \
        TEXT("pattern", T, pattern), TEXT("deny_pattern", T, deny_pattern)
#define UNDER_DOMAINS LIST("suffixes", T, suffixes), LIST("deny_suffixes", T, deny_suffixes)
static const cyaml_schema_field_t dns_fields[] = {
    ANY_NAME,
    UNDER_DOMAINS,
    BOOLEAN("wildcard", T, wildcard),
    WORD("public_suffix", T, public_suffix, suffix_words),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t ip_fields[] = {
    ANY_NAME,
    LIST("networks", T, networks),
    LIST("deny_networks", T, deny_networks),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t domain_fields[] = {ANY_NAME, UNDER_DOMAINS, CYAML_FIELD_END};
static const cyaml_schema_field_t other_fields[] = {ANY_NAME, CYAML_FIELD_END};
#undef T

#define T struct profile_yaml_san
const cyaml_schema_field_t profile_san_fields[] = {
    WORD("use", T, use, san_uses),
    NUMBER("max", T, max),
    PART("dns", T, by[SAN_DNS], dns_fields),
    PART("ip", T, by[SAN_IP], ip_fields),
    PART("email", T, by[SAN_EMAIL], domain_fields),
    PART("uri", T, by[SAN_URI], domain_fields),
    PART("upn", T, by[SAN_UPN], domain_fields),
    PART("registered_id", T, by[SAN_RID], other_fields),
    PART("directory", T, by[SAN_DIRECTORY], other_fields),
    CYAML_FIELD_END,
};
#undef T
/* clang-format on */
PROFILE_SCHEMA_END
