/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* Rows of struct json_field; the member of the struct has the name that the API shows. */
#define ROW(type, kind, member, flags, max, help)                                                  \
    {                                                                                              \
#member, kind, offsetof(struct type, member), (flags), (max), NULL, NULL, (help)           \
    }
#define ROW_OF(type, kind, member, flags, max, of, help)                                           \
    {                                                                                              \
#member, kind, offsetof(struct type, member), (flags), (max), &(of), NULL, (help)          \
    }
#define ROW_CHOICE(type, member, flags, choices, help)                                             \
    {                                                                                              \
#member, JSON_CHOICE, offsetof(struct type, member), (flags), 0, NULL, &(choices), (help)  \
    }

#define SCHEMA(name, type, fields, help)                                                           \
    {                                                                                              \
        name, help, fields, CA_COUNT(fields), sizeof(struct type)                                  \
    }

/* The schema `variable` of one page of a list; `next` is null in lists that have one page. */
#define PAGE(variable, name, of)                                                                   \
    static const struct json_field variable##_fields[] = {                                         \
        ROW_OF(rest_page, JSON_LIST, items, JSON_REQUIRED, 0, of, "in their order"),               \
        ROW(rest_page, JSON_TEXT, next, JSON_REQUIRED | JSON_NULLABLE, 0,                          \
            "cursor of the next page; null: this is the last"),                                    \
    };                                                                                             \
    const struct json_schema variable =                                                            \
        SCHEMA(name, rest_page, variable##_fields, "One page of a list.")
