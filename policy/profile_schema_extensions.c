/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_schema_internal.h"

/* The sections of the extensions. */

PROFILE_SCHEMA_BEGIN
/* clang-format off */
const cyaml_strval_t profile_key_id_words[] = {{"none", 0}, {"key_id", 1}};
const cyaml_strval_t profile_hash_words[] = {{"none", 0}, {"hash", 1}};
const cyaml_strval_t profile_authority_words[] = {
    {"none", PROFILE_NONE}, {"from_authority", PROFILE_FROM_AUTHORITY}};
const cyaml_strval_t profile_crl_words[] = {
    {"none", PROFILE_NONE}, {"from_authority", PROFILE_FROM_AUTHORITY},
    {"from_request", PROFILE_FROM_REQUEST}};
const cyaml_strval_t profile_request_words[] = {
    {"none", PROFILE_NONE}, {"from_request", PROFILE_FROM_REQUEST}};
static const cyaml_strval_t key_usages[] = {
    {"digital_signature", CERT_KU_DIGITAL_SIGNATURE}, {"content_commitment", CERT_KU_CONTENT_COMMITMENT},
    {"key_encipherment", CERT_KU_KEY_ENCIPHERMENT}, {"data_encipherment", CERT_KU_DATA_ENCIPHERMENT},
    {"key_agreement", CERT_KU_KEY_AGREEMENT}, {"key_cert_sign", CERT_KU_KEY_CERT_SIGN},
    {"crl_sign", CERT_KU_CRL_SIGN}, {"encipher_only", CERT_KU_ENCIPHER_ONLY},
    {"decipher_only", CERT_KU_DECIPHER_ONLY}};

#define T struct profile_yaml_basic_constraints
const cyaml_schema_field_t profile_basic_constraints_fields[] = {
    BOOLEAN("ca", T, ca),
    BOOLEAN("critical", T, critical),
    CYAML_FIELD_INT_PTR("path_length", OPT_PTR, T, path_length),
    CYAML_FIELD_INT_PTR("path_length_max", OPT_PTR, T, path_length_max),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_key_usage
const cyaml_schema_field_t profile_key_usage_fields[] = {
    BOOLEAN("critical", T, critical),
    CYAML_FIELD_FLAGS("bits", WORDS, T, bits, key_usages, CA_COUNT(key_usages)),
    CYAML_FIELD_FLAGS("rsa_bits", WORDS, T, rsa_bits, key_usages, CA_COUNT(key_usages)),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_extended_key_usage
const cyaml_schema_field_t profile_extended_key_usage_fields[] = {
    BOOLEAN("critical", T, critical),
    LIST("usages", T, usages),
    CYAML_FIELD_END,
};
#undef T
/* clang-format on */
PROFILE_SCHEMA_END

const char *profile_key_usage_name(unsigned bit)
{
    return bit < CA_COUNT(key_usages) ? key_usages[bit].str : NULL;
}
