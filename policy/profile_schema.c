/* SPDX-License-Identifier: Apache-2.0 */
#include <cyaml/cyaml.h>
#include <stdio.h>

#include "base/text.h"
#include "policy/profile_internal.h"

/* The profile language: docs/reference/profiles.md names every key that stands here (a test
 * compares). The member that takes a key's value has the name of the key. */

enum { TEXT_MAX = 1000, KEYS_MAX = 128 };

#define OPT     CYAML_FLAG_OPTIONAL
#define OPT_PTR (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define WORDS   (CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL)

/* libcyaml's macros mask its flags as signed numbers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

/* clang-format off */
static const cyaml_strval_t booleans[] = {{"false", YAML_FALSE}, {"true", YAML_TRUE}};
static const cyaml_strval_t uses[] = {
    {"forbidden", PROFILE_FORBIDDEN}, {"optional", PROFILE_OPTIONAL},
    {"required", PROFILE_REQUIRED}, {"fixed", PROFILE_FIXED}};
static const cyaml_strval_t san_uses[] = {
    {"forbidden", PROFILE_FORBIDDEN}, {"optional", PROFILE_OPTIONAL}, {"required", PROFILE_REQUIRED}};
static const cyaml_strval_t unlisted_words[] = {{"drop", 0}, {"refuse", 1}};
static const cyaml_strval_t suffix_words[] = {{"allow", 0}, {"refuse", 1}};
static const cyaml_strval_t key_id_words[] = {{"none", 0}, {"key_id", 1}};
static const cyaml_strval_t hash_words[] = {{"none", 0}, {"hash", 1}};
static const cyaml_strval_t authority_words[] = {
    {"none", PROFILE_NONE}, {"from_authority", PROFILE_FROM_AUTHORITY}};
static const cyaml_strval_t crl_words[] = {
    {"none", PROFILE_NONE}, {"from_authority", PROFILE_FROM_AUTHORITY},
    {"from_request", PROFILE_FROM_REQUEST}};
static const cyaml_strval_t request_words[] = {
    {"none", PROFILE_NONE}, {"from_request", PROFILE_FROM_REQUEST}};
static const cyaml_strval_t key_usages[] = {
    {"digital_signature", CERT_KU_DIGITAL_SIGNATURE}, {"content_commitment", CERT_KU_CONTENT_COMMITMENT},
    {"key_encipherment", CERT_KU_KEY_ENCIPHERMENT}, {"data_encipherment", CERT_KU_DATA_ENCIPHERMENT},
    {"key_agreement", CERT_KU_KEY_AGREEMENT}, {"key_cert_sign", CERT_KU_KEY_CERT_SIGN},
    {"crl_sign", CERT_KU_CRL_SIGN}, {"encipher_only", CERT_KU_ENCIPHER_ONLY},
    {"decipher_only", CERT_KU_DECIPHER_ONLY}};

static const cyaml_schema_value_t text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 253)};

#define WORD(key, type, member, words)                                                             \
    CYAML_FIELD_ENUM(key, WORDS, type, member, words, CA_COUNT(words))
#define BOOLEAN(key, type, member) WORD(key, type, member, booleans)
#define TEXT(key, type, member)    CYAML_FIELD_STRING_PTR(key, OPT_PTR, type, member, 1, TEXT_MAX)
#define LIST(key, type, member)                                                                    \
    CYAML_FIELD_SEQUENCE(key, OPT_PTR, type, member, &text_entry, 0, PROFILE_LIST_MAX)
#define PART(key, type, member, fields) CYAML_FIELD_MAPPING_PTR(key, OPT_PTR, type, member, fields)
#define NUMBER(key, type, member)       CYAML_FIELD_UINT(key, OPT, type, member)

#define T struct profile_yaml_key
static const cyaml_schema_field_t key_fields[] = {LIST("allow", T, allow), CYAML_FIELD_END};
#undef T

