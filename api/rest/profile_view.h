/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/profile.h"

/* Profiles, their versions and what was in force, as the API shows and takes them. */
enum { PROFILE_YAML_MAX = 64 * 1024, PROFILE_LIST_MAX = 500, PROFILE_REPLAY_MAX = 5000 };

struct rest_profile {
    const char *name;
    const char *description;
    struct ca_bytes version;
    const char *origin; /* "builtin", "file", "database" */
    int64_t activated_at;
    const char *activated_by;
    const char *yaml;
    bool ca;
    bool internal;
    struct json_list allowed_actions;
};
struct rest_profile_version {
    struct ca_bytes version;
    const char *name;
    int64_t created_at;
    const char *created_by; /* "" came with the program or in a file */
    const char *comment;
    bool in_force;
    const char *yaml; /* NULL in lists */
};
struct rest_profile_activation {
    const char *name;
    struct ca_bytes version; /* len 0: out of use */
    int64_t activated_at;
    const char *activated_by;
    struct ca_uuid approval_id;
    const char *comment;
};
struct rest_profile_lint {
    const char *name;
    struct ca_bytes version;
    bool in_force;
    struct json_list findings;
};
struct rest_replay_change {
    struct ca_uuid request_id;
    const char *subject;
    const char *before;
    const char *after;
    const char *rule;
    const char *detail;
};
struct rest_replay {
    int64_t evaluated;
    struct json_list changes;
    struct ca_uuid next;
};

/* What clients send. */
struct rest_profile_submit {
    const char *yaml;
    const char *comment;
};
struct rest_profile_activate {
    const char *version;
    const char *comment;
};
struct rest_profile_comment {
    const char *comment;
};
struct rest_profile_test {
    struct rest_submit submit; /* first: the rows of both are the same */
    const char *yaml;
    const char *version;
};
struct rest_profile_replay {
    const char *yaml;
    const char *version;
    int64_t since;
    struct ca_uuid cursor;
    int64_t limit;
};

extern const struct json_schema rest_profile_schema;
extern const struct json_schema rest_profile_page;
extern const struct json_schema rest_profile_version_schema;
extern const struct json_schema rest_profile_version_page;
extern const struct json_schema rest_profile_activation_schema;
extern const struct json_schema rest_profile_activation_page;
extern const struct json_schema rest_profile_lint_schema;
extern const struct json_schema rest_replay_schema;
extern const struct json_schema rest_profile_submit_schema;
extern const struct json_schema rest_profile_activate_schema;
extern const struct json_schema rest_profile_comment_schema;
extern const struct json_schema rest_profile_test_schema;
extern const struct json_schema rest_profile_replay_schema;

/* A profile in force, with what `active` (rows of db_profile_active) says of its activation. */
CA_RC rest_profile_view(struct request *rq, const struct profile *p, const struct db_result *active,
                        struct rest_profile *ret, struct ca_err *err);
/* Rows as they are; what they point to is theirs. */
CA_RC rest_profile_version_view(struct request *rq, const struct db_profile_version *row,
                                bool whole, struct rest_profile_version *ret, struct ca_err *err);
void rest_profile_activation_view(const struct db_profile_activation *row,
                                  struct rest_profile_activation *ret);

/* The version of this name that begins with `digits`, 8 to 64 of them. CA_NOT_FOUND, problem
 * "unknown-version": none does, or several. *row points into *ret. */
CA_RC rest_version_find(struct request *rq, const char *name, const char *digits,
                        struct db_result *ret, const struct db_profile_version **row,
                        struct ca_err *err);
/* The YAML of a draft, given as it is or as a version on record; neither: len 0. It lives as long
 * as the request. CA_MALFORMED both. */
CA_RC rest_draft_read(struct request *rq, const char *yaml, const char *version,
                      struct ca_bytes *ret, struct ca_err *err);
