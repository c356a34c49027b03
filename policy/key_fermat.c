/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_check_internal.h"

/* Fermat's factorization: n = p * q = a^2 - b^2 with a = (p + q) / 2 and b = (p - q) / 2. When p
 * and q are close, a is one of the first integers from the square root of n on. */

enum { HALF_MAX = KEY_LIMBS_MAX / 2 + 2 };

/* A number of about half the length of a modulus; highest limb not 0. */
struct half {
    mp_limb_t limbs[HALF_MAX];
    mp_size_t n;
};

static void half_trim(struct half *h)
{
    while (h->n > 0 && h->limbs[h->n - 1] == 0)
        h->n--;
}

static void half_add_1(struct half *h, mp_limb_t v)
{
    mp_limb_t carry = mpn_add_1(h->limbs, h->limbs, h->n, v);

    if (carry != 0)
        h->limbs[h->n++] = carry;
}

/* h += v, of which neither is much longer than the other. */
static void half_add(struct half *h, const struct half *v)
{
    mp_limb_t carry = h->n >= v->n ? mpn_add(h->limbs, h->limbs, h->n, v->limbs, v->n)
                                   : mpn_add(h->limbs, v->limbs, v->n, h->limbs, h->n);

    h->n = h->n >= v->n ? h->n : v->n;
    if (carry != 0)
        h->limbs[h->n++] = carry;
}

/* With n = s^2 + r and 0 < r <= 2s: the first a is s + 1, its b^2 = a^2 - n = 2s + 1 - r, and from
 * one a to the next b^2 grows by 2a + 1. */
static void first_square(const struct key_number *modulus, struct half *ret_square,
                         struct half *ret_step)
{
    mp_limb_t left[KEY_LIMBS_MAX + 1];
    mp_size_t left_n;

    left_n = mpn_sqrtrem(ret_step->limbs, left, modulus->limbs, modulus->n);
    ret_step->n = (modulus->n + 1) / 2;
    ret_square->n = 0;
    if (left_n == 0)
        return;
    ret_step->limbs[ret_step->n] = mpn_lshift(ret_step->limbs, ret_step->limbs, ret_step->n, 1);
    ret_step->n++;
    half_trim(ret_step);
    half_add_1(ret_step, 1);
    (void)mpn_sub(ret_square->limbs, ret_step->limbs, ret_step->n, left, left_n);
    ret_square->n = ret_step->n;
    half_trim(ret_square);
    half_add_1(ret_step, 2);
}

bool key_has_close_primes(const struct key_number *modulus)
{
    struct half square; /* b^2 */
    struct half step;

    first_square(modulus, &square, &step);
    if (square.n == 0)
        return true; /* n is a square itself */
    for (int i = 0; i < KEY_FERMAT_ROUNDS; i++) {
        if (mpn_perfect_square_p(square.limbs, square.n) != 0)
            return true;
        half_add(&square, &step);
        half_add_1(&step, 2);
    }
    return false;
}
