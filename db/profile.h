/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "db/db.h"

/* Versions of profiles, which never change, and which of them is in force. */
struct db_profile_version {
    struct ca_bytes version; /* SHA-256 that names it */
    const char *name;
    struct ca_bytes yaml;
    int64_t created_at;
    struct ca_uuid created_by; /* nil: built in, or of a file of the configuration */
    const char *creator;       /* his name, "" none; read only */
    const char *comment;
};
/* One that is there already stays as it is. */
CA_RC db_profile_version_insert(struct db *db, const struct db_profile_version *v,
                                struct ca_err *err);
/* Rows: struct db_profile_version, none or one. */
CA_RC db_profile_version_get(struct db *db, struct ca_bytes version, struct db_result *ret,
                             struct ca_err *err);
/* Those of a name from one version to another, two at most: the versions that begin alike. Rows:
 * struct db_profile_version. */
CA_RC db_profile_version_find(struct db *db, const char *name, struct ca_bytes from,
                              struct ca_bytes to, struct db_result *ret, struct ca_err *err);
/* The newest first. Rows: struct db_profile_version. */
CA_RC db_profile_version_list(struct db *db, const char *name, size_t limit, struct db_result *ret,
                              struct ca_err *err);

struct db_profile_activation {
    int64_t sequence; /* read only */
    const char *name;
    struct ca_bytes version; /* len 0: out of use from then on */
    int64_t at;
    struct ca_uuid activated_by; /* nil: nobody */
    const char *activator;       /* his name, "" none; read only */
    struct ca_uuid approval_id;  /* nil: no consent was wanted */
    const char *comment;
    struct ca_bytes seal; /* of the signer: ca/profiles_internal.h */
    struct ca_bytes yaml; /* of the version; len 0: out of use; read only */
};
CA_RC db_profile_activation_insert(struct db *db, const struct db_profile_activation *a,
                                   struct ca_err *err);
/* The newest line of each name. Rows: struct db_profile_activation. */
CA_RC db_profile_active(struct db *db, struct db_result *ret, struct ca_err *err);
/* All lines of one name, the newest first. */
CA_RC db_profile_history(struct db *db, const char *name, size_t limit, struct db_result *ret,
                         struct ca_err *err);
/* The newest line of all: what was read is old when this has grown. 0: none. */
CA_RC db_profile_sequence(struct db *db, int64_t *ret, struct ca_err *err);
