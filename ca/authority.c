/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/authority_internal.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>

#include "base/text.h"
#include "base/time.h"

struct authority_set {
    struct authority_registry *registry;
    unsigned users;  /* guarded by the registry's lock */
    uint64_t ticket; /* a set with a higher one was read later */
    size_t n;
    struct authority items[];
};

/* A key that was opened once; never closed before the registry ends. */
struct opened {
    struct opened *next;
    struct hsm_key *key;
};

struct authority_registry {
    struct hsm *hsm; /* NULL: the token is away */
    char token_reason[240];
    pthread_mutex_t lock; /* guards everything below */
    struct authority_set *current;
    struct opened *keys;
    uint64_t tickets;
    bool changing;
    struct authority_successor successors[AUTHORITY_SUCCESSORS_MAX];
    size_t successor_n;
};

static void set_free(struct authority_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->n; i++)
        authority_done(&set->items[i]);
    free(set);
}
CA_AUTO_DEFINE(set, struct authority_set *, set_free);

CA_RC authority_registry_new(struct hsm *hsm, const char *token_reason,
                             struct authority_registry **ret, struct ca_err *err)
{
    struct authority_registry *r = calloc(1, sizeof(*r));
    struct authority_set *none = calloc(1, sizeof(*none));

    if (r == NULL || none == NULL) {
        free(r);
        free(none);
        return CA_FAIL_NOMEM(err);
    }
    r->hsm = hsm;
    (void)snprintf(r->token_reason, sizeof(r->token_reason), "%s",
                   token_reason != NULL ? token_reason : "there is no token");
    (void)pthread_mutex_init(&r->lock, NULL);
    none->registry = r;
    none->users = 1; /* the registry itself */
    r->current = none;
    *ret = r;
    return CA_OK;
}

