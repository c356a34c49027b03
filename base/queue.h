/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* A bounded queue of pointers between threads: first in, first out. */
struct ca_queue;

CA_RC ca_queue_new(size_t capacity, struct ca_queue **ret, struct ca_err *err);
void ca_queue_free(struct ca_queue *q); /* NULL is fine; what is still in it is not freed */
CA_AUTO_DEFINE(queue, struct ca_queue *, ca_queue_free);

/* False when full or closed; never waits (I16). */
bool ca_queue_put(struct ca_queue *q, void *item);

/* Waits until `deadline_ms` (ca_mono_ms; -1: for ever) for items and takes up to `max` of them into
 * `ret`. 0: the deadline passed, or the queue is closed and empty. */
size_t ca_queue_take(struct ca_queue *q, void **ret, size_t max, int64_t deadline_ms);

void ca_queue_close(struct ca_queue *q);  /* no more puts; takers drain it, then get 0 */
bool ca_queue_closed(struct ca_queue *q); /* closed and empty */
size_t ca_queue_length(struct ca_queue *q);
