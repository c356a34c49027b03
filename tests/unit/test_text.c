/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/time.h"
#include "tests/unit/support.h"

static void copies_that_do_not_fit_leave_nothing(void **state)
{
    char to[4] = "old";

    (void)state;
    assert_true(ca_text_copy(to, sizeof(to), ca_bytes_str("abc")));
    assert_string_equal(to, "abc");
    assert_false(ca_text_copy(to, sizeof(to), ca_bytes_str("abcd")));
    assert_string_equal(to, "");
    assert_false(ca_text_copy(to, sizeof(to), (struct ca_bytes){(const uint8_t *)"a\0b", 3}));
    assert_string_equal(to, "");
    assert_true(ca_text_copy(to, sizeof(to), (struct ca_bytes){NULL, 0}));
}

static void utf_8_is_told_from_what_looks_like_it(void **state)
{
    static const char *const clean[] = {
        "",
        "plain ~",
        "\xc3\xa9",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
    };
    static const char *const dirty[] = {
        "\n",
        "\x1f",
        "\x7f",
        "\xc2\x80", /* a control character of two octets */
        "\x80",     /* goes on without a beginning */
        "\xc3",
        "\xc3\x28",
        "\xe2\x82",
        "\xc0\xaf",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf", /* longer than needed */
        "\xed\xa0\x80",
        "\xed\xbf\xbf", /* surrogates */
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff", /* past U+10FFFF */
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(clean); i++)
        assert_true(ca_text_is_clean(ca_bytes_str(clean[i])));
    for (size_t i = 0; i < CA_COUNT(dirty); i++) {
        test_note("refused");
        assert_false(ca_text_is_clean(ca_bytes_str(dirty[i])));
    }
    assert_false(ca_text_is_clean((struct ca_bytes){(const uint8_t *)"a\0b", 3}));
}

static void hexadecimal_is_read_and_written(void **state)
{
    static const uint8_t octets[] = {0x00, 0x0f, 0xa5, 0xff};
    static const char *const same[] = {"000fa5ff", "000FA5FF", "00:0f:A5:fF", "000f:a5ff"};
    char text[9];

    (void)state;
    assert_string_equal(ca_hex((struct ca_bytes){octets, sizeof(octets)}, text), "000fa5ff");
    assert_string_equal(ca_hex((struct ca_bytes){NULL, 0}, text), "");
    for (size_t i = 0; i < CA_COUNT(same); i++) {
        uint8_t back[4];
        size_t len = 0;
        struct ca_err err = {0};

        assert_int_equal(ca_hex_parse(ca_bytes_str(same[i]), back, sizeof(back), &len, &err),
                         CA_OK);
        assert_int_equal(len, sizeof(octets));
        assert_memory_equal(back, octets, sizeof(octets));
    }
}

static void what_is_not_hexadecimal_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum ca_rc rc;
    } rows[] = {
        {"0",          CA_MALFORMED},
        {"000",        CA_MALFORMED},
        {"0g",         CA_MALFORMED},
        {"0x00",       CA_MALFORMED},
        {" 00",        CA_MALFORMED},
        {"00 ",        CA_MALFORMED},
        {":00",        CA_MALFORMED},
        {"00:",        CA_MALFORMED},
        {"00::00",     CA_MALFORMED},
        {"0:00",       CA_MALFORMED},
        {"0000000000", CA_LIMIT    },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        uint8_t back[4];
        size_t len = 99;
        struct ca_err err = {0};

        test_note(rows[i].text);
        assert_int_equal(ca_hex_parse(ca_bytes_str(rows[i].text), back, sizeof(back), &len, &err),
                         rows[i].rc);
        assert_int_equal(len, 99);
    }
}

static void a_uuid_tells_its_time_and_comes_back(void **state)
{
    struct ca_uuid u;
    struct ca_uuid other;
    struct ca_uuid back;
    struct ca_err err = {0};
    char text[CA_UUID_TEXT];
    int64_t before = ca_time_now_us() / 1000;

    (void)state;
    assert_int_equal(ca_uuid_new(&u, &err), CA_OK);
    assert_int_equal(ca_uuid_new(&other, &err), CA_OK);
    assert_memory_not_equal(u.octets, other.octets, CA_UUID_LEN);
    assert_true(ca_uuid_time_ms(&u) >= before && ca_uuid_time_ms(&u) < before + 60000);
    assert_false(ca_uuid_is_nil(&u));
    assert_int_equal(strlen(ca_uuid_text(&u, text)), CA_UUID_TEXT - 1);
    assert_int_equal(text[14], '7');              /* version */
    assert_non_null(memchr("89ab", text[19], 4)); /* variant */
    assert_int_equal(ca_uuid_parse(ca_bytes_str(text), &back, &err), CA_OK);
    assert_memory_equal(u.octets, back.octets, CA_UUID_LEN);
}

static void a_uuid_has_one_form(void **state)
{
    static const char *const bad[] = {
        "",
        "00000000000000000000000000000000",
        "00000000-0000-0000-0000-00000000000",
        "00000000-0000-0000-0000-0000000000000",
        "00000000-0000-0000-00000-00000000000",
        "00000000-0000-0000-0000-00000000000g",
        "{0000000-0000-0000-0000-00000000000}",
        "00000000:0000:0000:0000:000000000000",
        "00000000-0000-0000-0000-00:00000000:",
    };
    struct ca_uuid u;
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        test_note(bad[i]);
        assert_int_equal(ca_uuid_parse(ca_bytes_str(bad[i]), &u, &err), CA_MALFORMED);
    }
    assert_int_equal(ca_uuid_parse(ca_bytes_str("00000000-0000-0000-0000-000000000000"), &u, &err),
                     CA_OK);
    assert_true(ca_uuid_is_nil(&u));
}

static void the_nearest_name_is_near(void **state)
{
    static const char *const names[] = {"subject", "validity", "key_usage"};
    static const struct {
        const char *name;
        const char *nearest;
    } rows[] = {
        {"subjcet",   "subject"  },
        {"Subject",   "subject"  },
        {"subjects",  "subject"  },
        {"validty",   "validity" },
        {"key-usage", "key_usage"},
        {"keyusage",  "key_usage"},
        {"",          NULL       },
        {"x",         NULL       },
        {"nonsense",  NULL       },
    };
    char wide[200];

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        const char *found = ca_text_nearest(rows[i].name, names, CA_COUNT(names));

        test_note(rows[i].name);
        if (rows[i].nearest == NULL)
            assert_null(found);
        else
            assert_string_equal(found, rows[i].nearest);
    }
    memset(wide, 'a', sizeof(wide) - 1); /* names come from outside: no bound on their length */
    wide[sizeof(wide) - 1] = '\0';
    assert_null(ca_text_nearest(wide, names, CA_COUNT(names)));
    assert_null(ca_text_nearest("subject", names, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_that_do_not_fit_leave_nothing),
        cmocka_unit_test(utf_8_is_told_from_what_looks_like_it),
        cmocka_unit_test(hexadecimal_is_read_and_written),
        cmocka_unit_test(what_is_not_hexadecimal_is_refused),
        cmocka_unit_test(a_uuid_tells_its_time_and_comes_back),
        cmocka_unit_test(a_uuid_has_one_form),
        cmocka_unit_test(the_nearest_name_is_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
