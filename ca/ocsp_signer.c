/* SPDX-License-Identifier: Apache-2.0 */
/* Who signs for an authority: lent out, and replaced in time. One thread at a time looks after an
 * authority's signer; others wait for it while there is none. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>

#include "base/log.h"
#include "base/time.h"
#include "ca/ocsp_signer_internal.h"

enum {
    WAIT_MS = 5000,    /* for a signer that is being made */
    FAILED_MS = 10000, /* after one that could not be */
    OTHER_MS = 500,    /* after another node was at it */
};

/* Stays until the end. */
struct slot {
    struct slot *next;
    int64_t authority_id;
    char name[DB_AUTHORITY_NAME_MAX + 1];
    struct ocsp_credential *current; /* NULL: none */
    bool busy;                       /* somebody looks after it, and alone touches `settled` */
    int64_t again_ms;                /* not before */
    struct ca_err failure;
    uint64_t failures;
    struct ca_uuid settled; /* of ocsp_keys_retire */
};

struct ocsp_signers {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t changed;
    struct slot *slots;
};

CA_RC ocsp_signers_new(struct ocsp_signers **ret, struct ca_err *err)
{
    struct ocsp_signers *o = calloc(1, sizeof(*o));
    pthread_condattr_t attr;

    if (o == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&o->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&o->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    *ret = o;
    return CA_OK;
}

void ocsp_signers_free(struct ocsp_signers *o)
{
    if (o == NULL)
        return;
    while (o->slots != NULL) {
        struct slot *next = o->slots->next;

        ocsp_credential_free(o->slots->current);
        free(o->slots);
        o->slots = next;
    }
    (void)pthread_cond_destroy(&o->changed);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

/* The lock is held. NULL: no memory. */
static struct slot *slot_of(struct ocsp_signers *o, const struct authority *a)
{
    struct slot *slot = o->slots;

    while (slot != NULL && slot->authority_id != a->id)
        slot = slot->next;
    if (slot != NULL)
        return slot;
    slot = calloc(1, sizeof(*slot));
    if (slot == NULL)
        return NULL;
    slot->authority_id = a->id;
    memcpy(slot->name, a->name, sizeof(slot->name));
    slot->next = o->slots;
    o->slots = slot;
    return slot;
}

/* Closing a key may call the token: so not under the lock. */
static void credential_give(struct ocsp_signers *o, struct ocsp_credential *c)
{
    bool last;

    if (c == NULL)
        return;
    (void)pthread_mutex_lock(&o->lock);
    last = --c->users == 0;
    (void)pthread_mutex_unlock(&o->lock);
    if (last)
        ocsp_credential_free(c);
}

/* `next` NULL: there is none any more; taken over. */
static void slot_swap(struct ocsp_signers *o, struct slot *slot, struct ocsp_credential *next)
{
    struct ocsp_credential *old;

    if (next != NULL)
        next->users = 1; /* the slot */
    (void)pthread_mutex_lock(&o->lock);
    old = slot->current;
    slot->current = next;
    (void)pthread_mutex_unlock(&o->lock);
    credential_give(o, old);
}

/* What the record has now; without a change the key stays open as it is. */
static CA_RC slot_read(struct signer *s, const struct authority *a, struct slot *slot,
                       struct ocsp_rows *rows, struct ca_err *err)
{
    CA_AUTO(ocsp_credential) struct ocsp_credential *next = NULL;
    const struct db_service *row;

    CA_TRY(ocsp_rows_read(s, a, rows, err));
    row = rows->live.rows;
    if (slot->current != NULL && rows->live.count > 0 &&
        memcmp(&row->id, &slot->current->id, sizeof(row->id)) == 0)
        return CA_OK;
    CA_TRY(ocsp_credential_open(s, a, rows, &next, err));
    slot_swap(s->ocsp, slot, CA_MOVE(next));
    return CA_OK;
}

/* Who waits for an answer gets it from the one that is there, however old. */
static bool is_due(const struct slot *slot, const struct authority *a, bool wanted)
{
    const struct ocsp_credential *c = slot->current;

    if (c == NULL || wanted)
        return c == NULL && wanted;
    return ocsp_signer_due(c->not_before, c->not_after, a->cert.not_after, ca_time_now());
}

/* Whoever is busy with the slot; `wanted`: somebody waits for an answer. */
static CA_RC slot_look(struct signer *s, const struct authority *a, struct slot *slot, bool wanted,
                       struct ca_err *err)
{
    CA_AUTO(ocsp_rows) struct ocsp_rows rows = {.live = {.count = 0}};
    CA_AUTO(ocsp_rows) struct ocsp_rows after = {.live = {.count = 0}};

    CA_TRY(slot_read(s, a, slot, &rows, err));
    if (is_due(slot, a, wanted)) {
        CA_TRY(ocsp_signer_make(s, a, &rows, err));
        CA_LOG(CA_LOG_INFO, "ocsp_signer_made", CA_STR("ca", a->name));
        CA_TRY(slot_read(s, a, slot, &after, err));
        if (slot->current == NULL)
            return CA_FAIL(err, CA_FAULT, "what was made is not on record");
        return CA_OK;
    }
    if (slot->current == NULL || wanted)
        return CA_OK;
    return ocsp_keys_retire(s, a, &rows, &slot->current->id, &slot->settled, err);
}

static enum ca_rc slot_run(struct signer *s, const struct authority *a, struct slot *slot,
                           bool wanted, struct ca_err *err)
{
    enum ca_rc rc = slot_look(s, a, slot, wanted, err);

    if (rc == CA_UNAVAILABLE && strcmp(err->problem, "token-failed") == 0)
        signer_fatal(s, err);
    if (rc != CA_OK)
        CA_LOG(rc == CA_CONFLICT ? CA_LOG_INFO : CA_LOG_ERROR, "ocsp_signer_failed",
               CA_STR("ca", a->name), CA_STR("text", err->text));
    (void)pthread_mutex_lock(&s->ocsp->lock);
    slot->busy = false;
    slot->again_ms = ca_mono_ms() + (rc == CA_CONFLICT ? OTHER_MS : FAILED_MS);
    if (rc == CA_OK)
        slot->again_ms = 0;
    else
        slot->failure = *err;
    slot->failures += rc != CA_OK && rc != CA_CONFLICT;
    (void)pthread_cond_broadcast(&s->ocsp->changed);
    (void)pthread_mutex_unlock(&s->ocsp->lock);
    return rc;
}

static void loan_fill(struct ocsp_signers *o, struct ocsp_credential *c, struct ocsp_loan *ret)
{
    *ret = (struct ocsp_loan){
        .of = o,
        .credential = c,
        .signer = {.key = c->key,
                   .signature = ca_signature_default(hsm_key_spec(c->key), false),
                   .public_key = c->public_key,
                   .certificate = ca_buf_view(&c->certificate),
                   .not_after = c->not_after},
    };
    memcpy(ret->signer.key_hash, c->key_hash, sizeof(c->key_hash));
}

enum found { FOUND, FAILED, MINE };

/* The lock is held, and let go while somebody else makes one. MINE: the caller is to make one, and
 * has it busy. */
static enum found slot_wait(struct ocsp_signers *o, struct slot *slot, struct ca_err *err)
{
    int64_t until_ms = ca_mono_ms() + WAIT_MS;
    struct timespec until = ca_mono_timespec(until_ms);

    while (slot->current == NULL || slot->current->not_after <= ca_time_now()) {
        if (!slot->busy && slot->again_ms > ca_mono_ms()) {
            *err = slot->failure;
            return FAILED;
        }
        if (!slot->busy) {
            slot->busy = true;
            return MINE;
        }
        if (ca_mono_ms() >= until_ms) {
            *err = (struct ca_err){.text = "it is still being made"};
            return FAILED;
        }
        (void)pthread_cond_timedwait(&o->changed, &o->lock, &until);
    }
    return FOUND;
}

static enum found delegated_take(struct ocsp_signers *o, const struct authority *a,
                                 struct ocsp_loan *ret, struct slot **ret_slot, struct ca_err *err)
{
    enum found found = FAILED;
    struct slot *slot;

    (void)pthread_mutex_lock(&o->lock);
    slot = slot_of(o, a);
    if (slot != NULL)
        found = slot_wait(o, slot, err);
    if (found == FOUND) {
        slot->current->users++;
        loan_fill(o, slot->current, ret);
    }
    (void)pthread_mutex_unlock(&o->lock);
    *ret_slot = slot;
    return found;
}

/* The authority's own key. */
static CA_RC own_take(const struct authority *a, struct ocsp_loan *ret, struct ca_err *err)
{
    struct ocsp_loan loan = {
        .signer = {.key = a->key,
                   .signature = a->signature,
                   .public_key = a->public_key,
                   .not_after = a->cert.not_after}
    };
    struct spki_info spki;

    CA_TRY(spki_read(a->cert.spki, &spki, err));
    CA_TRY(spki_key_id(spki.key, loan.signer.key_hash, err));
    *ret = loan;
    return CA_OK;
}

CA_RC ocsp_signer_take(struct signer *s, const struct authority *a, struct ocsp_loan *ret,
                       struct ca_err *err)
{
    struct ca_err why = {.text = "no memory"};
    struct slot *slot = NULL;
    enum found found;

    CA_TRY(authority_online(a, err));
    if (s->config.ocsp_ca_signs)
        return own_take(a, ret, err);
    found = delegated_take(s->ocsp, a, ret, &slot, &why);
    while (found == MINE && slot_run(s, a, slot, true, &why) == CA_OK)
        found = delegated_take(s->ocsp, a, ret, &slot, &why);
    if (found == FOUND)
        return CA_OK;
    return CA_FAIL(err, CA_UNAVAILABLE, "authority '%s' has no OCSP signer: %.140s", a->name,
                   why.text);
}

void ocsp_signer_give(struct ocsp_loan loan)
{
    credential_give(loan.of, loan.credential);
}

/* Waits for whoever is busy with it. false: they still are, or there is no memory. */
static bool slot_claim(struct ocsp_signers *o, const struct authority *a, struct slot **ret)
{
    struct timespec until = ca_mono_timespec(ca_mono_ms() + WAIT_MS);
    struct slot *slot;
    bool mine = false;

    (void)pthread_mutex_lock(&o->lock);
    slot = slot_of(o, a);
    while (slot != NULL && slot->busy &&
           pthread_cond_timedwait(&o->changed, &o->lock, &until) != ETIMEDOUT)
        ;
    if (slot != NULL) {
        mine = !slot->busy;
        slot->busy = true;
    }
    (void)pthread_mutex_unlock(&o->lock);
    *ret = slot;
    return mine;
}

void ocsp_upkeep(struct signer *s)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(s->registry);

    if (s->config.ocsp_ca_signs)
        return;
    for (size_t i = 0; i < authority_set_count(set); i++) {
        const struct authority *a = authority_set_at(set, i);
        struct ca_err err = {0};
        struct slot *slot;

        if (a->key != NULL && a->certificate.len > 0 && slot_claim(s->ocsp, a, &slot))
            (void)!slot_run(s, a, slot, false, &err);
    }
}

static void expiry_write(const struct ocsp_signers *o, struct ca_buf *ret)
{
    ca_buf_str(ret, "# HELP ca_ocsp_signer_not_after_seconds notAfter of the delegated signer.\n"
                    "# TYPE ca_ocsp_signer_not_after_seconds gauge\n");
    for (const struct slot *slot = o->slots; slot != NULL; slot = slot->next) {
        if (slot->current != NULL)
            ca_buf_printf(ret, "ca_ocsp_signer_not_after_seconds{ca=\"%s\"} %" PRId64 "\n",
                          slot->name, slot->current->not_after);
    }
}

static void alarm_write(const struct ocsp_signers *o, struct ca_buf *ret)
{
    int64_t now = ca_time_now();

    ca_buf_str(
        ret, "# HELP ca_ocsp_signer_alarm 1: more than two thirds of the signer's life are over.\n"
             "# TYPE ca_ocsp_signer_alarm gauge\n");
    for (const struct slot *slot = o->slots; slot != NULL; slot = slot->next) {
        const struct ocsp_credential *c = slot->current;

        if (c != NULL)
            ca_buf_printf(ret, "ca_ocsp_signer_alarm{ca=\"%s\"} %d\n", slot->name,
                          now > c->not_before + (c->not_after - c->not_before) / 3 * 2);
    }
}

static void failures_write(const struct ocsp_signers *o, struct ca_buf *ret)
{
    ca_buf_str(
        ret, "# HELP ca_ocsp_signer_failures_total Failures to make or renew a delegated signer.\n"
             "# TYPE ca_ocsp_signer_failures_total counter\n");
    for (const struct slot *slot = o->slots; slot != NULL; slot = slot->next)
        ca_buf_printf(ret, "ca_ocsp_signer_failures_total{ca=\"%s\"} %" PRIu64 "\n", slot->name,
                      slot->failures);
}

void ocsp_metrics(struct signer *s, struct ca_buf *ret)
{
    static const char *const statuses[OCSP__COUNT] = {"good", "revoked", "unknown"};

    ca_buf_str(ret, "# HELP ca_ocsp_answers_total OCSP answers signed, by what they say.\n"
                    "# TYPE ca_ocsp_answers_total counter\n");
    for (size_t i = 0; i < OCSP__COUNT; i++)
        ca_buf_printf(ret, "ca_ocsp_answers_total{status=\"%s\"} %" PRIu64 "\n", statuses[i],
                      atomic_load(&s->metrics.ocsp[i]));
    (void)pthread_mutex_lock(&s->ocsp->lock);
    expiry_write(s->ocsp, ret);
    alarm_write(s->ocsp, ret);
    failures_write(s->ocsp, ret);
    (void)pthread_mutex_unlock(&s->ocsp->lock);
}
