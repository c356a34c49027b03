/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/key_check.h"

#include <stdio.h>

#include "base/digest.h"
#include "policy/key_check_internal.h"
#include "policy/weak_keys.h"
#include "tests/unit/key_support.h"
#include "tests/unit/support.h"

enum { POOL = 144, POOL_BITS = 512 }; /* primes: 10,296 moduli */

static enum key_weakness weakness_named(const char *rule)
{
    for (int w = KEY_SOUND + 1; w < KEY__COUNT; w++) {
        if (strcmp(key_weakness_info((enum key_weakness)w)->rule, rule) == 0)
            return (enum key_weakness)w;
    }
    assert_string_equal(rule, "sound");
    return KEY_SOUND;
}

static struct key_checks *checks_of(const uint8_t *hashes, size_t n)
{
    CA_AUTO(buf) struct ca_buf file = {0};
    uint8_t *copy = ca_bytes_dup((struct ca_bytes){hashes, n * WEAK_KEY_HASH_LEN});
    struct key_checks *checks = NULL;
    struct ca_err err = {0};
    size_t count = 0;

    assert_non_null(copy);
    assert_int_equal(weak_keys_write(copy, n, &file, &count, &err), CA_OK);
    assert_int_equal(key_checks_new(ca_buf_view(&file), (struct ca_bytes){0}, &checks, &err),
                     CA_OK);
    free(copy);
    return checks;
}

/* The one of github.com/badkeys/badkeys, as `openssl rsa -noout -modulus | sha1sum` says. */
static const uint8_t debian_hash[WEAK_KEY_HASH_LEN] = {0xb7, 0xea, 0xd9, 0x49, 0x2d,
                                                       0xfd, 0x92, 0x1f, 0xc4, 0xf9};

static void i17_published_keys_are_judged_as_published(void **state)
{
    CA_AUTO(sample) struct sample file = sample_load("weak-keys", "published.txt");
    CA_AUTO(key_checks) struct key_checks *checks = checks_of(debian_hash, 1);
    static char hex[4 * 1024];
    char rule[32];
    char name[64];
    size_t tried = 0;
    const char *end;

    (void)state;
    for (const char *line = (const char *)file.bytes.ptr; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        if (*line == '#' || sscanf(line, "%31s %63s %4095s", rule, name, hex) != 3)
            continue;
        CA_AUTO(bn) BIGNUM *n = bn_of_hex(hex);

        test_note(name);
        assert_int_equal(weakness_of(checks, n), weakness_named(rule));
        tried++;
    }
    assert_int_equal(tried, 47);
}

static void primes_are_those_from_3_to_751(void **state)
{
    size_t n = 0;

    (void)state;
    for (unsigned p = 3; p <= KEY_PRIME_MAX; p++) {
        bool prime = true;

        for (unsigned i = 2; i * i <= p; i++)
            prime = prime && p % i != 0;
        if (prime)
            assert_int_equal(key_primes[n++], p);
    }
    assert_int_equal(n, KEY_PRIMES);
}

static void good_keys_are_sound(void **state)
{
    BIGNUM *primes[POOL];

    (void)state;
    for (size_t i = 0; i < POOL; i++) {
        primes[i] = bn_prime(POOL_BITS);
        for (size_t j = 0; j < i; j++) {
            CA_AUTO(bn) BIGNUM *n = bn_product(primes[i], primes[j]);

            assert_int_equal(weakness_of(NULL, n), KEY_SOUND);
        }
    }
    for (size_t i = 0; i < POOL; i++)
        BN_free(primes[i]);
}

static void i17_roca_keys_of_each_size_are_found(void **state)
{
    static const struct {
        int bits;         /* of each prime */
        unsigned largest; /* prime in M */
        bool prime;
    } cases[] = {
        {256,  167,  true },
        {512,  353,  true },
        {1024, 701,  true },
        {1536, 1013, false},
        {2048, 1427, false}, /* no prime below 752 divides it, which is all
  that counts here */
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        for (int again = 0; again < 4; again++) {
            CA_AUTO(bn) BIGNUM *p = bn_roca(cases[i].bits, cases[i].largest, cases[i].prime);
            CA_AUTO(bn) BIGNUM *q = bn_roca(cases[i].bits, cases[i].largest, cases[i].prime);
            CA_AUTO(bn) BIGNUM *n = bn_product(p, q);

            assert_int_equal(weakness_of(NULL, n), KEY_ROCA);
        }
    }
}

/* A modulus that differs from one of the library's modulo a single prime, `p`: by `times` steps. */
static BIGNUM *roca_but(const BIGNUM *n, unsigned p, unsigned times)
{
    BIGNUM *m = bn_primorial(751);

    assert_int_equal(BN_div_word(m, p), 0);
    assert_int_equal(BN_mul_word(m, times), 1);
    assert_int_equal(BN_add(m, m, n), 1);
    return m;
}

