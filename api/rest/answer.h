/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/object.h"

/* What the resources have in common. */

/* Answers with one object. To GET also its ETag, a hash of the body. Everything is copied. */
CA_RC rest_answer(struct request *rq, struct response *rs, int status,
                  const struct json_schema *schema, const void *from, struct ca_err *err);

/* If-Match, when given, names what `from` looks like to this caller now. CA_CONFLICT, problem
 * "stale". */
CA_RC rest_if_match(const struct request *rq, const struct json_schema *schema, const void *from,
                    struct ca_err *err);

/* A body that is not JSON, to GET with its ETag. */
CA_RC rest_answer_octets(struct request *rq, struct response *rs, int status, const char *type,
                         struct ca_bytes body, struct ca_err *err);

/* json_read for a body that must say that it is JSON. CA_MALFORMED, problem
 * "unsupported-media-type". */
CA_RC rest_json_body(struct request *rq, const struct json_schema *schema, void *ret,
                     struct ca_err *err);

/* A copy, with a NUL behind it, that lives as long as the request; NULL: no memory. */
const char *rest_keep(struct request *rq, struct ca_bytes bytes);
/* Name (RFC 4514) of a Name in DER, as rest_keep. */
const char *rest_keep_name(struct request *rq, struct ca_bytes name);

/* The worker's connection; CA_UNAVAILABLE while the database is away. */
CA_RC rest_db(struct request *rq, struct db **ret, struct ca_err *err);

/* Is there an Idempotency-Key? CA_MALFORMED: empty, too long, or not printable. */
CA_RC rest_idempotency_key_check(const struct request *rq, bool *ret_given, struct ca_err *err);

/* Does the caller have one of these roles (bits of enum ca_role)? */
bool rest_has_role(const struct request *rq, unsigned roles);

/* {name, allowed, reason}; first the role decides, then the state. `why` is NULL when the state
 * lets it. */
struct rest_action rest_action(const struct request *rq, const char *name, unsigned roles,
                               const char *why);

/* "true" or "false" of the query; `absent` without it. CA_MALFORMED. */
CA_RC rest_query_bool(const struct request *rq, const char *name, bool absent, bool *ret,
                      struct ca_err *err);
/* RFC 3339; 0 when absent. CA_MALFORMED. */
CA_RC rest_query_time(const struct request *rq, const char *name, int64_t *ret, struct ca_err *err);
