/* SPDX-License-Identifier: Apache-2.0 */
#include "base/role.h"
#include "policy/profile_schema_internal.h"

/* The sections access, approvals, limits and renewal. */

PROFILE_SCHEMA_BEGIN
/* clang-format off */
static const cyaml_strval_t roles[] = {
    {"requester", CA_REQUESTER}, {"officer", CA_OFFICER}, {"admin", CA_ADMIN}};
static const cyaml_strval_t names_words[] = {{"any", 0}, {"owned", 1}};

#define T struct profile_yaml_access
const cyaml_schema_field_t profile_access_fields[] = {
    CYAML_FIELD_FLAGS("roles", WORDS, T, roles, roles, CA_COUNT(roles)),
    LIST("requesters", T, requesters),
    LIST("channels", T, channels),
    WORD("names", T, names, names_words),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_step
static const cyaml_schema_field_t step_fields[] = {
    CYAML_FIELD_UINT("count", CYAML_FLAG_DEFAULT, T, count),
    CYAML_FIELD_ENUM("role", WORDS, T, role, roles, CA_COUNT(roles)),
    CYAML_FIELD_STRING_PTR("group", OPT_PTR, T, group, 1, PROFILE_WORD_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t step_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, T, step_fields)};
#undef T

#define T struct profile_yaml_approvals
const cyaml_schema_field_t profile_approvals_fields[] = {
    TEXT("expires", T, expires),
    CYAML_FIELD_SEQUENCE("steps", OPT_PTR, T, steps, &step_entry, 1, PROFILE_STEPS_MAX),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_limit
static const cyaml_schema_field_t limit_fields[] = {
    CYAML_FIELD_UINT("count", CYAML_FLAG_DEFAULT, T, count),
    CYAML_FIELD_STRING_PTR("per", CYAML_FLAG_POINTER, T, per, 1, PROFILE_TEXT_MAX),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_limits
const cyaml_schema_field_t profile_limits_fields[] = {
    PART("requester", T, requester, limit_fields),
    PART("name", T, name, limit_fields),
    CYAML_FIELD_END,
};
#undef T

#define T struct profile_yaml_renewal
const cyaml_schema_field_t profile_renewal_fields[] = {TEXT("window", T, window), CYAML_FIELD_END};
#undef T
/* clang-format on */
PROFILE_SCHEMA_END
