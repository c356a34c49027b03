/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/parameters.h"

#include "api/rest/rest.h"

enum { PARAMETERS_MAX = 16 };

#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", "integer", "items on a page: 1 to 500, 50 without it"                             \
    }
#define CURSOR                                                                                     \
    {                                                                                              \
        "cursor", "string", "where the page before ended (its `next`)"                             \
    }
#define DRY_RUN                                                                                    \
    {                                                                                              \
        "dry_run", "boolean",                                                                      \
            "true: nothing is stored; the answer has what would be signed, and why"                \
    }

/* clang-format off */
static const struct rest_parameter submit_rows[] = {
    DRY_RUN,
    {"explain", "boolean", "true, with dry_run: also a refusal is answered with 200 and everything that led to it"},
    {"profile", "string", "application/pkcs10: name of the profile"},
    {"authority", "string", "application/pkcs10: name of the authority; without it the default one"},
};
static const struct rest_parameter profiles_post_rows[] = {
    {"dry_run", "boolean", "true: nothing is stored; the answer says whether it compiles (ProfileLint)"},
    {"comment", "string", "application/yaml: for the record"},
};
static const struct rest_parameter profile_versions_rows[] = {
    LIMIT,
};
static const struct rest_parameter requests_rows[] = {
    LIMIT, CURSOR,
    {"status", "string", "pending, approved, issuing, issued, denied, withdrawn, expired or failed"},
    {"profile", "string", "name of the profile"},
    {"mine", "boolean", "true: only what the caller asked for"},
    {"to_decide", "boolean", "true: only what the caller can vote on now; not together with mine"},
};
static const struct rest_parameter approvals_rows[] = {
    LIMIT, CURSOR,
    {"status", "string", "pending, approved, done, failed, denied, withdrawn or expired"},
    {"action", "string", "certificate.issue, or one of GET /approval-rules"},
    {"mine", "boolean", "true: only what the caller asked for"},
    {"to_decide", "boolean", "true: only what the caller can vote on now; a page may then have fewer than limit"},
};
static const struct rest_parameter certificates_rows[] = {
    LIMIT, CURSOR,
    {"sort", "string", "-issued_at (newest first, without it), issued_at, not_after or -not_after"},
    {"serial", "string", "hexadecimal, with colons or 0x or not; or decimal"},
    {"fingerprint", "string", "the first 8 or more hexadecimal digits of the SHA-256"},
    {"cn", "string", "common name (or any of its names); with '*' at the end: the front of it"},
    {"san", "string", "one of its names, exactly"},
    {"q", "string", "serial, fingerprint, name or the front of the common name: the first that finds something"},
    {"status", "string", "valid, held, revoked, expired or burned"},
    {"not_after[gte]", "string", "ends then or later (RFC 3339)"},
    {"not_after[lt]", "string", "ends before (RFC 3339)"},
    {"profile", "string", "name of the profile"},
    {"authority", "string", "name of the issuer"},
    {"requester", "string", "name or id of the operator who asked"},
};
static const struct rest_parameter crls_rows[] = {
    LIMIT,
};
static const struct rest_parameter blocked_keys_rows[] = {
    LIMIT, CURSOR,
};
static const struct rest_parameter revocation_jobs_post_rows[] = {
    {"dry_run", "boolean", "true: nothing is revoked; the answer says what would be (RevocationSelection)"},
};
#define AUDIT_FILTERS                                                                              \
    {"chain", "string", "node whose chain it is"},                                                 \
    {"actor", "string", "operator's name, system or front"},                                       \
    {"action", "string", "what was done or asked, as certificate.issue"},                          \
    {"object", "string", "id or name that it is about"},                                           \
    {"outcome", "string", "ok, denied or failed"},                                                 \
    {"request_id", "string", "X-Request-Id of the call"},                                          \
    {"from", "string", "then or later (RFC 3339)"},                                                \
    {"to", "string", "before (RFC 3339)"}
static const struct rest_parameter audit_events_rows[] = {
    LIMIT, CURSOR, AUDIT_FILTERS,
};
static const struct rest_parameter audit_export_rows[] = {
    {"limit", "integer", "lines in an answer: 1 to 5000, 1000 without it"},
    {"cursor", "string", "where the answer before ended: its Link has it"},
    {"format", "string", "jsonl (without it): every column, as the hashes need it; csv: for people"},
    AUDIT_FILTERS,
};
static const struct rest_parameter audit_checkpoints_rows[] = {
    LIMIT, CURSOR,
    {"sort", "string", "-at (newest first, without it) or at"},
    {"chain", "string", "node whose chain it is"},
};
/* clang-format on */

