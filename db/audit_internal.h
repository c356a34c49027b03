/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/field_internal.h"

/* The columns of struct db_audit, in the order of every statement that reads one. */
extern const struct db_fields db_audit_fields;
