/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_audit.h"

#include <gmp.h>

#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

/* Each answer is compared with the gcd of each two moduli. */

enum { KEYS_MAX = 90, OCTETS = 1024 };

struct world {
    struct key_audit *audit;
    mpz_t moduli[KEYS_MAX]; /* by number */
    size_t n;
    unsigned seen[KEYS_MAX][KEYS_MAX];
};

static gmp_randstate_t randomness;

static void world_init(struct world *w)
{
    struct ca_err err = {0};

    memset(w, 0, sizeof(*w));
    assert_int_equal(key_audit_new(&w->audit, &err), CA_OK);
    for (size_t i = 0; i < KEYS_MAX; i++)
        mpz_init(w->moduli[i]);
}

static void world_done(struct world *w)
{
    for (size_t i = 0; i < KEYS_MAX; i++)
        mpz_clear(w->moduli[i]);
    key_audit_free(w->audit);
}

static size_t world_add(struct world *w, mpz_srcptr modulus)
{
    uint8_t octets[OCTETS];
    size_t len = 0;
    size_t number = SIZE_MAX;
    struct ca_err err = {0};

    (void)mpz_export(octets, &len, 1, 1, 1, 0, modulus);
    assert_int_equal(key_audit_add(w->audit, (struct ca_bytes){octets, len}, &number, &err), CA_OK);
    assert_true(number <= w->n && number < KEYS_MAX);
    if (number == w->n)
        mpz_set(w->moduli[w->n++], modulus);
    assert_int_equal(mpz_cmp(w->moduli[number], modulus), 0);
    assert_int_equal(key_audit_count(w->audit), w->n);
    return number;
}

static void prime_make(mpz_t ret, mp_bitcnt_t bits)
{
    mpz_urandomb(ret, randomness, bits);
    mpz_setbit(ret, bits - 1);
    mpz_nextprime(ret, ret);
}

static enum ca_rc pair_seen(void *arg, size_t first, size_t second, struct ca_bytes factor,
                            struct ca_err *err)
{
    struct world *w = arg;
    mpz_t f;

    (void)err;
    assert_true(first < second && second < w->n);
    mpz_init(f);
    mpz_import(f, factor.len, 1, 1, 1, 0, factor.ptr);
    assert_true(mpz_cmp_ui(f, 1) > 0);
    assert_true(mpz_divisible_p(w->moduli[first], f) != 0);
    assert_true(mpz_divisible_p(w->moduli[second], f) != 0);
    mpz_clear(f);
    w->seen[first][second]++;
    return CA_OK;
}

static bool share(const struct world *w, size_t i, size_t j)
{
    mpz_t gcd;
    bool shared;

    mpz_init(gcd);
    mpz_gcd(gcd, w->moduli[i], w->moduli[j]);
    shared = mpz_cmp_ui(gcd, 1) != 0;
    mpz_clear(gcd);
    return shared;
}

static void world_run(struct world *w, unsigned threads)
{
    struct ca_err err = {0};

    memset(w->seen, 0, sizeof(w->seen));
    assert_int_equal(key_audit_run(w->audit, threads, pair_seen, w, &err), CA_OK);
}

/* Each pair that shares a prime once, and no other. Returns how many do. */
static size_t world_compare(const struct world *w)
{
    size_t pairs = 0;

    for (size_t i = 0; i < w->n; i++) {
        for (size_t j = i + 1; j < w->n; j++) {
            assert_int_equal(w->seen[i][j], share(w, i, j));
            pairs += w->seen[i][j];
        }
    }
    return pairs;
}

/* `n` moduli of two primes each, out of a pool: the smaller the pool, the more of them share. */
static void moduli_of_pool(struct world *w, size_t n, size_t pool, mp_bitcnt_t bits)
{
    mpz_t *primes = calloc(pool, sizeof(*primes));
    mpz_t modulus;

    assert_non_null(primes);
    mpz_init(modulus);
    for (size_t i = 0; i < pool; i++) {
        mpz_init(primes[i]);
        prime_make(primes[i], bits + i % 3 * 16);
    }
    for (size_t i = 0; i < n; i++) {
        size_t p = gmp_urandomm_ui(randomness, pool);
        size_t q = gmp_urandomm_ui(randomness, pool - 1);

        mpz_mul(modulus, primes[p], primes[q >= p ? q + 1 : q]);
        (void)world_add(w, modulus);
    }
    for (size_t i = 0; i < pool; i++)
        mpz_clear(primes[i]);
    mpz_clear(modulus);
    free(primes);
}

