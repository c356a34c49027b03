/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"
#include "db/credential.h"
#include "db/group.h"

/* Users, their credentials, groups and roles as the API shows and takes them. */

struct rest_user {
    struct ca_uuid id;
    const char *name;
    struct json_list roles; /* struct wire_text */
    struct json_list names;
    bool enabled;
    int64_t created_at;
    int64_t updated_at;
    struct ca_uuid credential_id; /* of POST */
    struct ca_bytes certificate;  /* PEM; of POST with a CSR */
    struct json_list allowed_actions;
};
struct rest_credential {
    struct ca_uuid id;
    struct ca_uuid user_id;
    const char *user;
    const char *name;
    const char *status;
    struct ca_bytes key_hash;
    struct json_list profiles;
    struct json_list names;
    int64_t created_at;
    int64_t expires_at;
    int64_t revoked_at;
    struct ca_bytes certificate; /* PEM; of POST with a CSR */
    const char *token;           /* of POST */
    struct json_list allowed_actions;
};
struct rest_group {
    const char *name;
    struct json_list members;
    int64_t updated_at;
    struct json_list allowed_actions;
};
struct rest_role_may {
    const char *method;
    const char *path;
    const char *summary;
};
struct rest_role {
    const char *name;
    struct json_list excludes;
    struct json_list may;
};

/* What clients send. */
struct rest_user_submit {
    const char *name;
    struct json_list roles;
    struct json_list names;
    struct ca_bytes certificate;
    struct ca_bytes csr;
};
struct rest_user_change {
    struct json_list roles;
    struct json_list names;
    bool enabled;
};
struct rest_credential_submit {
    const char *name;
    struct ca_bytes certificate;
    struct ca_bytes csr;
};
struct rest_token_submit {
    const char *name;
    struct ca_uuid user_id;
    struct json_list profiles;
    struct json_list names;
    int64_t expires_at;
};
struct rest_group_submit {
    struct json_list members;
};

extern const struct json_schema rest_user_schema;
extern const struct json_schema rest_user_page;
extern const struct json_schema rest_credential_schema;
extern const struct json_schema rest_credential_page;
extern const struct json_schema rest_token_schema;
extern const struct json_schema rest_token_page;
extern const struct json_schema rest_group_schema;
extern const struct json_schema rest_group_page;
extern const struct json_schema rest_role_page;
extern const struct json_schema rest_user_submit_schema;
extern const struct json_schema rest_user_change_schema;
extern const struct json_schema rest_credential_submit_schema;
extern const struct json_schema rest_token_submit_schema;
extern const struct json_schema rest_group_submit_schema;

/* Rows as this caller sees them; what they point to is kept with the request. */
CA_RC rest_user_view(struct request *rq, const struct db_operator *row, struct rest_user *ret,
                     struct ca_err *err);
CA_RC rest_credential_view(struct request *rq, const struct db_credential *row, const char *user,
                           struct rest_credential *ret, struct ca_err *err);
CA_RC rest_group_view(struct request *rq, const struct db_group *row, struct rest_group *ret,
                      struct ca_err *err);

/* Bits to ["officer"], kept with the request. */
CA_RC rest_roles_view(struct request *rq, unsigned roles, struct json_list *ret,
                      struct ca_err *err);
/* ["officer"] to bits. CA_MALFORMED, with the pointer. */
CA_RC rest_roles_read(const struct json_list *roles, unsigned *ret, struct ca_err *err);
/* The only certificate of a body's member; len 0 stays 0. CA_MALFORMED several. */
CA_RC rest_certificate_one(struct ca_bytes der, struct ca_err *err);
/* The DER of an answer as PEM that lives as long as the request; NULL: no memory. */
CA_RC rest_keep_pem(struct request *rq, struct ca_bytes der, struct ca_bytes *ret,
                    struct ca_err *err);
/* If-Match is required: CA_MALFORMED, problem "precondition-required". */
CA_RC rest_if_match_required(const struct request *rq, struct ca_err *err);
/* Texts of a list that the signer takes: at most 253 octets each. */
CA_RC rest_texts_check(const struct json_list *texts, const char *pointer, struct ca_err *err);
/* Sees what belongs to others: admin or auditor. */
bool rest_sees_all(const struct request *rq);
