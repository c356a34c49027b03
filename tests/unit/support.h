/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* cmocka.h needs the four headers before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* One file of tests/data/. A test that cannot read its sample aborts. */
struct sample {
    struct ca_bytes bytes;
    uint8_t *own;
};

struct sample sample_load(const char *dir, const char *file);
void sample_free(struct sample s);
CA_AUTO_DEFINE(sample, struct sample, sample_free);

void test_note(const char *what); /* which row of a table runs now */
