/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "ca/client.h"

/* Problem documents (RFC 9457). api/problem.c has a row {problem, rc, status, title} for each; each
 * has a page in docs/reference/problems/ that GET /problems/{code} serves. */
struct problem_row {
    const char *code;
    int status;
    const char *title;
};
/* The row of err->problem, or of the code itself when that is "". */
const struct problem_row *problem_find(enum ca_rc rc, const char *problem);
/* NULL: no such code. */
const struct problem_row *problem_by_code(const char *code);
/* docs/reference/problems/CODE.md, embedded: GET /problems/{code} serves it. */
struct ca_bytes problem_page(const struct problem_row *row);
size_t problem_count(void);
const struct problem_row *problem_at(size_t i);

/* Appends the JSON document. MALFORMED, DENIED, NOT_FOUND, CONFLICT and LIMIT show their text; of
 * the others only the request id reaches the client. Without findings, a text "/a/b: why" is also
 * the one of errors[]. */
CA_RC problem_write(const struct problem_row *row, enum ca_rc rc, const struct ca_err *why,
                    const char *request_id, const struct wire_finding *findings, uint32_t n,
                    struct ca_buf *ret, struct ca_err *err);
