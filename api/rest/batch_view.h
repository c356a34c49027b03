/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* Many requests at once: each becomes one of its own. */
enum { BATCH_ITEMS_MAX = 200, BATCH_CSR_TEXT_MAX = 96 * 1024 };

struct rest_batch_item {
    const char *name;
    const char *csr; /* as sent: what cannot be read is that item's own refusal */
    struct json_list subject;
    struct json_list sans;
};
struct rest_batch_submit {
    const char *profile;
    const char *authority;
    struct rest_validity *validity;
    int64_t not_after;
    const char *comment;
    struct json_list items;
};
struct rest_batch_result {
    const char *name;
    const char *status;
    struct ca_uuid request_id;
    struct ca_uuid certificate_id;
    struct rest_problem *problem; /* NULL: none */
};
struct rest_batch {
    int64_t issued;
    int64_t waiting;
    int64_t refused;
    struct json_list items; /* struct rest_batch_result */
};

extern const struct json_schema rest_batch_submit_schema;
extern const struct json_schema rest_batch_schema;
