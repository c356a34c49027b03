/* SPDX-License-Identifier: Apache-2.0 */
#include "api/keeper.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "api/front_internal.h"
#include "base/der.h"
#include "base/der_write.h"
#include "base/log.h"
#include "base/time.h"

enum { ASK_MS = 10000, SLICE_MS = 100 };

bool service_due(int64_t not_before, int64_t not_after, int64_t now)
{
    return now >= not_before + (not_after - not_before) * 3 / 5;
}

static CA_RC info_write(const struct hsm_key *key, struct der_writer *ret, struct ca_err *err)
{
    der_open(ret, DER_SEQUENCE);
    der_put_uint(ret, 0);
    der_open(ret, DER_SEQUENCE);
    der_close(ret);
    der_put_raw(ret, hsm_key_spki(key));
    der_open(ret, DER_CONTEXT_0);
    der_close(ret);
    der_close(ret);
    return der_writer_check(ret, err);
}

CA_RC service_csr(const struct hsm_key *key, struct ca_buf *ret, struct ca_err *err)
{
    enum ca_signature sig = ca_signature_default(hsm_key_spec(key), false);
    CA_AUTO(der_writer) struct der_writer info = {0};
    CA_AUTO(der_writer) struct der_writer csr = {0};
    CA_AUTO(buf) struct ca_buf signature = {0};

    CA_TRY(info_write(key, &info, err));
    CA_TRY(hsm_sign(key, sig, der_writer_view(&info), &signature, err));
    der_open(&csr, DER_SEQUENCE);
    der_put_raw(&csr, der_writer_view(&info));
    der_put_raw(&csr, ca_signature_info(sig)->algorithm);
    der_put_bits(&csr, ca_buf_view(&signature));
    der_close(&csr);
    CA_TRY(der_writer_check(&csr, err));
    ca_buf_bytes(ret, der_writer_view(&csr));
    return ca_buf_check(ret, err);
}

CA_RC service_ask(struct front *front, const char *kind, const char *owner,
                  const struct hsm_key *key, struct wire_message **ret, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf csr = {0};
    struct wire_service_issue ask = {
        .caller = {.channel = "front", .request_id = "keeper"},
        .kind = kind,
        .owner = owner,
        .key_label = hsm_key_label(key)
    };

    CA_TRY(service_csr(key, &csr, err));
    ask.csr = ca_buf_view(&csr);
    return client_call(front->config.client, WIRE_SERVICE_ISSUE, &ask, ca_mono_ms() + ASK_MS, ret,
                       err);
}

struct keeper {
    const char *name;
    int64_t period_ms;
    keeper_fn tick;
    void *arg;
    pthread_t thread;
    atomic_bool stopping;
    char said[sizeof(((struct ca_err *)NULL)->text)]; /* the last failure */
};

static void idle(struct keeper *k)
{
    for (int64_t ms = 0; ms < k->period_ms && !atomic_load(&k->stopping); ms += SLICE_MS)
        (void)poll(NULL, 0, SLICE_MS);
}

/* Once for each reason: it is tried again and again. */
static void failure_log(struct keeper *k, enum ca_rc rc, const struct ca_err *err)
{
    if (rc == CA_OK)
        k->said[0] = '\0';
    else if (strcmp(k->said, err->text) != 0)
        CA_LOG(CA_LOG_ERROR, "keeper_stuck", CA_STR("what", k->name), CA_STR("text", err->text));
    if (rc != CA_OK)
        (void)snprintf(k->said, sizeof(k->said), "%s", err->text);
}

static void *keeper_main(void *arg)
{
    struct keeper *k = arg;

    while (!atomic_load(&k->stopping)) {
        struct ca_err err = {0};
        enum ca_rc rc = k->tick(k->arg, &err);

        failure_log(k, rc, &err);
        idle(k);
    }
    return NULL;
}

CA_RC keeper_start(const char *name, int64_t period_ms, keeper_fn tick, void *arg,
                   struct keeper **ret, struct ca_err *err)
{
    struct keeper *k = calloc(1, sizeof(*k));

    if (k == NULL)
        return CA_FAIL_NOMEM(err);
    k->name = name;
    k->period_ms = period_ms;
    k->tick = tick;
    k->arg = arg;
    if (pthread_create(&k->thread, NULL, keeper_main, k) != 0) {
        free(k);
        return CA_FAIL(err, CA_FAULT, "no thread for %s", name);
    }
    *ret = k;
    return CA_OK;
}

void keeper_stop(struct keeper *k)
{
    if (k == NULL)
        return;
    atomic_store(&k->stopping, true);
    (void)pthread_join(k->thread, NULL);
    free(k);
}
