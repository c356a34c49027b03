/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/revocation_job.h"

/* Mass revocations as the API shows and takes them. */

struct rest_revocation_job {
    struct ca_uuid id;
    const char *status;
    const char *profile;
    const char *authority;
    const char *requester;
    struct ca_bytes spki_sha256;
    int64_t issued_after;
    int64_t issued_before;
    int64_t certificates; /* that were named; below 0: none were */
    struct ca_uuid list;
    struct ca_bytes list_digest;
    int64_t selected_at;
    int64_t total;
    struct ca_bytes digest;
    const char *reason;
    int64_t invalidity_date;
    const char *comment;
    int64_t done;
    int64_t revoked;
    int64_t skipped;
    int64_t created_at;
    const char *created_by;
    int64_t started_at;
    int64_t ended_at;
    const char *cancelled_by;
    const char *failure;
    struct json_list allowed_actions;
};

struct rest_revocation_submit {
    const char *profile;
    const char *authority;
    const char *requester;
    struct ca_bytes spki_sha256;
    int64_t issued_after;
    int64_t issued_before;
    struct json_list certificates;
    struct ca_uuid list;
    int64_t list_named;
    struct ca_bytes list_digest;
    const char *reason;
    int64_t invalidity_date;
    const char *comment;
    int64_t selected_at;
    int64_t total;
    struct ca_bytes digest;
};

/* One of those that a dry run would revoke. */
struct rest_revocation_sample {
    struct ca_uuid id;
    struct ca_bytes serial;
    const char *subject;
    const char *profile;
    const char *authority;
    const char *status;
    int64_t not_after;
};
struct rest_revocation_selection {
    int64_t selected_at;
    int64_t total;
    int64_t valid;
    int64_t held;
    int64_t revoked;
    struct ca_bytes digest;
    struct json_list sample;
    int64_t named;
    struct ca_bytes list_digest;
    int64_t unknown_total;
    struct json_list unknown;
};

extern const struct json_schema rest_revocation_job_schema;
extern const struct json_schema rest_revocation_job_page;
extern const struct json_schema rest_revocation_submit_schema;
extern const struct json_schema rest_revocation_selection_schema;