static void pairs_are_those_of_each_two(void **state)
{
    static const struct {
        size_t pool;
        mp_bitcnt_t bits;
    } cases[] = {
        {3,    64 },
        {6,    100},
        {20,   256},
        {60,   512},
        {1000, 128}
    };
    size_t shared = 0;

    (void)state;
    for (size_t c = 0; c < CA_COUNT(cases); c++) {
        for (size_t n = 1; n <= 70; n += n < 18 ? 1 : 13) {
            struct world w;

            world_init(&w);
            moduli_of_pool(&w, n, cases[c].pool, cases[c].bits);
            world_run(&w, 1 + (unsigned)(n % 3));
            shared += world_compare(&w);
            world_done(&w);
        }
    }
    assert_true(shared > 1000);
}

static void keys_of_random_primes_share_nothing(void **state)
{
    mpz_t p;
    mpz_t q;
    struct world w;

    (void)state;
    world_init(&w);
    mpz_inits(p, q, NULL);
    for (size_t i = 0; i < KEYS_MAX; i++) {
        prime_make(p, 512);
        prime_make(q, i % 2 == 0 ? 512 : 700);
        mpz_mul(p, p, q);
        (void)world_add(&w, p);
    }
    world_run(&w, 2);
    assert_int_equal(world_compare(&w), 0);
    mpz_clears(p, q, NULL);
    world_done(&w);
}

/* p*q, q*r, r*p: each shares both its primes, with two others. And a square, and a prime alone. */
static void moduli_that_share_all_are_told_apart(void **state)
{
    mpz_t p[4];
    mpz_t modulus;
    struct world w;

    (void)state;
    world_init(&w);
    mpz_init(modulus);
    for (size_t i = 0; i < 4; i++) {
        mpz_init(p[i]);
        prime_make(p[i], 256);
    }
    for (size_t i = 0; i < 3; i++) {
        mpz_mul(modulus, p[i], p[(i + 1) % 3]);
        (void)world_add(&w, modulus);
    }
    world_run(&w, 2);
    assert_int_equal(world_compare(&w), 3);
    mpz_mul(modulus, p[3], p[3]);
    (void)world_add(&w, modulus);
    (void)world_add(&w, p[3]);
    world_run(&w, 2);
    assert_int_equal(world_compare(&w), 4);
    for (size_t i = 0; i < 4; i++)
        mpz_clear(p[i]);
    mpz_clear(modulus);
    world_done(&w);
}

/* Of three primes each: not each pair, but each modulus that shares anything. */
static void no_modulus_of_more_primes_is_lost(void **state)
{
    (void)state;
    for (int again = 0; again < 20; again++) {
        mpz_t primes[9];
        mpz_t modulus;
        struct world w;

        world_init(&w);
        mpz_init(modulus);
        for (size_t i = 0; i < 9; i++) {
            mpz_init(primes[i]);
            prime_make(primes[i], 64 + 16 * i);
        }
        for (size_t i = 0; i < 12; i++) {
            mpz_mul(modulus, primes[gmp_urandomm_ui(randomness, 9)],
                    primes[gmp_urandomm_ui(randomness, 9)]);
            mpz_mul(modulus, modulus, primes[gmp_urandomm_ui(randomness, 9)]);
            (void)world_add(&w, modulus);
        }
        world_run(&w, 2);
        for (size_t i = 0; i < w.n; i++) {
            bool shares = false;
            bool seen = false;

            for (size_t j = 0; j < w.n; j++) {
                shares = shares || (j != i && share(&w, i, j));
                seen = seen || w.seen[i][j] > 0 || w.seen[j][i] > 0;
            }
            assert_int_equal(seen, shares);
        }
        for (size_t i = 0; i < 9; i++)
            mpz_clear(primes[i]);
        mpz_clear(modulus);
        world_done(&w);
    }
}

static void a_modulus_has_one_number(void **state)
{
    static const uint8_t modulus[] = {0, 0, 0xc0, 0xff, 0xef};
    static const uint8_t other[] = {0xc0, 0xff, 0xed};
    CA_AUTO(key_audit) struct key_audit *a = NULL;
    struct ca_err err = {0};
    size_t number = SIZE_MAX;

    (void)state;
    assert_int_equal(key_audit_new(&a, &err), CA_OK);
    for (size_t skip = 0; skip < 3; skip++) {
        assert_int_equal(
            key_audit_add(a, (struct ca_bytes){modulus + skip, 5 - skip}, &number, &err), CA_OK);
        assert_int_equal(number, 0);
    }
    assert_int_equal(key_audit_add(a, (struct ca_bytes){other, 3}, &number, &err), CA_OK);
    assert_int_equal(number, 1);
    assert_int_equal(key_audit_count(a), 2);
    assert_true(ca_bytes_equal(key_audit_modulus(a, 0), (struct ca_bytes){modulus + 2, 3}));
}

