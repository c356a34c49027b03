/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/response_internal.h"

struct MHD_Response;

/* What libmicrohttpd sends. NULL: no memory. It is the caller's, but that of rs->ready stays its
 * own. */
struct MHD_Response *reply_make(struct response *rs);
