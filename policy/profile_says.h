/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/profile_internal.h"

/* What a profile says, in one line for people. Each writes `ret` of PROFILE_SAYS octets, cut, and
 * returns it. */
enum { PROFILE_SAYS = 200 };
typedef const char *(*profile_says_fn)(const struct profile *p, char *ret);

const char *profile_says_attribute(const struct profile *p, enum name_attribute a, char *ret);
const char *profile_says_names(const struct profile *p, enum san_type type, char *ret);
const char *profile_says_extension(const struct profile *p, enum cert_extension_kind kind,
                                   char *ret);
const char *profile_says_keys(const struct profile *p, char *ret);
const char *profile_says_exponents(const struct profile *p, char *ret);
const char *profile_says_digests(const struct profile *p, char *ret);
const char *profile_says_validity(const struct profile *p, char *ret);
const char *profile_says_last_day(const struct profile *p, char *ret);
const char *profile_says_san(const struct profile *p, char *ret);
const char *profile_says_roles(const struct profile *p, char *ret);
const char *profile_says_requesters(const struct profile *p, char *ret);
const char *profile_says_channels(const struct profile *p, char *ret);
const char *profile_says_owned(const struct profile *p, char *ret);
const char *profile_says_approvals(const struct profile *p, char *ret);
