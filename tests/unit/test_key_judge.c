/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "base/digest.h"
#include "tests/unit/judge_support.h"
#include "tests/unit/key_support.h"

/* Weak keys in whole requests: every profile refuses them, and says why. */

static void push(OSSL_PARAM_BLD *bld, const char *name, const BIGNUM *n)
{
    assert_int_equal(OSSL_PARAM_BLD_push_BN(bld, name, n), 1);
}

static BIGNUM *private_exponent(const BIGNUM *p, const BIGNUM *q, const BIGNUM *e)
{
    BN_CTX *ctx = BN_CTX_new();
    CA_AUTO(bn) BIGNUM *p1 = BN_dup(p);
    CA_AUTO(bn) BIGNUM *q1 = BN_dup(q);
    CA_AUTO(bn) BIGNUM *phi = NULL;
    BIGNUM *d;

    assert_int_equal(BN_sub_word(p1, 1) + BN_sub_word(q1, 1), 2);
    phi = bn_product(p1, q1);
    d = BN_mod_inverse(NULL, e, phi, ctx);
    assert_non_null(d);
    BN_CTX_free(ctx);
    return d;
}

/* A key pair from two primes. */
static EVP_PKEY *key_of(const BIGNUM *p, const BIGNUM *q)
{
    CA_AUTO(bn) BIGNUM *n = bn_product(p, q);
    CA_AUTO(bn) BIGNUM *e = bn_of_hex("10001");
    CA_AUTO(bn) BIGNUM *d = private_exponent(p, q, e);
    CA_AUTO(ossl_param_bld) OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    CA_AUTO(ossl_params) OSSL_PARAM *params = NULL;
    CA_AUTO(evp_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;

    push(bld, OSSL_PKEY_PARAM_RSA_N, n);
    push(bld, OSSL_PKEY_PARAM_RSA_E, e);
    push(bld, OSSL_PKEY_PARAM_RSA_D, d);
    params = OSSL_PARAM_BLD_to_param(bld);
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params), 1);
    return key;
}

static EVP_PKEY *key_roca(void)
{
    CA_AUTO(bn) BIGNUM *p = bn_roca(1024, 701, true);
    CA_AUTO(bn) BIGNUM *q = bn_roca(1024, 701, true);

    return key_of(p, q);
}

static EVP_PKEY *key_close(void)
{
    CA_AUTO(bn) BIGNUM *p = bn_prime(1024);
    CA_AUTO(bn) BIGNUM *q = BN_dup(p);

    do {
        assert_int_equal(BN_add_word(q, 2), 1);
    } while (BN_check_prime(q, NULL, NULL) != 1);
    return key_of(p, q);
}

static EVP_PKEY *key_small(void)
{
    CA_AUTO(bn) BIGNUM *p = bn_prime(2038);
    CA_AUTO(bn) BIGNUM *q = bn_of_hex("2ef"); /* 751 */

    return key_of(p, q);
}

static EVP_PKEY *key_good(void)
{
    return EVP_RSA_gen(2048);
}

static struct verdict *verdict_of(const char *name, const struct csr *csr,
                                  const struct key_checks *checks)
{
    static const struct san names[] = {SAN(SAN_DNS, "www.example.org")};
    static const struct wish wish = {.sans = names, .san_n = 1, .path_length = -1};
    const struct issuer issuer = issuer_of(&root_ec);

    return judge(&(struct judge_input){.profile = profile(name),
                                       .issuer = &issuer,
                                       .csr = csr,
                                       .wish = &wish,
                                       .now = NOW,
                                       .checks = checks});
}

