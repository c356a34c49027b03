/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/decider.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDLE_MS = 1000 };

struct scep_decider {
    pthread_t thread;
    CURLM *multi;
    pthread_mutex_t lock; /* guards everything below */
    bool stopping;
    struct scep_call_out *fresh;   /* not yet in `multi` */
    struct scep_call_out *running; /* changed on the thread alone */
    size_t n;                      /* of both */
};

static size_t of_endpoint(const struct scep_call_out *list, const struct ca_uuid *endpoint)
{
    size_t n = 0;

    for (; list != NULL; list = list->next)
        n += memcmp(&list->endpoint, endpoint, sizeof(*endpoint)) == 0;
    return n;
}

CA_RC scep_decider_put(struct scep_decider *d, struct scep_call_out *out, struct ca_err *err)
{
    bool full;

    if (d == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "no webhooks are called");
    (void)pthread_mutex_lock(&d->lock);
    full = d->stopping || d->n >= DECIDER_MAX ||
           of_endpoint(d->fresh, &out->endpoint) + of_endpoint(d->running, &out->endpoint) >=
               DECIDER_ENDPOINT_MAX;
    if (!full) {
        out->next = d->fresh;
        d->fresh = out;
        d->n++;
    }
    (void)pthread_mutex_unlock(&d->lock);
    if (full) {
        return CA_FAIL_AS(err, CA_LIMIT, "overloaded",
                          "too many requests wait for the webhook that decides");
    }
    (void)curl_multi_wakeup(d->multi);
    return CA_OK;
}

/* Nothing of it is touched after it was told. */
static void end(struct scep_decider *d, struct scep_call_out *out, CURLcode code)
{
    struct scep_call_out **at;

    webhook_call_why(&out->call, code, &out->status, out->error);
    out->too_long = out->call.received > out->call.answer_max;
    if (out->error[0] == '\0' && (out->too_long || code != CURLE_OK))
        (void)snprintf(out->error, sizeof(out->error), "the answer is too long, or was cut");
    (void)curl_multi_remove_handle(d->multi, out->call.curl);
    webhook_call_done(&out->call);
    (void)pthread_mutex_lock(&d->lock);
    for (at = &d->running; *at != out; at = &(*at)->next)
        continue;
    *at = out->next;
    d->n--;
    (void)pthread_mutex_unlock(&d->lock);
    out->told(out);
}

/* Takes over what is fresh; those that libcurl does not take are ended at once. */
static bool fresh_begin(struct scep_decider *d)
{
    struct scep_call_out *list;
    bool stopping;

    (void)pthread_mutex_lock(&d->lock);
    stopping = d->stopping;
    list = d->fresh;
    d->fresh = NULL;
    for (struct scep_call_out *out = list, *next; out != NULL; out = next) {
        next = out->next;
        out->next = d->running;
        d->running = out;
    }
    (void)pthread_mutex_unlock(&d->lock);
    for (struct scep_call_out *out = d->running, *next; list != NULL && out != NULL; out = next) {
        bool last = out == list;

        next = out->next;
        if (curl_multi_add_handle(d->multi, out->call.curl) != CURLM_OK)
            end(d, out, CURLE_FAILED_INIT);
        if (last)
            break;
    }
    return !stopping;
}

static void answered(struct scep_decider *d)
{
    CURLMsg *said;
    int left;

    while ((said = curl_multi_info_read(d->multi, &left)) != NULL) {
        struct scep_call_out *out = NULL;

        if (said->msg == CURLMSG_DONE &&
            curl_easy_getinfo(said->easy_handle, CURLINFO_PRIVATE, (char **)&out) == CURLE_OK)
            end(d, out, said->data.result);
    }
}

static void *decider_main(void *arg)
{
    struct scep_decider *d = arg;
    int running;

    while (fresh_begin(d)) {
        (void)curl_multi_perform(d->multi, &running);
        answered(d);
        (void)curl_multi_poll(d->multi, NULL, 0, IDLE_MS, NULL);
    }
    while (d->running != NULL)
        end(d, d->running, CURLE_ABORTED_BY_CALLBACK);
    return NULL;
}

static void decider_free(struct scep_decider *d)
{
    if (d->multi != NULL)
        (void)curl_multi_cleanup(d->multi);
    (void)pthread_mutex_destroy(&d->lock);
    free(d);
}

CA_RC scep_decider_start(struct scep_decider **ret, struct ca_err *err)
{
    struct scep_decider *d;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) /* it counts who called it */
        return CA_FAIL(err, CA_FAULT, "libcurl does not start");
    d = calloc(1, sizeof(*d));
    if (d == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&d->lock, NULL);
    d->multi = curl_multi_init();
    if (d->multi == NULL || pthread_create(&d->thread, NULL, decider_main, d) != 0) {
        decider_free(d);
        return CA_FAIL(err, CA_FAULT, "no thread for webhooks that decide");
    }
    *ret = d;
    return CA_OK;
}

void scep_decider_stop(struct scep_decider *d)
{
    if (d == NULL)
        return;
    (void)pthread_mutex_lock(&d->lock);
    d->stopping = true;
    (void)pthread_mutex_unlock(&d->lock);
    (void)curl_multi_wakeup(d->multi);
    (void)pthread_join(d->thread, NULL);
    decider_free(d);
}
