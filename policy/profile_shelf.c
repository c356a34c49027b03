/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile_shelf.h"

#include <pthread.h>

struct profile_loan {
    struct profile_shelf *shelf;
    const struct profile_set *set;
    struct profile_set *own; /* NULL: the base, which is borrowed */
    int64_t sequence;
    unsigned users; /* guarded by the shelf's lock */
};

struct profile_shelf {
    const struct profile_set *base;
    pthread_mutex_t lock; /* guards everything below */
    struct profile_loan *current;
};

static struct profile_loan *loan_new(struct profile_shelf *s, const struct profile_set *set)
{
    struct profile_loan *loan = calloc(1, sizeof(*loan));

    if (loan != NULL) {
        loan->shelf = s;
        loan->set = set;
        loan->users = 1; /* the shelf itself */
    }
    return loan;
}

CA_RC profile_shelf_new(const struct profile_set *base, struct profile_shelf **ret,
                        struct ca_err *err)
{
    struct profile_shelf *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return CA_FAIL_NOMEM(err);
    s->base = base;
    s->current = loan_new(s, base);
    if (s->current == NULL) {
        free(s);
        return CA_FAIL_NOMEM(err);
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return CA_OK;
}

void profile_shelf_free(struct profile_shelf *s)
{
    if (s == NULL)
        return;
    profile_loan_give(s->current);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

CA_RC profile_shelf_put(struct profile_shelf *s, const struct profile_override *overrides, size_t n,
                        int64_t sequence, struct ca_err *err)
{
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    struct profile_loan *loan;

    CA_TRY(profile_set_with(s->base, overrides, n, &set, err));
    loan = loan_new(s, set);
    if (loan == NULL)
        return CA_FAIL_NOMEM(err);
    loan->own = CA_MOVE(set);
    loan->sequence = sequence;
    (void)pthread_mutex_lock(&s->lock);
    if (sequence > s->current->sequence) {
        struct profile_loan *before = s->current;

        s->current = loan;
        loan = before;
    }
    (void)pthread_mutex_unlock(&s->lock);
    profile_loan_give(loan);
    return CA_OK;
}

int64_t profile_shelf_sequence(struct profile_shelf *s)
{
    int64_t sequence;

    (void)pthread_mutex_lock(&s->lock);
    sequence = s->current->sequence;
    (void)pthread_mutex_unlock(&s->lock);
    return sequence;
}

struct profile_loan *profile_shelf_take(struct profile_shelf *s)
{
    struct profile_loan *loan;

    (void)pthread_mutex_lock(&s->lock);
    loan = s->current;
    loan->users++;
    (void)pthread_mutex_unlock(&s->lock);
    return loan;
}

const struct profile_set *profile_loan_set(const struct profile_loan *loan)
{
    return loan->set;
}

void profile_loan_give(struct profile_loan *loan)
{
    bool last;

    if (loan == NULL)
        return;
    (void)pthread_mutex_lock(&loan->shelf->lock);
    last = --loan->users == 0;
    (void)pthread_mutex_unlock(&loan->shelf->lock);
    if (last) {
        profile_set_free(loan->own);
        free(loan);
    }
}
