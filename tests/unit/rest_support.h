/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"
#include "tests/unit/support.h"

/* A request and a response that tests make by hand; they stand in for api/request.c and
 * api/response.c, and what is asked of the signer is encoded and decoded as on the wire. */
struct rest_pair {
    const char *name;
    const char *value;
};
enum { REST_PAIRS_MAX = 8 };

struct request {
    const char *method;
    const char *path;
    const char *type; /* of the body */
    struct ca_bytes body;
    struct caller caller;
    struct rest_pair vars[REST_PAIRS_MAX];
    struct rest_pair query[REST_PAIRS_MAX];
    struct rest_pair headers[REST_PAIRS_MAX];
    struct authority_cache *cache;
    const void *answer; /* of the signer */
    enum wire_kind answer_kind;
    struct wire_message *asked; /* of the signer; of several questions the last */
    size_t asked_n;             /* of request_ask_each */
    char asked_keys[4][80];     /* idempotency keys of the first ones */
    const struct request_reply *replies;
    const struct profile_set *profiles;
    bool database_away;
    void *blocks[512];
    size_t block_n;
};
void rest_request_done(struct request *rq);

struct response {
    int status;
    char type[128];
    struct rest_pair headers[REST_PAIRS_MAX]; /* copies */
    size_t header_n;
    char etag[80];
    struct ca_buf body;
};
void rest_response_done(struct response *rs);
const char *rest_response_header(const struct response *rs, const char *name); /* NULL: none */
const char *rest_response_text(struct response *rs);
