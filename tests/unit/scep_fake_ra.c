/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/scep_fakes.h"

void scep_fakes_ra(const struct ra_set *set)
{
    scep_fakes.ra = *set;
}

CA_RC ra_take(struct ra_keeper *k, const char *endpoint, const struct ra_set **ret,
              struct ca_err *err)
{
    (void)k, (void)endpoint;
    if (scep_fakes.ra_away || scep_fakes.ra.n == 0)
        return CA_FAIL(err, CA_UNAVAILABLE, "no RA key yet");
    *ret = &scep_fakes.ra;
    return CA_OK;
}

void ra_give(struct ra_keeper *k, const struct ra_set *set)
{
    (void)k, (void)set;
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