/* How many of all changes modulo `p` leave a sound key. */
static unsigned sound_changes(const BIGNUM *n, unsigned p)
{
    unsigned sound = 0;

    for (unsigned times = 1; times < p; times++) {
        CA_AUTO(bn) BIGNUM *other = roca_but(n, p, times);

        sound += weakness_of(NULL, other) == KEY_SOUND;
    }
    return sound;
}

static void a_key_that_misses_roca_by_one_prime_is_sound(void **state)
{
    static const unsigned few_powers[] = {11, 17, 37, 61, 109, 127, 151, 157};
    CA_AUTO(bn) BIGNUM *p = bn_roca(1024, 701, true);
    CA_AUTO(bn) BIGNUM *q = bn_roca(1024, 701, true);
    CA_AUTO(bn) BIGNUM *n = bn_product(p, q);

    (void)state;
    for (size_t i = 0; key_primes[i] <= 167; i++)
        assert_true(sound_changes(n, key_primes[i]) > 0); /* some go together with the others */
    for (size_t i = 0; i < CA_COUNT(few_powers); i++) {
        /* All but the one that the prime divides. */
        assert_int_equal(sound_changes(n, few_powers[i]), few_powers[i] - 2);
    }
}

/* n = a^2 - b^2, where a is `rounds` above the root of n; no prime below 752 divides it. */
static BIGNUM *fermat_number(int bits, unsigned rounds)
{
    BN_CTX *ctx = BN_CTX_new();
    CA_AUTO(bn) BIGNUM *a = bn_random(bits / 2);
    CA_AUTO(bn) BIGNUM *square = BN_dup(a); /* b^2: about a * (2 * rounds - 1), a in the middle */
    BIGNUM *n = NULL;

    assert_int_equal(BN_mul_word(square, 2UL * rounds - 1), 1);
    CA_AUTO(bn) BIGNUM *b = bn_square_root(square, false);

    if (BN_is_odd(b))
        assert_int_equal(BN_add_word(b, 1), 1); /* a is odd: so is n */
    for (bool done = false; !done; assert_int_equal(BN_add_word(b, 2), 1)) {
        CA_AUTO(bn) BIGNUM *p = BN_dup(a);
        CA_AUTO(bn) BIGNUM *q = BN_dup(a);
        CA_AUTO(bn) BIGNUM *root = NULL;
        enum key_weakness found;

        assert_int_equal(BN_sub(p, p, b) + BN_add(q, q, b), 2);
        BN_free(n);
        n = bn_product(p, q);
        found = weakness_of(NULL, n);
        root = bn_square_root(n, false);
        assert_int_equal(BN_add_word(root, rounds), 1);
        assert_int_equal(BN_cmp(root, a), 0);
        done = found != KEY_SMALL_FACTOR;
    }
    BN_CTX_free(ctx);
    return n;
}

static void i17_close_primes_are_found_in_100_rounds(void **state)
{
    static const unsigned rounds[] = {1, 2, 3, 50, 99, 100, 101, 102, 1000};
    static const int bits[] = {1024, 2048, 3072, 4096, 8192};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(bits); i++) {
        for (size_t j = 0; j < CA_COUNT(rounds); j++) {
            CA_AUTO(bn) BIGNUM *n = fermat_number(bits[i], rounds[j]);

            assert_int_equal(weakness_of(NULL, n),
                             rounds[j] <= KEY_FERMAT_ROUNDS ? KEY_CLOSE_PRIMES : KEY_SOUND);
        }
    }
}

static void i17_a_square_and_twins_are_close(void **state)
{
    CA_AUTO(bn) BIGNUM *p = bn_prime(1024);
    CA_AUTO(bn) BIGNUM *square = bn_product(p, p);
    CA_AUTO(bn) BIGNUM *q = BN_dup(p);
    CA_AUTO(bn) BIGNUM *twins = NULL;

    (void)state;
    assert_int_equal(weakness_of(NULL, square), KEY_CLOSE_PRIMES);
    assert_int_equal(BN_add_word(q, 2), 1);
    while (BN_mod_word(q, 3) == 0 || BN_check_prime(q, NULL, NULL) != 1)
        assert_int_equal(BN_add_word(q, 2), 1);
    twins = bn_product(p, q);
    assert_int_equal(weakness_of(NULL, twins), KEY_CLOSE_PRIMES);
}

static void i17_small_factors_are_found_up_to_751(void **state)
{
    static const unsigned others[] = {757, 761, 769, 65537};
    CA_AUTO(bn) BIGNUM *p = bn_prime(1024);
    CA_AUTO(bn) BIGNUM *q = bn_prime(1000);
    CA_AUTO(bn) BIGNUM *n = bn_product(p, q);
    CA_AUTO(bn) BIGNUM *even = BN_dup(n);

    (void)state;
    for (size_t i = 0; i < KEY_PRIMES; i++) {
        CA_AUTO(bn) BIGNUM *weak = BN_dup(n);

        assert_int_equal(BN_mul_word(weak, key_primes[i]), 1);
        assert_int_equal(weakness_of(NULL, weak), KEY_SMALL_FACTOR);
    }
    for (size_t i = 0; i < CA_COUNT(others); i++) {
        CA_AUTO(bn) BIGNUM *sound = BN_dup(n);

        assert_int_equal(BN_mul_word(sound, others[i]), 1);
        assert_int_equal(weakness_of(NULL, sound), KEY_SOUND);
    }
    assert_int_equal(BN_lshift1(even, even), 1);
    assert_int_equal(weakness_of(NULL, even), KEY_SMALL_FACTOR);
}

