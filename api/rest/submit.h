/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* Reads POST /requests, JSON or PKCS#10, into the question for the signer. What it points to lives
 * as long as the request. Neither caller, dry_run nor idempotency key are set. CA_MALFORMED,
 * CA_LIMIT. */
CA_RC rest_submit_read(struct request *rq, struct wire_issue *ret, struct ca_err *err);
