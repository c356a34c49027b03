/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "base/rc.h"

/* Pieces of one job that do not need each other. */
typedef CA_RC (*ca_piece_fn)(void *arg, struct ca_err *err);
enum { CA_TOGETHER_MAX = 4 };
struct ca_piece {
    ca_piece_fn run;
    void *arg;
};
/* Runs them all, the first on the caller's thread, the others each on one of its own, and waits for
 * all. The first of those that failed, in the order of the list, says what is wrong; CA_FAULT also
 * where there is no thread. */
CA_RC ca_together(const struct ca_piece *pieces, size_t n, struct ca_err *err);
