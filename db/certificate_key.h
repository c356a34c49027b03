/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* A certificate on record, for who looks at its key. */
struct db_certificate_key {
    struct ca_uuid id;
    struct ca_bytes der; /* Certificate */
};
/* Rows: struct db_certificate_key, at most `limit` behind `after` (nil: from the start), in the
 * order of their ids. Burned serials have no certificate. */
CA_RC db_certificate_keys(struct db *db, const struct ca_uuid *after, size_t limit,
                          struct db_result *ret, struct ca_err *err);
