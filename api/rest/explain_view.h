/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* What would become of a request, rule by rule and field by field. */

struct rest_rule {
    const char *rule;
    const char *pointer;
    const char *state;
    const char *says;
};
struct rest_difference {
    const char *field;
    const char *rule;
    const char *asked;
    const char *issued;
    const char *state;
};
struct rest_preview_extension {
    const char *name; /* NULL: none of those that have one */
    const char *oid;
    bool critical;
    struct ca_bytes value;
};
struct rest_preview { /* a certificate that does not exist */
    struct rest_certificate facts;
    bool ca;
    int64_t path_length;         /* below 0: none */
    struct json_list extensions; /* struct rest_preview_extension */
};
struct rest_explanation {
    const char *status; /* "draft" of what is not on record */
    struct ca_uuid request_id;
    const char *verdict;
    const char *profile;
    struct ca_bytes profile_version;
    const char *authority;
    const char *approvals;
    struct ca_bytes plan_digest;
    struct json_list findings;
    struct json_list rules;
    struct json_list differences;
    struct rest_preview *certificate;
    struct ca_bytes tbs;
};
struct rest_diff {
    struct ca_uuid request_id;
    const char *verdict;
    const char *profile;
    struct ca_bytes profile_version;
    struct ca_bytes plan_digest;
    int64_t violations;
    struct json_list differences;
};

extern const struct json_schema rest_explanation_schema;
extern const struct json_schema rest_diff_schema;

/* Asks what would become of `issue`, which gets its caller here.
 *   draft  YAML to judge by; len 0: the profile in force */
CA_RC rest_explain_ask(struct request *rq, struct wire_issue *issue, struct ca_bytes draft,
                       struct ca_err *err);
/* Answers with what the signer explained; a refusal too. */
CA_RC rest_explain_answer(struct request *rq, struct response *rs, struct ca_err *err);
/* CA_DENIED, problem "policy", where it would be refused: the text is the first reason. */
CA_RC rest_explain_verdict(struct request *rq, struct ca_err *err);
/* Findings as the API shows them. */
CA_RC rest_findings_view(struct request *rq, const struct wire_finding *findings, uint32_t n,
                         struct json_list *ret, struct ca_err *err);
