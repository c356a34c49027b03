/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/watchdog_internal.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"

struct watchdog {
    int64_t deadline_ms;
    void (*on_hang)(const char *call);
    pthread_t thread;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t stopped;
    bool stop;
    struct watch *oldest;
    struct watch *newest;
};

static void unlink_watch(struct watchdog *dog, struct watch *w)
{
    *(w->older != NULL ? &w->older->newer : &dog->oldest) = w->newer;
    *(w->newer != NULL ? &w->newer->older : &dog->newest) = w->older;
    w->older = w->newer = NULL;
}

/* Is it on the list? One that was reported is not. */
static bool is_linked(const struct watchdog *dog, const struct watch *w)
{
    return dog->oldest == w || w->older != NULL;
}

void watch_begin(struct watchdog *dog, struct watch *w, const char *call)
{
    if (dog == NULL)
        return;
    *w = (struct watch){.call = call, .deadline_ms = ca_mono_ms() + dog->deadline_ms};
    (void)pthread_mutex_lock(&dog->lock);
    w->older = dog->newest;
    *(dog->newest != NULL ? &dog->newest->newer : &dog->oldest) = w;
    dog->newest = w;
    (void)pthread_mutex_unlock(&dog->lock);
}

void watch_end(struct watchdog *dog, struct watch *w)
{
    if (dog == NULL)
        return;
    (void)pthread_mutex_lock(&dog->lock);
    if (is_linked(dog, w))
        unlink_watch(dog, w);
    (void)pthread_mutex_unlock(&dog->lock);
}

/* Nobody wakes this thread when a call begins: with none under way it sleeps for one deadline, and
 * a call that began meanwhile is not late before then. */
static void *watchdog_run(void *arg)
{
    struct watchdog *dog = arg;

    (void)pthread_mutex_lock(&dog->lock);
    while (!dog->stop) {
        struct watch *w = dog->oldest;
        int64_t now = ca_mono_ms();

        if (w != NULL && w->deadline_ms <= now) {
            const char *call = w->call;

            unlink_watch(dog, w);
            (void)pthread_mutex_unlock(&dog->lock);
            dog->on_hang(call);
            (void)pthread_mutex_lock(&dog->lock);
            continue;
        }
        struct timespec until =
            ca_mono_timespec(w != NULL ? w->deadline_ms : now + dog->deadline_ms);
        (void)pthread_cond_timedwait(&dog->stopped, &dog->lock, &until);
    }
    (void)pthread_mutex_unlock(&dog->lock);
    return NULL;
}

CA_RC watchdog_new(int64_t deadline_ms, void (*on_hang)(const char *call), struct watchdog **ret,
                   struct ca_err *err)
{
    struct watchdog *dog = calloc(1, sizeof(*dog));
    pthread_condattr_t attr;

    if (dog == NULL)
        return CA_FAIL_NOMEM(err);
    dog->deadline_ms = deadline_ms;
    dog->on_hang = on_hang;
    (void)pthread_mutex_init(&dog->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&dog->stopped, &attr);
    (void)pthread_condattr_destroy(&attr);
    if (pthread_create(&dog->thread, NULL, watchdog_run, dog) != 0) {
        free(dog);
        return CA_FAIL(err, CA_FAULT, "no thread for the token's watchdog");
    }
    *ret = dog;
    return CA_OK;
}

void watchdog_free(struct watchdog *dog)
{
    if (dog == NULL)
        return;
    (void)pthread_mutex_lock(&dog->lock);
    dog->stop = true;
    (void)pthread_cond_signal(&dog->stopped);
    (void)pthread_mutex_unlock(&dog->lock);
    (void)pthread_join(dog->thread, NULL);
    (void)pthread_cond_destroy(&dog->stopped);
    (void)pthread_mutex_destroy(&dog->lock);
    free(dog);
}
