/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/scep_fakes.h"

#include <stdatomic.h>
#include <unistd.h>

void scep_fakes_ra(const struct ra_set *set)
{
    scep_fakes.ra = *set;
}

CA_RC ra_take(struct ra_keeper *k, const char *endpoint, const struct ra_set **ret,
              struct ca_err *err)
{
    int n = atomic_fetch_add(&scep_fakes.ra_taken, 1) + 1;

    (void)k, (void)endpoint;
    if (n > scep_fakes.ra_taken_most)
        scep_fakes.ra_taken_most = n;
    while (scep_fakes.ra_held)
        (void)usleep(1000);
    if (scep_fakes.ra_away || scep_fakes.ra.n == 0) {
        (void)atomic_fetch_sub(&scep_fakes.ra_taken, 1);
        return CA_FAIL(err, CA_UNAVAILABLE, "no RA key yet");
    }
    *ret = &scep_fakes.ra;
    return CA_OK;
}

void ra_give(struct ra_keeper *k, const struct ra_set *set)
{
    (void)k, (void)set;
    (void)atomic_fetch_sub(&scep_fakes.ra_taken, 1);
}

CA_RC ra_start(struct front *front, struct ra_keeper **ret, struct ca_err *err)
{
    (void)front, (void)ret, (void)err;
    return CA_OK;
}

void ra_stop(struct ra_keeper *k)
{
    (void)k;
}

size_t ra_lives(struct ra_keeper *k, struct service_life *ret, size_t max)
{
    (void)k, (void)ret, (void)max;
    return 0;
}
