/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/rollover_rules.h"

enum verdict { ALLOWED, NOT_BEGUN, IN_CHARGE, SHOWN, NOT_SHOWN };

/* clang-format off */
static const enum verdict table[ROLLOVER_STAGE__COUNT][ROLLOVER_ACT__COUNT] = {
    /*                       prepare  publish    switch     cancel */
    [ROLLOVER_NONE]      = {ALLOWED, NOT_BEGUN, NOT_BEGUN, NOT_BEGUN},
    [ROLLOVER_PREPARED]  = {ALLOWED, ALLOWED,   NOT_SHOWN, ALLOWED},
    [ROLLOVER_PUBLISHED] = {SHOWN,   ALLOWED,   ALLOWED,   ALLOWED},
    [ROLLOVER_SCHEDULED] = {SHOWN,   ALLOWED,   ALLOWED,   ALLOWED},
    [ROLLOVER_IN_CHARGE] = {SHOWN,   IN_CHARGE, IN_CHARGE, IN_CHARGE},
};
/* clang-format on */

enum rollover_stage rollover_stage(const struct db_rollover *row, int64_t now)
{
    if (row == NULL || row->cancelled_at != 0)
        return ROLLOVER_NONE;
    if (row->switch_at != 0)
        return row->switch_at <= now ? ROLLOVER_IN_CHARGE : ROLLOVER_SCHEDULED;
    return row->published_at != 0 ? ROLLOVER_PUBLISHED : ROLLOVER_PREPARED;
}

CA_RC rollover_may(enum rollover_act act, const struct db_rollover *row, const char *authority,
                   int64_t now, struct ca_err *err)
{
    const char *next = row != NULL ? row->next : "";

    switch (table[rollover_stage(row, now)][act]) {
    case ALLOWED:
        break;
    case NOT_BEGUN:
        return CA_FAIL(err, CA_NOT_FOUND, "no next authority of '%.63s' is prepared", authority);
    case IN_CHARGE:
        return CA_FAIL(err, CA_CONFLICT, "'%.63s' issues in the place of '%.63s' already", next,
                       authority);
    case SHOWN:
        return CA_FAIL(err, CA_CONFLICT, "'%.63s' is published as the next one: cancel that first",
                       next);
    case NOT_SHOWN:
        return CA_FAIL(err, CA_CONFLICT, "'%.63s' is not published yet", next);
    }
    return CA_OK;
}

CA_RC rollover_switch_at(int64_t asked, int64_t not_after, int64_t now, int64_t *ret,
                         struct ca_err *err)
{
    if (asked != 0 && asked < now)
        return CA_FAIL(err, CA_MALFORMED, "/at: lies in the past");
    if (not_after != 0 && asked > not_after)
        return CA_FAIL(err, CA_MALFORMED, "/at: the authority has ended by then");
    *ret = asked != 0 ? asked : now;
    return CA_OK;
}
