/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>

#include "api/front_internal.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time.h"

enum { PUSH_POLL_MS = 250, PUSH_AGAIN_MS = 2000, PUSH_AGAIN_MAX_MS = 60000 };

static const struct push_kind {
    const char *name;
    size_t setting; /* where it leads, in struct front_config; "" or NULL: not wanted */
    push_send send;
    bool parts; /* it gets them, too */
} kinds[] = {
    {"directory", offsetof(struct front_config, crl_directory), push_directory, true },
    {"put",       offsetof(struct front_config, crl_put),       push_http,      true },
    {"ldap",      offsetof(struct front_config, crl_ldap),      push_ldap,      false},
};
_Static_assert(CA_COUNT(kinds) == PUSH_TARGETS_MAX, "a state for each kind");

/* What became of one CRL at one target. */
struct note {
    char name[SHELF_NAME_MAX + 1];
    int64_t number; /* 0: none was sent */
    int64_t at;
    int64_t failed_at; /* 0: the last try did not fail */
    char why[PUSH_WHY_MAX];
};

struct pusher {
    const struct push_kind *kind;
    struct pushers *all;
    pthread_t thread;
    bool running;
    bool told;        /* the failure at hand is in the log; this and the rest are the thread's */
    int64_t pause_ms; /* after the next failure */
    int64_t due_ms;
    struct shelf_crl crls[SHELF_MAX];
    pthread_mutex_t lock;
    int64_t next_at; /* guarded by lock, as the rest; the clock of `due_ms` */
    size_t noted;
    struct note notes[SHELF_MAX];
};

struct pushers {
    struct front *front;
    struct shelf *shelf;
    atomic_bool stopping;
    struct pusher each[CA_COUNT(kinds)];
};

static const char *setting(const struct push_kind *kind, const struct front_config *config)
{
    const char *text;

    memcpy(&text, (const uint8_t *)config + kind->setting, sizeof(text));
    return text != NULL ? text : "";
}

static CA_RC send_mapped(const struct pusher *p, const struct shelf_crl *crl, struct ca_err *err)
{
    void *at = mmap(NULL, crl->size, PROT_READ, MAP_SHARED, crl->fd, 0);
    const struct push_job job = {
        &p->all->front->config, crl, {at, crl->size},
          &p->all->stopping
    };
    enum ca_rc rc;

    if (at == MAP_FAILED)
        return CA_FAIL(err, CA_UNAVAILABLE, "cannot map the CRL: %s", strerror(errno));
    rc = p->kind->send(&job, err);
    (void)munmap(at, crl->size);
    return rc;
}

/* With the lock held. NULL: full. */
static struct note *note_of(struct pusher *p, const char *name, bool make)
{
    for (size_t i = 0; i < p->noted; i++) {
        if (strcmp(p->notes[i].name, name) == 0)
            return &p->notes[i];
    }
    if (!make || p->noted == SHELF_MAX)
        return NULL;
    (void)ca_text_copy(p->notes[p->noted].name, sizeof(p->notes[p->noted].name),
                       ca_bytes_str(name));
    return &p->notes[p->noted++];
}

/* `why` NULL: it went well. */
static void note_write(struct pusher *p, const struct shelf_crl *crl, const char *why)
{
    int64_t now = ca_time_now();
    struct note *note;

    (void)pthread_mutex_lock(&p->lock);
    note = note_of(p, crl->name, true);
    if (note != NULL && why == NULL) {
        note->number = crl->number;
        note->at = now;
        note->failed_at = 0;
    } else if (note != NULL) {
        note->failed_at = now;
        (void)snprintf(note->why, sizeof(note->why), "%s", why);
    }
    (void)pthread_mutex_unlock(&p->lock);
}

static void next_write(struct pusher *p, int64_t at)
{
    (void)pthread_mutex_lock(&p->lock);
    p->next_at = at;
    (void)pthread_mutex_unlock(&p->lock);
}

/* The newest that there is, which may be newer than the one that was listed. */
static bool push(struct pusher *p, const char *name)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    struct ca_err err = {0};

    if (!shelf_take(p->all->shelf, name, &crl))
        return true;
    if (send_mapped(p, &crl, &err) == CA_OK) {
        shelf_pushed_set(p->all->shelf, name, crl.number, (unsigned)(p->kind - kinds));
        note_write(p, &crl, NULL);
        return true;
    }
    if (!atomic_load(&p->all->stopping))
        note_write(p, &crl, err.text);
    if (!p->told && !atomic_load(&p->all->stopping)) {
        CA_LOG(CA_LOG_ERROR, "crl_push_failed", CA_STR("ca", name), CA_INT("number", crl.number),
               CA_STR("target", p->kind->name),
               CA_STR("to", setting(p->kind, &p->all->front->config)), CA_STR("text", err.text));
    }
    return false;
}