#define T struct profile_yaml_validity
static const cyaml_schema_field_t validity_fields[] = {
    TEXT("default", T, default_),
    TEXT("max", T, max),
    TEXT("backdate", T, backdate),
    TEXT("absolute_end", T, absolute_end),
    BOOLEAN("clip_to_issuer", T, clip_to_issuer),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_attribute
static const cyaml_schema_field_t attribute_fields[] = {
    WORD("use", T, use, uses),
    TEXT("value", T, value),
    NUMBER("max", T, max),
    CYAML_FIELD_END,
};
#undef T

/* The keys are the names of name_attribute_info (a test compares). */
#define ATTRIBUTE(key, id) PART(key, struct profile_yaml_attributes, by[id], attribute_fields)
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
static const cyaml_schema_field_t subject_fields[] = {
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
static const cyaml_schema_field_t san_fields[] = {
    WORD("use", T, use, san_uses),
    NUMBER("max", T, max),
    PART("dns", T, dns, dns_fields),
    PART("ip", T, ip, other_fields),
    PART("email", T, email, email_fields),
    PART("uri", T, uri, other_fields),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_basic_constraints
static const cyaml_schema_field_t basic_constraints_fields[] = {
    BOOLEAN("ca", T, ca),
    BOOLEAN("critical", T, critical),
    CYAML_FIELD_INT_PTR("path_length", OPT_PTR, T, path_length),
    CYAML_FIELD_INT_PTR("path_length_max", OPT_PTR, T, path_length_max),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_key_usage
static const cyaml_schema_field_t key_usage_fields[] = {
    BOOLEAN("critical", T, critical),
    CYAML_FIELD_FLAGS("bits", WORDS, T, bits, key_usages, CA_COUNT(key_usages)),
    CYAML_FIELD_FLAGS("rsa_bits", WORDS, T, rsa_bits, key_usages, CA_COUNT(key_usages)),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_extended_key_usage
static const cyaml_schema_field_t extended_key_usage_fields[] = {
    BOOLEAN("critical", T, critical),
    LIST("usages", T, usages),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml
static const cyaml_schema_field_t profile_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, T, name, 1, PROFILE_NAME_MAX),
    TEXT("description", T, description),
    BOOLEAN("internal", T, internal),
    BOOLEAN("self_signed", T, self_signed),
    PART("key", T, key, key_fields),
    PART("validity", T, validity, validity_fields),
    PART("subject", T, subject, subject_fields),
    PART("subject_alt_name", T, subject_alt_name, san_fields),
    PART("basic_constraints", T, basic_constraints, basic_constraints_fields),
    PART("key_usage", T, key_usage, key_usage_fields),
    PART("extended_key_usage", T, extended_key_usage, extended_key_usage_fields),
    WORD("authority_key_identifier", T, authority_key_identifier, key_id_words),
    WORD("subject_key_identifier", T, subject_key_identifier, hash_words),
    WORD("crl_distribution_points", T, crl_distribution_points, crl_words),
    WORD("authority_information_access", T, authority_information_access, authority_words),
    LIST("certificate_policies", T, certificate_policies),
    WORD("name_constraints", T, name_constraints, request_words),
    BOOLEAN("ocsp_no_check", T, ocsp_no_check),
    CYAML_FIELD_END,
};
#undef T
/* clang-format on */
#pragma GCC diagnostic pop

static const cyaml_schema_value_t profile_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct profile_yaml, profile_fields)};

const char *profile_key_usage_name(unsigned bit)
{
    return bit < CA_COUNT(key_usages) ? key_usages[bit].str : NULL;
}

static bool key_add(const char **ret, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(ret[i], key) == 0)
            return false;
    }
    ret[n] = key;
    return true;
}

size_t profile_schema_keys(const char **ret, size_t max)
{
    const cyaml_schema_field_t *left[KEYS_MAX] = {profile_fields};
    size_t left_n = 1;
    size_t n = 0;

    while (left_n > 0) {
        for (const cyaml_schema_field_t *f = left[--left_n]; f->key != NULL && n < max; f++) {
            n += key_add(ret, n, f->key) ? 1 : 0;
            if (f->value.type == CYAML_MAPPING && f->value.mapping.fields != attribute_fields &&
                left_n < KEYS_MAX)
                left[left_n++] = f->value.mapping.fields;
        }
    }
    for (const cyaml_schema_field_t *f = attribute_fields; f->key != NULL && n < max; f++)
        n += key_add(ret, n, f->key) ? 1 : 0;
    return n;
}

/* What libcyaml logs about one load: the reason, then where, innermost first. */
struct complaint {
    char reason[160];
    char place[100];
};

__attribute__((format(printf, 3, 0))) static void complaint_log(cyaml_log_t level, void *ctx,
                                                                const char *fmt, va_list args)
{
    struct complaint *c = ctx;
    char line[200];

    (void)level;
    (void)vsnprintf(line, sizeof(line), fmt, args);
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "Load: ", 6) == 0 && c->reason[0] == '\0' &&
        strstr(line, "Backtrace") == NULL) {
        (void)snprintf(c->reason, sizeof(c->reason), "%.150s", line + 6);
    } else if (strncmp(line, "  in ", 5) == 0 && c->place[0] == '\0') {
        (void)snprintf(c->place, sizeof(c->place), "%.90s", line + 2);
    }
}

