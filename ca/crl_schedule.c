/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "ca/authority_change_internal.h"
#include "ca/crl_internal.h"
#include "ca/dispatch_internal.h"
#include "db/crl_ahead.h"
#include "policy/shard.h"

enum { DELTA_SHORTEST_S = 60, EMERGENCY_LONGEST_S = 366 * 86400 };

/* What of the authority stays, and what is asked. */
static struct db_authority row_of(const struct authority *a, const struct wire_crl_schedule *ask)
{
    return (struct db_authority){
        .id = a->id,
        .crl_delta_interval_s =
            ask->delta_interval_s == -1 ? a->crl_delta_interval_s : ask->delta_interval_s,
        .crl_shards = ask->shards == -1 ? a->crl_shards : ask->shards,
        .crl_emergency_s = ask->emergency_s == -1 ? a->crl_emergency_s : ask->emergency_s,
    };
}

static CA_RC parts_check(const struct authority *a, const struct db_authority *row,
                         struct ca_err *err)
{
    CA_TRY(authority_crl_parts(row->crl_shards, row->crl_delta_interval_s > 0, a->crl_url,
                               "/shards", err));
    if (row->crl_shards < a->crl_shards) {
        return CA_FAIL_AS(err, CA_CONFLICT, "plan-changed",
                          "/shards: certificates name the %d parts that there are",
                          (int)a->crl_shards);
    }
    return CA_OK;
}

static CA_RC delta_check(const struct db_authority *row, struct ca_err *err)
{
    if (row->crl_delta_interval_s == 0 || (row->crl_delta_interval_s >= DELTA_SHORTEST_S &&
                                           row->crl_delta_interval_s < row->crl_interval_s))
        return CA_OK;
    return CA_FAIL(err, CA_MALFORMED,
                   "/delta_interval_minutes: 0, or from 1 to less than the interval of %d s",
                   (int)row->crl_interval_s);
}

static CA_RC emergency_check(const struct db_authority *row, struct ca_err *err)
{
    if (row->crl_emergency_s == 0 ||
        (row->crl_emergency_s > row->crl_validity_s && row->crl_emergency_s <= EMERGENCY_LONGEST_S))
        return CA_OK;
    return CA_FAIL(err, CA_MALFORMED,
                   "/emergency_hours: 0, or more than the validity of %d s and at most %d s",
                   (int)row->crl_validity_s, EMERGENCY_LONGEST_S);
}

static CA_RC schedule_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct db_authority *row = arg;

    (void)audit;
    CA_TRY(db_authority_schedule(db, row, err));
    return row->crl_emergency_s == 0 ? db_crl_ahead_drop(db, row->id, err) : CA_OK;
}

/* The row as it would be. */
static CA_RC row_make(const struct signer *s, const struct authority_set *set,
                      const struct wire_crl_schedule *ask, struct db_authority *ret,
                      struct ca_err *err)
{
    const struct authority *a = authority_set_named(set, ask->authority);

    if (a == NULL)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "no authority '%.63s'",
                          ask->authority);
    *ret = row_of(a, ask);
    CA_TRY(authority_crl_times(s, ask->validity_s == -1 ? a->crl_validity_s : ask->validity_s,
                               ask->interval_s == -1 ? a->crl_interval_s : ask->interval_s, ret,
                               err));
    CA_TRY(parts_check(a, ret, err));
    CA_TRY(delta_check(ret, err));
    return emergency_check(ret, err);
}

CA_RC crl_schedule_check(struct signer *s, const struct wire_crl_schedule *ask, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    struct db_authority row;

    return row_make(s, set, ask, &row, err);
}

static CA_RC change(struct signer *s, const struct actor *actor,
                    const struct wire_crl_schedule *ask, struct ca_err *err)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    char detail[160];
    const struct authority_audit audit = {.actor = actor,
                                          .caller = &ask->caller,
                                          .action = "crl.schedule",
                                          .name = ask->authority,
                                          .detail = detail};
    struct db_authority row;

    CA_TRY(row_make(s, set, ask, &row, err));
    (void)snprintf(detail, sizeof(detail),
                   "validity %d s, interval %d s, deltas %d s, %d parts, emergency %d s",
                   (int)row.crl_validity_s, (int)row.crl_interval_s, (int)row.crl_delta_interval_s,
                   (int)row.crl_shards, (int)row.crl_emergency_s);
    return authority_record(s, schedule_write, &row, &audit, err);
}

CA_RC handle_crl_schedule(struct signer *s, const struct actor *actor, const void *question,
                          void *answer, struct ca_buf *own, struct ca_err *err)
{
    const struct wire_crl_schedule *ask = question;
    enum ca_rc rc;

    CA_TRY(authority_registry_begin(s->registry, err));
    rc = change(s, actor, ask, err);
    if (rc == CA_OK)
        rc = authority_reload(s, err);
    authority_registry_end(s->registry);
    CA_TRY(rc);
    return authority_answer(s, ask->authority, answer, own, err);
}
