/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_schema_internal.h"

/* The sections subject and subject_alt_name. */

PROFILE_SCHEMA_BEGIN
/* clang-format off */
static const cyaml_strval_t uses[] = {
    {"forbidden", PROFILE_FORBIDDEN}, {"optional", PROFILE_OPTIONAL},
    {"required", PROFILE_REQUIRED}, {"fixed", PROFILE_FIXED}};
static const cyaml_strval_t san_uses[] = {
    {"forbidden", PROFILE_FORBIDDEN}, {"optional", PROFILE_OPTIONAL}, {"required", PROFILE_REQUIRED}};
static const cyaml_strval_t unlisted_words[] = {{"drop", 0}, {"refuse", 1}};
static const cyaml_strval_t suffix_words[] = {{"allow", 0}, {"refuse", 1}};

#define T struct profile_yaml_attribute
const cyaml_schema_field_t profile_attribute_fields[] = {
    WORD("use", T, use, uses),
    TEXT("value", T, value),
    NUMBER("max", T, max),
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
    PART("attributes", T, attributes, attributes_fields),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_names
static const cyaml_schema_field_t dns_fields[] = {
    BOOLEAN("allow", T, allow),
    NUMBER("max", T, max),
    BOOLEAN("wildcard", T, wildcard),
    WORD("public_suffix", T, public_suffix, suffix_words),
    LIST("suffixes", T, suffixes),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t email_fields[] = {
    BOOLEAN("allow", T, allow),
    NUMBER("max", T, max),
    LIST("suffixes", T, suffixes),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t other_fields[] = {
    BOOLEAN("allow", T, allow),
    NUMBER("max", T, max),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_san
const cyaml_schema_field_t profile_san_fields[] = {
    WORD("use", T, use, san_uses),
    NUMBER("max", T, max),
    PART("dns", T, dns, dns_fields),
    PART("ip", T, ip, other_fields),
    PART("email", T, email, email_fields),
    PART("uri", T, uri, other_fields),
    CYAML_FIELD_END,
};
#undef T
/* clang-format on */
PROFILE_SCHEMA_END
