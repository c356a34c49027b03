/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/flights_internal.h"

#include "ca/wire_internal.h"

enum { ID_OFFSET = 8 }; /* in the header of a frame */

CA_RC flights_init(struct flights *f, size_t capacity, struct ca_err *err)
{
    *f = (struct flights){.capacity = capacity, .next_deadline_ms = INT64_MAX};
    TAILQ_INIT(&f->free);
    TAILQ_INIT(&f->waiting);
    TAILQ_INIT(&f->sent);
    if (capacity == 0 || capacity > UINT32_MAX)
        return CA_FAIL(err, CA_FAULT, "room for %zu questions", capacity);
    f->places = calloc(capacity, sizeof(*f->places));
    if (f->places == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 0; i < capacity; i++)
        TAILQ_INSERT_TAIL(&f->free, &f->places[i], link);
    return CA_OK;
}

void flights_done(struct flights *f)
{
    for (size_t i = 0; f->places != NULL && i < f->capacity; i++)
        free(f->places[i].frame);
    free(f->places);
    f->places = NULL;
}

void flight_done(struct flight *flight)
{
    free(CA_MOVE(flight->frame));
}

/* How often the place has been used, then which place it is; never 0. */
static uint64_t id_make(const struct flights *f, const struct flight *place)
{
    return (uint64_t)place->uses << 32 | (uint64_t)(place - f->places);
}

static void id_write(uint8_t *frame, uint64_t id)
{
    for (unsigned i = 0; i < 8; i++)
        frame[ID_OFFSET + i] = (uint8_t)(id >> (56 - 8 * i));
}

CA_RC flights_add(struct flights *f, const struct flight *flight, struct ca_err *err)
{
    struct flight *place = TAILQ_FIRST(&f->free);
    uint32_t uses;

    if (place == NULL)
        return CA_FAIL_AS(err, CA_LIMIT, "overloaded", "%zu questions wait for the signer", f->n);
    if (flight->len > FLIGHTS_OCTETS_MAX - f->octets) {
        return CA_FAIL_AS(err, CA_LIMIT, "overloaded",
                          "questions of %zu octets wait for the signer", f->octets);
    }
    TAILQ_REMOVE(&f->free, place, link);
    uses = place->uses + 1;
    *place = *flight;
    place->uses = uses != 0 ? uses : 1;
    place->id = id_make(f, place);
    id_write(place->frame, place->id);
    TAILQ_INSERT_TAIL(&f->waiting, place, link);
    f->n++;
    f->octets += place->len;
    if (place->deadline_ms < f->next_deadline_ms)
        f->next_deadline_ms = place->deadline_ms;
    return CA_OK;
}

static struct flight_list *list_of(struct flights *f, const struct flight *flight)
{
    return flight->end == 0 ? &f->waiting : &f->sent;
}

static void place_free(struct flights *f, struct flight *place, struct flight *ret)
{
    TAILQ_REMOVE(list_of(f, place), place, link);
    *ret = *place;
    f->n--;
    f->octets -= place->len;
    *place = (struct flight){.uses = ret->uses};
    TAILQ_INSERT_HEAD(&f->free, place, link);
}

bool flights_take(struct flights *f, uint64_t id, struct flight *ret)
{
    size_t i = (size_t)(id & UINT32_MAX);

    if (id == 0 || i >= f->capacity || f->places[i].id != id)
        return false;
    if (f->places[i].end == 0)
        return false; /* an answer to what was not asked yet */
    place_free(f, &f->places[i], ret);
    return true;
}

static size_t expired_of(struct flights *f, struct flight_list *list, int64_t now_ms,
                         struct flight *ret, size_t max)
{
    struct flight *next;
    size_t n = 0;

    for (struct flight *x = TAILQ_FIRST(list); x != NULL && n < max; x = next) {
        next = TAILQ_NEXT(x, link);
        if (x->deadline_ms <= now_ms) {
            place_free(f, x, &ret[n++]);
        } else if (x->deadline_ms < f->next_deadline_ms) {
            f->next_deadline_ms = x->deadline_ms;
        }
    }
    return n;
}

size_t flights_expired(struct flights *f, int64_t now_ms, struct flight *ret)
{
    size_t n;

    f->next_deadline_ms = INT64_MAX;
    n = expired_of(f, &f->waiting, now_ms, ret, FLIGHTS_BATCH);
    n += expired_of(f, &f->sent, now_ms, ret + n, FLIGHTS_BATCH - n);
    if (n == FLIGHTS_BATCH)
        f->next_deadline_ms = now_ms; /* not all have been looked at */
    return n;
}

/* From the last to the first, so that what is sent again keeps its order, before what waits. */
size_t flights_lost(struct flights *f, uint64_t written, struct flight *ret, uint64_t *ret_again)
{
    size_t n = 0;

    while (n < FLIGHTS_BATCH && !TAILQ_EMPTY(&f->sent)) {
        struct flight *x = TAILQ_LAST(&f->sent, flight_list);
        bool whole = x->end <= written; /* else the signer cannot have acted on it */

        if (whole && (x->lost || !wire_row(x->kind)->again)) {
            place_free(f, x, &ret[n++]);
            continue;
        }
        TAILQ_REMOVE(&f->sent, x, link);
        x->end = 0;
        x->lost = x->lost || whole;
        *ret_again += whole;
        TAILQ_INSERT_HEAD(&f->waiting, x, link);
    }
    return n;
}

size_t flights_all(struct flights *f, struct flight *ret)
{
    size_t n = 0;

    while (n < FLIGHTS_BATCH && f->n > 0) {
        struct flight *x = TAILQ_FIRST(&f->sent);

        place_free(f, x != NULL ? x : TAILQ_FIRST(&f->waiting), &ret[n++]);
    }
    return n;
}

void flights_write(struct flights *f, struct ca_buf *out, size_t most, uint64_t *end)
{
    while (out->len < most && !TAILQ_EMPTY(&f->waiting)) {
        struct flight *x = TAILQ_FIRST(&f->waiting);

        ca_buf_add(out, x->frame, x->len);
        if (out->state != CA_BUF_FINE)
            return;
        *end += x->len;
        TAILQ_REMOVE(&f->waiting, x, link);
        x->end = *end;
        TAILQ_INSERT_TAIL(&f->sent, x, link);
    }
}
