/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/auto.h"
#include "base/bytes.h"
#include "base/rc.h"

/* Which of many RSA moduli share a prime? Two keys whose generators lacked entropy can be factored
 * with a single gcd (N. Heninger et al., Mining your Ps and Qs, 2012). All at once: the product of
 * all moduli, and what is left of it modulo each (D. Bernstein, How to find smooth parts of
 * integers, 2004; his scaled remainder trees, 2004), in time that grows little faster than their
 * number. GMP ends the process when memory is short: ask key_audit_memory first. */
struct key_audit;

CA_RC key_audit_new(struct key_audit **ret, struct ca_err *err);
void key_audit_free(struct key_audit *a);
CA_AUTO_DEFINE(key_audit, struct key_audit *, key_audit_free);

/* Adds a modulus, big-endian, at most SPKI_RSA_BITS_MAX bits; copied. *ret is its number, from 0
 * on; one that was added before keeps its number. CA_MALFORMED below 2 or longer; CA_LIMIT 2^31 of
 * them; CA_FAULT. */
CA_RC key_audit_add(struct key_audit *a, struct ca_bytes modulus, size_t *ret, struct ca_err *err);
size_t key_audit_count(const struct key_audit *a);
struct ca_bytes key_audit_modulus(const struct key_audit *a, size_t i); /* borrowed */

/* Octets that key_audit_run needs with so many threads, all that is held included; an upper bound
 * that measurements stay below (tests/bench/bench_keys.c). */
uint64_t key_audit_memory(const struct key_audit *a, unsigned threads);

/* A pair of moduli, first < second, and a factor of both, big-endian. */
typedef enum ca_rc (*key_audit_fn)(void *arg, size_t first, size_t second, struct ca_bytes factor,
                                   struct ca_err *err);
/* Gives each pair of moduli that share a prime; of moduli of more than two primes, each modulus in
 * at least one pair. What `fn` answers ends it. CA_FAULT no memory, no thread. */
CA_RC key_audit_run(const struct key_audit *a, unsigned threads, key_audit_fn fn, void *arg,
                    struct ca_err *err);
