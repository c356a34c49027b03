/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "tests/unit/support.h"

/* Against the C library, which counts by another method. */
static void each_day_of_four_digit_years_comes_back(void **state)
{
    const int64_t first = -62135596800; /* 0001-01-01 */
    const int64_t last = 253402300799;  /* 9999-12-31T23:59:59Z */
    const int64_t step = 86400 + 12345; /* other hours, minutes and seconds each time */

    (void)state;
    for (int64_t at = first; at <= last; at += step) {
        struct ca_civil c;
        time_t t = (time_t)at;
        struct tm tm;
        int64_t back = 0;

        ca_time_to_civil(at, &c);
        if (gmtime_r(&t, &tm) == NULL || c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 ||
            c.day != tm.tm_mday || c.hour != tm.tm_hour || c.minute != tm.tm_min ||
            c.second != tm.tm_sec)
            fail_msg("%lld is another time here", (long long)at);
        if (!ca_civil_to_time(&c, &back) || back != at)
            fail_msg("%lld does not come back", (long long)at);
    }
}

static void moments_that_are_none_are_refused(void **state)
{
    static const struct ca_civil none[] = {
        {0,     1,  1,  0,  0,  0 },
        {10000, 1,  1,  0,  0,  0 },
        {2026,  0,  1,  0,  0,  0 },
        {2026,  13, 1,  0,  0,  0 },
        {2026,  1,  0,  0,  0,  0 },
        {2026,  4,  31, 0,  0,  0 },
        {2026,  2,  29, 0,  0,  0 },
        {1900,  2,  29, 0,  0,  0 },
        {2026,  1,  1,  24, 0,  0 },
        {2026,  1,  1,  0,  60, 0 },
        {2026,  1,  1,  0,  0,  60}, /* no leap seconds (RFC 5280 has none) */
        {2026,  1,  1,  -1, 0,  0 },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(none); i++) {
        int64_t ret = -1;

        assert_false(ca_civil_to_time(&none[i], &ret));
        assert_int_equal(ret, -1);
    }
}

static const struct {
    const char *text;
    int64_t at;
} good[] = {
    {"1970-01-01T00:00:00Z",       0           },
    {"1969-12-31T23:59:59Z",       -1          },
    {"2000-02-29T00:00:00Z",       951782400   },
    {"2026-11-21T08:55:34Z",       1795251334  },
    {"2026-11-21T08:55:34.9Z",     1795251334  },
    {"2026-11-21T08:55:34.99999Z", 1795251334  },
    {"9999-12-31T23:59:59Z",       253402300799},
};

static void rfc_3339_is_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(good); i++) {
        char text[CA_TIME_TEXT];
        struct ca_err err = {0};
        int64_t at = 0;

        test_note(good[i].text);
        assert_int_equal(ca_time_parse(ca_bytes_str(good[i].text), &at, &err), CA_OK);
        assert_true(at == good[i].at);
        assert_memory_equal(ca_time_text(at, text), good[i].text, 19);
        assert_string_equal(text + 19, "Z");
    }
}

static void other_texts_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-11-21",
        "2026-11-21T08:55:34",
        "2026-11-21T08:55:34z",
        "2026-11-21t08:55:34Z",
        "2026-11-21 08:55:34Z",
        "2026-11-21T08:55:34+00:00",
        "2026-11-21T08:55:34.Z",
        "2026-11-21T08:55:34.5",
        "2026-11-21T08:55:34.5x",
        "2026-11-21T08:55:34ZZ",
        "2026-11-21T08:55Z",
        "2026-02-29T08:55:34Z",
        "2026-11-21T08:55:60Z",
        "0000-01-01T00:00:00Z",
        "+026-11-21T08:55:34Z",
        "10000-01-01T00:00:00Z",
        " 2026-11-21T08:55:34Z",
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        struct ca_err err = {0};
        int64_t at = -7;

        test_note(bad[i]);
        assert_int_equal(ca_time_parse(ca_bytes_str(bad[i]), &at, &err), CA_MALFORMED);
        assert_int_equal(at, -7);
    }
}

static void deadlines_are_split_into_seconds_and_nanoseconds(void **state)
{
    struct timespec ts = ca_mono_timespec(12345);
    int64_t before = ca_mono_us();

    (void)state;
    assert_int_equal(ts.tv_sec, 12);
    assert_int_equal(ts.tv_nsec, 345000000);
    assert_true(ca_mono_us() >= before);
    assert_true(ca_mono_ms() >= before / 1000);
    assert_true(ca_time_now() >= 1700000000);
    assert_true(ca_time_now_us() / 1000000 >= 1700000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_of_four_digit_years_comes_back),
        cmocka_unit_test(moments_that_are_none_are_refused),
        cmocka_unit_test(rfc_3339_is_read_and_written),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(deadlines_are_split_into_seconds_and_nanoseconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
