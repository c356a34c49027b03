/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/der_write.h"
#include "policy/cert.h"
#include "policy/name.h"
#include "policy/pattern.h"
#include "policy/profile.h"
#include "policy/profile_extension_internal.h"
#include "policy/signature.h"

/* A profile as the rules of judge.c see it. Everything that is not set denies. */

enum profile_use { PROFILE_FORBIDDEN, PROFILE_OPTIONAL, PROFILE_REQUIRED, PROFILE_FIXED };

enum {
    PROFILE_YAML_MAX = 64 * 1024, /* octets */
    PROFILE_LIST_MAX = 64,        /* entries of any list */
    PROFILE_EXPONENTS_MAX = 16,
    PROFILE_COPIES_MAX = 8, /* profiles that are copied from each other */
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

struct profile_words {
    const char *const *list;
    size_t n; /* 0: any */
};

struct profile_attribute {
    enum profile_use use;
    unsigned tag;                /* the string type in which it is written */
    size_t max;                  /* how many values */
    struct ca_bytes value;       /* PROFILE_FIXED */
    struct profile_words values; /* one of these */
    struct pattern *pattern;     /* NULL: any */
};

struct profile_names { /* one type of subject alternative name */
    bool allow;
    size_t min, max;
    bool wildcard;
    bool refuse_public_suffix;
    struct profile_words suffixes, deny_suffixes;
    struct profile_words networks, deny_networks; /* CIDR; they parse */
    struct pattern *pattern, *deny_pattern;       /* NULL: any; none */
};

struct profile_signature {
    unsigned digest;  /* one bit of enum digest_bit; 0: as the authority signs */
    unsigned allowed; /* bits that may be asked for, `digest` among them; 0: none */
};

struct profile_access {
    unsigned roles; /* bits of enum ca_role: one of them is needed */
    struct profile_words requesters, channels;
    bool names_owned;
};

struct profile {
    char name[PROFILE_NAME_MAX + 1];
    uint8_t *yaml;
    size_t yaml_len;
    uint8_t version[PROFILE_VERSION_LEN];
    bool internal;
    bool self_signed;

    unsigned legacy; /* bits of enum profile_legacy */
    struct profile_key keys[CA_KEY__COUNT];
    size_t key_n;
    uint64_t exponents[PROFILE_EXPONENTS_MAX];
    size_t exponent_n; /* 0: any that spki_read takes */
    enum profile_key_reuse key_reuse;
    struct profile_signature signature;
    struct profile_validity validity;

    struct profile_attribute subject[NAME__COUNT];
    enum name_attribute order[NAME__COUNT]; /* of the subject */
    bool refuse_unlisted;
    bool common_name_in_san;
    bool unique_common_name;

    enum profile_use san_use;
    size_t san_max;
    struct profile_names names[SAN__COUNT];

    struct profile_access access;
    struct approval_policy approvals;
    struct profile_limits limits;
    int64_t renewal_window_s;

    struct profile_basic_constraints basic_constraints;
    struct profile_extensions x;

    uint8_t *merged; /* YAML with what it copies; NULL: as `yaml` */
    size_t merged_len;
    char copies[PROFILE_COPIES_MAX][PROFILE_NAME_MAX + 1]; /* whom it copies, nearest first */
    size_t copy_n;

