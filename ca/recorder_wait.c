/* SPDX-License-Identifier: Apache-2.0 */
/* For those who wait. */
#include <pthread.h>

#include "ca/recorder_internal.h"

struct waiter {
    struct record record; /* a copy; first, so that `done` finds the rest */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t over;
    bool ended;
    enum ca_rc rc;
    struct ca_err err;
};

static void waiter_done(struct record *record, enum ca_rc rc, const struct ca_err *err)
{
    struct waiter *w = (struct waiter *)record;

    (void)pthread_mutex_lock(&w->lock);
    w->ended = true;
    w->rc = rc;
    if (rc != CA_OK)
        w->err = *err;
    (void)pthread_cond_signal(&w->over);
    (void)pthread_mutex_unlock(&w->lock);
}

CA_RC recorder_wait(struct recorder *r, struct record *record, struct ca_err *err)
{
    struct waiter w = {
        .record = *record, .lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};

    w.record.done = waiter_done;
    if (!recorder_put(r, &w.record))
        return CA_FAIL_AS(err, CA_LIMIT, "overloaded", "too many changes wait for the database");
    (void)pthread_mutex_lock(&w.lock);
    while (!w.ended)
        (void)pthread_cond_wait(&w.over, &w.lock);
    (void)pthread_mutex_unlock(&w.lock);
    if (w.rc != CA_OK)
        *err = w.err;
    return w.rc;
}

CA_RC recorder_change(struct recorder *r, change_fn change, void *arg,
                      const struct audit_event *events, size_t event_n, struct ca_err *err)
{
    struct record record = {
        .kind = RECORD_CHANGE, .change = change, .arg = arg, .events = events, .event_n = event_n};

    return recorder_wait(r, &record, err);
}
