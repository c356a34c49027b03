/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/text.h"
#include "policy/profile_schema_internal.h"

/* The profile language: docs/reference/profiles.md names every key that stands here (a test
 * compares). The member that takes a key's value has the name of the key. */

enum { KEYS_MAX = 256 };

PROFILE_SCHEMA_BEGIN
/* clang-format off */
const cyaml_strval_t profile_booleans[] = {{"false", YAML_FALSE}, {"true", YAML_TRUE}};
const cyaml_schema_value_t profile_text_entry = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 253)};

static const cyaml_strval_t reuse_words[] = {
    {"same_requester", PROFILE_KEY_REUSE_SAME_REQUESTER}, {"never", PROFILE_KEY_REUSE_NEVER},
    {"any", PROFILE_KEY_REUSE_ANY}};
static const cyaml_strval_t digests[] = {
    {"md5", DIGEST_MD5}, {"sha1", DIGEST_SHA1}, {"sha224", DIGEST_SHA224},
    {"sha256", DIGEST_SHA256}, {"sha384", DIGEST_SHA384}, {"sha512", DIGEST_SHA512}};

#define T struct profile_yaml_legacy
static const cyaml_schema_field_t legacy_fields[] = {
    BOOLEAN("rsa_1024", T, rsa_1024),
    BOOLEAN("sha1", T, sha1),
    BOOLEAN("md5", T, md5),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_key
static const cyaml_schema_field_t key_fields[] = {
    LIST("allow", T, allow),
    LIST("exponents", T, exponents),
    WORD("reuse", T, reuse, reuse_words),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_signature
static const cyaml_schema_field_t signature_fields[] = {
    WORD("digest", T, digest, digests),
    CYAML_FIELD_FLAGS("allow", WORDS, T, allow, digests, CA_COUNT(digests)),
    CYAML_FIELD_END,
};
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

#define T struct profile_yaml
const cyaml_schema_field_t profile_root_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, T, name, 1, PROFILE_NAME_MAX),
    TEXT("description", T, description),
    CYAML_FIELD_STRING_PTR("copy_from", OPT_PTR, T, copy_from, 1, PROFILE_NAME_MAX),
    CYAML_FIELD_STRING_PTR("copy-from", OPT_PTR, T, copy_from_hyphen, 1, PROFILE_NAME_MAX),
    BOOLEAN("internal", T, internal),
    BOOLEAN("self_signed", T, self_signed),
    PART("legacy", T, legacy, legacy_fields),
    PART("key", T, key, key_fields),
    PART("signature", T, signature, signature_fields),
    PART("validity", T, validity, validity_fields),
    PART("access", T, access, profile_access_fields),
    PART("approvals", T, approvals, profile_approvals_fields),
    PART("limits", T, limits, profile_limits_fields),
    PART("renewal", T, renewal, profile_renewal_fields),
    PART("subject", T, subject, profile_subject_fields),
    PART("subject_alt_name", T, subject_alt_name, profile_san_fields),
    PART("basic_constraints", T, x.basic_constraints, profile_basic_constraints_fields),
    PART("key_usage", T, x.key_usage, profile_key_usage_fields),
    PART("extended_key_usage", T, x.extended_key_usage, profile_extended_key_usage_fields),
    WORD("authority_key_identifier", T, x.authority_key_identifier, profile_authority_key_words),
    WORD("subject_key_identifier", T, x.subject_key_identifier, profile_hash_words),
    WORD("crl_distribution_points", T, x.crl_distribution_points, profile_crl_words),
    LIST("crl_urls", T, x.crl_urls),
    WORD("freshest_crl", T, x.freshest_crl, profile_freshest_words),
    WORD("authority_information_access", T, x.authority_information_access, profile_source_words),
    LIST("ocsp_urls", T, x.ocsp_urls),
    LIST("aia_urls", T, x.aia_urls),
    LIST("url_hosts", T, x.url_hosts),
    LIST("certificate_policies", T, x.certificate_policies),
    LIST("policies_allowed", T, x.policies_allowed),
    PARTS("policy_qualifiers", T, x.policy_qualifiers, profile_qualifier_entry),
    WORD("name_constraints", T, x.name_constraints, profile_constraints_words),
    PART("permitted_subtrees", T, x.permitted_subtrees, profile_subtrees_fields),
    PART("excluded_subtrees", T, x.excluded_subtrees, profile_subtrees_fields),
    WORD("must_staple", T, x.must_staple, profile_switch_words),
    WORD("ocsp_no_check", T, x.ocsp_no_check, profile_switch_words),
    PART("microsoft_template", T, x.microsoft_template, profile_template_fields),
    PART("microsoft_template_name", T, x.microsoft_template_name, profile_template_name_fields),
    PART("microsoft_sid", T, x.microsoft_sid, profile_sid_fields),
    PARTS("private_extensions", T, x.private_extensions, profile_private_entry),
    CYAML_FIELD_END,
};
#undef T
/* clang-format on */
PROFILE_SCHEMA_END

static const cyaml_schema_value_t profile_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct profile_yaml, profile_root_fields)};

static bool key_add(const char **ret, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(ret[i], key) == 0)
            return false;
    }
    ret[n] = key;
    return true;
}

const cyaml_schema_field_t *profile_schema_below(const cyaml_schema_value_t *value)
{
    if (value->type == CYAML_SEQUENCE)
        value = value->sequence.entry;
    return value->type == CYAML_MAPPING ? value->mapping.fields : NULL;
}

size_t profile_schema_keys(const char **ret, size_t max)
{
    const cyaml_schema_field_t *left[KEYS_MAX] = {profile_root_fields};
    const cyaml_schema_field_t *below;
    size_t left_n = 1;
    size_t n = 0;

    while (left_n > 0) {
        for (const cyaml_schema_field_t *f = left[--left_n]; f->key != NULL && n < max; f++) {
            n += key_add(ret, n, f->key) ? 1 : 0;
            below = profile_schema_below(&f->value);
            if (below != NULL && below != profile_attribute_fields && left_n < KEYS_MAX)
                left[left_n++] = below;
        }
    }
    for (const cyaml_schema_field_t *f = profile_attribute_fields; f->key != NULL && n < max; f++)
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
