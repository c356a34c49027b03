/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/matter.h"
#include "api/rest/object.h"

/* Approvals, votes and rules as the API shows and takes them. */

struct rest_vote {
    struct ca_uuid operator_id;
    const char *operator;
    const char *decision;
    const char *comment;
    int64_t at;
    int64_t revision;
    bool voided; /* "void" in JSON */
};
struct rest_remark {
    const char *operator;
    const char *comment;
    int64_t at;
};
struct rest_step {
    int64_t count;
    const char *who;
    struct json_list roles; /* struct wire_text */
    const char *group;
    int64_t have;     /* of an approval; below 0: of a rule */
    int64_t eligible; /* of a rule; below 0: of an approval */
};
struct rest_approvals { /* in a request */
    const char *policy;
    struct json_list steps; /* struct rest_step */
    int64_t step;           /* that waits, from 0; below 0: none does */
    int64_t needed;
    int64_t expires_at;
};
struct rest_told {
    const char *field;
    const char *value;
};
struct rest_approval {
    struct ca_uuid id;
    const char *action;
    const char *object;
    const char *requester;
    const char *author;
    struct ca_bytes digest;
    int64_t revision;
    const char *status;
    const char *policy;
    struct json_list steps;
    int64_t step;
    int64_t needed;
    struct json_list votes;    /* struct rest_vote */
    struct json_list comments; /* struct rest_remark; not in lists */
    const char *assigned_to;
    const char *result;
    int64_t created_at;
    int64_t expires_at;
    int64_t decided_at;
    const char *decided_by;
    struct json_list question; /* struct rest_told; not in lists, not of requests */
    struct json_list allowed_actions;
};
struct rest_approval_rule {
    const char *action;
    const char *help;
    const char *policy;
    const char *origin;
    struct json_list steps;
    const char *expires;
    int64_t eligible;
    int64_t updated_at;
    const char *updated_by;
    struct json_list allowed_actions;
};

/* What clients send. */
struct rest_decision {
    const char *decision;
    struct ca_bytes digest;
    const char *comment;
};
struct rest_word {
    const char *comment;
};
struct rest_assignment {
    const char *operator;
};
struct rest_step_submit {
    int64_t count;
    struct json_list roles;
    const char *group;
};
struct rest_rule_submit {
    struct json_list steps; /* struct rest_step_submit */
    const char *expires;
};

extern const struct json_schema rest_vote_schema;
extern const struct json_schema rest_remark_schema;
extern const struct json_schema rest_approvals_schema;
extern const struct json_schema rest_approval_schema;
extern const struct json_schema rest_approval_page;
extern const struct json_schema rest_approval_rule_schema;
extern const struct json_schema rest_approval_rule_page;
extern const struct json_schema rest_decision_schema;
extern const struct json_schema rest_request_decision_schema;
extern const struct json_schema rest_comment_schema;
extern const struct json_schema rest_withdrawal_schema;
extern const struct json_schema rest_assignment_schema;
extern const struct json_schema rest_rule_submit_schema;

/* As this caller sees it; what it points to is kept with the request. `comments`: struct
 * db_approval_comment; NULL: in a list, without comments and question. */
CA_RC rest_approval_view(struct request *rq, const struct rest_matter *matter,
                         const struct db_result *comments, struct rest_approval *ret,
                         struct ca_err *err);
/* The same for a request that has one. */
CA_RC rest_request_consent(struct request *rq, const struct rest_matter *matter,
                           const struct db_result *comments, struct rest_request *ret,
                           struct ca_err *err);

/* Everybody who could vote now: enabled, and no auditor. */
struct rest_electorate {
    struct approval_voter *voters;
    size_t n;
};
CA_RC rest_electorate_load(struct request *rq, struct rest_electorate *ret, struct ca_err *err);
/* Fills `eligible` of each step; answers how many could vote in any of them. */
int64_t rest_electorate_count(const struct rest_electorate *all,
                              const struct approval_policy *policy, struct rest_step *steps);

/* Steps of a policy, one struct rest_step each; `have` and `eligible` are -1. */
CA_RC rest_steps_view(struct request *rq, const struct approval_policy *policy,
                      struct rest_step **ret, struct ca_err *err);

/* approval_question.c: what would be done, from the message that is kept; absent where there is
 * none that can be read. */
CA_RC rest_question_view(struct request *rq, struct ca_bytes question, struct json_list *ret,
                         struct ca_err *err);

/* approval_actions.c: what the caller may do with it, and why not, behind those of `before` (NULL:
 * none). */
CA_RC rest_matter_actions(struct request *rq, const struct rest_matter *matter,
                          const struct json_list *before, struct json_list *ret,
                          struct ca_err *err);
