/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gmp.h>

#include "policy/key_audit.h"

/* key_gcd.c: gcd(N[i], product of all others modulo N[i]) into ret[i], which the caller has
 * initialised. n is at least 2; all N are above 1, no two are the same. */
CA_RC key_gcd_all(mpz_t *n, size_t count, unsigned threads, mpz_t *ret, struct ca_err *err);

/* key_tasks.c: task(arg, i) for each i below n, on so many threads, the caller's among them. */
typedef void (*key_task_fn)(void *arg, size_t i);
CA_RC key_tasks_run(key_task_fn task, void *arg, size_t n, unsigned threads, struct ca_err *err);

/* key_pairs.c: the pairs among moduli whose gcd with the others is above 1. */
struct key_shared {
    size_t number; /* of the modulus */
    mpz_t modulus;
    mpz_t common; /* its gcd with the product of all others */
};
CA_RC key_pairs_find(struct key_shared *shared, size_t n, key_audit_fn fn, void *arg,
                     struct ca_err *err);