const struct rest_parameters rest_no_parameters = {NULL, 0};
const struct rest_parameters rest_json_submit_parameters = {submit_rows, 2};
const struct rest_parameters rest_submit_parameters = {submit_rows, CA_COUNT(submit_rows)};
const struct rest_parameters rest_profiles_post_parameters = {profiles_post_rows,
                                                              CA_COUNT(profiles_post_rows)};
const struct rest_parameters rest_profile_versions_parameters = {profile_versions_rows,
                                                                 CA_COUNT(profile_versions_rows)};
const struct rest_parameters rest_requests_parameters = {requests_rows, CA_COUNT(requests_rows)};
const struct rest_parameters rest_approvals_parameters = {approvals_rows, CA_COUNT(approvals_rows)};
const struct rest_parameters rest_certificates_parameters = {certificates_rows,
                                                             CA_COUNT(certificates_rows)};
const struct rest_parameters rest_blocked_keys_parameters = {blocked_keys_rows,
                                                             CA_COUNT(blocked_keys_rows)};
const struct rest_parameters rest_revocation_jobs_parameters = {blocked_keys_rows,
                                                                CA_COUNT(blocked_keys_rows)};
const struct rest_parameters rest_revocation_jobs_post_parameters = {
    revocation_jobs_post_rows, CA_COUNT(revocation_jobs_post_rows)};
const struct rest_parameters rest_deliveries_parameters = {blocked_keys_rows,
                                                           CA_COUNT(blocked_keys_rows)};
const struct rest_parameters rest_scep_pages_parameters = {blocked_keys_rows,
                                                           CA_COUNT(blocked_keys_rows)};
const struct rest_parameters rest_crls_parameters = {crls_rows, CA_COUNT(crls_rows)};
const struct rest_parameters rest_audit_events_parameters = {audit_events_rows,
                                                             CA_COUNT(audit_events_rows)};
const struct rest_parameters rest_audit_export_parameters = {audit_export_rows,
                                                             CA_COUNT(audit_export_rows)};
const struct rest_parameters rest_audit_checkpoints_parameters = {audit_checkpoints_rows,
                                                                  CA_COUNT(audit_checkpoints_rows)};

static const struct {
    route_fn start;
    const struct rest_parameters *parameters;
} by_handler[] = {
    {rest_requests_post,          &rest_submit_parameters              },
    {rest_profiles_post,          &rest_profiles_post_parameters       },
    {rest_profile_versions,       &rest_profile_versions_parameters    },
    {rest_profile_history,        &rest_profile_versions_parameters    },
    {rest_requests_list,          &rest_requests_parameters            },
    {rest_approvals_list,         &rest_approvals_parameters           },
    {rest_certificates_list,      &rest_certificates_parameters        },
    {rest_authority_crls,         &rest_crls_parameters                },
    {rest_blocked_keys_list,      &rest_blocked_keys_parameters        },
    {rest_deliveries_list,        &rest_deliveries_parameters          },
    {rest_scep_challenges_list,   &rest_scep_pages_parameters          },
    {rest_scep_transactions_list, &rest_scep_pages_parameters          },
    {rest_audit_events,           &rest_audit_events_parameters        },
    {rest_audit_export,           &rest_audit_export_parameters        },
    {rest_audit_checkpoints,      &rest_audit_checkpoints_parameters   },
    {rest_revocation_jobs_list,   &rest_revocation_jobs_parameters     },
    {rest_revocation_jobs_post,   &rest_revocation_jobs_post_parameters},
};

const struct rest_parameters *rest_parameters_of(route_fn start)
{
    for (size_t i = 0; i < CA_COUNT(by_handler); i++) {
        if (by_handler[i].start == start)
            return by_handler[i].parameters;
    }
    return &rest_no_parameters;
}

CA_RC rest_parameters_check(const struct request *rq, const struct rest_parameters *allowed,
                            struct ca_err *err)
{
    const char *names[PARAMETERS_MAX];

    if (allowed->n > PARAMETERS_MAX)
        return CA_FAIL(err, CA_FAULT, "more than %d parameters", PARAMETERS_MAX);
    for (size_t i = 0; i < allowed->n; i++)
        names[i] = allowed->rows[i].name;
    return request_query_check(rq, names, allowed->n, err);
}
