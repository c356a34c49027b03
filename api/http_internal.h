/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/front_internal.h"

/* The two daemons of libmicrohttpd; only api/server.c sees it. */
CA_RC http_start(struct front *front, struct http **ret, struct ca_err *err);
void http_quiesce(struct http *s);       /* closes the listening sockets */
void http_sweep(struct http *s);         /* shuts connections whose phase took too long */
size_t http_connections(struct http *s); /* open now */
void http_stop(struct http *s);          /* nothing may be suspended any more */

void http_suspend(struct request *rq); /* on its epoll thread */
void http_resume(struct request *rq);  /* from any thread, once */