    struct profile_yaml *source; /* what libcyaml made; strings above point into it */
};

/* profile_schema.c: the language. A struct of the YAML and the same in libcyaml's tables. */
struct profile_yaml_legacy {
    int rsa_1024, sha1, md5;
};
struct profile_yaml_key {
    char **allow;
    unsigned allow_count;
    char **exponents;
    unsigned exponents_count;
    int reuse;
};
struct profile_yaml_signature {
    int digest;
    uint32_t allow;
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
    char *pattern;
    char **values;
    unsigned values_count;
    int encoding;
};
struct profile_yaml_attributes {
    struct profile_yaml_attribute *by[NAME__COUNT];
};
struct profile_yaml_subject {
    int unlisted;
    int common_name_in_san, unique_common_name;
    char **order;
    unsigned order_count;
    struct profile_yaml_attributes *attributes;
};
struct profile_yaml_names {
    int allow;
    unsigned min, max;
    int wildcard;
    int public_suffix;
    char **suffixes, **deny_suffixes, **networks, **deny_networks;
    unsigned suffixes_count, deny_suffixes_count, networks_count, deny_networks_count;
    char *pattern, *deny_pattern;
};
struct profile_yaml_san {
    int use;
    unsigned max;
    struct profile_yaml_names *by[SAN__COUNT];
};
struct profile_yaml_access {
    uint32_t roles;
    char **requesters, **channels;
    unsigned requesters_count, channels_count;
    int names;
};
struct profile_yaml_step {
    unsigned count;
    uint32_t role;
    char *group;
};
struct profile_yaml_approvals {
    char *expires;
    struct profile_yaml_step *steps;
    unsigned steps_count;
};
struct profile_yaml_limit {
    unsigned count;
    char *per;
};
struct profile_yaml_limits {
    struct profile_yaml_limit *requester, *name;
};
struct profile_yaml_renewal {
    char *window;
};
struct profile_yaml {
    char *name;
    char *description;
    char *copy_from, *copy_from_hyphen; /* two spellings */
    int internal, self_signed;
    struct profile_yaml_legacy *legacy;
    struct profile_yaml_key *key;
    struct profile_yaml_signature *signature;
    struct profile_yaml_validity *validity;
    struct profile_yaml_access *access;
    struct profile_yaml_approvals *approvals;
    struct profile_yaml_limits *limits;
    struct profile_yaml_renewal *renewal;
    struct profile_yaml_subject *subject;
    struct profile_yaml_san *subject_alt_name;
    struct profile_yaml_extensions x;
};

/* CA_MALFORMED with line, key and the nearest key; CA_FAULT no memory. */
CA_RC profile_yaml_load(struct ca_bytes yaml, struct profile_yaml **ret, struct ca_err *err);
void profile_yaml_free(struct profile_yaml *y);
CA_AUTO_DEFINE(profile_yaml, struct profile_yaml *, profile_yaml_free);

/* All keys of the language, each once; returns how many; `ret` takes `max`. */
size_t profile_schema_keys(const char **ret, size_t max);

/* One section of the language each: profile.c and profile_compile_*.c. CA_MALFORMED, CA_DENIED; the
 * text names the key. */
typedef enum ca_rc (*profile_section_fn)(struct profile *p, const struct profile_yaml *y,
                                         struct ca_err *err);
CA_RC profile_compile_key(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_validity(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_access(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_subject(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_san(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_extensions(struct profile *p, const struct profile_yaml *y,
                                 struct ca_err *err);
/* The parts of profile_compile_extensions that have files of their own: profile_compile_address.c,
 * profile_compile_policy.c, profile_compile_private.c. */
CA_RC profile_compile_key_ids(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_addresses(struct profile *p, const struct profile_yaml *y,
                                struct ca_err *err);
CA_RC profile_compile_policies(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_subtrees(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
CA_RC profile_compile_microsoft(struct profile *p, const struct profile_yaml *y,
                                struct ca_err *err);
CA_RC profile_compile_private(struct profile *p, const struct profile_yaml *y, struct ca_err *err);
#define PROFILE_BAD(rc, ...) CA_FAIL(err, rc, "profile: " __VA_ARGS__)

static inline bool profile_yes(int word, bool unless_written)
{
    return word == YAML_ABSENT ? unless_written : word == YAML_TRUE;
}

/* "90d", of the key `key`. CA_MALFORMED. */
CA_RC profile_duration_read(const char *key, const char *text, int64_t *ret, struct ca_err *err);

/* profile_merge.c: `yaml` over `base`: mappings key by key, all else replaced. `ret` is for free();
 * both have been read by profile_yaml_load. */
CA_RC profile_merge(struct ca_bytes base, struct ca_bytes yaml, struct ca_buf *ret,
                    struct ca_err *err);

const char *profile_copies_from(const struct profile_yaml *y); /* NULL: nothing */
const char *profile_san_key(enum san_type type); /* "dns"; NULL: no profile allows such names */

/* profile_extension.c: the values that need no request. */
CA_RC profile_extensions_compile(struct profile *p, struct ca_err *err);
