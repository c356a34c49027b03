/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request.h"

/* In `finish` of a guarded act: does it wait for the consent of others? Then `rs` is filled: 202,
 * with Location of the approval, and *ret_waits is true. Else the answer is the act's own. */
CA_RC rest_changed_or_waits(struct request *rq, struct response *rs, bool *ret_waits,
                            struct ca_err *err);