static void what_is_no_modulus_is_refused(void **state)
{
    static const uint8_t zeros[OCTETS + 2];
    static const uint8_t one[] = {0, 0, 1};
    static const uint8_t longer[OCTETS + 1] = {1};
    static const struct {
        struct ca_bytes modulus;
        enum ca_rc rc;
    } cases[] = {
        {{NULL, 0},                CA_MALFORMED},
        {{zeros, 1},               CA_MALFORMED},
        {{zeros, sizeof(zeros)},   CA_MALFORMED},
        {{one, sizeof(one)},       CA_MALFORMED},
        {{longer, sizeof(longer)}, CA_MALFORMED},
        {{longer, OCTETS},         CA_OK       },
    };
    CA_AUTO(key_audit) struct key_audit *a = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(key_audit_new(&a, &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        size_t number = SIZE_MAX;

        assert_int_equal(key_audit_add(a, cases[i].modulus, &number, &err), cases[i].rc);
        assert_int_equal(number == SIZE_MAX, cases[i].rc != CA_OK);
    }
    assert_int_equal(key_audit_count(a), 1);
}

static enum ca_rc pair_refused(void *arg, size_t first, size_t second, struct ca_bytes factor,
                               struct ca_err *err)
{
    unsigned *calls = arg;

    (void)first;
    (void)second;
    (void)factor;
    ++*calls;
    return CA_FAIL(err, CA_UNAVAILABLE, "enough");
}

static void an_answer_ends_the_audit(void **state)
{
    struct world w;
    unsigned calls = 0;
    struct ca_err err = {0};

    (void)state;
    world_init(&w);
    moduli_of_pool(&w, 20, 4, 64);
    assert_int_equal(key_audit_run(w.audit, 1, pair_refused, &calls, &err), CA_UNAVAILABLE);
    assert_int_equal(calls, 1);
    assert_string_equal(err.text, "enough");
    world_done(&w);
}

static void the_bound_grows_with_moduli_and_threads(void **state)
{
    struct world w;
    uint64_t before;

    (void)state;
    world_init(&w);
    before = key_audit_memory(w.audit, 1);
    moduli_of_pool(&w, 20, 1000, 64);
    assert_true(key_audit_memory(w.audit, 1) > before);
    assert_true(key_audit_memory(w.audit, 4) > key_audit_memory(w.audit, 1));
    world_done(&w);
}

static enum ca_rc ignore(void *arg, size_t first, size_t second, struct ca_bytes factor,
                         struct ca_err *err)
{
    (void)arg;
    (void)first;
    (void)second;
    (void)factor;
    (void)err;
    return CA_OK;
}

static enum ca_rc whole(const void *arg, struct ca_err *err)
{
    CA_AUTO(key_audit) struct key_audit *a = NULL;
    const uint16_t *products = arg;
    size_t number;

    CA_TRY(key_audit_new(&a, err));
    for (size_t i = 0; i < 5; i++) {
        const uint8_t octets[] = {(uint8_t)(products[i] >> 8), (uint8_t)products[i]};

        CA_TRY(key_audit_add(a, (struct ca_bytes){octets, sizeof(octets)}, &number, err));
    }
    return key_audit_run(a, 1, ignore, NULL, err);
}

static void each_allocation_may_fail(void **state)
{
    static const uint16_t products[] = {101 * 103, 103 * 107, 107 * 101, 109 * 113, 127 * 131};

    (void)state;
    fault_each_own_allocation(whole, products);
}

static int group_setup(void **state)
{
    (void)state;
    gmp_randinit_mt(randomness);
    gmp_randseed_ui(randomness, 20171015);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    gmp_randclear(randomness);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_those_of_each_two),
        cmocka_unit_test(keys_of_random_primes_share_nothing),
        cmocka_unit_test(moduli_that_share_all_are_told_apart),
        cmocka_unit_test(no_modulus_of_more_primes_is_lost),
        cmocka_unit_test(a_modulus_has_one_number),
        cmocka_unit_test(what_is_no_modulus_is_refused),
        cmocka_unit_test(an_answer_ends_the_audit),
        cmocka_unit_test(the_bound_grows_with_moduli_and_threads),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