static void *yaml_mem(void *ctx, void *ptr, size_t size)
{
    (void)ctx;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, size);
}

static cyaml_config_t config_for(struct complaint *c)
{
    return (cyaml_config_t){
        .log_fn = complaint_log,
        .log_ctx = c,
        .log_level = CYAML_LOG_ERROR,
        .mem_fn = yaml_mem,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

/* libcyaml names the line of the value before an unknown key. The line, from 1, of the first place
 * from there on where the key stands as one; 0 when it is not found. */
static unsigned key_line(struct ca_bytes yaml, const char *key, const char *place)
{
    const char *said = strstr(place, "line: ");
    unsigned long from = said != NULL ? strtoul(said + 6, NULL, 10) : 1;
    size_t len = strlen(key);
    unsigned line = 1;

    for (size_t i = 0; i + len < yaml.len; i++) {
        line += i > 0 && yaml.ptr[i - 1] == '\n' ? 1 : 0;
        if (line >= from && memcmp(yaml.ptr + i, key, len) == 0 && yaml.ptr[i + len] == ':' &&
            (i == 0 || strchr(" \n\t{,\"'", yaml.ptr[i - 1]) != NULL))
            return line;
    }
    return 0;
}

static enum ca_rc load_fail(cyaml_err_t rc, struct ca_bytes yaml, const struct complaint *c,
                            struct ca_err *err)
{
    static const char unexpected[] = "Unexpected key: ";
    const char *key = c->reason + sizeof(unexpected) - 1;
    const char *keys[KEYS_MAX];
    const char *nearest;

    if (rc == CYAML_ERR_OOM)
        return CA_FAIL_NOMEM(err);
    if (strncmp(c->reason, unexpected, sizeof(unexpected) - 1) != 0) {
        return CA_FAIL(err, CA_MALFORMED, "profile: %s%s%s",
                       c->reason[0] != '\0' ? c->reason : cyaml_strerror(rc),
                       c->place[0] != '\0' ? " " : "", c->place);
    }
    nearest = ca_text_nearest(key, keys, profile_schema_keys(keys, CA_COUNT(keys)));
    return CA_FAIL(err, CA_MALFORMED, "profile: line %u: unknown key '%.60s'%s%s%s",
                   key_line(yaml, key, c->place), key, nearest != NULL ? "; did you mean '" : "",
                   nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* libcyaml reads one document and stops; what stands behind it would be passed over. */
static bool is_one_document(struct ca_bytes yaml)
{
    for (size_t i = 1; i + 3 < yaml.len; i++) {
        if (yaml.ptr[i - 1] == '\n' &&
            (memcmp(yaml.ptr + i, "---", 3) == 0 || memcmp(yaml.ptr + i, "...", 3) == 0))
            return false;
    }
    return true;
}

CA_RC profile_yaml_load(struct ca_bytes yaml, struct profile_yaml **ret, struct ca_err *err)
{
    struct complaint complaint = {0};
    cyaml_config_t config = config_for(&complaint);
    cyaml_data_t *data = NULL;
    cyaml_err_t rc;

    if (yaml.len == 0 || yaml.len > PROFILE_YAML_MAX) {
        return CA_FAIL(err, CA_MALFORMED, "profile of %zu octets, at most %d", yaml.len,
                       PROFILE_YAML_MAX);
    }
    if (memchr(yaml.ptr, 0, yaml.len) != NULL || !is_one_document(yaml))
        return CA_FAIL(err, CA_MALFORMED, "profile is not one YAML document");
    rc = cyaml_load_data(yaml.ptr, yaml.len, &config, &profile_schema, &data, NULL);
    if (rc != CYAML_OK)
        return load_fail(rc, yaml, &complaint, err);
    if (data == NULL)
        return CA_FAIL(err, CA_MALFORMED, "profile is empty");
    *ret = (struct profile_yaml *)data;
    return CA_OK;
}

void profile_yaml_free(struct profile_yaml *y)
{
    struct complaint ignored = {0};
    cyaml_config_t config = config_for(&ignored);

    (void)cyaml_free(&config, &profile_schema, (cyaml_data_t *)y, 0);
}