void authority_registry_free(struct authority_registry *r)
{
    if (r == NULL)
        return;
    authority_set_give(r->current);
    while (r->keys != NULL) {
        struct opened *next = r->keys->next;

        hsm_key_close(r->keys->key);
        free(r->keys);
        r->keys = next;
    }
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static struct hsm_key *key_known(struct authority_registry *r, const char *label)
{
    struct hsm_key *key = NULL;

    (void)pthread_mutex_lock(&r->lock);
    for (struct opened *o = r->keys; o != NULL && key == NULL; o = o->next) {
        if (strcmp(hsm_key_label(o->key), label) == 0)
            key = o->key;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return key;
}

static CA_RC key_open(struct authority_registry *r, const char *label, struct hsm_key **ret,
                      struct ca_err *err)
{
    struct opened *o;
    CA_AUTO(hsm_key) struct hsm_key *key = NULL;

    *ret = key_known(r, label);
    if (*ret != NULL)
        return hsm_key_check(r->hsm, *ret, err); /* I14: at each reading, not only the first */
    CA_TRY(hsm_key_open(r->hsm, label, &key, err));
    CA_TRY(hsm_key_check(r->hsm, key, err)); /* one that fails may be removed and made anew */
    o = calloc(1, sizeof(*o));
    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    o->key = CA_MOVE(key); /* two threads may open the same: both stay, the newer one is found */
    (void)pthread_mutex_lock(&r->lock);
    o->next = r->keys;
    r->keys = o;
    *ret = o->key;
    (void)pthread_mutex_unlock(&r->lock);
    return CA_OK;
}

CA_RC authority_registry_key(struct authority_registry *r, const char *label,
                             const struct hsm_key **ret, struct ca_err *err)
{
    struct hsm_key *key = NULL;
    enum ca_rc rc;

    if (r->hsm == NULL)
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-offline", "%s", r->token_reason);
    rc = key_open(r, label, &key, err);
    if (rc == CA_UNAVAILABLE)
        (void)snprintf(err->problem, sizeof(err->problem), "token-failed");
    CA_TRY(rc);
    *ret = key;
    return CA_OK;
}

/* The key of one row. What is wrong with it is the authority's reason; a token that failed is not.
 */
static CA_RC row_fill(struct authority_registry *r, const struct db_authority *row,
                      struct authority *ret, struct ca_err *err)
{
    const struct hsm_key *key = NULL;
    struct ca_err why = {0};
    enum ca_rc rc = authority_registry_key(r, row->key_label, &key, &why);

    if (rc == CA_FAULT || (rc == CA_UNAVAILABLE && strcmp(why.problem, "token-failed") == 0)) {
        *err = why;
        return rc;
    }
    return authority_fill(ret, row, key, why.text, err);
}

static CA_RC set_read(struct authority_registry *r, const struct db_result *rows, uint64_t ticket,
                      struct authority_set **ret, struct ca_err *err)
{
    const struct db_authority *row = rows->rows;
    CA_AUTO(set)
    struct authority_set *set =
        calloc(1, sizeof(*set) + rows->count * sizeof(set->items[0])); /* zeroed authorities */

    if (set == NULL)
        return CA_FAIL_NOMEM(err);
    set->registry = r;
    set->users = 1;
    set->ticket = ticket;
    for (size_t i = 0; i < rows->count; i++) {
        set->n++;
        CA_TRY(row_fill(r, &row[i], &set->items[i], err));
    }
    *ret = CA_MOVE(set);
    return CA_OK;
}

/* Of two that were read at the same time, the one begun later stays. */
static void set_publish(struct authority_registry *r, struct authority_set *set)
{
    struct authority_set *old = set;

    (void)pthread_mutex_lock(&r->lock);
    if (set->ticket > r->current->ticket) {
        old = r->current;
        r->current = set;
    }
    (void)pthread_mutex_unlock(&r->lock);
    authority_set_give(old);
}

CA_RC authority_registry_load(struct authority_registry *r, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result rows = {0};
    struct authority_set *set = NULL;
    uint64_t ticket;

    (void)pthread_mutex_lock(&r->lock);
    ticket = ++r->tickets;
    (void)pthread_mutex_unlock(&r->lock);
    CA_TRY(db_authority_list(db, &rows, err));
    CA_TRY(set_read(r, &rows, ticket, &set, err));
    set_publish(r, set);
    return CA_OK;
}

CA_RC authority_registry_begin(struct authority_registry *r, struct ca_err *err)
{
    bool mine;

    (void)pthread_mutex_lock(&r->lock);
    mine = !r->changing;
    r->changing = true;
    (void)pthread_mutex_unlock(&r->lock);
    if (!mine)
        return CA_FAIL(err, CA_CONFLICT, "another authority is being set up: try again after it");
    return CA_OK;
}

void authority_registry_end(struct authority_registry *r)
{
    (void)pthread_mutex_lock(&r->lock);
    r->changing = false;
    (void)pthread_mutex_unlock(&r->lock);
}

struct authority_set *authority_set_take(struct authority_registry *r)
{
    struct authority_set *set;

    (void)pthread_mutex_lock(&r->lock);
    set = r->current;
    set->users++;
    (void)pthread_mutex_unlock(&r->lock);
    return set;
}

void authority_set_give(struct authority_set *set)
{
    bool last;

    if (set == NULL)
        return;
    (void)pthread_mutex_lock(&set->registry->lock);
    last = --set->users == 0;
    (void)pthread_mutex_unlock(&set->registry->lock);
    if (last)
        set_free(set);
}

size_t authority_set_count(const struct authority_set *set)
{
    return set->n;
}

const struct authority *authority_set_at(const struct authority_set *set, size_t i)
{
    return &set->items[i];
}

const struct authority *authority_set_by_id(const struct authority_set *set, int64_t id)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->items[i].id == id)
            return &set->items[i];
    }
    return NULL;
}

const struct authority *authority_set_named(const struct authority_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++) {
        if (strcmp(set->items[i].name, name) == 0)
            return &set->items[i];
    }
    return NULL;
}

