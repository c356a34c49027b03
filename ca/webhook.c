/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/webhook_internal.h"

#include <pthread.h>

#include "db/webhook.h"

enum { LISTENERS_MAX = 64 };

struct listener {
    struct ca_uuid id;
    uint32_t wants; /* bits of events */
};

struct webhooks {
    pthread_mutex_t lock; /* guards what follows */
    struct listener list[LISTENERS_MAX];
    size_t n;
    uint32_t wanted; /* by any of them */
    int64_t sequence;
};

CA_RC webhooks_new(struct webhooks **ret, struct ca_err *err)
{
    struct webhooks *w = calloc(1, sizeof(*w));

    if (w == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&w->lock, NULL);
    *ret = w;
    return CA_OK;
}

void webhooks_free(struct webhooks *w)
{
    if (w == NULL)
        return;
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

static void list_put(struct webhooks *w, const struct listener *list, size_t n, int64_t sequence)
{
    (void)pthread_mutex_lock(&w->lock);
    if (sequence >= w->sequence) {
        w->wanted = 0;
        w->n = n;
        w->sequence = sequence;
        for (size_t i = 0; i < n; i++) {
            w->list[i] = list[i];
            w->wanted |= list[i].wants;
        }
    }
    (void)pthread_mutex_unlock(&w->lock);
}

static int64_t list_sequence(struct webhooks *w)
{
    int64_t sequence;

    (void)pthread_mutex_lock(&w->lock);
    sequence = w->sequence;
    (void)pthread_mutex_unlock(&w->lock);
    return sequence;
}

CA_RC webhooks_refresh(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_AUTO(db_result) struct db_result found = {0};
    struct listener list[LISTENERS_MAX];
    const struct db_webhook *rows;
    int64_t sequence = 0;
    size_t n = 0;

    CA_TRY(db_webhook_sequence(db, &sequence, err));
    if (sequence == list_sequence(s->webhooks))
        return CA_OK;
    CA_TRY(db_webhook_list(db, NULL, &found, err));
    rows = found.rows;
    for (size_t i = 0; i < found.count && n < LISTENERS_MAX; i++) {
        struct ca_err unknown = {0}; /* an event of a newer program */

        list[n] = (struct listener){.id = rows[i].id};
        if (rows[i].enabled &&
            webhook_events_read(rows[i].events, &list[n].wants, &unknown) == CA_OK)
            n++;
    }
    list_put(s->webhooks, list, n, sequence);
    return CA_OK;
}

/* The lines of a transaction that somebody wants to be told of, and what is written for them. */
struct told {
    uint32_t bit;
    size_t from, len; /* its body, in `bodies` */
};
struct outbox {
    const struct db_audit *lines;
    struct told *told; /* one for each line */
    size_t line_n;
    struct ca_buf bodies; /* one behind the other */
    struct db_webhook_delivery *rows;
    size_t row_n;
    char names[WEBHOOK_EVENTS_MAX][WEBHOOK_EVENT_NAME];
};

static inline void ca_auto_outbox(struct outbox *o) /* CA_AUTO_DEFINE would copy it */
{
    free(o->told);
    free(o->rows);
    ca_buf_done(&o->bodies);
}

static unsigned event_of_bit(uint32_t bit)
{
    unsigned i = 0;

    while (bit > 1) {
        bit >>= 1;
        i++;
    }
    return i;
}

static CA_RC bodies_make(struct outbox *o, uint32_t wanted, size_t listeners, struct ca_err *err)
{
    o->told = calloc(o->line_n, sizeof(*o->told));
    o->rows = calloc(o->line_n * listeners, sizeof(*o->rows));
    if (o->told == NULL || o->rows == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < o->line_n; i++) {
        uint32_t bit = webhook_event_of(&o->lines[i]) & wanted;
        unsigned event = event_of_bit(bit);
        size_t from = o->bodies.len;

        if (bit == 0)
            continue;
        webhook_body(webhook_event_name(event, o->names[event]), &o->lines[i], &o->bodies);
        o->told[i] = (struct told){bit, from, o->bodies.len - from};
    }
    return ca_buf_check(&o->bodies, err);
}

static CA_RC rows_make(struct outbox *o, const struct listener *one, struct ca_err *err)
{
    for (size_t i = 0; i < o->line_n; i++) {
        const struct told *t = &o->told[i];
        struct db_webhook_delivery *row = &o->rows[o->row_n];

        if ((t->bit & one->wants) == 0)
            continue;
        *row = (struct db_webhook_delivery){
            .webhook_id = one->id,
            .event = o->names[event_of_bit(t->bit)],
            .body = {o->bodies.ptr + t->from, t->len},
            .created_at = o->lines[i].at_us / 1000000
        };
        CA_TRY(ca_uuid_new(&row->id, err));
        o->row_n++;
    }
    return CA_OK;
}

CA_RC webhooks_tap(void *arg, struct db *db, const struct db_audit *lines, size_t n,
                   struct ca_err *err)
{
    struct webhooks *w = arg;
    CA_AUTO(outbox) struct outbox o = {.lines = lines, .line_n = n};
    struct listener list[LISTENERS_MAX];
    uint32_t wanted;
    size_t listeners;

    (void)pthread_mutex_lock(&w->lock);
    wanted = w->wanted;
    listeners = w->n;
    memcpy(list, w->list, listeners * sizeof(*list));
    (void)pthread_mutex_unlock(&w->lock);
    if (wanted == 0)
        return CA_OK;
    CA_TRY(bodies_make(&o, wanted, listeners, err));
    for (size_t i = 0; i < listeners; i++)
        CA_TRY(rows_make(&o, &list[i], err));
    return o.row_n > 0 ? db_webhook_delivery_insert_batch(db, o.rows, o.row_n, err) : CA_OK;
}
