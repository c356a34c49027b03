/* SPDX-License-Identifier: Apache-2.0 */
/* When a delivery is tried again, and whom nobody may call. */
#include "api/webhook/webhook.h"
#include "tests/unit/support.h"

enum { DAY_S = 24 * 3600, HOUR_S = 3600 };

static void attempts_come_later_and_later_for_a_day(void **state)
{
    int64_t age = 0;
    int32_t attempts = 1;
    int64_t before = 0;

    (void)state;
    for (int64_t delay = webhook_delay_s(attempts, age, 128); delay > 0;
         delay = webhook_delay_s(++attempts, age, 128)) {
        assert_true(delay >= before && delay <= 4 * HOUR_S);
        before = delay;
        age += delay;
        assert_true(attempts < 100);
    }
    assert_true(age <= DAY_S && age > DAY_S - 4 * HOUR_S);
    assert_true(attempts > 10 && attempts < 25);
    assert_int_equal(webhook_delay_s(1, DAY_S, 0), 0);
    assert_int_equal(webhook_delay_s(INT32_MAX, 0, 128), 4 * HOUR_S);
    assert_true(webhook_delay_s(1, 0, 0) >= 1);
}

static void chance_spreads_attempts_by_a_quarter(void **state)
{
    (void)state;
    assert_int_equal(webhook_delay_s(11, 0, 0), 2048 - 512);
    assert_int_equal(webhook_delay_s(11, 0, 128), 2048);
    assert_in_range(webhook_delay_s(11, 0, 255), 2048 + 500, 2048 + 512);
}

static const struct address_case {
    uint8_t octets[16];
    size_t len;
    bool is_private;
} addresses[] = {
    {{127, 0, 0, 1},                                              4,  true },
    {{0, 0, 0, 0},                                                4,  true },
    {{10, 255, 255, 255},                                         4,  true },
    {{100, 64, 0, 1},                                             4,  true },
    {{100, 128, 0, 1},                                            4,  false},
    {{169, 254, 169, 254},                                        4,  true },
    {{172, 15, 0, 1},                                             4,  false},
    {{172, 16, 0, 1},                                             4,  true },
    {{172, 31, 255, 255},                                         4,  true },
    {{172, 32, 0, 1},                                             4,  false},
    {{192, 168, 1, 1},                                            4,  true },
    {{192, 169, 1, 1},                                            4,  false},
    {{224, 0, 0, 1},                                              4,  true },
    {{255, 255, 255, 255},                                        4,  true },
    {{8, 8, 8, 8},                                                4,  false},
    {{0},                                                         16, true }, /* :: */
    {{[15] = 1},                                                  16, true },
    {{[10] = 0xff, [11] = 0xff, [12] = 8, [13] = 8, [14] = 8, 8}, 16, true }, /* ::ffff:8.8.8.8 */
    {{0x00, 0x64, 0xff, 0x9b, [12] = 10},                         16, true },
    {{0x20, 0x02, 127, 0, 0, 1},                                  16, true }, /* 6to4 */
    {{0xfc, 0x00, [15] = 1},                                      16, true },
    {{0xfd, 0x12, [15] = 1},                                      16, true },
    {{0xfe, 0x80, [15] = 1},                                      16, true },
    {{0xff, 0x02, [15] = 1},                                      16, true },
    {{0x26, 0x06, 0x47, 0x00, [15] = 1},                          16, false},
    {{0},                                                         0,  true }, /* another family */
};

static void addresses_that_are_nobody_elses_are_private(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(addresses); i++) {
        const struct address_case *c = &addresses[i];

        assert_int_equal(webhook_is_private((struct ca_bytes){c->octets, c->len}), c->is_private);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_come_later_and_later_for_a_day),
        cmocka_unit_test(chance_spreads_attempts_by_a_quarter),
        cmocka_unit_test(addresses_that_are_nobody_elses_are_private),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
