/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/recorder_internal.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "base/time.h"
#include "ca/recorder_writer_internal.h"

enum {
    PARKED_RETRY_MS = 200,
    /* So many entries at once say that more are a moment away. One transaction for all of them
     * costs PostgreSQL up to a fifth less than several (docs/explanation/figures.md); who comes
     * alone, or nearly, never waits. */
    GATHER_FROM = 4,
    GATHER_MS = 2,
};

struct recorder {
    struct recorder_config config;
    struct ca_queue *queue;
    struct writer *writer;
    struct record **batch; /* config.batch_max of them */
    pthread_t thread;
    _Atomic bool giving_up; /* nothing stays parked */
};

static size_t batch_take(struct recorder *r)
{
    bool parked = writer_parked(r->writer) > 0;
    int64_t deadline = parked ? ca_mono_ms() + PARKED_RETRY_MS : -1;
    size_t max = r->config.batch_max;
    size_t n = ca_queue_take(r->queue, (void **)r->batch, max, deadline);

    if (parked || n < GATHER_FROM || n == max)
        return n;
    (void)poll(NULL, 0, GATHER_MS);
    return n + ca_queue_take(r->queue, (void **)(r->batch + n), max - n, 0);
}

static void *recorder_main(void *arg)
{
    struct recorder *r = arg;

    while (!ca_queue_closed(r->queue) || writer_parked(r->writer) > 0) {
        size_t n = batch_take(r);

        if (writer_parked(r->writer) > 0)
            writer_retry(r->writer);
        if (atomic_load(&r->giving_up) || (ca_queue_closed(r->queue) && n == 0))
            writer_give_up(r->writer);
        writer_put(r->writer, r->batch, n);
    }
    return NULL;
}

static void recorder_free(struct recorder *r)
{
    if (r == NULL)
        return;
    ca_queue_free(r->queue);
    writer_close(r->writer);
    free(r->batch);
    free(r);
}
CA_AUTO_DEFINE(recorder, struct recorder *, recorder_free);

CA_RC recorder_start(const struct recorder_config *config, struct recorder **ret,
                     struct ca_err *err)
{
    CA_AUTO(recorder) struct recorder *r = calloc(1, sizeof(*r));

    if (r == NULL)
        return CA_FAIL_NOMEM(err);
    r->config = *config;
    r->batch = calloc(config->batch_max, sizeof(struct record *));
    if (r->batch == NULL)
        return CA_FAIL_NOMEM(err);
    CA_TRY(ca_queue_new(config->queue_max, &r->queue, err));
    CA_TRY(writer_open(config, &r->writer, err));
    if (pthread_create(&r->thread, NULL, recorder_main, r) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for the recorder");
    *ret = CA_MOVE(r);
    return CA_OK;
}

void recorder_give_up(struct recorder *r)
{
    if (r != NULL)
        atomic_store(&r->giving_up, true);
}

void recorder_stop(struct recorder *r)
{
    if (r == NULL)
        return;
    recorder_give_up(r);
    ca_queue_close(r->queue);
    (void)pthread_join(r->thread, NULL);
    recorder_free(r);
}

bool recorder_put(struct recorder *r, struct record *record)
{
    return ca_queue_put(r->queue, record);
}

void recorder_stats(const struct recorder *r, struct recorder_stats *ret)
{
    writer_stats(r->writer, ret);
    ret->queue = ca_queue_length(r->queue);
}
