/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/rollover_view.h"
#include "api/rest/table_internal.h"

enum { R = JSON_REQUIRED, N = JSON_REQUIRED | JSON_NULLABLE };

/* clang-format off */
static const struct json_field rollover_fields[] = {
    ROW(rest_rollover, JSON_TEXT, authority, R, 0, "the one that ends"),
    ROW(rest_rollover, JSON_TEXT, next, R, 0, "the one that follows"),
    ROW(rest_rollover, JSON_TEXT, status, R, 0, "prepared, published, scheduled, switched or cancelled"),
    ROW(rest_rollover, JSON_TIME, prepared_at, R, 0, "when it was named"),
    ROW(rest_rollover, JSON_TEXT, prepared_by, R, 0, "name of the operator"),
    ROW(rest_rollover, JSON_TIME, published_at, N, 0, "since when devices learn of it"),
    ROW(rest_rollover, JSON_BOOL, get_next_ca_cert, R, 0, "SCEP endpoints of the one that ends have an answer to GetNextCACert"),
    ROW(rest_rollover, JSON_TIME, switch_at, N, 0, "from then on the next one issues in its place"),
    ROW(rest_rollover, JSON_TIME, cancelled_at, N, 0, "when it was called off"),
    ROW(rest_rollover, JSON_TIME, last_certificate_ends, N, 0, "of those that the ending one has issued: until then it signs CRLs"),
    ROW(rest_rollover, JSON_TIME, crl_next_update, N, 0, "of its newest CRL"),
};
const struct json_schema rest_rollover_schema = SCHEMA("Rollover", rest_rollover, rollover_fields, "Who issues in an authority's place, and from when on.");

static const struct json_field submit_fields[] = {
    ROW(rest_rollover_submit, JSON_TEXT, next, R, 64, "name of the authority that follows"),
};
const struct json_schema rest_rollover_submit_schema = SCHEMA("RolloverPrepare", rest_rollover_submit, submit_fields, "The next authority.");

static const struct json_field switch_fields[] = {
    ROW(rest_rollover_switch, JSON_TIME, at, 0, 0, "when; without it now"),
};
const struct json_schema rest_rollover_switch_schema = SCHEMA("RolloverSwitch", rest_rollover_switch, switch_fields, "When the next authority takes over.");
/* clang-format on */
