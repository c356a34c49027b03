/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/ocsp_internal.h"

#include "api/front_internal.h"

static CA_RC parts_make(struct ocsp *o, struct ca_err *err)
{
    const struct front_config *c = &o->front->config;

    CA_TRY(ocsp_cache_new(c->ocsp_cache, &o->cache, err));
    CA_TRY(rate_new(c->ocsp_signatures, &o->rate, err));
    return ocsp_flights_new(c->client, o->cache, &o->flights, err);
}

CA_RC ocsp_start(struct front *front, struct ocsp **ret, struct ca_err *err)
{
    struct ocsp *o = calloc(1, sizeof(*o));
    enum ca_rc rc;

    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    o->front = front;
    rc = parts_make(o, err);
    if (rc != CA_OK) {
        ocsp_stop(o);
        return rc;
    }
    *ret = o;
    return CA_OK;
}

CA_RC ocsp_run(struct ocsp *o, struct ca_err *err)
{
    if (pthread_create(&o->thread, NULL, ocsp_keeper_thread, o) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for OCSP answers");
    o->running = true;
    return CA_OK;
}

void ocsp_stop(struct ocsp *o)
{
    if (o == NULL)
        return;
    atomic_store(&o->stopping, true);
    if (o->running)
        (void)pthread_join(o->thread, NULL);
    ocsp_flights_free(o->flights);
    ocsp_cache_free(o->cache);
    rate_free(o->rate);
    db_status_cursor_done(&o->cursor);
    free(o);
}
