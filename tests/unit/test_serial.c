/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "ca/serial_internal.h"
#include "tests/unit/support.h"

enum { SERIALS = 100000 };

static void i06_a_serial_is_positive_and_names_its_partition(void **state)
{
    struct ca_err err = {0};
    const int64_t now = ca_time_now();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint8_t serial[DB_SERIAL_LEN];
        int64_t at = now + (int64_t)i * 86400;

        assert_int_equal(serial_new(at, serial, &err), CA_OK);
        assert_true(serial[0] > 0 && serial[0] < 0x80);
        assert_int_equal(db_period_of_serial((struct ca_bytes){serial, sizeof(serial)}),
                         db_period_of_time(at));
    }
}

/* Each of the 128 bits is one about half of the time: within 6 standard deviations, which a good
 * generator leaves once in some millions of runs. */
static void i06_every_one_of_128_bits_is_random(void **state)
{
    static unsigned ones[8 * DB_SERIAL_LEN];
    struct ca_err err = {0};
    const unsigned slack = 950; /* 6 * sqrt(SERIALS) / 2 */

    (void)state;
    for (int i = 0; i < SERIALS; i++) {
        uint8_t serial[DB_SERIAL_LEN];

        assert_int_equal(serial_new(1800000000, serial, &err), CA_OK);
        for (size_t bit = 0; bit < CA_COUNT(ones); bit++)
            ones[bit] += (unsigned)serial[bit / 8] >> (7 - bit % 8) & 1U;
    }
    for (size_t bit = 16; bit < CA_COUNT(ones); bit++) {
        assert_true(ones[bit] > SERIALS / 2 - slack);
        assert_true(ones[bit] < SERIALS / 2 + slack);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i06_a_serial_is_positive_and_names_its_partition),
        cmocka_unit_test(i06_every_one_of_128_bits_is_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
