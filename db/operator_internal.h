/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/field_internal.h"

/* The columns of an operator, in the order of every statement that reads him. */
#define DB_OPERATOR_COLUMNS(type, at)                                                              \
    DB_FIELD(UUID, type, at id), DB_FIELD(TEXT, type, at name), DB_FIELD(INT4, type, at roles),    \
        DB_FIELD(BYTES, type, at fingerprint), DB_FIELD(BOOL, type, at enabled),                   \
        DB_FIELD(INT8, type, at created_at), DB_FIELD(TEXT, type, at names),                       \
        DB_FIELD(INT8, type, at updated_at), DB_FIELD(BYTES, type, at seal)
