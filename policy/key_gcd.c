/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_audit_internal.h"

/* Batch GCD. Up the tree, each node holds the product P of its moduli, and F, the sum of P / N over
 * them; so F / P is the sum of 1 / N. Down the tree, each node holds the fraction of (F of all) /
 * (its product), in so many bits as its product has and a few: that of the left child is the
 * parent's times the product on the right. At a leaf the fraction times N is F modulo N, which is
 * the product of all others modulo N. So there is one division, at the root, and no square. */

/* A fraction is cut off, so it is low by less than one unit of its last bit, and from each level to
 * the next by twice as much and one more; there are fewer than 40. */
enum { GUARD_BITS = 64, LEVELS_MAX = 40 };

struct list {
    mpz_t *numbers;
    size_t n;
};

struct tree {
    struct list levels[LEVELS_MAX]; /* products; those of level 0 are the caller's */
    size_t height;
    struct list sums; /* F of the highest level */
    struct list next; /* F of the one that is being made */
    struct list fractions;
    struct list below; /* the fractions that are being made */
    size_t at;         /* their level */
    unsigned threads;
};

static void list_free(struct list *l)
{
    for (size_t i = 0; i < l->n; i++)
        mpz_clear(l->numbers[i]);
    free(l->numbers);
    *l = (struct list){0};
}

static CA_RC list_new(size_t n, struct list *ret, struct ca_err *err)
{
    ret->numbers = calloc(n, sizeof(*ret->numbers));
    if (ret->numbers == NULL)
        return CA_FAIL_NOMEM(err);
    ret->n = n;
    for (size_t i = 0; i < n; i++)
        mpz_init(ret->numbers[i]);
    return CA_OK;
}

static void list_replace(struct list *l, struct list *by)
{
    list_free(l);
    *l = *by;
    *by = (struct list){0};
}

static void tree_done(struct tree *t)
{
    for (size_t i = 1; i < t->height; i++)
        list_free(&t->levels[i]);
    list_free(&t->sums);
    list_free(&t->next);
    list_free(&t->fractions);
    list_free(&t->below);
}

static struct list *top(struct tree *t)
{
    return &t->levels[t->height - 1];
}

/* One of three tasks for each pair: its product, and the two parts of its sum. The second part
 * takes the place of the sum on the right, which nobody else reads. */
static void pair_multiply(void *arg, size_t i)
{
    struct tree *t = arg;
    const struct list *from = &t->levels[t->height - 2];
    size_t left = i / 3 * 2;
    size_t right = left + 1;

    if (i % 3 == 0) {
        mpz_mul(top(t)->numbers[i / 3], from->numbers[left], from->numbers[right]);
    } else if (i % 3 == 1) {
        mpz_mul(t->next.numbers[i / 3], t->sums.numbers[left], from->numbers[right]);
    } else {
        mpz_mul(t->sums.numbers[right], t->sums.numbers[right], from->numbers[left]);
    }
}

/* The last of an odd number goes up alone, and leaves nothing behind: its product is used where it
 * has a sibling. Only the moduli themselves are needed once more. */
static void last_carry(struct tree *t, const struct list *from)
{
    struct list *to = top(t);

    if (from == &t->levels[0]) {
        mpz_set(to->numbers[to->n - 1], from->numbers[from->n - 1]);
    } else {
        mpz_swap(to->numbers[to->n - 1], from->numbers[from->n - 1]);
    }
    mpz_swap(t->next.numbers[to->n - 1], t->sums.numbers[from->n - 1]);
}

static CA_RC level_raise(struct tree *t, struct ca_err *err)
{
    const struct list *from = top(t);
    size_t pairs = from->n / 2;

    CA_TRY(list_new(from->n - pairs, &t->levels[t->height], err));
    t->height++;
    CA_TRY(list_new(from->n - pairs, &t->next, err));
    CA_TRY(key_tasks_run(pair_multiply, t, 3 * pairs, t->threads, err));
    for (size_t i = 0; i < pairs; i++)
        mpz_add(t->next.numbers[i], t->next.numbers[i], t->sums.numbers[2 * i + 1]);
    if (from->n % 2 != 0)
        last_carry(t, from);
    list_replace(&t->sums, &t->next);
    return CA_OK;
}

