/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/webhook_view.h"

#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE, URL = 512, EVENTS = 32 };

/* clang-format off */
static const struct json_field webhook_fields[] = {
    ROW(rest_webhook, JSON_UUID, id, R, 0, "its address"),
    ROW(rest_webhook, JSON_TEXT, url, R, 0, "who is told"),
    ROW(rest_webhook, JSON_TEXTS, events, R, 0, "of what"),
    ROW(rest_webhook, JSON_BOOL, enabled, R, 0, "false: nothing is written for it, and nothing delivered"),
    ROW(rest_webhook, JSON_TIME, created_at, R, 0, "when it was made"),
    ROW(rest_webhook, JSON_TEXT, created_by, R, 0, "name of the operator"),
    ROW_OF(rest_webhook, JSON_LIST, allowed_actions, R, 0, rest_action_schema, "for the caller"),
};
const struct json_schema rest_webhook_schema = SCHEMA("Webhook", rest_webhook, webhook_fields, "Somebody who is told of events.");

static const struct json_field delivery_fields[] = {
    ROW(rest_delivery, JSON_UUID, id, R, 0, "the same in each attempt: webhook-id"),
    ROW(rest_delivery, JSON_TEXT, event, R, 0, "what happened"),
    ROW(rest_delivery, JSON_TEXT, status, R, 0, "pending, delivered or given_up"),
    ROW(rest_delivery, JSON_TIME, created_at, R, 0, "when it happened"),
    ROW(rest_delivery, JSON_INT, attempts, R, 0, "how many were begun"),
    ROW(rest_delivery, JSON_TIME, next_at, N, 0, "when it is tried next"),
    ROW(rest_delivery, JSON_TIME, delivered_at, N, 0, "when it was accepted"),
    ROW(rest_delivery, JSON_INT, last_status, 0, 0, "HTTP status of the newest attempt that had an answer"),
    ROW(rest_delivery, JSON_TEXT, last_error, 0, 0, "why the newest attempt failed"),
    ROW(rest_delivery, JSON_LINES, body, R, 0, "what is sent"),
};
static const struct json_schema delivery_schema = SCHEMA("WebhookDelivery", rest_delivery, delivery_fields, "Something that a webhook is told.");

static const struct json_field key_fields[] = {
    ROW(rest_webhook_key, JSON_TEXT, algorithm, R, 0, "ECDSA with P-256 and SHA-256: v1es256 in webhook-signature"),
    ROW(rest_webhook_key, JSON_LINES, public_key, R, 0, "PEM"),
    ROW(rest_webhook_key, JSON_HEX, spki_sha256, R, 32, "its name"),
};
const struct json_schema rest_webhook_key_schema = SCHEMA("WebhookKey", rest_webhook_key, key_fields, "The key that signs deliveries of this node.");

static const struct json_field removed_fields[] = {
    ROW(rest_webhook_removed, JSON_UUID, id, R, 0, "which webhook"),
};
const struct json_schema rest_webhook_removed_schema = SCHEMA("WebhookRemoved", rest_webhook_removed, removed_fields, "A webhook that is gone.");

static const struct json_field tested_fields[] = {
    ROW(rest_webhook_tested, JSON_UUID, id, R, 0, "which webhook"),
    ROW(rest_webhook_tested, JSON_UUID, delivery_id, R, 0, "what is on its way to it"),
};
const struct json_schema rest_webhook_tested_schema = SCHEMA("WebhookTested", rest_webhook_tested, tested_fields, "A delivery to try an address with.");

static const struct json_field create_fields[] = {
    ROW(rest_webhook_submit, JSON_TEXT, url, R, URL, "https or http, without a name or password"),
    ROW(rest_webhook_submit, JSON_TEXTS, events, R, EVENTS, "names of events, as certificate.issued"),
    ROW(rest_webhook_submit, JSON_SWITCH, enabled, 0, 0, "true without it"),
};
const struct json_schema rest_webhook_create_schema = SCHEMA("WebhookCreate", rest_webhook_submit, create_fields, "Somebody to tell of events.");

static const struct json_field change_fields[] = {
    ROW(rest_webhook_submit, JSON_TEXTS, events, 0, EVENTS, "instead of those it has"),
    ROW(rest_webhook_submit, JSON_SWITCH, enabled, 0, 0, "false: it is told nothing"),
};
const struct json_schema rest_webhook_change_schema = SCHEMA("WebhookChange", rest_webhook_submit, change_fields, "What is to change; what is absent stays.");

PAGE(rest_webhook_page, "WebhookList", rest_webhook_schema);
PAGE(rest_delivery_page, "WebhookDeliveryList", delivery_schema);
/* clang-format on */
