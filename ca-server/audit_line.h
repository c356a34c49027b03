/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ca/audit.h"

/* A line of an export: GET /api/v1/audit/export, format jsonl. */
enum { AUDIT_LINE_MAX = 16 * 1024 };

struct audit_line {
    struct db_audit row; /* points into what follows */
    char texts[AUDIT_LINE_MAX];
    uint8_t hashes[3][AUDIT_HASH];
};

/* Reads one JSON object (RFC 8259) with exactly the thirteen columns of the log, in any order.
 *   line  without its end
 * CA_MALFORMED  the text says what is wrong; CA_LIMIT longer than AUDIT_LINE_MAX */
CA_RC audit_line_read(struct ca_bytes line, struct audit_line *ret, struct ca_err *err);
