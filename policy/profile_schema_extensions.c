/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_schema_internal.h"

/* The sections of the extensions. */

PROFILE_SCHEMA_BEGIN
/* clang-format off */
const cyaml_strval_t profile_authority_key_words[] = {
    {"none", YAML_KEY_ID_NONE}, {"key_id", YAML_KEY_ID}, {"key_id_and_issuer", YAML_KEY_ID_ISSUER},
    {"from_request", YAML_KEY_ID_REQUEST}};
const cyaml_strval_t profile_hash_words[] = {
    {"none", PROFILE_KEY_ID_NONE}, {"hash", PROFILE_KEY_ID_SHA1}, {"hash_sha256", PROFILE_KEY_ID_SHA256}};
const cyaml_strval_t profile_source_words[] = {
    {"none", PROFILE_NONE}, {"from_authority", PROFILE_FROM_AUTHORITY},
    {"from_request", PROFILE_FROM_REQUEST}, {"fixed", PROFILE_FROM_PROFILE}};
const cyaml_strval_t profile_crl_words[] = {
    {"none", PROFILE_NONE}, {"from_authority", PROFILE_FROM_AUTHORITY}, {"whole", PROFILE_WHOLE},
    {"from_request", PROFILE_FROM_REQUEST}, {"fixed", PROFILE_FROM_PROFILE}};
const cyaml_strval_t profile_freshest_words[] = {
    {"from_authority", YAML_FRESHEST_FROM_AUTHORITY}, {"none", YAML_FRESHEST_NONE}};
const cyaml_strval_t profile_constraints_words[] = {
    {"none", PROFILE_NONE}, {"from_request", PROFILE_FROM_REQUEST}, {"fixed", PROFILE_FROM_PROFILE}};
const cyaml_strval_t profile_switch_words[] = {
    {"false", YAML_FALSE}, {"true", YAML_TRUE}, {"default", YAML_DEFAULT}, {"from_request", YAML_REQUEST}};
static const cyaml_strval_t critical_words[] = {
    {"false", YAML_FALSE}, {"true", YAML_TRUE}, {"from_request", YAML_REQUEST}};
static const cyaml_strval_t key_usages[] = {
    {"digital_signature", CERT_KU_DIGITAL_SIGNATURE}, {"content_commitment", CERT_KU_CONTENT_COMMITMENT},
    {"key_encipherment", CERT_KU_KEY_ENCIPHERMENT}, {"data_encipherment", CERT_KU_DATA_ENCIPHERMENT},
    {"key_agreement", CERT_KU_KEY_AGREEMENT}, {"key_cert_sign", CERT_KU_KEY_CERT_SIGN},
    {"crl_sign", CERT_KU_CRL_SIGN}, {"encipher_only", CERT_KU_ENCIPHER_ONLY},
    {"decipher_only", CERT_KU_DECIPHER_ONLY}};

#define USAGES(key, type, member) CYAML_FIELD_FLAGS(key, WORDS, type, member, key_usages, CA_COUNT(key_usages))

#define T struct profile_yaml_basic_constraints
const cyaml_schema_field_t profile_basic_constraints_fields[] = {
    BOOLEAN("ca", T, ca),
    WORD("critical", T, critical, critical_words),
    CYAML_FIELD_INT_PTR("path_length", OPT_PTR, T, path_length),
    CYAML_FIELD_INT_PTR("path_length_max", OPT_PTR, T, path_length_max),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_key_usage
const cyaml_schema_field_t profile_key_usage_fields[] = {
    WORD("critical", T, critical, critical_words),
    BOOLEAN("required", T, required),
    USAGES("bits", T, bits),
    USAGES("rsa_bits", T, rsa_bits),
    USAGES("ec_bits", T, ec_bits),
    USAGES("allow", T, allow),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_extended_key_usage
const cyaml_schema_field_t profile_extended_key_usage_fields[] = {
    WORD("critical", T, critical, critical_words),
    BOOLEAN("required", T, required),
    LIST("usages", T, usages),
    LIST("allow", T, allow),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_qualifier
static const cyaml_schema_field_t qualifier_fields[] = {
    TEXT("policy", T, policy),
    TEXT("cps", T, cps),
    TEXT("user_notice", T, user_notice),
    CYAML_FIELD_END,
};
#undef T
const cyaml_schema_value_t profile_qualifier_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct profile_yaml_qualifier, qualifier_fields)};

#define T struct profile_yaml_subtrees
const cyaml_schema_field_t profile_subtrees_fields[] = {
    LIST("dns", T, dns),
    LIST("email", T, email),
    LIST("ip", T, ip),
    LIST("directory", T, directory),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_template
const cyaml_schema_field_t profile_template_fields[] = {
    TEXT("oid", T, oid),
    CYAML_FIELD_UINT_PTR("major", OPT_PTR, T, major),
    CYAML_FIELD_UINT_PTR("minor", OPT_PTR, T, minor),
    LIST("allow", T, allow),
    BOOLEAN("required", T, required),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_template_name
const cyaml_schema_field_t profile_template_name_fields[] = {
    TEXT("name", T, name),
    LIST("allow", T, allow),
    BOOLEAN("required", T, required),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_sid
const cyaml_schema_field_t profile_sid_fields[] = {
    TEXT("sid", T, sid),
    LIST("domains", T, domains),
    BOOLEAN("required", T, required),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_private
static const cyaml_schema_field_t private_fields[] = {
    TEXT("oid", T, oid),
    BOOLEAN("critical", T, critical),
    BOOLEAN("required", T, required),
    CYAML_FIELD_STRING_PTR("value", OPT_PTR, T, value, 1, 2 * PROFILE_PRIVATE_DER_MAX),
    NUMBER("max", T, max),
    CYAML_FIELD_END,
};
#undef T
const cyaml_schema_value_t profile_private_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct profile_yaml_private, private_fields)};
/* clang-format on */
PROFILE_SCHEMA_END

const char *profile_key_usage_name(unsigned bit)
{
    return bit < CA_COUNT(key_usages) ? key_usages[bit].str : NULL;
}
