/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>

#include "base/buf.h"

/* Durations for Prometheus; any thread adds. A zeroed struct is empty. */
enum { CA_HISTOGRAM_BUCKETS = 14 };
struct ca_histogram {
    _Atomic uint64_t bucket[CA_HISTOGRAM_BUCKETS + 1]; /* the last: longer than every bound */
    _Atomic uint64_t sum_us;
};
void ca_histogram_add(struct ca_histogram *h, int64_t us);
/* How many were added. */
uint64_t ca_histogram_count(const struct ca_histogram *h);

/* Appends NAME_bucket, NAME_sum, NAME_count in seconds. `labels`: "" or "step=\"sign\"". */
void ca_histogram_write(const struct ca_histogram *h, const char *name, const char *labels,
                        struct ca_buf *ret);
