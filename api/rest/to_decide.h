/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/rest/matter.h"

/* What the caller could vote on now. */

/* Narrows a list to what he might; rest_to_decide says of each whether he can. */
CA_RC rest_to_decide_filter(struct request *rq, struct db_approval_filter *ret, struct ca_err *err);
bool rest_to_decide(const struct rest_matter *matter);

/* GET /api/v1/requests?to_decide=true. */
CA_RC rest_requests_to_decide(struct request *rq, struct response *rs, struct ca_err *err);
