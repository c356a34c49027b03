/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/time.h"
#include "hsm/admin.h"

struct run {
    pthread_t thread;
    const struct hsm_key *key;
    int64_t until_ms;
    uint64_t signatures;
    enum ca_rc rc;
    struct ca_err err;
};

static void *run_sign(void *arg)
{
    static const struct ca_bytes tbs = {(const uint8_t *)"0", 1};
    struct run *run = arg;
    CA_AUTO(buf) struct ca_buf signature = {0};
    enum ca_signature sig = ca_signature_default(hsm_key_spec(run->key), false);

    while (run->rc == CA_OK && ca_mono_ms() < run->until_ms) {
        ca_buf_reset(&signature);
        run->rc = hsm_sign(run->key, sig, tbs, &signature, &run->err);
        run->signatures++;
    }
    return NULL;
}

static unsigned runs_start(struct run *runs, unsigned n, const struct hsm_key *key, unsigned ms)
{
    int64_t until_ms = ca_mono_ms() + ms;

    for (unsigned i = 0; i < n; i++) {
        runs[i].key = key;
        runs[i].until_ms = until_ms;
        if (pthread_create(&runs[i].thread, NULL, run_sign, &runs[i]) != 0)
            return i;
    }
    return n;
}

CA_RC hsm_key_measure(const struct hsm_key *key, unsigned threads, unsigned ms, double *ret,
                      struct ca_err *err)
{
    struct run *runs = calloc(threads, sizeof(*runs));
    int64_t start_us = ca_mono_us();
    uint64_t signatures = 0;
    enum ca_rc rc = CA_OK;
    unsigned n;

    if (runs == NULL)
        return CA_FAIL_NOMEM(err);
    n = runs_start(runs, threads, key, ms);
    for (unsigned i = 0; i < n; i++) {
        (void)pthread_join(runs[i].thread, NULL);
        signatures += runs[i].signatures;
        if (runs[i].rc != CA_OK && rc == CA_OK) {
            rc = runs[i].rc;
            *err = runs[i].err;
        }
    }
    free(runs);
    if (rc != CA_OK)
        return rc;
    if (n < threads)
        return CA_FAIL(err, CA_FAULT, "no thread");
    *ret = (double)signatures * 1e6 / (double)(ca_mono_us() - start_us);
    return CA_OK;
}
