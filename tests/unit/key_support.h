/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/bn.h>

#include "base/ossl.h"
#include "policy/key_check.h"

/* RSA numbers for the tests of the checks on keys; what OpenSSL refuses fails the test. */

BIGNUM *bn_of_hex(const char *hex);
BIGNUM *bn_random(int bits); /* odd, the two top bits set */
BIGNUM *bn_prime(int bits);  /* the two top bits set */
BIGNUM *bn_product(const BIGNUM *a, const BIGNUM *b);
BIGNUM *bn_square_root(const BIGNUM *n, bool up); /* rounded down, or up */

/* k * M + (65537^a mod M), where M is the product of all primes up to `largest`: a prime or not. */
BIGNUM *bn_roca(int bits, unsigned largest, bool prime);
BIGNUM *bn_primorial(unsigned largest);

/* What key_check says of an RSA key with this modulus. */
enum key_weakness weakness_of(const struct key_checks *checks, const BIGNUM *modulus);

/* Big-endian, into `ret`, as long as the number is. */
struct ca_bytes bn_octets(const BIGNUM *n, uint8_t *ret, size_t size);
