/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/json.h"

/* The objects of the API, as structs and as schemas (object.c: answers, body.c: what is sent).
 * Pointers are borrowed: they live as long as the request or the rows that they came from. */

/* What clients send. */
struct rest_san {
    const char *type; /* as struct wire_pair, which it is cast to */
    const char *value;
};
struct rest_validity {
    int64_t days;
};
struct rest_constraints {
    struct json_list permitted_dns; /* struct wire_text */
    struct json_list excluded_dns;
    struct json_list permitted_email;
    struct json_list excluded_email;
    struct json_list permitted_ip;
    struct json_list excluded_ip;
    struct json_list permitted_directory;
    struct json_list excluded_directory;
};
struct rest_basic_constraints {
    enum json_switch ca, critical;
};
struct rest_usages {         /* of ku and eku */
    struct json_list usages; /* struct wire_text */
    enum json_switch critical;
};
struct rest_aki {
    enum json_switch issuer, critical;
};
struct rest_extension {
    const char *oid;
    bool critical;
    const char *value; /* DER in base64 */
};
struct rest_ext {
    struct rest_basic_constraints *basic_constraints;
    struct rest_aki *aki;
    struct rest_usages *ku;
    struct rest_usages *eku;
    enum json_switch must_staple;
    struct json_list policies; /* struct wire_text */
    struct json_list other;    /* struct rest_extension */
};
struct rest_submit {
    const char *profile;
    const char *authority;
    struct ca_bytes csr;
    struct json_list subject; /* struct wire_pair */
    struct json_list sans;    /* struct rest_san */
    struct rest_validity *validity;
    int64_t not_after;
    const char *digest;
    int64_t path_length;
    struct rest_constraints *name_constraints;
    const char *crl_url;
    const char *aia_url;
    const char *ocsp_url;
    struct rest_ext *ext;
    const char *comment;
};
struct rest_request_edit {
    struct rest_submit submit; /* first: what is absent stays with the request */
    struct ca_bytes plan_digest;
};
struct rest_revoke {
    const char *reason;
    int64_t invalidity_date;
    const char *comment;
};
struct rest_release {
    const char *comment;
};
struct rest_adopt {
    const char *key_label;
    struct ca_bytes certificate; /* DER, one behind the other */
    int64_t crl_number;
};
struct rest_crl_schedule {
    int64_t validity_hours;
    int64_t interval_hours;
    int64_t delta_interval_minutes;
    int64_t shards;
    int64_t emergency_hours;
};
struct rest_authority_submit {
    const char *name;
    const char *parent;
    const char *key;
    bool pss;
    const char *digest;
    const char *profile;
    struct json_list subject;
    struct rest_validity *validity;
    int64_t path_length;
    struct rest_constraints *name_constraints;
    const char *crl_url;
    const char *aia_url;
    const char *ocsp_url;
    int64_t crl_validity_hours;
    int64_t crl_interval_hours;
    int64_t crl_shards;
    const char *follows;
    struct rest_adopt *adopt;
};

