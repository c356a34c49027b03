/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request_internal.h"

/* How a request gets its caller: what is shown, who that is, and how often he may. */

/* On the epoll thread, as far as it goes without the database: the certificate itself or the form
 * of the token, and what the cache remembers. CA_DENIED, problems "unauthenticated",
 * "client-certificate", "token-refused", "forbidden"; CA_LIMIT, problem "rate-limited". */
CA_RC login_check(struct request *rq, struct ca_err *err);
/* On a worker: the database says who it is. */
CA_RC login_lookup(struct request *rq, struct ca_err *err);
/* Of a caller who is known: not too often, and with the right role. */
CA_RC login_admit(struct request *rq, struct ca_err *err);
