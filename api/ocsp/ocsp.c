/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/ocsp_internal.h"

#include "api/front_internal.h"
#include "api/keeper.h"

enum { KEEPER_PERIOD_MS = 1000 };

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
    return keeper_start("ocsp", KEEPER_PERIOD_MS, ocsp_keeper_tick, o, &o->keeper, err);
}

void ocsp_stop(struct ocsp *o)
{
    if (o == NULL)
        return;
    keeper_stop(o->keeper);
    ocsp_flights_free(o->flights);
    ocsp_cache_free(o->cache);
    rate_free(o->rate);
    db_status_cursor_done(&o->cursor);
    free(o);
}
