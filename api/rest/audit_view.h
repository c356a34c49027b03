/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "api/rest/parameters.h"
#include "db/audit_list.h"
#include "db/checkpoint.h"

/* Lines of the audit log and their checkpoints, as auditors see them. */
struct rest_audit_event {
    struct db_audit row;
    int64_t at; /* seconds */
};
struct rest_checkpoint {
    struct db_checkpoint row;
    struct ca_bytes key; /* PEM */
};
extern const struct json_schema rest_audit_event_schema;
extern const struct json_schema rest_audit_event_page;
extern const struct json_schema rest_checkpoint_schema;
extern const struct json_schema rest_checkpoint_page;

/* What was asked for: filters, and where the list goes on. Texts live as long as the request. */
struct rest_audit_search {
    struct db_audit_filter filter;
    struct db_audit_cursor after;
    char chain[65]; /* of `after` */
};
CA_RC rest_audit_search_read(struct request *rq, const struct rest_parameters *filters,
                             struct rest_audit_search *ret, struct ca_err *err);
/* The cursor behind `last`, with its Link. */
CA_RC rest_audit_next(struct request *rq, struct response *rs,
                      const struct rest_parameters *filters, const struct db_audit *last,
                      struct ca_buf *ret, struct ca_err *err);
