/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/route.h"

/* Query parameters, by handler: what request_query_check lets through and what openapi.json and the
 * reference page say. */
struct rest_parameter {
    const char *name;
    const char *type; /* JSON Schema */
    const char *help;
};
struct rest_parameters {
    const struct rest_parameter *rows;
    size_t n;
};
extern const struct rest_parameters rest_no_parameters;
extern const struct rest_parameters rest_json_submit_parameters; /* of POST /requests, JSON */
extern const struct rest_parameters rest_submit_parameters;      /* the same, PKCS#10 */
extern const struct rest_parameters rest_profiles_post_parameters;
extern const struct rest_parameters rest_profile_versions_parameters; /* and of history */
extern const struct rest_parameters rest_requests_parameters;
extern const struct rest_parameters rest_approvals_parameters;
extern const struct rest_parameters rest_certificates_parameters;
extern const struct rest_parameters rest_crls_parameters;
extern const struct rest_parameters rest_blocked_keys_parameters;
extern const struct rest_parameters rest_revocation_jobs_parameters;
extern const struct rest_parameters rest_revocation_jobs_post_parameters;
extern const struct rest_parameters rest_deliveries_parameters;
extern const struct rest_parameters rest_scep_pages_parameters; /* challenges and transactions */
extern const struct rest_parameters rest_audit_events_parameters;
extern const struct rest_parameters rest_audit_export_parameters;
extern const struct rest_parameters rest_audit_checkpoints_parameters;

/* Those of a route's `start`. */
const struct rest_parameters *rest_parameters_of(route_fn start);
/* CA_MALFORMED, problem "unknown-parameter". */
CA_RC rest_parameters_check(const struct request *rq, const struct rest_parameters *allowed,
                            struct ca_err *err);
