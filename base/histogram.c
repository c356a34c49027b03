/* SPDX-License-Identifier: Apache-2.0 */
#include "base/histogram.h"

#include <inttypes.h>

static const int64_t bounds_us[CA_HISTOGRAM_BUCKETS] = {
    100,   250,   500,    1000,   2500,    5000,    10000,
    25000, 50000, 100000, 250000, 1000000, 5000000, 30000000,
};

void ca_histogram_add(struct ca_histogram *h, int64_t us)
{
    size_t i = 0;

    while (i < CA_HISTOGRAM_BUCKETS && us > bounds_us[i])
        i++;
    (void)atomic_fetch_add_explicit(&h->bucket[i], 1, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&h->sum_us, us > 0 ? (uint64_t)us : 0, memory_order_relaxed);
}

uint64_t ca_histogram_count(const struct ca_histogram *h)
{
    uint64_t ret = 0;

    for (size_t i = 0; i <= CA_HISTOGRAM_BUCKETS; i++)
        ret += atomic_load_explicit(&h->bucket[i], memory_order_relaxed);
    return ret;
}

void ca_histogram_write(const struct ca_histogram *h, const char *name, const char *labels,
                        struct ca_buf *ret)
{
    const char *comma = labels[0] != '\0' ? "," : "";
    const char *open = labels[0] != '\0' ? "{" : "";
    const char *close = labels[0] != '\0' ? "}" : "";
    uint64_t count = 0;

    for (size_t i = 0; i <= CA_HISTOGRAM_BUCKETS; i++) {
        count += atomic_load_explicit(&h->bucket[i], memory_order_relaxed);
        if (i < CA_HISTOGRAM_BUCKETS) {
            ca_buf_printf(ret, "%s_bucket{%s%sle=\"%g\"} %" PRIu64 "\n", name, labels, comma,
                          (double)bounds_us[i] / 1e6, count);
        }
    }
    ca_buf_printf(ret, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, labels, comma, count);
    ca_buf_printf(ret, "%s_sum%s%s%s %.6f\n", name, open, labels, close,
                  (double)atomic_load_explicit(&h->sum_us, memory_order_relaxed) / 1e6);
    ca_buf_printf(ret, "%s_count%s%s%s %" PRIu64 "\n", name, open, labels, close, count);
}
