/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/webhook/call.h"
#include "api/webhook/webhook_internal.h"
#include "base/time.h"

enum { CONNECT_MS = 5000, WHOLE_MS = 10000, ANSWER_MAX = 65536, POLL_MS = 500 };

/* One delivery under way. */
struct exchange {
    struct sending *sending;
    struct webhook_call call; /* whatever they answer is read, so far, and forgotten */
};

/* What became of it. A 2xx whose body was cut is one all the same. */
static void exchange_end(struct exchange *x, CURLcode code)
{
    webhook_call_why(&x->call, code, &x->sending->status, x->sending->error);
}

static void multi_done(CURLM *multi)
{
    (void)curl_multi_cleanup(multi);
}
CA_AUTO_DEFINE(multi, CURLM *, multi_done);

static CA_RC multi_run(CURLM *multi, struct ca_err *err)
{
    int64_t until = ca_mono_ms() + 2 * WHOLE_MS; /* each has its own time */
    int running = 1;

    while (running > 0 && ca_mono_ms() < until) {
        if (curl_multi_perform(multi, &running) != CURLM_OK ||
            (running > 0 && curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK))
            return CA_FAIL(err, CA_FAULT, "libcurl does not go on");
    }
    return CA_OK;
}

static void multi_read(CURLM *multi)
{
    CURLMsg *said;
    int left;

    while ((said = curl_multi_info_read(multi, &left)) != NULL) {
        struct exchange *x = NULL;

        if (said->msg == CURLMSG_DONE &&
            curl_easy_getinfo(said->easy_handle, CURLINFO_PRIVATE, (char **)&x) == CURLE_OK &&
            x != NULL)
            exchange_end(x, said->data.result);
    }
}

static CA_RC exchange_begin(struct exchange *x, CURLM *multi, const struct sender_config *config,
                            struct ca_err *err)
{
    const struct db_webhook_delivery *d = x->sending->delivery;
    const struct webhook_call_config to = {d->url,     config->roots, config->allow_private,
                                           CONNECT_MS, WHOLE_MS,      ANSWER_MAX};
    char id[CA_UUID_TEXT];

    x->call.body = d->body;
    (void)snprintf(x->sending->error, sizeof(x->sending->error), "no answer");
    CA_TRY(webhook_call_sign(&x->call, config->key, ca_uuid_text(&d->id, id), err));
    CA_TRY(webhook_call_make(&x->call, &to, x, err));
    if (curl_multi_add_handle(multi, x->call.curl) != CURLM_OK)
        return CA_FAIL_NOMEM(err);
    return CA_OK;
}

CA_RC sender_run(const struct sender_config *config, struct sending *list, size_t n,
                 struct ca_err *err)
{
    CA_AUTO(multi) CURLM *multi = curl_multi_init();
    struct exchange *all = calloc(n, sizeof(*all));
    enum ca_rc rc = multi != NULL && all != NULL ? CA_OK : CA_FAIL_NOMEM(err);

    for (size_t i = 0; i < n && rc == CA_OK; i++) {
        all[i] = (struct exchange){.sending = &list[i]};
        rc = exchange_begin(&all[i], multi, config, err);
    }
    if (rc == CA_OK)
        rc = multi_run(multi, err);
    if (rc == CA_OK)
        multi_read(multi);
    for (size_t i = 0; i < n && all != NULL; i++) {
        if (all[i].call.curl != NULL)
            (void)curl_multi_remove_handle(multi, all[i].call.curl);
        webhook_call_done(&all[i].call);
    }
    free(all);
    return rc;
}
