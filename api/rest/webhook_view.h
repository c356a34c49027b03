/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* Webhooks as the API shows and takes them. */

struct rest_webhook {
    struct ca_uuid id;
    const char *url;
    struct json_list events; /* struct wire_text */
    bool enabled;
    int64_t created_at;
    const char *created_by;
    struct json_list allowed_actions;
};
struct rest_delivery {
    struct ca_uuid id;
    const char *event;
    const char *status; /* "pending", "delivered", "given_up" */
    int64_t created_at;
    int64_t attempts;
    int64_t next_at;
    int64_t delivered_at;
    int64_t last_status; /* -1: none */
    const char *last_error;
    const char *body;
};
struct rest_webhook_key {
    const char *algorithm;
    const char *public_key;
    struct ca_bytes spki_sha256;
};
struct rest_webhook_removed {
    struct ca_uuid id;
};
struct rest_webhook_tested {
    struct ca_uuid id;
    struct ca_uuid delivery_id;
};

/* What clients send. */
struct rest_webhook_submit {
    const char *url;
    struct json_list events;
    enum json_switch enabled;
};

extern const struct json_schema rest_webhook_schema;
extern const struct json_schema rest_webhook_page;
extern const struct json_schema rest_delivery_page;
extern const struct json_schema rest_webhook_key_schema;
extern const struct json_schema rest_webhook_removed_schema;
extern const struct json_schema rest_webhook_tested_schema;
extern const struct json_schema rest_webhook_create_schema;
extern const struct json_schema rest_webhook_change_schema;
