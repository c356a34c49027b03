/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rc.h"
#include "db/rollover.h"

/* How far the next authority of an authority is, and what may come then. Pure. */
enum rollover_stage {
    ROLLOVER_NONE, /* or called off */
    ROLLOVER_PREPARED,
    ROLLOVER_PUBLISHED,
    ROLLOVER_SCHEDULED, /* it has a date, which lies ahead */
    ROLLOVER_IN_CHARGE, /* it issues in the other's place */
    ROLLOVER_STAGE__COUNT
};
enum rollover_act {
    ROLLOVER_PREPARE,
    ROLLOVER_PUBLISH,
    ROLLOVER_SWITCH,
    ROLLOVER_CANCEL,
    ROLLOVER_ACT__COUNT
};

/* `row` NULL: there is none. */
enum rollover_stage rollover_stage(const struct db_rollover *row, int64_t now);
/* CA_NOT_FOUND nothing is prepared; CA_CONFLICT it is too late, or too early. */
CA_RC rollover_may(enum rollover_act act, const struct db_rollover *row, const char *authority,
                   int64_t now, struct ca_err *err);
/* From when on the next one issues: as asked, 0: now. `not_after` of the one that ends, 0: it has
 * no certificate yet. CA_MALFORMED it lies in the past, or behind that end. */
CA_RC rollover_switch_at(int64_t asked, int64_t not_after, int64_t now, int64_t *ret,
                         struct ca_err *err);
