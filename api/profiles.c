/* SPDX-License-Identifier: Apache-2.0 */
#include "api/profiles_internal.h"

#include "api/keeper.h"
#include "base/time.h"
#include "db/profile.h"

enum { PERIOD_MS = 1000, DB_WAIT_MS = 2000 };

struct profile_watch {
    struct front *front;
    struct profile_shelf *shelf;
    struct keeper *keeper;
};

CA_RC profile_watch_new(struct front *front, struct profile_watch **ret, struct ca_err *err)
{
    struct profile_watch *w = calloc(1, sizeof(*w));
    enum ca_rc rc;

    if (w == NULL)
        return CA_FAIL_NOMEM(err);
    w->front = front;
    rc = profile_shelf_new(front->config.profiles, &w->shelf, err);
    if (rc != CA_OK) {
        free(w);
        return rc;
    }
    *ret = w;
    return CA_OK;
}

static CA_RC in_force_read(struct profile_watch *w, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    CA_AUTO(buf) struct ca_buf list = {0};
    const struct db_profile_activation *rows;
    int64_t newest = 0;

    CA_TRY(db_profile_active(db, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count; i++) {
        const struct profile_override one = {rows[i].name, rows[i].yaml};

        CA_TRY(profile_version_check(rows[i].name, rows[i].version, rows[i].yaml, err));
        ca_buf_add(&list, &one, sizeof(one));
        newest = rows[i].sequence > newest ? rows[i].sequence : newest;
    }
    CA_TRY(ca_buf_check(&list, err));
    if (found.count == 0)
        return CA_OK;
    return profile_shelf_put(w->shelf, (const void *)list.ptr, found.count, newest, err);
}

CA_RC profile_watch_read(struct profile_watch *w, struct db *db, struct ca_err *err)
{
    int64_t newest = 0;

    CA_TRY(db_profile_sequence(db, &newest, err));
    if (newest == profile_shelf_sequence(w->shelf))
        return CA_OK;
    return in_force_read(w, db, err);
}

static CA_RC tick(void *arg, struct ca_err *err)
{
    struct profile_watch *w = arg;
    struct db *db = NULL;
    enum ca_rc rc = front_db_take(w->front, ca_mono_ms() + DB_WAIT_MS, &db, err);

    if (rc == CA_OK)
        rc = profile_watch_read(w, db, err);
    front_db_give(w->front, db);
    return rc;
}

CA_RC profile_watch_start(struct profile_watch *w, struct ca_err *err)
{
    struct ca_err ignored = {0};

    (void)!tick(w, &ignored); /* the keeper says why not */
    return keeper_start("profiles", PERIOD_MS, tick, w, &w->keeper, err);
}

void profile_watch_stop(struct profile_watch *w)
{
    if (w == NULL)
        return;
    keeper_stop(w->keeper);
    w->keeper = NULL;
}

void profile_watch_free(struct profile_watch *w)
{
    if (w == NULL)
        return;
    profile_shelf_free(w->shelf);
    free(w);
}

struct profile_loan *profile_watch_take(struct profile_watch *w)
{
    return profile_shelf_take(w->shelf);
}
