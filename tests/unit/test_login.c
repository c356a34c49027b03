/* SPDX-License-Identifier: Apache-2.0 */

/* What a login goes through before and after the database: the form of tokens, lockout, rate. */
#include "api/auth_internal.h"
#include "api/limit_internal.h"
#include "tests/unit/support.h"

#define ID     "00112233445566778899aabbccddeeff"
#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static void a_token_that_is_written_is_read(void **state)
{
    struct ca_uuid id = {
        {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
         0xff}
    };
    uint8_t secret[AUTH_SECRET_LEN];
    char token[AUTH_TOKEN_TEXT];
    struct shown shown = {0};
    struct ca_err err = {0};

    (void)state;
    for (uint8_t i = 0; i < sizeof(secret); i++)
        secret[i] = i;
    assert_int_equal(auth_token_write(&id, (struct ca_bytes){secret, sizeof(secret)}, token, &err),
                     CA_OK);
    assert_string_equal(token, "ca_" ID "_" SECRET);
    assert_int_equal(auth_token_read(token, &shown, &err), CA_OK);
    assert_memory_equal(&shown.credential, &id, CA_UUID_LEN);
    assert_string_equal(shown.token, token);
    assert_int_equal(
        auth_token_write(&id, (struct ca_bytes){secret, sizeof(secret) - 1}, token, &err), CA_OK);
    assert_int_equal(auth_token_read(token, &shown, &err), CA_DENIED); /* one octet is missing */
}

static const char *const no_tokens[] = {
    "",
    "ca_",
    "ca_" ID,
    "ca_" ID "_",
    "cb_" ID "_" SECRET,
    "CA_" ID "_" SECRET,
    "ca_" ID "-" SECRET,
    "ca_" ID "_" SECRET "A",
    "ca_" ID "A_AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "ca_0011223344556677889gaabbccddeeff_" SECRET,
    "ca_00:11:22:33:44:55:66:77:88:99:aa_" SECRET,
    " ca_" ID "_" SECRET,
};

static void what_is_no_token_is_refused_and_not_quoted(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(no_tokens); i++) {
        struct shown shown = {0};
        struct ca_err err = {0};

        test_note(no_tokens[i]);
        assert_int_equal(auth_token_read(no_tokens[i], &shown, &err), CA_DENIED);
        assert_string_equal(err.problem, "token-refused");
        assert_null(strstr(err.text, "AAECAw")); /* I15 */
        assert_null(shown.token);
    }
}

static struct lockout *lockout_of(unsigned failures)
{
    const struct lockout_config config = {failures, 60000, 30000};
    struct lockout *l = NULL;
    struct ca_err err = {0};

    assert_int_equal(lockout_new(&config, &l, &err), CA_OK);
    return l;
}

static const uint8_t one[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
static const uint8_t two[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 2};

static void the_failure_behind_the_measure_locks_out(void **state)
{
    struct lockout *l = lockout_of(3);

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lockout_left(l, one, 1000), 0);
        assert_int_equal(lockout_failed(l, one, 1000), 0);
    }
    assert_int_equal(lockout_left(l, one, 1000), 30000);
    assert_int_equal(lockout_left(l, one, 11000), 20000);
    assert_int_equal(lockout_left(l, two, 11000), 0); /* somebody else */
    /* Who goes on waits longer. */
    assert_int_equal(lockout_failed(l, one, 21000), 10000);
    assert_int_equal(lockout_left(l, one, 31000), 20000);
    assert_int_equal(lockout_left(l, one, 51000), 0);
    assert_int_equal(lockout_failed(l, one, 51000), 0); /* counted from the start */
    assert_int_equal(lockout_left(l, one, 51000), 0);
    lockout_free(l);
}

static void failures_of_an_earlier_window_do_not_count(void **state)
{
    struct lockout *l = lockout_of(3);

    (void)state;
    for (int64_t at = 1000; at < 1000 + 10 * 60000; at += 30000)
        assert_int_equal(lockout_failed(l, one, at), 0);
    assert_int_equal(lockout_left(l, one, 1000 + 10 * 60000), 0);
    lockout_free(l);
}

static void a_whole_ipv6_subnet_is_one_subject(void **state)
{
    struct lockout *l = lockout_of(2);
    uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1};

    (void)state;
    address[15] = 1;
    assert_int_equal(lockout_failed(l, address, 1), 0);
    address[8] = 9;
    assert_int_equal(lockout_failed(l, address, 1), 0);
    address[15] = 77;
    assert_true(lockout_left(l, address, 1) > 0);
    address[7] = 2;
    assert_int_equal(lockout_left(l, address, 1), 0);
    lockout_free(l);
}

static void no_measure_locks_nobody_out(void **state)
{
    struct lockout *l = lockout_of(0);

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(lockout_failed(l, one, 1), 0);
    assert_int_equal(lockout_left(l, one, 1), 0);
    lockout_free(l);
}

/* I16: the table has its size; who fails more stays longer. */
static void a_flood_of_addresses_does_not_free_a_locked_one(void **state)
{
    struct lockout *l = lockout_of(10);
    uint8_t address[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10};

    (void)state;
    for (int i = 0; i < 20; i++)
        (void)lockout_failed(l, one, 1000);
    for (uint32_t i = 0; i < 100000; i++) {
        address[13] = (uint8_t)(i >> 16);
        address[14] = (uint8_t)(i >> 8);
        address[15] = (uint8_t)i;
        (void)lockout_failed(l, address, 1000);
    }
    assert_true(lockout_left(l, one, 1000) > 0);
    lockout_free(l);
}

static struct rate *rate_of(unsigned per_second)
{
    struct rate *r = NULL;
    struct ca_err err = {0};

    assert_int_equal(rate_new(per_second, &r, &err), CA_OK);
    return r;
}

static void a_bucket_empties_and_fills(void **state)
{
    const struct ca_uuid who = {{1}};
    const struct ca_uuid other = {
        {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
    };
    struct rate *r = rate_of(10);
    int n = 0;

    (void)state;
    while (rate_take(r, &who, 5000))
        n++;
    assert_int_equal(n, 20); /* two seconds' worth */
    assert_true(rate_take(r, &other, 5000));
    assert_false(rate_take(r, &who, 5099));
    assert_true(rate_take(r, &who, 5100));
    assert_false(rate_take(r, &who, 5100));
    for (n = 0; rate_take(r, &who, 60000); n++)
        ;
    assert_int_equal(n, 20); /* and not more, however long he was away */
    rate_free(r);
}

static void no_rate_is_no_limit(void **state)
{
    const struct ca_uuid who = {{1}};
    struct rate *r = rate_of(0);

    (void)state;
    for (int i = 0; i < 100000; i++)
        assert_true(rate_take(r, &who, 1));
    rate_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_that_is_written_is_read),
        cmocka_unit_test(what_is_no_token_is_refused_and_not_quoted),
        cmocka_unit_test(the_failure_behind_the_measure_locks_out),
        cmocka_unit_test(failures_of_an_earlier_window_do_not_count),
        cmocka_unit_test(a_whole_ipv6_subnet_is_one_subject),
        cmocka_unit_test(no_measure_locks_nobody_out),
        cmocka_unit_test(a_flood_of_addresses_does_not_free_a_locked_one),
        cmocka_unit_test(a_bucket_empties_and_fills),
        cmocka_unit_test(no_rate_is_no_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
