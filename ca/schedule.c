/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/schedule_internal.h"

#include <stdio.h>

#include "base/time.h"

enum {
    RETRY_FIRST_MS = 1000,
    CONFLICT_MS = 5000, /* another node is at it */
    EMERGENCY_PART = 4, /* of its validity is left */
    EMERGENCY_AGAIN_MS = 30000,
    SHORTEST_S = 60, /* no sooner for age alone: near notAfter half of the validity is nothing */
};

void schedule_done(struct schedule *s)
{
    free(s->slots);
    *s = (struct schedule){0};
}

static struct schedule_slot *slot_find(const struct schedule *s, int64_t authority_id,
                                       struct crl_scope scope)
{
    for (size_t i = 0; i < s->n; i++) {
        struct schedule_slot *slot = &s->slots[i];

        if (slot->authority_id == authority_id && slot->scope.shard == scope.shard &&
            slot->scope.delta == scope.delta)
            return slot;
    }
    return NULL;
}

/* NULL: no memory; a later round tries again. */
static struct schedule_slot *slot_make(struct schedule *s, int64_t authority_id,
                                       struct crl_scope scope)
{
    struct schedule_slot *slot = slot_find(s, authority_id, scope);
    struct schedule_slot *more;

    if (slot != NULL)
        return slot;
    more = realloc(s->slots, (s->n + 1) * sizeof(*more));
    if (more == NULL)
        return NULL;
    s->slots = more;
    slot = &more[s->n++];
    *slot = (struct schedule_slot){.authority_id = authority_id, .scope = scope};
    return slot;
}

static int64_t gather_ms(const struct schedule *s)
{
    return (int64_t)s->soon_s * 500;
}

/* One is to be held, and would be valid for longer than what is published. */
static bool ahead_missing(const struct schedule_slot *slot, const struct authority *a)
{
    return a->crl_emergency_s > 0 && !slot->scope.delta && slot->state.ahead_until == 0 &&
           slot->state.next_update < a->cert.not_after;
}

/* When the newest CRL is too old, on the monotonic clock. */
static int64_t age_due_ms(const struct schedule_slot *slot, const struct authority *a)
{
    int64_t half = (slot->state.next_update - slot->state.this_update) / 2;
    int64_t age_s = half > SHORTEST_S ? half : SHORTEST_S;
    int32_t interval_s = slot->scope.delta ? a->crl_delta_interval_s : a->crl_interval_s;

    if (interval_s < age_s)
        age_s = interval_s > 0 ? interval_s : 1;
    if (slot->state.number == 0 || slot->state.emergency)
        return ca_mono_ms();
    if (ahead_missing(slot, a) && age_s > SHORTEST_S)
        age_s = SHORTEST_S;
    return ca_mono_ms() + (slot->state.this_update + age_s - ca_time_now()) * 1000;
}

/* A change is shown once a CRL with its number is out. */
static void note_settle(struct schedule_slot *slot)
{
    if (slot->note_ms == 0 || slot->unread != SCHEDULE_READ || slot->state.emergency ||
        slot->state.number < slot->note_number)
        return;
    slot->note_ms = 0;
    slot->note_number = 0;
}

static void slot_set_authority(struct schedule_slot *slot, const struct authority *a)
{
    char scope[CRL_SCOPE_TEXT];

    (void)snprintf(slot->name, sizeof(slot->name), "%s%s", a->name,
                   crl_scope_text(slot->scope, scope));
    (void)snprintf(slot->reason, sizeof(slot->reason), "%s", a->reason);
    slot->shards = a->crl_shards;
    slot->ready = a->key != NULL && a->certificate.len > 0 && a->cert.not_after > ca_time_now();
    if (a->key != NULL && a->certificate.len == 0) {
        (void)snprintf(slot->reason, sizeof(slot->reason), "waits for its certificate");
    } else if (a->key != NULL && !slot->ready) {
        (void)snprintf(slot->reason, sizeof(slot->reason), "its certificate has expired");
    }
}

static void slot_set_state(const struct schedule *s, struct schedule_slot *slot,
                           const struct db_crl_state *state)
{
    slot->state = *state;
    if (slot->unread == SCHEDULE_READING) {
        slot->unread = SCHEDULE_READ;
        if (slot->note_number <= state->reserved)
            slot->note_number = state->reserved + 1;
    }
    if (!state->behind) {
        slot->behind_ms = 0;
    } else if (slot->behind_ms == 0) {
        slot->behind_ms = ca_mono_ms() + gather_ms(s);
    }
}

void schedule_reading(struct schedule *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->slots[i].unread == SCHEDULE_UNREAD)
            s->slots[i].unread = SCHEDULE_READING;
    }
}

/* Deltas that are not wanted any more. */
static void slots_forget(struct schedule *s, const struct db_result *states)
{
    const struct db_crl_state *state = states->rows;
    size_t kept = 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct schedule_slot *slot = &s->slots[i];
        bool wanted = !slot->scope.delta;

        for (size_t j = 0; j < states->count && !wanted; j++)
            wanted = state[j].delta && state[j].authority_id == slot->authority_id &&
                     state[j].shard == slot->scope.shard;
        if (wanted)
            s->slots[kept++] = *slot;
    }
    s->n = kept;
}

