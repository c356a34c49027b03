/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/field_internal.h"

/* A member in binary form. */
struct db_value {
    const void *ptr; /* NULL: NULL */
    size_t len;
    uint8_t own[8]; /* where ptr points for numbers */
};

/* What each kind is: the type of an array's elements, and both directions.
 * decode: false when the octets are not of this kind. The octet behind them is a NUL. */
extern const struct db_kind_row {
    unsigned oid;
    void (*encode)(const void *member, const char *const *labels, struct db_value *ret);
    bool (*decode)(struct ca_bytes from, const char *const *labels, void *member);
} db_kinds[DB_KIND__COUNT];