/* What they get. */
struct rest_action {
    const char *action;
    bool allowed;
    const char *reason; /* why not */
};
struct rest_finding {
    const char *pointer;
    const char *rule;
    const char *value;
    const char *allowed;
    const char *detail;
    bool refuses;
};
struct rest_request {
    struct ca_uuid id;
    const char *status;
    const char *profile;
    struct ca_bytes profile_version;
    const char *authority;
    const char *requester;
    const char *channel;
    const char *subject;
    const char *comment;
    int64_t created_at;
    int64_t decided_at;
    struct ca_bytes plan_digest;
    struct ca_uuid certificate_id;
    struct ca_bytes serial;
    struct json_list findings;
    int64_t revision;                 /* from here on: below 0 or absent unless consent is wanted */
    struct rest_approvals *approvals; /* api/rest/approval_view.h */
    struct json_list votes;
    struct json_list comments;
    const char *assigned_to;
    struct json_list allowed_actions;
    struct ca_bytes certificate; /* PEM */
    struct ca_bytes chain;       /* PEM */
    struct ca_bytes tbs;         /* dry run */
};
struct rest_key {
    const char *type;  /* "rsa", "ec", "ed25519" */
    int64_t bits;      /* -1: not RSA */
    const char *curve; /* NULL: not EC */
};
struct rest_revocation {
    const char *reason;
    int64_t revoked_at;
    int64_t invalidity_date;
    const char *comment;
};
struct rest_certificate {
    struct ca_uuid id;
    struct ca_bytes serial;
    struct ca_bytes fingerprint;
    const char *authority;
    const char *subject;
    const char *common_name;
    struct json_list sans; /* struct rest_san */
    const char *status;
    int64_t not_before;
    int64_t not_after;
    const char *profile;
    struct ca_bytes profile_version;
    const char *requester;
    struct ca_uuid request_id;
    int64_t issued_at;
    struct json_list flags; /* struct wire_text */
    struct rest_revocation *revocation;
    struct rest_key *key;
    struct json_list key_usage;
    struct json_list extended_key_usage;
    struct ca_bytes akid;
    struct ca_bytes skid;
    struct json_list allowed_actions;
};
struct rest_revoked {
    struct ca_uuid certificate_id;
    const char *status;
    int64_t revoked_at;
    int64_t crl_number;
    int64_t crl_due;
};
struct rest_crl {
    const char *authority;
    int64_t number;
    int64_t this_update;
    int64_t next_update;
    int64_t entries;
    int64_t size;
    struct ca_bytes sha256;
    bool emergency;
    int64_t shard; /* 0: the whole */
    int64_t base_number;
    struct json_list copies; /* of the one that is served */
};
struct rest_copy {
    const char *target;
    const char *address;
    const char *node;
    const char *status;
    int64_t number;
    int64_t at;
    const char *reason;
    int64_t next_at;
};
struct rest_counts {
    int64_t valid;
    int64_t held;
    int64_t revoked;
    int64_t expired;
};
struct rest_authority {
    struct ca_uuid id;
    const char *name;
    const char *parent;
    const char *state;
    const char *reason;
    const char *subject;
    struct ca_bytes serial;
    struct ca_bytes fingerprint;
    int64_t not_before;
    int64_t not_after;
    struct rest_key *key;
    const char *signature;
    const char *profile;
    int64_t path_length;
    const char *crl_url;
    const char *aia_url;
    const char *ocsp_url;
    int64_t created_at;
    struct rest_crl *crl;
    int64_t crl_validity_seconds;
    int64_t crl_interval_seconds;
    int64_t crl_delta_interval_seconds;
    int64_t crl_shards;
    int64_t crl_emergency_seconds;
    struct rest_crl *crl_emergency; /* held; NULL: none */
    struct rest_counts *counts;
    struct json_list allowed_actions;
};
struct rest_choice {
    const char *value;
    const char *label;
};
struct rest_whoami {
    struct ca_uuid id;
    const char *name;
    struct json_list roles; /* struct wire_text */
};
struct rest_version {
    const char *version;
    const char *api;
};
struct rest_check {
    const char *name;
    const char *status;
    const char *detail;
};
struct rest_health {
    const char *status;
    struct json_list checks;
};
/* One page of a list. */
struct rest_page {
    struct json_list items;
    const char *next; /* cursor; NULL: the last page */
};

extern const struct json_schema rest_action_schema;
extern const struct json_schema rest_finding_schema;
extern const struct json_schema rest_key_schema;
extern const struct json_schema rest_submit_schema;
extern const struct json_schema rest_request_edit_schema;
extern const struct json_schema rest_revoke_schema;
extern const struct json_schema rest_release_schema;
extern const struct json_schema rest_authority_submit_schema;
extern const struct json_schema rest_crl_schedule_schema;
extern const struct json_schema rest_request_schema;
extern const struct json_schema rest_request_page;
extern const struct json_schema rest_certificate_schema;
extern const struct json_schema rest_certificate_page;
extern const struct json_schema rest_revoked_schema;
extern const struct json_schema rest_authority_schema;
extern const struct json_schema rest_authority_page;
extern const struct json_schema rest_crl_schema;
extern const struct json_schema rest_crl_page;
extern const struct json_schema rest_choice_page;
extern const struct json_schema rest_whoami_schema;
extern const struct json_schema rest_version_schema;
extern const struct json_schema rest_health_schema;

/* Shared by bodies and answers. */
extern const struct json_schema rest_san_schema;
extern const struct json_schema rest_validity_schema;

/* A schema by the name of its component, NULL: none; and by number. */
const struct json_schema *rest_schema_find(const char *name);
size_t rest_schema_count(void);
const struct json_schema *rest_schema_at(size_t i);

/* Problem documents (RFC 9457) as api/problem.c writes them: here for the description only. */
struct rest_problem_error {
    const char *pointer;
    const char *code;
    const char *rule;
    const char *detail;
    const char *allowed;
    const char *value;
};
struct rest_problem {
    const char *type;
    const char *title;
    int64_t status;
    const char *detail;
    const char *request_id;
    struct json_list errors;
};
extern const struct json_schema rest_problem_schema;
