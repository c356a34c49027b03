/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Appends the unified difference of two texts, with three lines around each change; nothing when
 * they are the same. CA_LIMIT: more than LINES_MAX lines differ. */
enum { LINES_MAX = 4096 };
CA_RC lines_diff(const char *name_a, struct ca_bytes a, const char *name_b, struct ca_bytes b,
                 struct ca_buf *to, struct ca_err *err);
