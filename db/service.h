/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* A certificate that the CA has for a service of its own. The newest of an owner is the one to
 * show; older ones serve what was begun with them until they end. */
struct db_service {
    struct ca_uuid id; /* version 7 */
    const char *kind;  /* "scep-ra", "ocsp", "tls" */
    const char *owner; /* endpoint, authority, node */
    const char *key_label;
    int64_t authority_id; /* its issuer */
    struct ca_uuid certificate_id;
    struct ca_bytes certificate; /* DER */
    int64_t not_before;
    int64_t not_after;
    int64_t created_at;
};
CA_RC db_service_insert(struct db *db, const struct db_service *s, struct ca_err *err);
/* Rows: struct db_service that end after `now` and are neither revoked nor on hold, newest first;
 * owner NULL: of all. */
CA_RC db_service_list(struct db *db, const char *kind, const char *owner, int64_t now,
                      struct db_result *ret, struct ca_err *err);
/* Rows: all others. */
CA_RC db_service_past(struct db *db, const char *kind, const char *owner, int64_t now,
                      struct db_result *ret, struct ca_err *err);
