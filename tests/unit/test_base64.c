/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "tests/unit/support.h"

/* RFC 4648 10, and octets whose digits differ between the two alphabets. */
static const struct {
    const char *octets;
    const char *plain;
    const char *url;
} both[] = {
    {"",         "",         ""        },
    {"f",        "Zg==",     "Zg"      },
    {"fo",       "Zm8=",     "Zm8"     },
    {"foo",      "Zm9v",     "Zm9v"    },
    {"foob",     "Zm9vYg==", "Zm9vYg"  },
    {"fooba",    "Zm9vYmE=", "Zm9vYmE" },
    {"foobar",   "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff", "+/8=",     "-_8"     },
};

static void both_forms_write_and_read_the_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(both); i++) {
        CA_AUTO(buf) struct ca_buf plain = {0};
        CA_AUTO(buf) struct ca_buf url = {0};
        CA_AUTO(buf) struct ca_buf back = {0};

        ca_base64_put(&plain, ca_bytes_str(both[i].octets));
        assert_string_equal(ca_buf_cstr(&plain), both[i].plain);
        ca_base64url_put(&url, ca_bytes_str(both[i].octets));
        assert_string_equal(ca_buf_cstr(&url), both[i].url);
        assert_true(ca_base64_read(ca_bytes_str(both[i].plain), &back));
        assert_string_equal(ca_buf_cstr(&back), both[i].octets);
        ca_buf_reset(&back);
        assert_true(ca_base64url_read(ca_bytes_str(both[i].url), &back));
        assert_string_equal(ca_buf_cstr(&back), both[i].octets);
    }
}

static void every_octet_comes_back(void **state)
{
    uint8_t octets[256];

    (void)state;
    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)i;
    for (size_t len = 0; len <= sizeof(octets); len++) {
        CA_AUTO(buf) struct ca_buf text = {0};
        CA_AUTO(buf) struct ca_buf back = {0};
        struct ca_bytes in = {octets, len};

        ca_base64_put(&text, in);
        assert_true(ca_base64_read(ca_buf_view(&text), &back));
        assert_true(ca_bytes_equal(ca_buf_view(&back), in));
    }
}

static void white_space_is_passed_over(void **state)
{
    CA_AUTO(buf) struct ca_buf back = {0};

    (void)state;
    assert_true(ca_base64_read(ca_bytes_str(" Zm\r\n9v\tYg = =\n"), &back));
    assert_string_equal(ca_buf_cstr(&back), "foob");
}

static void what_is_not_base64_is_refused(void **state)
{
    static const char *const plain[] = {
        "Z",     "Zg",       "Zg=",  "Zg===", "Zm8",      "Zm8==",
        "Zm9v=", "Zm9v====", "=",    "====",  "Zg==Zg==", /* padding in the middle */
        "Zh==",                                           /* bits behind the last octet */
        "Zm9=",  "Zm-v",     "Zm_v", "Zm.v",  "Zm9\xc3",
    };
    static const char *const url[] = {"Z", "Zg==", "Zm9 v", "Zm9v\n", "Zm+v", "Zm/v", "Zh", "Zm9"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(plain); i++) {
        CA_AUTO(buf) struct ca_buf back = {0};

        test_note(plain[i]);
        assert_false(ca_base64_read(ca_bytes_str(plain[i]), &back));
    }
    for (size_t i = 0; i < CA_COUNT(url); i++) {
        CA_AUTO(buf) struct ca_buf back = {0};

        test_note(url[i]);
        assert_false(ca_base64url_read(ca_bytes_str(url[i]), &back));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_write_and_read_the_samples),
        cmocka_unit_test(every_octet_comes_back),
        cmocka_unit_test(white_space_is_passed_over),
        cmocka_unit_test(what_is_not_base64_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