static void i17_weak_keys_are_refused_by_each_profile(void **state)
{
    static const struct {
        EVP_PKEY *(*key)(void);
        const char *rule; /* NULL: sound */
        const char *source;
    } cases[] = {
        {key_roca,  "key.roca",         "CVE-2017-15361"},
        {key_close, "key.close_primes", "CVE-2022-26320"},
        {key_small, "key.small_factor", "6.1.6"         },
        {key_good,  NULL,               NULL            },
    };
    static const char *const names[] = {"https-rsa", "device", "client", "code-signing"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(evp_pkey) EVP_PKEY *key = cases[i].key();
        CA_AUTO(csr) struct csr *csr = csr_of(key, "www.example.org");

        for (size_t j = 0; j < CA_COUNT(names); j++) {
            CA_AUTO(verdict) struct verdict *v = verdict_of(names[j], csr, NULL);
            const struct finding *f =
                cases[i].rule != NULL ? finding_of(v, cases[i].rule, true) : NULL;

            assert_true((f != NULL) == (cases[i].rule != NULL));
            if (f == NULL) {
                assert_null(finding_of(v, "key.roca", true));
                continue;
            }
            assert_int_equal(v->outcome, OUTCOME_REFUSE);
            assert_null(v->plan);
            assert_string_equal(f->pointer, "/csr/key");
            assert_string_equal(f->value, "rsa:2048");
            assert_non_null(strstr(f->text, cases[i].source));
        }
    }
}

static void i17_a_blocked_key_is_refused_and_its_neighbour_is_not(void **state)
{
    CA_AUTO(csr) struct csr *blocked = csr_with("CN=www.example.org", "DNS:www.example.org");
    CA_AUTO(csr) struct csr *other = csr_with("CN=www.example.org", "DNS:www.example.org");
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    CA_AUTO(verdict) struct verdict *refused = NULL;
    CA_AUTO(verdict) struct verdict *taken = NULL;
    uint8_t hash[CA_SHA256_LEN];
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(ca_sha256(csr_spki(blocked), hash, &err), CA_OK);
    assert_int_equal(
        key_checks_new((struct ca_bytes){0}, (struct ca_bytes){hash, sizeof(hash)}, &checks, &err),
        CA_OK);
    refused = verdict_of("https-ecc", blocked, checks);
    taken = verdict_of("https-ecc", other, checks);
    assert_int_equal(refused->outcome, OUTCOME_REFUSE);
    assert_non_null(finding_of(refused, "key.blocked", true));
    show(taken);
    assert_int_equal(taken->outcome, OUTCOME_ISSUE);
}

static enum rule_state state_of(const struct explanation *e, const char *rule)
{
    for (size_t i = 0; i < e->n; i++) {
        if (strcmp(e->rows[i].rule, rule) == 0)
            return e->rows[i].state;
    }
    fail_msg("no row for %s", rule);
    return RULE_NOT_ASKED;
}

static void a_dry_run_names_each_check(void **state)
{
    static const uint8_t hash[CA_SHA256_LEN] = {1};
    static const struct {
        const char *rule;
        enum rule_state without; /* lists */
        enum rule_state with;    /* one of blocked keys */
    } cases[] = {
        {"key.small_factor", RULE_PASSED,    RULE_PASSED   },
        {"key.roca",         RULE_REFUSED,   RULE_REFUSED  },
        {"key.close_primes", RULE_PASSED,    RULE_PASSED   },
        {"key.debian",       RULE_NOT_ASKED, RULE_NOT_ASKED},
        {"key.blocked",      RULE_NOT_ASKED, RULE_PASSED   },
    };
    CA_AUTO(evp_pkey) EVP_PKEY *key = key_roca();
    CA_AUTO(csr) struct csr *csr = csr_of(key, "www.example.org");
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    const struct issuer issuer = issuer_of(&root_ec);
    struct judge_input in = {
        .profile = profile("https-rsa"), .issuer = &issuer, .csr = csr, .now = NOW};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(
        key_checks_new((struct ca_bytes){0}, (struct ca_bytes){hash, sizeof(hash)}, &checks, &err),
        CA_OK);
    for (int with = 0; with < 2; with++) {
        CA_AUTO(explanation) struct explanation *e = NULL;

        in.checks = with == 0 ? NULL : checks;
        assert_int_equal(judge_explain(&in, &e, &err), CA_OK);
        for (size_t i = 0; i < CA_COUNT(cases); i++) {
            enum rule_state expected = with == 0 ? cases[i].without : cases[i].with;

            assert_int_equal(state_of(e, cases[i].rule), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i17_weak_keys_are_refused_by_each_profile),
        cmocka_unit_test(i17_a_blocked_key_is_refused_and_its_neighbour_is_not),
        cmocka_unit_test(a_dry_run_names_each_check),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
