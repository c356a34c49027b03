/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/der_write.h"
#include "policy/cert.h"
#include "policy/name.h"
#include "policy/profile.h"

/* A profile as the rules of judge.c see it. Everything that is not set denies. */

enum profile_use { PROFILE_FORBIDDEN, PROFILE_OPTIONAL, PROFILE_REQUIRED, PROFILE_FIXED };
enum profile_source { PROFILE_NONE, PROFILE_FROM_AUTHORITY, PROFILE_FROM_REQUEST };

enum {
    PROFILE_YAML_MAX = 64 * 1024, /* octets */
    PROFILE_LIST_MAX = 64,        /* entries of any list */
};

struct profile_key {
    enum ca_key_kind kind;
    unsigned min_bits, max_bits;
};

struct profile_validity {
    int64_t default_s;
    int64_t max_s;
    int64_t backdate_s;
    int64_t absolute_end; /* INT64_MAX: none */
    bool clip_to_issuer;
};

struct profile_attribute {
    enum profile_use use;
    size_t max;            /* how many values */
    struct ca_bytes value; /* PROFILE_FIXED */
};

struct profile_names { /* one type of subject alternative name */
    bool allow;
    size_t max;
    bool wildcard;
    bool refuse_public_suffix;
    const char *const *suffixes;
    size_t suffix_n; /* 0: any */
};

struct profile_basic_constraints {
    bool present, ca, critical;
    int path_length, path_length_max; /* -1: none */
};

struct profile {
    char name[PROFILE_NAME_MAX + 1];
    uint8_t *yaml;
    size_t yaml_len;
    uint8_t version[PROFILE_VERSION_LEN];
    bool internal;
    bool self_signed;

    struct profile_key keys[CA_KEY__COUNT];
    size_t key_n;
    struct profile_validity validity;

    struct profile_attribute subject[NAME__COUNT];
    bool refuse_unlisted;
    bool common_name_in_san;

    enum profile_use san_use;
    size_t san_max;
    struct profile_names names[SAN_RID + 1];

    struct profile_basic_constraints basic_constraints;
    bool key_usage_critical;
    uint32_t key_usage, key_usage_rsa; /* the second: all bits for RSA keys */
    struct ca_bytes *usages;           /* OIDs of extended key usage, content octets */
    size_t usage_n;
    bool usage_critical;
    bool authority_key_id, subject_key_id;
    enum profile_source crl_url;
    enum profile_source authority_info;
    struct ca_bytes *policies;
    size_t policy_n;
    enum profile_source name_constraints;
    bool ocsp_no_check;

    /* Whole Extension elements that no request changes; len 0: not in these certificates. */
    struct ca_bytes fixed[EXT__COUNT];
    struct ca_bytes fixed_key_usage_rsa; /* EXT_KEY_USAGE of fixed[] is for all other keys */

    struct profile_yaml *source; /* what libcyaml made; strings above point into it */
    struct ca_buf oids;          /* content octets of all OIDs */
    struct der_writer der;       /* fixed[] points into it */
};

/* profile_schema.c: the language. A struct of the YAML and the same in libcyaml's tables. */
struct profile_yaml_key {
    char **allow;
    unsigned allow_count;
};
struct profile_yaml_validity {
    char *default_;
    char *max;
    char *backdate;
    char *absolute_end;
    int clip_to_issuer;
};
struct profile_yaml_attribute {
    int use;
    char *value;
    unsigned max;
};
struct profile_yaml_attributes {
    struct profile_yaml_attribute *by[NAME__COUNT];
};
struct profile_yaml_subject {
    int unlisted;
    int common_name_in_san;
    struct profile_yaml_attributes *attributes;
};
struct profile_yaml_names {
    int allow;
    unsigned max;
    int wildcard;
    int public_suffix;
    char **suffixes;
    unsigned suffixes_count;
};
struct profile_yaml_san {
    int use;
    unsigned max;
    struct profile_yaml_names *dns, *ip, *email, *uri;
};
struct profile_yaml_basic_constraints {
    int ca, critical;
    int *path_length, *path_length_max;
};
struct profile_yaml_key_usage {
    int critical;
    uint32_t bits, rsa_bits;
};
struct profile_yaml_extended_key_usage {
    int critical;
    char **usages;
    unsigned usages_count;
};
struct profile_yaml {
    char *name;
    char *description;
    int internal, self_signed;
    struct profile_yaml_key *key;
    struct profile_yaml_validity *validity;
    struct profile_yaml_subject *subject;
    struct profile_yaml_san *subject_alt_name;
    struct profile_yaml_basic_constraints *basic_constraints;
    struct profile_yaml_key_usage *key_usage;
    struct profile_yaml_extended_key_usage *extended_key_usage;
    int authority_key_identifier, subject_key_identifier;
    int crl_distribution_points, authority_information_access;
    char **certificate_policies;
    unsigned certificate_policies_count;
    int name_constraints;
    int ocsp_no_check;
};

/* Booleans are words, so that "maybe" is refused, and 0 stays "not written". */
enum { YAML_ABSENT, YAML_FALSE, YAML_TRUE };

/* CA_MALFORMED with line, key and the nearest key; CA_FAULT no memory. */
CA_RC profile_yaml_load(struct ca_bytes yaml, struct profile_yaml **ret, struct ca_err *err);
void profile_yaml_free(struct profile_yaml *y);
CA_AUTO_DEFINE(profile_yaml, struct profile_yaml *, profile_yaml_free);

/* All keys of the language, each once; returns how many; `ret` takes `max`. */
size_t profile_schema_keys(const char **ret, size_t max);

/* "digital_signature": bit n of KeyUsage; NULL: no such bit. */
const char *profile_key_usage_name(unsigned bit);

/* One section of the language each, in this order: profile.c, profile_compile_names.c,
 * profile_compile_extensions.c. CA_MALFORMED, CA_DENIED; the text names the key. */
typedef enum ca_rc (*profile_section_fn)(struct profile *p, const struct profile_yaml *y,
                                         struct ca_err *err);
CA_RC profile_compile_subject(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_san(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_extensions(struct profile *p, const struct profile_yaml *y,
                                 struct ca_err *err);
#define PROFILE_BAD(rc, ...) CA_FAIL(err, rc, "profile: " __VA_ARGS__)

static inline bool profile_yes(int word, bool unless_written)
{
    return word == YAML_ABSENT ? unless_written : word == YAML_TRUE;
}

/* profile_extension.c: fills fixed[]. */
CA_RC profile_extensions_compile(struct profile *p, struct ca_err *err);

/* Opens an Extension up to its extnValue's content; closed by profile_extension_close. */
void profile_extension_open(struct der_writer *w, enum cert_extension_kind kind, bool critical);
void profile_extension_close(struct der_writer *w);
void profile_basic_constraints_put(struct der_writer *w, const struct profile *p, int path_length);
