/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/text.h"
#include "db/db.h"

/* What the front knows of SCEP endpoints: a copy of the table, at most a second old. Nothing here
 * lets anybody in: the signer reads the row itself, and checks its seal. */
struct scep_endpoints;

struct scep_endpoint {
    struct ca_uuid id;
    struct ca_uuid operator_id;
    char name[64];
    char authority[64];
    bool enabled;
    uint32_t modes;    /* enum db_scep_mode */
    uint32_t legacy;   /* enum db_scep_legacy */
    uint32_t switches; /* enum db_scep_switch */
    char webhook_url[513];
};

CA_RC scep_endpoints_new(struct scep_endpoints **ret, struct ca_err *err);
void scep_endpoints_free(struct scep_endpoints *e); /* NULL is fine */
/* CA_NOT_FOUND no such endpoint, or it is disabled; CA_UNAVAILABLE never read yet, and no database.
 */
CA_RC scep_endpoints_find(struct scep_endpoints *e, struct db *db, const char *name,
                          struct scep_endpoint *ret, struct ca_err *err);
