/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks on keys cost.
 *   bench_keys check                   microseconds for one RSA key, by size
 *   bench_keys audit MODULI [THREADS]  seconds of the clock and of processors, and MiB, of a batch
 *                                      GCD over moduli of 2048 bits, of which some share a prime;
 *                                      fails unless just those are found
 * A line for each: metric<TAB>value. Real moduli would take hours to make. These are products of 50
 * primes of 41 bits, each of them in one modulus only, which costs the arithmetic the same: it
 * depends on lengths alone. In the planted ones a prime of 1024 bits stands for half of them. */
#include <gmp.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/time.h"
#include "policy/key_audit.h"
#include "policy/key_check.h"

enum { PRIMES = 50, BITS = 2048, PLANTED = 64, ROUNDS = 2000, SIEVE = 1 << 20, MIB = 1 << 20 };

/* 50 primes from here on have a product of 2048 bits; their square roots are below ROOT. */
static const uint64_t first_number = 2140000000001;
enum { ROOT = 1500000 };

/* Primes from first_number on, one after the other: a sieve over SIEVE odd numbers at a time. */
struct sieve {
    uint32_t *small; /* odd primes below ROOT */
    size_t small_n;
    bool *composite; /* of start + 2 * i */
    uint64_t start;
    size_t at;
};

static CA_RC sieve_new(struct sieve *s, struct ca_err *err)
{
    bool *composite = calloc(ROOT, 1);

    s->small = calloc(ROOT / 2, sizeof(*s->small));
    s->composite = malloc(SIEVE);
    if (composite == NULL || s->small == NULL || s->composite == NULL)
        return CA_FAIL_NOMEM(err);
    for (size_t i = 3; i < ROOT; i += 2) {
        if (composite[i])
            continue;
        s->small[s->small_n++] = (uint32_t)i;
        for (size_t j = i * i; j < ROOT; j += 2 * i)
            composite[j] = true;
    }
    free(composite);
    s->start = first_number - 2 * (uint64_t)SIEVE;
    s->at = SIEVE;
    return CA_OK;
}

static void sieve_fill(struct sieve *s)
{
    s->start += 2 * (uint64_t)SIEVE;
    s->at = 0;
    memset(s->composite, 0, SIEVE);
    for (size_t i = 0; i < s->small_n; i++) {
        uint64_t p = s->small[i];
        uint64_t multiple = s->start + (p - s->start % p) % p;

        multiple += multiple % 2 == 0 ? p : 0;
        for (uint64_t j = (multiple - s->start) / 2; j < SIEVE; j += p)
            s->composite[j] = true;
    }
}

static uint64_t sieve_next(struct sieve *s)
{
    for (;; s->at++) {
        if (s->at == SIEVE)
            sieve_fill(s);
        if (!s->composite[s->at])
            return s->start + 2 * s->at++;
    }
}

struct audit {
    struct key_audit *keys;
    size_t count;
    size_t pairs;
    size_t wrong;
};

/* Planted: modulus i * step shares its prime with the next one but two. */
static size_t step_of(const struct audit *a)
{
    return a->count / PLANTED;
}

static bool is_planted(const struct audit *a, size_t i)
{
    size_t off = i % step_of(a);

    return i / step_of(a) < PLANTED && (off == 0 || off == 3);
}

/* The prime of a planted pair, the same each time that it is asked for. */
static void planted_prime(size_t pair, mpz_t ret)
{
    gmp_randstate_t random;

    gmp_randinit_mt(random);
    gmp_randseed_ui(random, pair + 1);
    mpz_urandomb(ret, random, BITS / 2);
    mpz_setbit(ret, BITS / 2 - 1);
    mpz_setbit(ret, BITS / 2 - 2);
    mpz_nextprime(ret, ret);
    gmp_randclear(random);
}

static CA_RC modulus_add(struct audit *a, struct sieve *s, size_t i, struct ca_err *err)
{
    uint8_t octets[BITS / 8 + 8];
    bool planted = is_planted(a, i);
    size_t len = 0;
    size_t number;
    mpz_t n;

    mpz_init_set_ui(n, 1);
    if (planted)
        planted_prime(i / step_of(a), n);
    for (size_t j = planted ? PRIMES / 2 : 0; j < PRIMES; j++)
        mpz_mul_ui(n, n, sieve_next(s));
    (void)mpz_export(octets, &len, 1, 1, 1, 0, n);
    mpz_clear(n);
    return key_audit_add(a->keys, (struct ca_bytes){octets, len}, &number, err);
}

static CA_RC moduli_make(struct audit *a, struct ca_err *err)
{
    struct sieve s = {0};

    CA_TRY(sieve_new(&s, err));
    for (size_t i = 0; i < a->count; i++)
        CA_TRY(modulus_add(a, &s, i, err));
    free(s.small);
    free(s.composite);
    return CA_OK;
}

