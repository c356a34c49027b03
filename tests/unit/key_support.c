/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/key_support.h"

#include "tests/unit/support.h"

static BIGNUM *made(BIGNUM *n)
{
    assert_non_null(n);
    return n;
}

BIGNUM *bn_of_hex(const char *hex)
{
    BIGNUM *n = NULL;

    assert_int_not_equal(BN_hex2bn(&n, hex), 0);
    return n;
}

BIGNUM *bn_random(int bits)
{
    BIGNUM *n = made(BN_new());

    assert_int_equal(BN_rand(n, bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD), 1);
    return n;
}

BIGNUM *bn_prime(int bits)
{
    BIGNUM *n = made(BN_new());

    assert_int_equal(BN_generate_prime_ex(n, bits, 0, NULL, NULL, NULL), 1);
    return n;
}

BIGNUM *bn_product(const BIGNUM *a, const BIGNUM *b)
{
    BIGNUM *n = made(BN_new());
    BN_CTX *ctx = BN_CTX_new();

    assert_int_equal(BN_mul(n, a, b, ctx), 1);
    BN_CTX_free(ctx);
    return n;
}

/* Newton's method from above: it falls until it stands. */
BIGNUM *bn_square_root(const BIGNUM *n, bool up)
{
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *root = made(BN_new());
    CA_AUTO(bn) BIGNUM *next = made(BN_new());

    assert_int_equal(BN_set_bit(root, BN_num_bits(n) / 2 + 1), 1);
    for (;;) {
        assert_int_equal(BN_div(next, NULL, n, root, ctx), 1);
        assert_int_equal(BN_add(next, next, root), 1);
        assert_int_equal(BN_rshift1(next, next), 1);
        if (BN_cmp(next, root) >= 0)
            break;
        BN_swap(next, root);
    }
    assert_int_equal(BN_sqr(next, root, ctx), 1);
    if (up && BN_cmp(next, n) != 0)
        assert_int_equal(BN_add_word(root, 1), 1);
    BN_CTX_free(ctx);
    return root;
}

static bool is_prime(unsigned n)
{
    for (unsigned i = 2; i * i <= n; i++) {
        if (n % i == 0)
            return false;
    }
    return n > 1;
}

BIGNUM *bn_primorial(unsigned largest)
{
    BIGNUM *n = made(BN_new());

    assert_int_equal(BN_one(n), 1);
    for (unsigned p = 2; p <= largest; p++) {
        if (is_prime(p))
            assert_int_equal(BN_mul_word(n, p), 1);
    }
    return n;
}

static void roca_try(BIGNUM *ret, int bits, const BIGNUM *m, BN_CTX *ctx)
{
    CA_AUTO(bn) BIGNUM *generator = made(BN_new());
    CA_AUTO(bn) BIGNUM *a = bn_random(64);
    CA_AUTO(bn) BIGNUM *power = made(BN_new());
    CA_AUTO(bn) BIGNUM *high = bn_random(bits);

    assert_int_equal(BN_set_word(generator, 65537), 1);
    assert_int_equal(BN_mod_exp_simple(power, generator, a, m, ctx), 1);
    assert_int_equal(BN_mod(ret, high, m, ctx), 1);
    assert_int_equal(BN_sub(ret, high, ret), 1); /* k * M */
    assert_int_equal(BN_add(ret, ret, power), 1);
}

BIGNUM *bn_roca(int bits, unsigned largest, bool prime)
{
    CA_AUTO(bn) BIGNUM *m = bn_primorial(largest);
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *n = made(BN_new());

    do {
        roca_try(n, bits, m, ctx);
    } while (BN_num_bits(n) != bits || (prime && BN_check_prime(n, ctx, NULL) != 1));
    BN_CTX_free(ctx);
    return n;
}

struct ca_bytes bn_octets(const BIGNUM *n, uint8_t *ret, size_t size)
{
    assert_true((size_t)BN_num_bytes(n) <= size);
    return (struct ca_bytes){ret, (size_t)BN_bn2bin(n, ret)};
}

enum key_weakness weakness_of(const struct key_checks *checks, const BIGNUM *modulus)
{
    static const uint8_t spki[] = {0x30, 0x00}; /* on no list */
    uint8_t octets[SPKI_RSA_BITS_MAX / 8];
    const struct spki_info info = {.kind = CA_KEY_RSA,
                                   .bits = (unsigned)BN_num_bits(modulus),
                                   .modulus = bn_octets(modulus, octets, sizeof(octets))};
    enum key_weakness found = KEY__COUNT;
    struct ca_err err = {0};

    assert_int_equal(key_check(checks, &info, (struct ca_bytes){spki, sizeof(spki)}, &found, &err),
                     CA_OK);
    return found;
}