static void i17_listed_keys_are_found_and_no_others(void **state)
{
    enum { KEYS = 300 };
    BIGNUM *moduli[KEYS];
    uint8_t hashes[KEYS][WEAK_KEY_HASH_LEN];
    uint8_t octets[256];
    struct ca_err err = {0};
    struct key_checks *checks;

    (void)state;
    for (size_t i = 0; i < KEYS; i++) {
        do {
            moduli[i] = bn_random(2048);
        } while (weakness_of(NULL, moduli[i]) != KEY_SOUND && (BN_free(moduli[i]), true));
        assert_int_equal(
            weak_key_hash(bn_octets(moduli[i], octets, sizeof(octets)), hashes[i], &err), CA_OK);
    }
    checks = checks_of(hashes[0], KEYS / 2);
    for (size_t i = 0; i < KEYS; i++) {
        assert_int_equal(weakness_of(checks, moduli[i]), i < KEYS / 2 ? KEY_DEBIAN : KEY_SOUND);
        BN_free(moduli[i]);
    }
    key_checks_free(checks);
}

static void i17_blocked_keys_are_found_whatever_they_are(void **state)
{
    static const uint8_t spkis[3][4] = {
        {0x30, 2, 5, 0},
        {0x30, 2, 5, 1},
        {0x30, 2, 5, 2}
    };
    static const struct spki_info ec = {.kind = CA_KEY_P256, .bits = 256};
    uint8_t hashes[2][CA_SHA256_LEN];
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    enum key_weakness found = KEY__COUNT;
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(ca_sha256((struct ca_bytes){spkis[i], 4}, hashes[i], &err), CA_OK);
    if (memcmp(hashes[0], hashes[1], CA_SHA256_LEN) > 0) {
        uint8_t swap[CA_SHA256_LEN];

        memcpy(swap, hashes[0], CA_SHA256_LEN);
        memcpy(hashes[0], hashes[1], CA_SHA256_LEN);
        memcpy(hashes[1], swap, CA_SHA256_LEN);
    }
    assert_int_equal(key_checks_new((struct ca_bytes){0},
                                    (struct ca_bytes){hashes[0], sizeof(hashes)}, &checks, &err),
                     CA_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(key_check(checks, &ec, (struct ca_bytes){spkis[i], 4}, &found, &err),
                         CA_OK);
        assert_int_equal(found, i < 2 ? KEY_BLOCKED : KEY_SOUND);
        assert_int_equal(key_check(NULL, &ec, (struct ca_bytes){spkis[i], 4}, &found, &err), CA_OK);
        assert_int_equal(found, KEY_SOUND);
    }
}

static void numbers_that_are_no_moduli_are_our_fault(void **state)
{
    static const uint8_t zeros[1030];
    static const uint8_t ones[1030] = {0xff};
    static const struct ca_bytes cases[] = {
        {NULL,  0   },
        {zeros, 1   },
        {zeros, 1030},
        {ones,  1025}
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        const struct spki_info info = {.kind = CA_KEY_RSA, .modulus = cases[i]};
        enum key_weakness found = KEY__COUNT;
        struct ca_err err = {0};

        assert_int_equal(key_check(NULL, &info, cases[i], &found, &err), CA_FAULT);
        assert_int_equal(found, KEY__COUNT); /* untouched */
    }
}

static void each_weakness_says_what_it_is(void **state)
{
    (void)state;
    assert_null(key_weakness_info(KEY_SOUND));
    for (int w = KEY_SOUND + 1; w < KEY__COUNT; w++) {
        const struct key_weakness_info *info = key_weakness_info((enum key_weakness)w);

        assert_non_null(info);
        assert_int_equal(strncmp(info->rule, "key.", 4), 0);
        assert_true(strlen(info->text) > 20 && strlen(info->source) > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i17_published_keys_are_judged_as_published),
        cmocka_unit_test(primes_are_those_from_3_to_751),
        cmocka_unit_test(good_keys_are_sound),
        cmocka_unit_test(i17_roca_keys_of_each_size_are_found),
        cmocka_unit_test(a_key_that_misses_roca_by_one_prime_is_sound),
        cmocka_unit_test(i17_close_primes_are_found_in_100_rounds),
        cmocka_unit_test(i17_a_square_and_twins_are_close),
        cmocka_unit_test(i17_small_factors_are_found_up_to_751),
        cmocka_unit_test(i17_listed_keys_are_found_and_no_others),
        cmocka_unit_test(i17_blocked_keys_are_found_whatever_they_are),
        cmocka_unit_test(numbers_that_are_no_moduli_are_our_fault),
        cmocka_unit_test(each_weakness_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
