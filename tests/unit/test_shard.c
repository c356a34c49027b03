/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/shard.h"
#include "tests/unit/support.h"

#define BASE "http://c.example/crl/x.crl"

static const struct {
    const char *url;
    int32_t shard;
} urls[] = {
    {BASE,                               0  },
    {"http://c.example/crl/x/0001.crl",  1  },
    {"http://c.example/crl/x/0256.crl",  256},
    {"http://c.example/crl/x/0257.crl",  -1 },
    {"http://c.example/crl/x/0000.crl",  -1 },
    {"http://c.example/crl/x/1.crl",     -1 },
    {"http://c.example/crl/x/00001.crl", -1 },
    {"http://c.example/crl/x/000a.crl",  -1 },
    {"http://c.example/crl/x/+001.crl",  -1 },
    {"http://c.example/crl/y/0001.crl",  -1 },
    {"http://c.example/crl/x/0001.cr",   -1 },
    {"http://c.example/crl/x/0001.crl/", -1 },
    {"http://c.example/crl/x-0001.crl",  -1 },
    {"",                                 -1 },
};

static void shard_of_url_takes_our_addresses_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(urls); i++) {
        test_note(urls[i].url);
        assert_int_equal(shard_of_url(ca_bytes_str(urls[i].url), BASE), urls[i].shard);
    }
}

static void shard_url_is_what_shard_of_url_reads(void **state)
{
    char url[SHARD_URL_MAX];

    (void)state;
    for (int32_t shard = 0; shard <= SHARD_MAX; shard++) {
        assert_true(shard_url(BASE, shard, url));
        assert_int_equal(shard_of_url(ca_bytes_str(url), BASE), shard);
    }
    assert_false(shard_url(BASE, SHARD_MAX + 1, url));
    assert_false(shard_url("http://c.example/crl", 1, url));
    assert_false(shard_url(".crl", 1, url));
    assert_true(shard_delta_url(BASE, url));
    assert_string_equal(url, "http://c.example/crl/x-delta.crl");
    assert_false(shard_delta_url("http://c.example/crl", url));
    assert_int_equal(shard_more(0), 2);
    assert_int_equal(shard_more(3), 6);
    assert_int_equal(shard_more(200), SHARD_MAX);
    assert_int_equal(shard_more(SHARD_MAX), SHARD_MAX);
}

/* Whenever parts are doubled as told, none gets so many certificates that it could grow too large.
 */
static void no_part_can_outgrow_its_octets(void **state)
{
    enum { ENTRY_MAX = 77, STEP = 1000 }; /* octets: a serial number of 18, reason and date */

    (void)state;
    assert_int_equal(shard_enough(0, INT64_MAX), 0);
    assert_int_equal(shard_enough(1, SHARD_CERTIFICATES), 1);
    assert_int_equal(shard_enough(1, SHARD_CERTIFICATES + 1), 2);
    assert_int_equal(shard_enough(3, 3 * SHARD_CERTIFICATES + 1), 6);
    assert_int_equal(shard_enough(1, 9 * SHARD_CERTIFICATES), 16);
    assert_int_equal(shard_enough(SHARD_MAX, INT64_MAX), SHARD_MAX);
    for (int32_t first = 1; first <= SHARD_MAX; first++) {
        int64_t most = (int64_t)SHARD_MAX * SHARD_CERTIFICATES;
        int32_t shards = first;
        double eldest = 0; /* certificates on the first part */

        for (int64_t all = 0; all < most; all += STEP) {
            shards = shard_enough(shards, all);
            eldest += (double)STEP / shards;
        }
        assert_true(eldest * ENTRY_MAX < SHARD_OCTETS_MAX);
    }
}

static void serial_numbers_spread_evenly(void **state)
{
    enum { SHARDS = 7, EACH = 1000 };
    int seen[SHARDS + 1] = {0};

    (void)state;
    for (uint32_t i = 0; i < SHARDS * EACH; i++) {
        const uint8_t serial[] = {
            0x40, 0x68, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        int32_t shard = shard_of_serial((struct ca_bytes){serial, sizeof(serial)}, SHARDS);

        assert_in_range(shard, 1, SHARDS);
        seen[shard]++;
        assert_int_equal(shard_of_serial((struct ca_bytes){serial, sizeof(serial)}, 0), 0);
    }
    for (int shard = 1; shard <= SHARDS; shard++)
        assert_int_equal(seen[shard], EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shard_of_url_takes_our_addresses_alone),
        cmocka_unit_test(shard_url_is_what_shard_of_url_reads),
        cmocka_unit_test(no_part_can_outgrow_its_octets),
        cmocka_unit_test(serial_numbers_spread_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