void authority_registry_succeed(struct authority_registry *r,
                                const struct authority_successor *list, size_t n)
{
    assert(n <= AUTHORITY_SUCCESSORS_MAX);
    (void)pthread_mutex_lock(&r->lock);
    if (n > 0)
        memcpy(r->successors, list, n * sizeof(*list));
    r->successor_n = n;
    (void)pthread_mutex_unlock(&r->lock);
}

static int64_t next_of(const struct authority_registry *r, int64_t id, int64_t now)
{
    for (size_t i = 0; i < r->successor_n; i++) {
        if (r->successors[i].id == id && r->successors[i].at <= now)
            return r->successors[i].next_id;
    }
    return 0;
}

/* Who issues in its place now: the one place where that is decided. */
static const struct authority *in_charge(const struct authority_set *set, const struct authority *a)
{
    struct authority_registry *r = set->registry;
    int64_t now = ca_time_now();

    (void)pthread_mutex_lock(&r->lock);
    for (size_t steps = 0; steps <= r->successor_n; steps++) {
        int64_t next = next_of(r, a->id, now);
        const struct authority *found = next != 0 ? authority_set_by_id(set, next) : NULL;

        if (found == NULL)
            break;
        a = found;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return a;
}

/* Online ones before offline ones, then issuing ones before roots; among equals the oldest, so that
 * a new authority does not become the default. */
static const struct authority *set_default(const struct authority_set *set)
{
    const struct authority *best = NULL;
    int best_rank = -1;

    for (size_t i = 0; i < set->n; i++) {
        const struct authority *a = &set->items[i];
        const struct authority *now = in_charge(set, a);
        int rank = (now->key != NULL ? 2 : 0) + (authority_self_signed(now) ? 0 : 1);

        if (now->state != DB_AUTHORITY_ACTIVE || rank < best_rank)
            continue;
        if (rank > best_rank || a->id < best->id) {
            best = a; /* as old as the one whose place it has */
            best_rank = rank;
        }
    }
    return best;
}

static const char *nearest(const struct authority_set *set, const char *name)
{
    enum { LOOK_AT = 64 };
    const char *names[LOOK_AT];
    size_t n = set->n < LOOK_AT ? set->n : LOOK_AT;

    for (size_t i = 0; i < n; i++)
        names[i] = set->items[i].name;
    return ca_text_nearest(name, names, n);
}

static CA_RC state_check(const struct authority *a, struct ca_err *err)
{
    if (a->state == DB_AUTHORITY_PENDING) {
        return CA_FAIL_AS(err, CA_CONFLICT, "authority-pending",
                          "authority '%s' waits for its certificate", a->name);
    }
    if (a->state == DB_AUTHORITY_RETIRED) {
        return CA_FAIL_AS(err, CA_CONFLICT, "authority-retired",
                          "authority '%s' is retired: it signs CRLs only", a->name);
    }
    return CA_OK;
}

CA_RC authority_set_find(const struct authority_set *set, const char *name,
                         const struct authority **ret, struct ca_err *err)
{
    bool any = name[0] == '\0';
    const struct authority *a = any ? set_default(set) : authority_set_named(set, name);
    const char *near = any ? NULL : nearest(set, name);

    if (a == NULL && any)
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "there is no authority yet");
    if (a == NULL) {
        return CA_FAIL_AS(err, CA_NOT_FOUND, "unknown-authority", "no authority '%s'%s%s%s", name,
                          near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
                          near != NULL ? "'?" : "");
    }
    a = in_charge(set, a);
    CA_TRY(state_check(a, err));
    *ret = a;
    return CA_OK;
}

CA_RC authority_online(const struct authority *a, struct ca_err *err)
{
    if (a->key == NULL) {
        return CA_FAIL_AS(err, CA_UNAVAILABLE, "token-offline", "authority '%s' is offline: %s",
                          a->name, a->reason);
    }
    return CA_OK;
}
