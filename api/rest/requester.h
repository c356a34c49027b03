/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* The operator with this name or id. CA_MALFORMED there is none with the name; `where` names the
 * parameter or the member. */
CA_RC rest_requester_find(struct request *rq, const char *text, const char *where,
                          struct ca_uuid *ret, struct ca_err *err);
