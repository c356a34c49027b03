/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gmp.h>

#include "policy/key_check.h"

/* The arithmetic of key_check.c. On the stack: GMP allocates nothing for numbers of this size, and
 * it would end the process when memory is short. */

enum {
    KEY_PRIME_MAX = 751, /* the largest prime that a modulus is divided by */
    KEY_PRIMES = 132,    /* how many there are from 3 to KEY_PRIME_MAX */
    KEY_LIMBS_MAX = SPKI_RSA_BITS_MAX / GMP_NUMB_BITS,
};

struct key_number {
    mp_limb_t limbs[KEY_LIMBS_MAX + 1];
    mp_size_t n; /* the highest limb is not 0 */
};

/* Big-endian octets. False: 0, or more than SPKI_RSA_BITS_MAX bits. */
bool key_number_read(struct ca_bytes octets, struct key_number *ret);

/* key_residues.c */
extern const uint16_t key_primes[KEY_PRIMES]; /* from 3 on */
struct key_residues {
    uint16_t of[KEY_PRIMES]; /* the modulus modulo key_primes[i] */
    bool odd;
};
void key_residues_make(const struct key_number *modulus, struct key_residues *ret);
bool key_has_small_factor(const struct key_residues *r);

/* key_roca.c */
bool key_is_roca(const struct key_residues *r);

/* key_fermat.c */
enum { KEY_FERMAT_ROUNDS = 100 };
bool key_has_close_primes(const struct key_number *modulus);
