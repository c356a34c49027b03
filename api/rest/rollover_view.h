/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/rollover.h"

/* The next authority as the API shows and takes it: a timeline. */
struct rest_rollover {
    const char *authority;
    const char *next;
    const char *status;
    int64_t prepared_at;
    const char *prepared_by;
    int64_t published_at;
    bool get_next_ca_cert;
    int64_t switch_at;
    int64_t cancelled_at;
    int64_t last_certificate_ends;
    int64_t crl_next_update;
};
struct rest_rollover_submit {
    const char *next;
};
struct rest_rollover_switch {
    int64_t at;
};

extern const struct json_schema rest_rollover_schema;
extern const struct json_schema rest_rollover_submit_schema;
extern const struct json_schema rest_rollover_switch_schema;
