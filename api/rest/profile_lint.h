/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* Compiles a profile beside those in force and answers what is worth a second look. CA_MALFORMED,
 * CA_DENIED: why it could not be kept; the text names line and nearest key. */
CA_RC rest_profile_lint_answer(struct request *rq, struct response *rs, struct ca_bytes yaml,
                               struct ca_err *err);