/* What is new, at once; what failed, again after a pause, doubled each time. */
static void round_run(struct pusher *p)
{
    unsigned bit = 1U << (unsigned)(p->kind - kinds);
    size_t n = shelf_list(p->all->shelf, p->crls, SHELF_MAX);
    bool whole = true;

    for (size_t i = 0; i < n && !atomic_load(&p->all->stopping); i++) {
        if ((p->crls[i].pushed & bit) == 0)
            whole &= push(p, p->crls[i].name);
    }
    p->told = !whole;
    if (whole) {
        p->pause_ms = PUSH_AGAIN_MS;
        return;
    }
    p->due_ms = ca_mono_ms() + p->pause_ms;
    next_write(p, ca_time_now() + (p->pause_ms + 999) / 1000);
    p->pause_ms = p->pause_ms < PUSH_AGAIN_MAX_MS / 2 ? 2 * p->pause_ms : PUSH_AGAIN_MAX_MS;
}

static void *pusher_thread(void *arg)
{
    struct pusher *p = arg;
    const struct timespec pause = {0, PUSH_POLL_MS * 1000000L};

    while (!atomic_load(&p->all->stopping)) {
        if (ca_mono_ms() >= p->due_ms && publish_database(p->all->front->publish))
            round_run(p);
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

static CA_RC pusher_run(struct pushers *all, size_t i, struct ca_err *err)
{
    struct pusher *p = &all->each[i];

    p->kind = &kinds[i];
    p->all = all;
    p->pause_ms = PUSH_AGAIN_MS;
    if (setting(p->kind, &all->front->config)[0] == '\0')
        return CA_OK;
    (void)pthread_mutex_init(&p->lock, NULL);
    if (pthread_create(&p->thread, NULL, pusher_thread, p) != 0)
        return CA_FAIL(err, CA_FAULT, "no thread for copies of CRLs");
    p->running = true;
    return CA_OK;
}

CA_RC pushers_run(struct front *front, struct shelf *shelf, struct pushers **ret,
                  struct ca_err *err)
{
    struct pushers *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return CA_FAIL_NOMEM(err);
    all->front = front;
    all->shelf = shelf;
    *ret = all; /* for pushers_stop, whatever comes */
    for (size_t i = 0; i < CA_COUNT(kinds); i++)
        CA_TRY(pusher_run(all, i, err));
    return CA_OK;
}

void pushers_stop(struct pushers *all)
{
    if (all == NULL)
        return;
    atomic_store(&all->stopping, true);
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        if (!all->each[i].running)
            continue;
        (void)pthread_join(all->each[i].thread, NULL);
        (void)pthread_mutex_destroy(&all->each[i].lock);
    }
    free(all);
}

static void state_fill(struct pusher *p, const char *name, bool current, struct push_state *ret)
{
    const struct note *note;

    *ret = (struct push_state){.target = p->kind->name,
                               .address = setting(p->kind, &p->all->front->config),
                               .current = current};
    (void)pthread_mutex_lock(&p->lock);
    note = note_of(p, name, false);
    if (note != NULL) {
        ret->number = note->number;
        ret->at = note->at;
        ret->failed_at = current ? 0 : note->failed_at;
        (void)memcpy(ret->why, note->why, sizeof(ret->why));
    }
    ret->next_at = ret->failed_at != 0 ? p->next_at : 0;
    (void)pthread_mutex_unlock(&p->lock);
}

/* A part is below its authority, and may be a delta. */
static bool is_part(const char *name)
{
    const char *plus = strchr(name, '+');

    return plus != NULL && plus[1] != 'd';
}

size_t push_states(struct pushers *all, const char *name, struct push_state *ret)
{
    CA_AUTO(shelf_crl) struct shelf_crl crl = {.fd = -1};
    size_t n = 0;

    if (all == NULL || !shelf_take(all->shelf, name, &crl))
        return 0;
    for (size_t i = 0; i < CA_COUNT(kinds); i++) {
        struct pusher *p = &all->each[i];

        if (p->running && (p->kind->parts || !is_part(name)))
            state_fill(p, name, (crl.pushed >> i & 1U) != 0, &ret[n++]);
    }
    return n;
}

void push_metrics_write(const struct front *front, struct ca_buf *to)
{
    struct shelf_crl *crls = calloc(SHELF_MAX, sizeof(*crls));
    size_t n = crls != NULL ? shelf_list(publish_shelf(front->publish), crls, SHELF_MAX) : 0;

    ca_buf_str(to, "# HELP ca_front_crl_push_behind CRLs that are served and that a target of "
                   "copies does not have yet.\n"
                   "# TYPE ca_front_crl_push_behind gauge\n");
    for (size_t k = 0; k < CA_COUNT(kinds); k++) {
        bool wanted = setting(&kinds[k], &front->config)[0] != '\0';
        size_t behind = 0;

        for (size_t i = 0; i < n && wanted; i++)
            behind += (crls[i].pushed >> k & 1U) == 0 ? 1 : 0;
        ca_buf_printf(to, "ca_front_crl_push_behind{target=\"%s\"} %zu\n", kinds[k].name, behind);
    }
    free(crls);
}
