/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/algorithm.h"
#include "base/auto.h"
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
struct ca_bytes profile_version(const struct profile *p); /* SHA-256 of the YAML; borrowed */
struct ca_bytes profile_yaml(const struct profile *p);    /* borrowed */
bool profile_for_ca(const struct profile *p);   /* makes CA certificates: only for authorities */
bool profile_internal(const struct profile *p); /* for the server's own certificates and bootstrap:
                                                   no requester may name it */

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
size_t profile_set_count(const struct profile_set *set);
const struct profile *profile_set_at(const struct profile_set *set, size_t i); /* by name */
