/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "policy/key_audit_internal.h"

enum { THREADS_MAX = 64 };

struct tasks {
    key_task_fn task;
    void *arg;
    size_t n;
    atomic_size_t next;
};

static void *work(void *arg)
{
    struct tasks *t = arg;

    for (size_t i = atomic_fetch_add(&t->next, 1); i < t->n; i = atomic_fetch_add(&t->next, 1))
        t->task(t->arg, i);
    return NULL;
}

CA_RC key_tasks_run(key_task_fn task, void *arg, size_t n, unsigned threads, struct ca_err *err)
{
    struct tasks t = {.task = task, .arg = arg, .n = n};
    pthread_t others[THREADS_MAX];
    unsigned started = 0;
    int failed = 0;

    while (started + 1 < threads && started < THREADS_MAX && started + 1 < n && failed == 0) {
        failed = pthread_create(&others[started], NULL, work, &t);
        started += failed == 0;
    }
    (void)work(&t); /* also when a thread is missing: all tasks are done either way */
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(others[i], NULL);
    if (failed != 0)
        return CA_FAIL(err, CA_FAULT, "cannot start a thread: %s", strerror(failed));
    return CA_OK;
}
