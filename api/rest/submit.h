/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* Reads POST /requests, JSON or PKCS#10, into the question for the signer. What it points to lives
 * as long as the request. Neither caller, dry_run nor idempotency key are set. CA_MALFORMED,
 * CA_LIMIT. */
struct rest_constraints;
struct rest_submit;
CA_RC rest_submit_read(struct request *rq, struct wire_issue *ret, struct ca_err *err);
/* The same of a body that was read already. */
CA_RC rest_submit_fill(struct request *rq, const struct rest_submit *body, struct wire_issue *ret,
                       struct ca_err *err);

/* The client's Idempotency-Key, or a new one: then a repeated request is another request. */
CA_RC rest_idempotency_key(struct request *rq, const char **ret, struct ca_err *err);

/* submit_extension.c: extensions of the body. CA_MALFORMED begins with the JSON pointer. */
CA_RC rest_submit_extensions(struct request *rq, const struct rest_submit *body,
                             struct wire_issue *ret, struct ca_err *err);
/* Name constraints as struct wire_issue has them; `from` may be NULL. `all`: those on DNS names
 * too. */
CA_RC rest_constraints_pairs(struct request *rq, const struct rest_constraints *from, bool all,
                             const struct wire_pair **ret, uint32_t *ret_n, struct ca_err *err);
