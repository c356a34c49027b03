/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <cyaml/cyaml.h>

#include "policy/profile_internal.h"

/* The tables of the profile language, and what they are made with. The files that hold tables
 * stand between PROFILE_SCHEMA_BEGIN and PROFILE_SCHEMA_END. */

enum { PROFILE_TEXT_MAX = 1000 }; /* characters of one value */

#define OPT     CYAML_FLAG_OPTIONAL
#define OPT_PTR (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define WORDS   (CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL)

/* clang-format off */
#define WORD(key, type, member, words)                                                             \
    CYAML_FIELD_ENUM(key, WORDS, type, member, words, CA_COUNT(words))
#define BOOLEAN(key, type, member) WORD(key, type, member, profile_booleans)
#define TEXT(key, type, member)    CYAML_FIELD_STRING_PTR(key, OPT_PTR, type, member, 1, PROFILE_TEXT_MAX)
#define LIST(key, type, member)                                                                    \
    CYAML_FIELD_SEQUENCE(key, OPT_PTR, type, member, &profile_text_entry, 0, PROFILE_LIST_MAX)
#define PART(key, type, member, fields) CYAML_FIELD_MAPPING_PTR(key, OPT_PTR, type, member, fields)
#define PARTS(key, type, member, entry)                                                             \
    CYAML_FIELD_SEQUENCE(key, OPT_PTR, type, member, &(entry), 0, PROFILE_LIST_MAX)
#define NUMBER(key, type, member)       CYAML_FIELD_UINT(key, OPT, type, member)
/* clang-format on */

/* libcyaml's macros mask its flags as signed numbers. */
#define PROFILE_SCHEMA_BEGIN                                                                       \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"")
#define PROFILE_SCHEMA_END _Pragma("GCC diagnostic pop")

/* profile_schema.c */
extern const cyaml_strval_t profile_booleans[2];
extern const cyaml_schema_value_t profile_text_entry;
extern const cyaml_schema_field_t profile_root_fields[];
/* The fields inside a mapping, or inside the entries of a list of mappings; NULL: none. */
const cyaml_schema_field_t *profile_schema_below(const cyaml_schema_value_t *value);

/* profile_schema_access.c */
extern const cyaml_schema_field_t profile_access_fields[];
extern const cyaml_schema_field_t profile_approvals_fields[];
extern const cyaml_schema_field_t profile_limits_fields[];
extern const cyaml_schema_field_t profile_renewal_fields[];

/* profile_schema_names.c */
extern const cyaml_schema_field_t profile_attribute_fields[];
extern const cyaml_schema_field_t profile_subject_fields[];
extern const cyaml_schema_field_t profile_san_fields[];

/* profile_schema_extensions.c */
extern const cyaml_schema_field_t profile_basic_constraints_fields[];
extern const cyaml_schema_field_t profile_key_usage_fields[];
extern const cyaml_schema_field_t profile_extended_key_usage_fields[];
extern const cyaml_schema_field_t profile_subtrees_fields[];
extern const cyaml_schema_field_t profile_template_fields[];
extern const cyaml_schema_field_t profile_template_name_fields[];
extern const cyaml_schema_field_t profile_sid_fields[];
extern const cyaml_schema_value_t profile_qualifier_entry;
extern const cyaml_schema_value_t profile_private_entry;
extern const cyaml_strval_t profile_authority_key_words[4];
extern const cyaml_strval_t profile_hash_words[3];
extern const cyaml_strval_t profile_source_words[4];
extern const cyaml_strval_t profile_crl_words[5];
extern const cyaml_strval_t profile_freshest_words[2];
extern const cyaml_strval_t profile_constraints_words[3];
extern const cyaml_strval_t profile_switch_words[4];
