/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/profile.h"

/* The built-in profiles, and each *.yaml of `dir` ("": none) over them. The text of a failure names
 * the file. */
CA_RC profiles_load(const char *dir, struct profile_set **ret, struct ca_err *err);
