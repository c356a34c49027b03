/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ocsp/cache.h"

#include <pthread.h>

#include "api/response_internal.h"
#include "base/time.h"
#include "tests/unit/ocsp_fakes.h"
#include "tests/unit/support.h"

static struct ocsp_key key_of(uint32_t serial)
{
    const uint8_t octets[] = {1, (uint8_t)(serial >> 16), (uint8_t)(serial >> 8), (uint8_t)serial};
    struct ocsp_key key;

    assert_true(ocsp_key_make(1, OCSP_SHA1, (struct ca_bytes){octets, sizeof(octets)}, &key));
    return key;
}

static struct ocsp_answer *answer_of(const struct ocsp_key *key, enum ocsp_status status,
                                     int64_t from, int64_t to)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    const struct ocsp_said said = {ocsp_key_serial(key), status, from, to};
    struct ocsp_answer *a = NULL;
    struct ca_err err = {0};

    ocsp_fake_response(&said, 1, (struct ca_bytes){NULL, 0}, &der);
    if (ocsp_answer_new(ca_buf_view(&der), &said, &a, &err) != CA_OK)
        fail_msg("%s", err.text);
    return a;
}

static void put(struct ocsp_cache *cache, uint32_t serial, enum ocsp_status status, int64_t to)
{
    struct ocsp_key key = key_of(serial);
    CA_AUTO(ocsp_answer) struct ocsp_answer *a = answer_of(&key, status, 1000, to);

    ocsp_cache_put(cache, &key, a, 1000);
}

static bool there(struct ocsp_cache *cache, uint32_t serial, int64_t now)
{
    struct ocsp_key key = key_of(serial);
    CA_AUTO(ocsp_answer) struct ocsp_answer *a = ocsp_cache_take(cache, &key, now);

    return a != NULL;
}

static struct ocsp_cache *cache_of(size_t entries)
{
    struct ocsp_cache *cache = NULL;
    struct ca_err err;

    assert_int_equal(ocsp_cache_new(entries, &cache, &err), CA_OK);
    return cache;
}

static void an_answer_is_served_until_it_ends(void **state)
{
    struct ocsp_cache *cache = cache_of(100);
    struct ocsp_key key = key_of(1);

    (void)state;
    assert_false(there(cache, 1, 1000));
    put(cache, 1, OCSP_GOOD, 2000);
    assert_true(there(cache, 1, 1999));
    assert_false(there(cache, 1, 2000));
    put(cache, 1, OCSP_REVOKED, 3000); /* in its place */
    assert_true(there(cache, 1, 2000));
    key.digest = OCSP_SHA256;
    assert_null(ocsp_cache_take(cache, &key, 1000));
    key = key_of(1);
    key.authority = 2;
    assert_null(ocsp_cache_take(cache, &key, 1000));
    key = key_of(1);
    assert_true(ocsp_cache_drop(cache, &key));
    assert_false(ocsp_cache_drop(cache, &key));
    assert_false(there(cache, 1, 1000));
    ocsp_cache_free(cache);
}

static uint64_t kept(struct ocsp_cache *cache, uint64_t *ret_unknown)
{
    struct ocsp_cache_stats stats;

    ocsp_cache_stats(cache, 1, &stats);
    *ret_unknown = stats.unknown;
    return stats.good + stats.revoked;
}

static void what_was_not_asked_for_longest_goes_first(void **state)
{
    struct ocsp_cache *cache = cache_of(16 * OCSP_CACHE_PARTS);
    uint64_t unknown;

    (void)state;
    put(cache, 0, OCSP_GOOD, 9000);
    for (uint32_t i = 1; i < 20000; i++) {
        put(cache, i, OCSP_GOOD, 9000);
        assert_true(there(cache, 0, 1000)); /* it is asked for again and again */
        assert_true(there(cache, i, 1000));
    }
    assert_true(kept(cache, &unknown) <= 16 * OCSP_CACHE_PARTS);
    assert_false(there(cache, 1, 1000));
    ocsp_cache_clear(cache);
    assert_int_equal(kept(cache, &unknown), 0);
    ocsp_cache_free(cache);
}

