/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/request_internal.h"

/* What happens to a request between submission and answer, on workers and on the client's thread.
 * A suspended request has two owners, its connection and its processing, with a reference each. */

/* Completes `rs`, which is rq->rs or rq->late: of rq->rc and rq->err a problem document, fields
 * that every answer has, 304. */
void request_finalize(struct request *rq, struct response *rs);
/* The answer of a deadline that passed, into rq->late. */
void request_expired_answer(struct request *rq);

/* A worker's part: runs `start` or `finish`. Takes over the processing's reference. */
void request_work(struct request *rq);
/* One of two who must both be through before it goes on: `start`, and the signer's answer. The
 * last one's thread goes on where the route needs no worker. */
void request_join(struct request *rq);
/* Suspended, and no room in the queue. */
void request_overloaded(struct request *rq);
/* Resumes those whose deadline has passed with REQUEST_EXPIRED; INT64_MAX: all. */
void request_expire(struct front *front, int64_t now_ms);
