/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_check_internal.h"

const uint16_t key_primes[KEY_PRIMES] = {
    3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73,  79,  83,  89,  97,  101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271,
    277, 281, 283, 293, 307, 311, 313, 317, 331, 337, 347, 349, 353, 359, 367, 373, 379, 383, 389,
    397, 401, 409, 419, 421, 431, 433, 439, 443, 449, 457, 461, 463, 467, 479, 487, 491, 499, 503,
    509, 521, 523, 541, 547, 557, 563, 569, 571, 577, 587, 593, 599, 601, 607, 613, 617, 619, 631,
    641, 643, 647, 653, 659, 661, 673, 677, 683, 691, 701, 709, 719, 727, 733, 739, 743, 751,
};

bool key_number_read(struct ca_bytes octets, struct key_number *ret)
{
    while (octets.len > 0 && octets.ptr[0] == 0) {
        octets.ptr++;
        octets.len--;
    }
    if (octets.len == 0 || octets.len > SPKI_RSA_BITS_MAX / 8)
        return false;
    ret->n = mpn_set_str(ret->limbs, octets.ptr, octets.len, 256);
    return true;
}

/* As many primes, from `first` on, as have a product that fits a limb. Returns the first that is
 * left over. */
static size_t group_take(size_t first, mp_limb_t *ret_product)
{
    size_t i = first;

    for (*ret_product = 1; i < KEY_PRIMES && *ret_product <= GMP_NUMB_MAX / key_primes[i]; i++)
        *ret_product *= key_primes[i];
    return i;
}

/* One pass over the modulus for each group instead of one for each prime. */
void key_residues_make(const struct key_number *modulus, struct key_residues *ret)
{
    size_t end;

    ret->odd = (modulus->limbs[0] & 1U) != 0;
    for (size_t i = 0; i < KEY_PRIMES; i = end) {
        mp_limb_t product;
        mp_limb_t left;

        end = group_take(i, &product);
        left = mpn_mod_1(modulus->limbs, modulus->n, product);
        for (size_t j = i; j < end; j++)
            ret->of[j] = (uint16_t)(left % key_primes[j]);
    }
}

bool key_has_small_factor(const struct key_residues *r)
{
    for (size_t i = 0; i < KEY_PRIMES; i++) {
        if (r->of[i] == 0)
            return true;
    }
    return !r->odd;
}
