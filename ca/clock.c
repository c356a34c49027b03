/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/clock_internal.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/time.h"

struct clock_guard {
    _Atomic int64_t ahead_s; /* wall clock minus monotonic clock, as last seen */
    _Atomic int64_t jump_s;  /* 0: none so far; stays once it is set */
};

static int64_t ahead_now(void)
{
    return ca_time_now() - ca_mono_ms() / 1000;
}

CA_RC clock_guard_new(int64_t newest, struct clock_guard **ret, struct ca_err *err)
{
    struct clock_guard *c = calloc(1, sizeof(*c));
    int64_t behind = newest - ca_time_now();

    if (c == NULL)
        return CA_FAIL_NOMEM(err);
    atomic_store(&c->ahead_s, ahead_now());
    if (behind > CLOCK_JUMP_S)
        atomic_store(&c->jump_s, -behind);
    *ret = c;
    return CA_OK;
}

void clock_guard_free(struct clock_guard *c)
{
    free(c);
}

CA_RC clock_guard_check(struct clock_guard *c, struct ca_err *err)
{
    int64_t ahead = ahead_now();
    int64_t step = ahead - atomic_exchange(&c->ahead_s, ahead);

    /* A clock that is slewed moves by less than a second between two looks. */
    if (step > CLOCK_JUMP_S || step < -CLOCK_JUMP_S)
        atomic_store(&c->jump_s, step);
    if (atomic_load(&c->jump_s) != 0) {
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "clock-jumped",
                          "the clock jumped by %" PRId64
                          " s: nothing is signed until it is set right and the signer restarted",
                          atomic_load(&c->jump_s));
    }
    return CA_OK;
}