void schedule_update(struct schedule *s, const struct authority_set *set,
                     const struct db_result *states)
{
    const struct db_crl_state *state = states->rows;

    s->hold_ms = 0;
    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);
        struct schedule_slot *slot = slot_make(s, a->id, (struct crl_scope){0, false});

        if (slot != NULL) { /* pending ones have no state */
            slot_set_authority(slot, a);
            slot->age_ms = age_due_ms(slot, a);
        }
    }
    for (size_t i = 0; i < states->count; i++) {
        const struct crl_scope scope = {state[i].shard, state[i].delta};
        const struct authority *a = authority_set_by_id(set, state[i].authority_id);
        struct schedule_slot *slot = a == NULL ? NULL : slot_make(s, a->id, scope);

        if (slot == NULL)
            continue;
        slot_set_authority(slot, a);
        slot_set_state(s, slot, &state[i]);
        note_settle(slot);
        slot->age_ms = age_due_ms(slot, a);
    }
    slots_forget(s, states);
}

static int64_t slot_due_ms(const struct schedule *s, const struct schedule_slot *slot)
{
    int64_t due = slot->age_ms;

    if (!slot->ready)
        return INT64_MAX;
    if (slot->note_ms != 0 && slot->note_ms < due)
        due = slot->note_ms;
    if (slot->behind_ms != 0 && slot->behind_ms < due)
        due = slot->behind_ms;
    if (due < slot->retry_ms)
        due = slot->retry_ms;
    return due < s->hold_ms ? s->hold_ms : due;
}

bool schedule_is_due(const struct schedule *s, const struct crl_ask *ask)
{
    const struct schedule_slot *slot = slot_find(s, ask->authority->id, ask->scope);

    return slot != NULL && slot_due_ms(s, slot) <= ca_mono_ms();
}

int64_t schedule_next_ms(const struct schedule *s)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < s->n; i++) {
        int64_t due = slot_due_ms(s, &s->slots[i]);

        if (due < next)
            next = due;
    }
    return next;
}

int64_t schedule_note(struct schedule *s, int64_t authority_id, int64_t *number)
{
    struct schedule_slot *slot = slot_make(s, authority_id, (struct crl_scope){0, false});
    int64_t now = ca_mono_ms();

    if (slot == NULL)
        return now + 2 * gather_ms(s);
    if (*number == 0) {
        slot->unread = SCHEDULE_UNREAD;
        *number = slot->state.reserved + 1;
    }
    if (*number > slot->note_number)
        slot->note_number = *number;
    if (slot->note_ms == 0)
        slot->note_ms = now + gather_ms(s);
    return now + 2 * gather_ms(s);
}

static void slot_failed(struct schedule_slot *slot, enum ca_rc rc, const struct ca_err *err)
{
    if (rc == CA_CONFLICT) {
        slot->retry_ms = ca_mono_ms() + CONFLICT_MS;
        return;
    }
    slot->failures++;
    (void)snprintf(slot->failure, sizeof(slot->failure), "%s", err->text);
    slot->wait_ms = slot->wait_ms == 0 ? RETRY_FIRST_MS : 2 * slot->wait_ms;
    if (slot->wait_ms > SCHEDULE_RETRY_MAX_MS)
        slot->wait_ms = SCHEDULE_RETRY_MAX_MS;
    slot->retry_ms = ca_mono_ms() + slot->wait_ms;
}

/* What is published now. */
static void slot_published(struct schedule_slot *slot, const struct crl_made *made, bool emergency)
{
    slot->state.number = made->number;
    if (slot->state.reserved < made->number)
        slot->state.reserved = made->number;
    slot->state.this_update = made->this_update;
    slot->state.next_update = made->next_update;
    slot->state.entries = made->entries;
    slot->state.size = made->size;
    slot->state.emergency = emergency;
}

static void slot_succeeded(const struct schedule *s, struct schedule_slot *slot,
                           const struct crl_made *made, int64_t us)
{
    int64_t started_ms = ca_mono_ms() - us / 1000;

    slot_published(slot, made, false);
    slot->behind_ms = 0;
    slot->retry_ms = 0;
    slot->wait_ms = 0;
    slot->failure[0] = '\0';
    slot->build_us = us;
    note_settle(slot);
    if (slot->note_ms != 0) /* what came while this one was made is gathered anew */
        slot->note_ms = started_ms + gather_ms(s);
}

void schedule_made(struct schedule *s, const struct crl_ask *ask, enum ca_rc rc,
                   const struct crl_made *made, const struct ca_err *err, int64_t us)
{
    struct schedule_slot *slot = slot_make(s, ask->authority->id, ask->scope);

    if (slot == NULL)
        return;
    if (rc == CA_OK) {
        slot_succeeded(s, slot, made, us);
    } else {
        slot_failed(slot, rc, err);
    }
    slot->age_ms = age_due_ms(slot, ask->authority);
}

bool schedule_emergency_due(const struct schedule *s, const struct crl_ask *ask)
{
    const struct schedule_slot *slot = slot_find(s, ask->authority->id, ask->scope);
    int64_t left_s;

    if (slot == NULL || slot->state.number == 0 || slot->state.ahead_until == 0 ||
        slot->state.emergency || slot->ahead_ms > ca_mono_ms() || s->hold_ms > ca_mono_ms())
        return false;
    left_s = slot->state.next_update - ca_time_now();
    return left_s <= (slot->state.next_update - slot->state.this_update) / EMERGENCY_PART;
}

void schedule_emergency_made(struct schedule *s, const struct crl_ask *ask, enum ca_rc rc,
                             const struct crl_made *made)
{
    struct schedule_slot *slot = slot_find(s, ask->authority->id, ask->scope);

    if (slot == NULL)
        return;
    slot->ahead_ms = ca_mono_ms() + EMERGENCY_AGAIN_MS;
    if (rc != CA_OK)
        return;
    slot_published(slot, made, true);
    slot->state.ahead_until = 0;
}

void schedule_postpone(struct schedule *s, int64_t until_ms)
{
    s->hold_ms = until_ms;
}
