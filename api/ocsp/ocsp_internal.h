/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "api/ocsp/flights.h"
#include "db/status.h"

struct front;
struct rate;

struct ocsp {
    struct front *front;
    struct ocsp_cache *cache;
    struct ocsp_flights *flights;
    struct rate *rate; /* signatures that one address may cause */

    /* It knows of every change of status and keeps answers fresh; what follows is its own. */
    struct keeper *keeper;
    struct db_status_cursor cursor;
    struct ca_uuid primed; /* the oldest certificate whose answer was made at the start */
    size_t primed_n;
    bool prime_over;
};

CA_RC ocsp_start(struct front *front, struct ocsp **ret, struct ca_err *err);
CA_RC ocsp_run(struct ocsp *o, struct ca_err *err); /* the keeper */
void ocsp_stop(struct ocsp *o);                     /* NULL is fine; no request is under way */

CA_RC ocsp_keeper_tick(void *arg, struct ca_err *err);