static enum ca_rc pair_seen(void *arg, size_t first, size_t second, struct ca_bytes factor,
                            struct ca_err *err)
{
    struct audit *a = arg;

    (void)err;
    a->pairs++;
    a->wrong += !is_planted(a, first) || second != first + 3 || factor.len != BITS / 16;
    return CA_OK;
}

/* Seconds of processor time so far; the most memory so far, in MiB. */
static double usage_now(long *ret_memory)
{
    struct rusage u;

    (void)getrusage(RUSAGE_SELF, &u);
    *ret_memory = u.ru_maxrss / 1024;
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static CA_RC audit_run(size_t count, unsigned threads, struct ca_err *err)
{
    CA_AUTO(key_audit) struct key_audit *keys = NULL;
    struct audit a = {.count = count};
    double processor;
    int64_t start;
    long memory;

    CA_TRY(key_audit_new(&keys, err));
    a.keys = keys;
    CA_TRY(moduli_make(&a, err));
    processor = usage_now(&memory);
    start = ca_mono_ms();
    CA_TRY(key_audit_run(keys, threads, pair_seen, &a, err));
    (void)printf("audit_%zu\t%.2f\n", count, (double)(ca_mono_ms() - start) / 1000);
    (void)printf("audit_%zu_processor\t%.2f\n", count, usage_now(&memory) - processor);
    (void)printf("audit_%zu_memory\t%ld\n", count, memory);
    (void)printf("audit_%zu_memory_bound\t%" PRIu64 "\n", count,
                 key_audit_memory(keys, threads) / MIB);
    (void)printf("audit_%zu_pairs\t%zu\n", count, a.pairs);
    if (a.pairs != PLANTED || a.wrong != 0)
        return CA_FAIL(err, CA_FAULT, "%zu pairs, %zu of them wrong", a.pairs, a.wrong);
    return CA_OK;
}

/* A modulus that none of the checks says no to early: two random primes. */
static void modulus_make(unsigned bits, gmp_randstate_t random, mpz_t ret)
{
    mpz_t p;

    mpz_init(p);
    mpz_set_ui(ret, 1);
    for (int i = 0; i < 2; i++) {
        mpz_urandomb(p, random, bits / 2);
        mpz_setbit(p, bits / 2 - 1);
        mpz_setbit(p, bits / 2 - 2);
        mpz_nextprime(p, p);
        mpz_mul(ret, ret, p);
    }
    mpz_clear(p);
}

static CA_RC check_run(unsigned bits, gmp_randstate_t random, struct ca_err *err)
{
    uint8_t octets[SPKI_RSA_BITS_MAX / 8];
    struct spki_info info = {.kind = CA_KEY_RSA, .bits = bits};
    enum key_weakness found = KEY_SOUND;
    int64_t start;
    mpz_t n;

    mpz_init(n);
    modulus_make(bits, random, n);
    info.modulus.ptr = octets;
    (void)mpz_export(octets, &info.modulus.len, 1, 1, 1, 0, n);
    mpz_clear(n);
    start = ca_mono_us();
    for (int i = 0; i < ROUNDS; i++) {
        CA_TRY(key_check(NULL, &info, info.modulus, &found, err));
        if (found != KEY_SOUND)
            return CA_FAIL(err, CA_FAULT, "%s", key_weakness_info(found)->rule);
    }
    (void)printf("key_check_rsa_%u\t%.1f\n", bits, (double)(ca_mono_us() - start) / ROUNDS);
    return CA_OK;
}

static CA_RC checks_run(struct ca_err *err)
{
    static const unsigned bits[] = {2048, 3072, 4096, 8192};
    gmp_randstate_t random;

    gmp_randinit_mt(random);
    for (size_t i = 0; i < CA_COUNT(bits); i++)
        CA_TRY(check_run(bits[i], random, err));
    gmp_randclear(random);
    return CA_OK;
}

int main(int argc, char **argv)
{
    struct ca_err err = {0};
    enum ca_rc rc = CA_MALFORMED;

    if (argc == 2 && strcmp(argv[1], "check") == 0) {
        rc = checks_run(&err);
    } else if (argc >= 3 && strcmp(argv[1], "audit") == 0 && strtoul(argv[2], NULL, 10) >= 1000) {
        rc = audit_run(strtoul(argv[2], NULL, 10),
                       argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 2, &err);
    } else {
        (void)fprintf(stderr, "usage: bench_keys check | audit MODULI [THREADS] (1000 or more)\n");
        return 2;
    }
    if (rc != CA_OK)
        (void)fprintf(stderr, "bench_keys: %s\n", err.text);
    return rc == CA_OK ? 0 : 1;
}
