/* SPDX-License-Identifier: Apache-2.0 */
#include "base/together.h"

#include <assert.h>
#include <pthread.h>

struct run {
    struct ca_piece piece;
    pthread_t thread;
    bool started;
    enum ca_rc rc;
    struct ca_err err;
};

static void *run_main(void *arg)
{
    struct run *run = arg;

    run->rc = run->piece.run(run->piece.arg, &run->err);
    return NULL;
}

CA_RC ca_together(const struct ca_piece *pieces, size_t n, struct ca_err *err)
{
    struct run runs[CA_TOGETHER_MAX] = {0};
    enum ca_rc rc = CA_OK;

    assert(n >= 1 && n <= CA_TOGETHER_MAX);
    for (size_t i = 0; i < n; i++) {
        runs[i].piece = pieces[i];
        runs[i].started = i > 0 && pthread_create(&runs[i].thread, NULL, run_main, &runs[i]) == 0;
        if (i > 0 && !runs[i].started)
            runs[i].rc = CA_FAIL(&runs[i].err, CA_FAULT, "no thread");
    }
    (void)run_main(&runs[0]);
    for (size_t i = 0; i < n; i++) {
        if (runs[i].started)
            (void)pthread_join(runs[i].thread, NULL);
        if (rc == CA_OK && runs[i].rc != CA_OK) {
            rc = runs[i].rc;
            *err = runs[i].err;
        }
    }
    return rc;
}
