/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_check_internal.h"

/* The fingerprint of CVE-2017-15361 (M. Nemec et al., The Return of Coppersmith's Attack, 2017).
 * The library made primes k * M + (65537^a mod M), where M is the product of the first primes, up
 * to 167 at least. So its moduli are powers of 65537 modulo M: modulo each of these primes, and
 * with an exponent that is the same for all of them. A modulus of two random primes passes the
 * first test with a chance of 2^-30, both with one of about 2^-156. */

enum { GENERATOR = 65537, ROCA_PRIME_MAX = 167, ROCA_PRIMES = 38 };

/* residue = 65537^exponent modulo the prime; exponents count modulo `order`. */
struct logarithm {
    unsigned exponent;
    unsigned order;
};

/* False: the residue is no power. Walks through all powers: at most 166 steps, and for other keys
 * one of the first primes says no. */
static bool logarithm_find(unsigned residue, unsigned prime, struct logarithm *ret)
{
    unsigned generator = GENERATOR % prime;
    unsigned power = 1;
    bool found = false;

    ret->order = 0;
    do {
        if (power == residue) {
            ret->exponent = ret->order;
            found = true;
        }
        power = power * generator % prime;
        ret->order++;
    } while (power != 1);
    return found;
}

static unsigned gcd(unsigned a, unsigned b)
{
    while (b != 0) {
        unsigned left = a % b;

        a = b;
        b = left;
    }
    return a;
}

/* Is there an exponent for both? (Chinese remainder theorem; for many, if there is for each two.)
 */
static bool agree(const struct logarithm *a, const struct logarithm *b)
{
    unsigned common = gcd(a->order, b->order);

    return a->exponent % common == b->exponent % common;
}

bool key_is_roca(const struct key_residues *r)
{
    struct logarithm logarithms[ROCA_PRIMES];

    for (size_t i = 0; i < ROCA_PRIMES; i++) {
        if (!logarithm_find(r->of[i], key_primes[i], &logarithms[i]))
            return false;
        for (size_t j = 0; j < i; j++) {
            if (!agree(&logarithms[i], &logarithms[j]))
                return false;
        }
    }
    return true;
}