/* Strangers who ask for what nobody issued push nothing out, and learn of it soon once it is. */
static void unknown_serials_are_few_and_brief(void **state)
{
    struct ocsp_cache *cache = cache_of(16 * OCSP_CACHE_PARTS);
    uint64_t unknown;
    uint64_t before;

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        put(cache, i, OCSP_GOOD, 9000);
    before = kept(cache, &unknown);
    for (uint32_t i = 1000; i < 20000; i++)
        put(cache, i, OCSP_UNKNOWN, 9000);
    assert_int_equal(kept(cache, &unknown), before);
    assert_true(unknown > 0 &&
                unknown <= 16 * OCSP_CACHE_PARTS / OCSP_UNKNOWN_PART + OCSP_CACHE_PARTS);
    put(cache, 50000, OCSP_UNKNOWN, 9000);
    assert_true(there(cache, 50000, 1000 + OCSP_UNKNOWN_S - 1));
    assert_false(there(cache, 50000, 1000 + OCSP_UNKNOWN_S));
    put(cache, 50000, OCSP_GOOD, 9000); /* now it is */
    assert_true(there(cache, 50000, 1000 + OCSP_UNKNOWN_S));
    ocsp_cache_free(cache);
}

static size_t due(struct ocsp_cache *cache, int64_t now)
{
    struct ocsp_key keys[8];
    size_t n = 0;

    for (int i = 0; i < OCSP_CACHE_PARTS; i++)
        n += ocsp_cache_due(cache, now, keys, CA_COUNT(keys));
    return n;
}

static void what_is_asked_for_is_due_at_half_of_its_life(void **state)
{
    struct ocsp_cache *cache = cache_of(100);

    (void)state;
    put(cache, 1, OCSP_GOOD, 2000);
    put(cache, 2, OCSP_GOOD, 2000);
    put(cache, 3, OCSP_UNKNOWN, 2000);
    assert_int_equal(due(cache, 1600), 0);
    assert_true(there(cache, 1, 1000) && there(cache, 3, 1000));
    assert_int_equal(due(cache, 1499), 0);
    assert_int_equal(due(cache, 1500), 1);
    assert_int_equal(due(cache, 1501), 0); /* it was told */
    assert_int_equal(due(cache, 1500 + OCSP_QUIET_S), 1);
    ocsp_cache_free(cache);
}

enum { THREADS = 4, ROUNDS = 20000, SERIALS = 300 };

/* Puts, takes, sends and drops at once: under TSan no race, under ASan nothing is lost. */
static void *hammer(void *arg)
{
    struct ocsp_cache *cache = arg;
    uint32_t x = (uint32_t)(uintptr_t)&x;

    for (int i = 0; i < ROUNDS; i++) {
        struct ocsp_key key;
        CA_AUTO(ocsp_answer) struct ocsp_answer *a = NULL;
        struct ca_err err;

        x = x * 1664525U + 1013904223U;
        key = key_of(x >> 8 & 0xff);
        if ((x >> 28) == 0) {
            (void)ocsp_cache_drop(cache, &key);
        } else if ((x >> 28) == 1) {
            a = answer_of(&key, OCSP_GOOD, 1000, 9000);
            ocsp_cache_put(cache, &key, a, 1000);
        } else {
            struct response rs;

            response_init(&rs);
            a = ocsp_cache_take(cache, &key, 1000);
            if (a != NULL &&
                (ocsp_answer_send(a, 1000, false, &rs, &err) != CA_OK || rs.ready == NULL))
                abort();
            response_done(&rs);
        }
    }
    return NULL;
}

static void threads_share_answers(void **state)
{
    struct ocsp_cache *cache = cache_of(SERIALS / 2);
    pthread_t threads[THREADS];
    struct ocsp_key keys[8];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, cache), 0);
    for (int i = 0; i < 200; i++)
        (void)ocsp_cache_due(cache, 6000, keys, CA_COUNT(keys));
    for (size_t i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    ocsp_cache_free(cache);
}

static void an_answer_carries_the_fields_of_rfc_5019(void **state)
{
    struct ocsp_key key = key_of(7);
    CA_AUTO(ocsp_answer) struct ocsp_answer *a = answer_of(&key, OCSP_GOOD, 1000, 2000);
    CA_AUTO(ocsp_answer) struct ocsp_answer *no = answer_of(&key, OCSP_UNKNOWN, 1000, 2000);
    struct response rs;
    struct ca_err err;

    (void)state;
    response_init(&rs);
    assert_int_equal(ocsp_answer_send(a, 1500, true, &rs, &err), CA_OK);
    assert_string_equal(response_field(&rs, "Cache-Control"),
                        "public, no-transform, must-revalidate, max-age=60");
    assert_string_equal(response_field(&rs, "Expires"), "Thu, 01 Jan 1970 00:33:20 GMT");
    assert_int_equal(rs.last_modified, 1000);
    assert_int_equal(strlen(rs.etag), 66);
    assert_string_equal(rs.content_type, "application/ocsp-response");
    response_done(&rs);
    assert_int_equal(ocsp_answer_send(a, 1990, false, &rs, &err), CA_OK); /* 10 s are left */
    assert_null(rs.ready);
    assert_non_null(strstr(response_field(&rs, "Cache-Control"), "max-age=10"));
    response_done(&rs);
    assert_int_equal(ocsp_answer_send(no, 1500, true, &rs, &err), CA_OK);
    assert_string_equal(response_field(&rs, "Cache-Control"), "no-store");
    response_done(&rs);
    assert_int_equal(ocsp_answer_send_once(a, &rs, &err), CA_OK);
    assert_null(response_field(&rs, "Cache-Control")); /* no-store, as of everything else */
    response_done(&rs);
}

