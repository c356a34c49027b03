/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/audit.h"

enum { AUDIT_HASH = 32 };

/* The hash of a line: SHA-256 over previous hash and every column, each with its length in front.
 * docs/reference/audit.md has the exact form. */
CA_RC audit_hash(const struct db_audit *line, uint8_t ret[AUDIT_HASH], struct ca_err *err);
