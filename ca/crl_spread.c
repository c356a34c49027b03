/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/crl_spread_internal.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/authority_change_internal.h"
#include "policy/shard.h"

enum {
    LOOK_MS = 600000, /* for what other nodes issue */
    RETRY_MS = 30000,
    DB_WAIT_MS = 1000,
    ROOM_PART = 4,   /* of the room that is left may fill before the next count */
    LIMIT_PART = 50, /* and of the whole: counting must not become all that is done */
};

static int64_t in_force_of(const struct db_result *counts, int64_t authority_id)
{
    const struct db_authority_in_force *rows = counts->rows;

    for (size_t i = 0; i < counts->count; i++) {
        if (rows[i].authority_id == authority_id)
            return rows[i].certificates;
    }
    return 0;
}

struct spreading {
    int64_t authority_id;
    int32_t shards;
};

static CA_RC spread_write(struct db *db, struct audit *audit, void *arg, struct ca_err *err)
{
    const struct spreading *to = arg;

    (void)audit;
    return db_authority_spread(db, to->authority_id, to->shards, err);
}

static CA_RC parts_add(struct signer *s, const struct authority *a, int32_t shards,
                       int64_t in_force, struct ca_err *err)
{
    struct spreading to = {a->id, shards};
    char detail[120];
    const struct audit_event event = {.actor = "system",
                                      .channel = "signer",
                                      .action = "crl.spread",
                                      .outcome = "ok",
                                      .object = a->name,
                                      .request_id = "",
                                      .detail = detail};
    enum ca_rc rc;

    (void)snprintf(detail, sizeof(detail), "%d parts become %d: %jd certificates are in force",
                   (int)a->crl_shards, (int)shards, (intmax_t)in_force);
    rc = recorder_change(s->recorder, spread_write, &to, &event, 1, err);
    if (rc != CA_OK && rc != CA_CONFLICT) /* another node was faster */
        return rc;
    CA_LOG(CA_LOG_INFO, "crl_spread", CA_STR("ca", a->name), CA_INT("parts", shards),
           CA_INT("certificates", in_force));
    return authority_reload(s, err);
}

static void room_note(struct crl_spread *spread, int32_t shards, int64_t in_force)
{
    int64_t most = (int64_t)shards * SHARD_CERTIFICATES;
    int64_t room = (most - in_force) / ROOM_PART;

    if (room < most / LIMIT_PART)
        room = most / LIMIT_PART;
    if ((uint64_t)room < spread->room)
        spread->room = (uint64_t)room;
}

static bool may_grow(const struct authority *a)
{
    return a->crl_shards > 0 && a->crl_shards < SHARD_MAX;
}

static CA_RC all_spread(struct signer *s, const struct authority_set *set,
                        const struct db_result *counts, struct crl_spread *spread,
                        struct ca_err *err)
{
    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);
        int64_t in_force = in_force_of(counts, a->id);
        int32_t shards = shard_enough(a->crl_shards, in_force);

        if (!may_grow(a))
            continue;
        if (shards > a->crl_shards)
            CA_TRY(parts_add(s, a, shards, in_force, err));
        room_note(spread, shards, in_force);
    }
    return CA_OK;
}

static CA_RC count(struct signer *s, struct db_result *ret, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(db_pool_take(s->pool, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_authority_in_force(db, ca_time_now(), ret, err);
    db_pool_give(s->pool, db);
    return rc;
}

static bool any_may_grow(const struct authority_set *set)
{
    for (size_t i = 0; i < authority_set_count(set); i++) {
        if (may_grow(authority_set_at(set, i)))
            return true;
    }
    return false;
}

void crl_spread_look(struct signer *s, struct crl_spread *spread)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);
    CA_AUTO(db_result) struct db_result counts = {0};
    uint64_t issued = ca_histogram_count(&s->metrics.steps[STEP_WHOLE]);
    struct ca_err err = {0};
    enum ca_rc rc;

    if ((ca_mono_ms() < spread->next_ms && issued - spread->issued < spread->room) ||
        !any_may_grow(set))
        return;
    spread->issued = issued;
    spread->room = UINT64_MAX;
    rc = count(s, &counts, &err);
    if (rc == CA_OK)
        rc = all_spread(s, set, &counts, spread, &err);
    if (rc != CA_OK)
        CA_LOG(CA_LOG_WARNING, "crl_not_spread", CA_STR("text", err.text));
    spread->next_ms = ca_mono_ms() + (rc == CA_OK ? LOOK_MS : RETRY_MS);
}
