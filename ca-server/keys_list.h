/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/key_check.h"

/* The checks on keys with the filter of weak ones at `path` ("": none). CA_NOT_FOUND and
 * CA_UNAVAILABLE it cannot be read, CA_LIMIT beyond a gigabyte, CA_MALFORMED it is no filter. */
CA_RC keys_checks_load(const char *path, struct key_checks **ret, struct ca_err *err);

/* Reads text lists (docs/reference/weak-keys.md), a line at a time. */
struct keys_import {
    uint8_t *hashes;
    size_t n;
    size_t cap;
};
void keys_import_done(struct keys_import *i);
/* CA_MALFORMED names file, line and what it is. */
CA_RC keys_import_file(struct keys_import *i, const char *path, struct ca_err *err);
/* Writes the filter. *ret: how many keys are in it. */
CA_RC keys_import_write(struct keys_import *i, const char *path, size_t *ret, struct ca_err *err);