static CA_RC tree_raise(struct tree *t, struct ca_err *err)
{
    CA_TRY(list_new(t->levels[0].n, &t->sums, err));
    for (size_t i = 0; i < t->sums.n; i++)
        mpz_set_ui(t->sums.numbers[i], 1);
    while (top(t)->n > 1)
        CA_TRY(level_raise(t, err));
    return CA_OK;
}

/* Of the fraction of a node with this product. */
static mp_bitcnt_t bits_of(mpz_srcptr product)
{
    return mpz_sizeinbase(product, 2) + GUARD_BITS;
}

static CA_RC root_divide(struct tree *t, struct ca_err *err)
{
    mpz_ptr product = top(t)->numbers[0];
    mpz_ptr sum = t->sums.numbers[0];

    CA_TRY(list_new(1, &t->fractions, err));
    mpz_mul_2exp(sum, sum, bits_of(product));
    mpz_tdiv_q(t->fractions.numbers[0], sum, product);
    list_free(&t->sums);
    return CA_OK;
}

/* Back to where it came from. */
static void last_return(struct tree *t, size_t i)
{
    mpz_swap(t->below.numbers[i], t->fractions.numbers[i / 2]);
    if (t->at > 0)
        mpz_swap(t->levels[t->at].numbers[i], t->levels[t->at + 1].numbers[i / 2]);
}

static void fraction_descend(void *arg, size_t i)
{
    struct tree *t = arg;
    const struct list *to = &t->levels[t->at];
    mpz_ptr fraction = t->below.numbers[i];
    size_t sibling = i ^ 1U;
    mp_bitcnt_t above;
    mp_bitcnt_t bits;

    if (sibling == to->n) {
        last_return(t, i);
        return;
    }
    above = bits_of(top(t)->numbers[i / 2]);
    bits = bits_of(to->numbers[i]);
    mpz_mul(fraction, t->fractions.numbers[i / 2], to->numbers[sibling]);
    mpz_fdiv_r_2exp(fraction, fraction, above);
    mpz_fdiv_q_2exp(fraction, fraction, above - bits);
    mpz_realloc2(fraction, bits); /* the product was three times as long */
}

static CA_RC level_descend(struct tree *t, struct ca_err *err)
{
    t->at = t->height - 2;
    CA_TRY(list_new(t->levels[t->at].n, &t->below, err));
    CA_TRY(key_tasks_run(fraction_descend, t, t->below.n, t->threads, err));
    list_free(top(t));
    t->height--;
    list_replace(&t->fractions, &t->below);
    return CA_OK;
}

/* F modulo N is the fraction times N, rounded up, since the fraction is low by next to nothing. */
static void leaf_finish(void *arg, size_t i)
{
    struct tree *t = arg;
    mpz_ptr left = t->fractions.numbers[i];
    mpz_srcptr modulus = t->levels[0].numbers[i];

    mpz_mul(left, left, modulus);
    mpz_cdiv_q_2exp(left, left, bits_of(modulus));
    mpz_gcd(left, left, modulus);
}

static CA_RC tree_run(struct tree *t, struct ca_err *err)
{
    CA_TRY(tree_raise(t, err));
    CA_TRY(root_divide(t, err));
    while (t->height > 1)
        CA_TRY(level_descend(t, err));
    return key_tasks_run(leaf_finish, t, t->fractions.n, t->threads, err);
}

CA_RC key_gcd_all(mpz_t *n, size_t count, unsigned threads, mpz_t *ret, struct ca_err *err)
{
    struct tree t = {.levels = {{n, count}}, .height = 1, .threads = threads};
    enum ca_rc rc = tree_run(&t, err);

    for (size_t i = 0; rc == CA_OK && i < count; i++)
        mpz_swap(ret[i], t.fractions.numbers[i]);
    tree_done(&t);
    return rc;
}