static void a_key_is_a_serial_number_as_a_certid_has_it(void **state)
{
    static const uint8_t long_one[22] = {1};
    static const uint8_t high[] = {0x80, 1};
    static const uint8_t high_content[] = {0x00, 0x80, 1};
    struct ocsp_key a;
    struct ocsp_key b;

    (void)state;
    assert_false(ocsp_key_make(1, OCSP_OTHER, (struct ca_bytes){high, 2}, &a));
    assert_false(ocsp_key_make(1, OCSP_SHA1, (struct ca_bytes){high, 0}, &a));
    assert_false(ocsp_key_make(1, OCSP_SHA1, (struct ca_bytes){long_one, 22}, &a));
    assert_true(ocsp_key_make(1, OCSP_SHA1, (struct ca_bytes){long_one, 21}, &a));
    assert_false(ocsp_key_of_value(1, OCSP_SHA1, (struct ca_bytes){long_one, 21}, &a));
    assert_true(ocsp_key_of_value(1, OCSP_SHA1, (struct ca_bytes){high, 2}, &a));
    assert_true(ocsp_key_make(1, OCSP_SHA1, (struct ca_bytes){high_content, 3}, &b));
    assert_true(ocsp_key_equal(&a, &b));
    assert_true(ocsp_key_make(1, OCSP_SHA1, (struct ca_bytes){high, 2}, &b)); /* negative */
    assert_false(ocsp_key_equal(&a, &b));
}

static void an_answer_must_say_what_was_said(void **state)
{
    static const uint8_t five[] = {5};
    static const uint8_t six[] = {6};
    const struct ocsp_said right = {
        {five, 1},
        OCSP_GOOD, 1000, 2000
    };
    const struct ocsp_said wrong[] = {
        {{six, 1},  OCSP_GOOD,    1000, 2000},
        {{five, 1}, OCSP_REVOKED, 1000, 2000},
        {{five, 1}, OCSP_UNKNOWN, 1000, 2000},
        {{five, 1}, OCSP_GOOD,    1001, 2000},
        {{five, 1}, OCSP_GOOD,    1000, 2001},
    };
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(buf) struct ca_buf two = {0};
    const struct ocsp_said both[] = {right, right};
    struct ca_err err;

    (void)state;
    ocsp_fake_response(&right, 1, (struct ca_bytes){NULL, 0}, &der);
    assert_int_equal(ocsp_said_check(ca_buf_view(&der), &right, &err), CA_OK);
    for (size_t i = 0; i < CA_COUNT(wrong); i++)
        assert_int_equal(ocsp_said_check(ca_buf_view(&der), &wrong[i], &err), CA_MALFORMED);
    for (size_t n = 0; n < der.len; n++)
        assert_int_equal(ocsp_said_check((struct ca_bytes){der.ptr, n}, &right, &err),
                         CA_MALFORMED);
    ocsp_fake_response(both, 2, (struct ca_bytes){NULL, 0}, &two);
    assert_int_equal(ocsp_said_check(ca_buf_view(&two), &right, &err), CA_MALFORMED);
    der.ptr[4] = 6; /* unauthorized */
    assert_int_equal(ocsp_said_check(ca_buf_view(&der), &right, &err), CA_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_served_until_it_ends),
        cmocka_unit_test(what_was_not_asked_for_longest_goes_first),
        cmocka_unit_test(unknown_serials_are_few_and_brief),
        cmocka_unit_test(what_is_asked_for_is_due_at_half_of_its_life),
        cmocka_unit_test(threads_share_answers),
        cmocka_unit_test(an_answer_carries_the_fields_of_rfc_5019),
        cmocka_unit_test(a_key_is_a_serial_number_as_a_certid_has_it),
        cmocka_unit_test(an_answer_must_say_what_was_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
