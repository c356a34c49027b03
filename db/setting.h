/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* What pins an installation together (I18): "environment" ("dev" or "production"), "ca_token",
 * "front_token", …. Written once, then only compared. */
/* "" in ret when there is no such row. */
CA_RC db_setting_get(struct db *db, const char *name, char *ret, size_t size, struct ca_err *err);
/* Inserts, or compares with what is there. CA_CONFLICT it has another value; the text shows both.
 */
CA_RC db_setting_pin(struct db *db, const char *name, const char *value, struct ca_err *err);
