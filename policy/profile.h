/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/rc.h"

/* A signing policy: read from YAML once, checked for sense, its fixed extensions compiled to DER.
 * Immutable afterwards; threads share it. docs/reference/profiles.md has the language. */
struct profile;

/* CA_MALFORMED YAML, an unknown key (the text names line and nearest key), a value of another kind;
 * CA_DENIED a profile that can issue nothing or contradicts itself. */
CA_RC profile_compile(struct ca_bytes yaml, struct profile **ret, struct ca_err *err);
void profile_free(struct profile *p); /* NULL is fine */
CA_AUTO_DEFINE(profile, struct profile *, profile_free);

enum { PROFILE_VERSION_LEN = 32, PROFILE_NAME_MAX = 63 };
const char *profile_name(const struct profile *p);
const char *profile_description(const struct profile *p);
/* SHA-256 of the YAML, and of the version of what it copies from; borrowed. */
struct ca_bytes profile_version(const struct profile *p);
struct ca_bytes profile_yaml(const struct profile *p); /* as it was given; borrowed */
/* With all that it copies: the same profile without copy_from (under another version); borrowed. */
struct ca_bytes profile_yaml_merged(const struct profile *p);
bool profile_for_ca(const struct profile *p);   /* makes CA certificates: only for authorities */
bool profile_internal(const struct profile *p); /* for the server's own certificates and bootstrap:
                                                   no requester may name it */

/* What is taken although it is weak, for devices that cannot do better: bits. */
enum profile_legacy {
    PROFILE_LEGACY_RSA_1024 = 1, /* RSA keys from 1024 bits on */
    PROFILE_LEGACY_SHA1 = 2,     /* requests and certificates signed with SHA-1 */
    PROFILE_LEGACY_MD5 = 4,
};
unsigned profile_legacy(const struct profile *p);

/* Who may use it, and on whose consent. What a profile does not say: requester, officer and admin
 * on any channel, without approval, without limits. */
enum { PROFILE_STEPS_MAX = 4, PROFILE_WORD_MAX = 63 };
struct approval_step { /* `count` different people; all of them have one of `roles` or are in
                          `group` */
    unsigned count;
    unsigned roles;                   /* bits of enum ca_role; 0: by group only */
    char group[PROFILE_WORD_MAX + 1]; /* "": by role only */
};
struct approval_policy {
    struct approval_step steps[PROFILE_STEPS_MAX]; /* one after the other */
    size_t step_n;                                 /* 0: nobody has to agree */
    int64_t expires_s;                             /* a request that waits longer has expired */
};
const struct approval_policy *profile_approvals(const struct profile *p);

/* How many certificates over a time that slides; count 0: no limit. */
struct profile_limit {
    unsigned count;
    int64_t per_s;
};
struct profile_limits {
    struct profile_limit requester; /* of one requester with this profile */
    struct profile_limit name;      /* that hold the same name, of anybody, with this profile */
};
const struct profile_limits *profile_limits(const struct profile *p);

/* May a key be certified that is in another certificate already? */
enum profile_key_reuse {
    PROFILE_KEY_REUSE_SAME_REQUESTER, /* the default: not one that another requester has brought */
    PROFILE_KEY_REUSE_NEVER,
    PROFILE_KEY_REUSE_ANY,
};
enum profile_key_reuse profile_key_reuse(const struct profile *p);
bool profile_unique_common_name(
    const struct profile *p); /* no two valid ones under one authority */
int64_t profile_renewal_window_s(const struct profile *p); /* before the end; 0: at any time */

/* JSON Schema (draft 2020-12) of the language, made from its tables. Appends. */
CA_RC profile_json_schema(struct ca_buf *ret, struct ca_err *err);

/* The built-in ones, embedded from policy/profiles/NAME.yaml. */
size_t profile_builtin_count(void);
struct ca_bytes profile_builtin(size_t i); /* YAML */

/* Profiles by name. */
struct profile_set;
CA_RC profile_set_new(struct profile_set **ret, struct ca_err *err); /* with the built-in ones */
void profile_set_free(struct profile_set *set);
CA_AUTO_DEFINE(profile_set, struct profile_set *, profile_set_free);
/* Adds one; takes it over. One with the name of another replaces that one. */
CA_RC profile_set_add(struct profile_set *set, struct profile *p, struct ca_err *err);
/* CA_NOT_FOUND, problem "unknown-profile": the text has the nearest name. */
CA_RC profile_set_find(const struct profile_set *set, const char *name, const struct profile **ret,
                       struct ca_err *err);
/* As profile_compile, for a profile that may copy another one of the set (key copy_from).
 * CA_DENIED also a cycle; CA_NOT_FOUND "unknown-profile" when the set has not what it copies. */
CA_RC profile_compile_in(const struct profile_set *set, struct ca_bytes yaml, struct profile **ret,
                         struct ca_err *err);
/* May `p` be activated beside those of the set? CA_DENIED, problem "policy": it is one of the
 * server's own, or its name would change from issuing CA certificates to not doing so. */
CA_RC profile_set_admits(const struct profile_set *set, const struct profile *p,
                         struct ca_err *err);
/* As profile_compile_in, for a version that is kept: it stands alone, with what it copies in it,
 * and the set admits it. */
CA_RC profile_compile_version(const struct profile_set *set, struct ca_bytes yaml,
                              struct profile **ret, struct ca_err *err);
/* Adds several, in an order in which each finds what it copies. Unless CA_OK, some are in and some
 * are not: throw the set away. */
CA_RC profile_set_add_all(struct profile_set *set, const struct ca_bytes *yamls, size_t n,
                          struct ca_err *err);
/* What is in force of a name instead of what a set has. */
struct profile_override {
    const char *name;
    struct ca_bytes yaml; /* len 0: the name is out of use */
};
/* Kept versions stand alone: the SHA-256 of their text is their name. `version` of length 0, out of
 * use, has none. CA_DENIED, problem row-altered: the text is another. */
CA_RC profile_version_check(const char *name, struct ca_bytes version, struct ca_bytes yaml,
                            struct ca_err *err);
/* A new set: those of `base`, each as its override says, if it has one, and the overrides of other
 * names. Errors as profile_set_add_all. */
CA_RC profile_set_with(const struct profile_set *base, const struct profile_override *overrides,
                       size_t n, struct profile_set **ret, struct ca_err *err);
size_t profile_set_count(const struct profile_set *set);
const struct profile *profile_set_at(const struct profile_set *set, size_t i); /* by name */
