/* SPDX-License-Identifier: Apache-2.0 */
#include "api/scep/ra_internal.h"

#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "policy/cert.h"

enum { PERIOD_MS = 2000, DB_WAIT_MS = 2000, TIDY_S = 86400 };

/* Rows of a look at the database. */
struct look {
    struct db_result endpoints;
    struct db_result rows;
};

static void look_done(struct look l)
{
    db_result_free(l.endpoints);
    db_result_free(l.rows);
}
CA_AUTO_DEFINE(look, struct look, look_done);

static CA_RC look(struct ra_keeper *k, int64_t now, struct look *ret, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc;

    CA_TRY(front_db_take(k->front, ca_mono_ms() + DB_WAIT_MS, &db, err));
    rc = db_scep_endpoint_list(db, NULL, &ret->endpoints, err);
    if (rc == CA_OK)
        rc = db_service_list(db, "scep-ra", NULL, now, &ret->rows, err);
    front_db_give(k->front, db);
    return rc;
}

static CA_RC endpoint_get(struct ra_keeper *k, const char *name, struct ra_endpoint **ret,
                          struct ca_err *err)
{
    struct ra_endpoint *e = k->endpoints;

    while (e != NULL && strcmp(e->name, name) != 0)
        e = e->next;
    if (e == NULL) {
        e = calloc(1, sizeof(*e));
        if (e == NULL || !ca_text_copy(e->name, sizeof(e->name), ca_bytes_str(name))) {
            free(e);
            return CA_FAIL(err, CA_FAULT, "no room for endpoint '%.63s'", name);
        }
        (void)pthread_mutex_lock(&k->lock);
        e->next = k->endpoints;
        k->endpoints = e;
        (void)pthread_mutex_unlock(&k->lock);
    }
    *ret = e;
    return CA_OK;
}

/* Those that are gone or disabled answer nobody any more. */
static void unseen_drop(struct ra_keeper *k)
{
    struct ra_endpoint **at = &k->endpoints;

    while (*at != NULL) {
        struct ra_endpoint *e = *at;

        if (e->seen) {
            e->seen = false;
            at = &e->next;
            continue;
        }
        (void)pthread_mutex_lock(&k->lock);
        *at = e->next;
        (void)pthread_mutex_unlock(&k->lock);
        ra_endpoint_free(e);
    }
}

/* What one endpoint cannot have is no reason to keep it from the others. */
static CA_RC endpoints_tend(struct ra_keeper *k, const struct look *l, int64_t now,
                            struct ca_err *err)
{
    const struct db_scep_endpoint *list = l->endpoints.rows;
    enum ca_rc worst = CA_OK;

    for (size_t i = 0; i < l->endpoints.count; i++) {
        const struct ra_facts facts = {&list[i], l->rows.rows, l->rows.count, now};
        struct ra_endpoint *e = NULL;
        struct ca_err why = {0};
        enum ca_rc rc;

        if (!list[i].enabled)
            continue;
        CA_TRY(endpoint_get(k, list[i].name, &e, err));
        e->seen = true;
        rc = ra_endpoint_sync(k, e, &facts, &why);
        if (rc == CA_OK)
            rc = ra_renew(k, e, &facts, &why);
        if (rc != CA_OK) {
            *err = why;
            worst = rc;
        }
    }
    unseen_drop(k);
    return worst;
}

static CA_RC tick(void *arg, struct ca_err *err)
{
    struct ra_keeper *k = arg;
    CA_AUTO(look) struct look l = {.endpoints = {0}};
    int64_t now = ca_time_now();

    CA_TRY(look(k, now, &l, err));
    CA_TRY(endpoints_tend(k, &l, now, err));
    if (now >= k->tidy_at) {
        CA_TRY(ra_tidy(k, now, err));
        k->tidy_at = now + TIDY_S;
    }
    return CA_OK;
}

CA_RC ra_start(struct front *front, struct ra_keeper **ret, struct ca_err *err)
{
    struct ra_keeper *k;
    enum ca_rc rc;

    if (front->config.hsm == NULL)
        return CA_OK;
    k = calloc(1, sizeof(*k));
    if (k == NULL)
        return CA_FAIL_NOMEM(err);
    k->front = front;
    (void)pthread_mutex_init(&k->lock, NULL);
    rc = keeper_start("scep-ra", PERIOD_MS, tick, k, &k->keeper, err);
    if (rc != CA_OK) {
        ra_stop(k);
        return rc;
    }
    *ret = k;
    return CA_OK;
}

void ra_stop(struct ra_keeper *k)
{
    if (k == NULL)
        return;
    keeper_stop(k->keeper);
    unseen_drop(k);
    unseen_drop(k); /* also those that were seen in the last look */
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

CA_RC ra_take(struct ra_keeper *k, const char *endpoint, const struct ra_set **ret,
              struct ca_err *err)
{
    struct ra_held *held = NULL;

    if (k == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "the front token is away");
    (void)pthread_mutex_lock(&k->lock);
    for (struct ra_endpoint *e = k->endpoints; e != NULL; e = e->next) {
        if (strcmp(e->name, endpoint) == 0)
            held = e->held;
    }
    if (held != NULL)
        (void)atomic_fetch_add(&held->users, 1);
    (void)pthread_mutex_unlock(&k->lock);
    if (held == NULL)
        return CA_FAIL(err, CA_UNAVAILABLE, "endpoint '%.63s' has no RA certificate yet", endpoint);
    *ret = &held->set;
    return CA_OK;
}

static void life_fill(const struct ra_endpoint *e, struct service_life *ret)
{
    struct ca_err err = {0};
    struct cert cert;

    *ret = (struct service_life){.kind = "scep-ra"};
    (void)snprintf(ret->owner, sizeof(ret->owner), "%s", e->name);
    if (e->held == NULL || cert_read(e->held->set.list[0].certificate, &cert, &err) != CA_OK)
        return;
    ret->not_before = cert.not_before;
    ret->not_after = cert.not_after;
}

size_t ra_lives(struct ra_keeper *k, struct service_life *ret, size_t max)
{
    size_t n = 0;

    if (k == NULL)
        return 0;
    (void)pthread_mutex_lock(&k->lock);
    for (struct ra_endpoint *e = k->endpoints; e != NULL && n < max; e = e->next)
        life_fill(e, &ret[n++]);
    (void)pthread_mutex_unlock(&k->lock);
    return n;
}
