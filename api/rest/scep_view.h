/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/cursor.h"
#include "api/rest/object.h"
#include "db/scep.h"

/* SCEP endpoints, their challenges and transactions as the API shows and takes them. */

struct rest_scep_ra {
    struct ca_uuid certificate_id;
    struct ca_bytes serial;
    struct ca_bytes fingerprint;
    int64_t not_before;
    int64_t not_after;
};
struct rest_scep_endpoint {
    const char *name;
    const char *url;
    const char *profile;
    const char *authority;
    bool enabled;
    struct json_list modes; /* struct wire_text, as the next two and the warnings */
    struct json_list legacy;
    struct json_list switches;
    const char *webhook_url;
    int64_t challenge_validity_seconds;
    bool static_challenge;
    const char *ra_key;
    const struct rest_scep_ra *ra_certificate;
    int64_t created_at;
    struct json_list warnings;
    struct json_list allowed_actions;
};
struct rest_scep_challenge {
    struct ca_uuid id;
    const char *endpoint;
    const char *status; /* "unused", "used", "revoked", "expired" */
    const char *profile;
    const char *subject;
    const char *sans;
    bool any_name;
    const char *comment;
    int64_t created_at;
    const char *created_by;
    int64_t expires_at;
    int64_t used_at;
    struct ca_uuid request_id;
    int64_t revoked_at;
    struct json_list allowed_actions;
};
struct rest_scep_secret { /* the answer to the one who had it made, and to nobody else */
    struct ca_uuid id;
    const char *endpoint;
    const char *url;
    const char *kind;
    const char *challenge;
    int64_t expires_at;
    struct json_list warnings;
};
struct rest_scep_transaction {
    const char *transaction_id;
    struct ca_uuid request_id;
    const char *request; /* URL */
    const char *status;
    struct ca_bytes spki_sha256;
    const char *remote;
    struct ca_uuid renews;
    struct ca_uuid certificate_id;
    int64_t created_at;
};

/* What clients send. */
struct rest_scep_endpoint_submit {
    const char *name;
    const char *profile;
    const char *authority;
    enum json_switch enabled;
    struct json_list modes;
    struct json_list legacy;
    struct json_list switches;
    const char *webhook_url;
    int64_t challenge_validity_seconds;
    const char *ra_key;
};
struct rest_scep_challenge_submit {
    const char *kind;
    struct json_list subject; /* struct wire_pair */
    struct json_list sans;    /* struct rest_san */
    bool any_name;
    int64_t validity_seconds;
    const char *comment;
};

extern const struct json_schema rest_scep_endpoint_schema;
extern const struct json_schema rest_scep_endpoint_page;
extern const struct json_schema rest_scep_challenge_schema;
extern const struct json_schema rest_scep_challenge_page;
extern const struct json_schema rest_scep_secret_schema;
extern const struct json_schema rest_scep_transaction_page;
extern const struct json_schema rest_scep_endpoint_create_schema;
extern const struct json_schema rest_scep_endpoint_change_schema;
extern const struct json_schema rest_scep_challenge_create_schema;

/* Rows of words, of which the i-th stands for bit i of the column (enum db_scep_mode, …). */
extern const struct json_choices rest_scep_modes;
extern const struct json_choices rest_scep_legacy;
extern const struct json_choices rest_scep_switches;
extern const struct json_choices rest_scep_kinds; /* of challenges; these are no bits */

/* Bits as the list of their words. */
CA_RC rest_scep_words(struct request *rq, const struct json_choices *words, uint32_t bits,
                      struct json_list *ret, struct ca_err *err);
/* And back. CA_MALFORMED: text with the pointer of the word that is none. */
CA_RC rest_scep_bits(const struct json_choices *words, const struct json_list *list,
                     const char *pointer, uint32_t *ret, struct ca_err *err);
/* What an administrator should know of an endpoint with these. */
CA_RC rest_scep_warnings(struct request *rq, uint32_t modes, uint32_t legacy, struct json_list *ret,
                         struct ca_err *err);

/* The endpoint that the path names; *row points into *ret. CA_NOT_FOUND. */
CA_RC rest_scep_endpoint_find(struct request *rq, struct db_result *ret,
                              const struct db_scep_endpoint **row, struct ca_err *err);
/* Address for devices, as rest_keep. */
const char *rest_scep_url(struct request *rq, const char *name);

/* Where a page of challenges or transactions begins. */
struct rest_scep_place {
    struct ca_uuid before; /* nil: with the newest */
    size_t limit;
};
CA_RC rest_scep_place_read(const struct request *rq, struct rest_scep_place *ret,
                           struct ca_err *err);
/* The cursor and the Link of the page behind `last`. *ret_next is `text`. */
CA_RC rest_scep_place_next(const struct request *rq, struct response *rs,
                           const struct ca_uuid *last, char text[REST_CURSOR_TEXT],
                           const char **ret_next, struct ca_err *err);
