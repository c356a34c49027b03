/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* Lists of certificates that are named one by one, as the API shows and takes them. */

struct rest_named_list {
    struct ca_uuid id;
    const char *status;
    const char *authority;
    int64_t created_at;
    const char *created_by;
    int64_t expires_at;
    int64_t pieces;
    int64_t named;
    struct ca_bytes digest;
    int64_t unknown_total;
    struct json_list unknown;
};
struct rest_named_piece {
    int64_t number;
    int64_t named;
    int64_t unknown_total;
    struct json_list unknown;
};
struct rest_named_dropped {
    struct ca_uuid id;
};

struct rest_named_create {
    const char *authority;
};
struct rest_named_submit {
    struct json_list certificates;
};
struct rest_named_complete {
    int64_t named;
    struct ca_bytes digest;
};

extern const struct json_schema rest_named_list_schema;
extern const struct json_schema rest_named_piece_schema;
extern const struct json_schema rest_named_dropped_schema;
extern const struct json_schema rest_named_create_schema;
extern const struct json_schema rest_named_submit_schema;
extern const struct json_schema rest_named_complete_schema;
