/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/blocklist_internal.h"

#include <pthread.h>

#include "db/blocked_key.h"

struct blocklist_loan {
    struct blocklist *of;
    struct key_checks *checks; /* NULL: nothing is blocked, those of the configuration hold */
    const struct key_checks *base;
    unsigned borrowers; /* and one while it is in force */
};

struct blocklist {
    pthread_mutex_t lock; /* guards what follows, and `borrowers` */
    struct blocklist_loan *now;
    int64_t sequence;
};

static CA_RC loan_new(struct blocklist *b, const struct key_checks *base,
                      struct blocklist_loan **ret, struct ca_err *err)
{
    struct blocklist_loan *loan = calloc(1, sizeof(*loan));

    if (loan == NULL)
        return CA_FAIL_NOMEM(err);
    *loan = (struct blocklist_loan){.of = b, .base = base, .borrowers = 1};
    *ret = loan;
    return CA_OK;
}

CA_RC blocklist_new(struct blocklist **ret, struct ca_err *err)
{
    CA_AUTO(blocklist) struct blocklist *b = calloc(1, sizeof(*b));

    if (b == NULL)
        return CA_FAIL_NOMEM(err);
    (void)pthread_mutex_init(&b->lock, NULL);
    CA_TRY(loan_new(b, NULL, &b->now, err));
    *ret = CA_MOVE(b);
    return CA_OK;
}

void blocklist_free(struct blocklist *b)
{
    if (b == NULL)
        return;
    blocklist_give(b->now);
    (void)pthread_mutex_destroy(&b->lock);
    free(b);
}

struct blocklist_loan *blocklist_take(struct blocklist *b)
{
    struct blocklist_loan *loan;

    (void)pthread_mutex_lock(&b->lock);
    loan = b->now;
    loan->borrowers++;
    (void)pthread_mutex_unlock(&b->lock);
    return loan;
}

const struct key_checks *blocklist_checks(const struct blocklist_loan *loan)
{
    return loan->checks != NULL ? loan->checks : loan->base;
}

void blocklist_give(struct blocklist_loan *loan)
{
    bool last;

    if (loan == NULL)
        return;
    (void)pthread_mutex_lock(&loan->of->lock);
    last = --loan->borrowers == 0;
    (void)pthread_mutex_unlock(&loan->of->lock);
    if (!last)
        return;
    key_checks_free(loan->checks);
    free(loan);
}

/* An older list than the one in force is dropped: another thread was faster. */
static void put(struct blocklist *b, struct blocklist_loan *loan, int64_t sequence)
{
    struct blocklist_loan *before = loan;

    (void)pthread_mutex_lock(&b->lock);
    if (sequence >= b->sequence) {
        before = b->now;
        b->now = loan;
        b->sequence = sequence;
    }
    (void)pthread_mutex_unlock(&b->lock);
    blocklist_give(before);
}

static bool is_newer(struct blocklist *b, const struct key_checks *base, int64_t sequence)
{
    bool newer;

    (void)pthread_mutex_lock(&b->lock);
    newer = sequence > b->sequence || b->now->base != base;
    (void)pthread_mutex_unlock(&b->lock);
    return newer;
}

CA_RC blocklist_refresh(struct signer *s, struct db *db, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf hashes = {0};
    CA_AUTO(blocklist_loan) struct blocklist_loan *loan = NULL;
    const struct key_checks *base = s->config.checks;
    int64_t sequence = 0;

    CA_TRY(db_blocked_key_sequence(db, &sequence, err));
    if (!is_newer(s->blocklist, base, sequence))
        return CA_OK;
    CA_TRY(db_blocked_key_hashes(db, &hashes, err)); /* newer than the number, or as new */
    CA_TRY(loan_new(s->blocklist, base, &loan, err));
    if (hashes.len > 0)
        CA_TRY(key_checks_with_blocked(base, ca_buf_view(&hashes), &loan->checks, err));
    put(s->blocklist, CA_MOVE(loan), sequence);
    return CA_OK;
}
