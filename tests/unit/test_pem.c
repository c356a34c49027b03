/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pem.h"

#include "tests/unit/support.h"

#define BEGIN(label) "-----BEGIN " label "-----\n"
#define END(label)   "-----END " label "-----\n"

static void blocks_come_back_one_by_one(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf back = {0};
    uint8_t octets[200];
    struct ca_bytes in;
    struct ca_err err = {0};

    (void)state;
    memset(octets, 0x5a, sizeof(octets));
    for (size_t len = 0; len < sizeof(octets); len += 47)
        pem_put(&text, "CERTIFICATE", (struct ca_bytes){octets, len});
    in = ca_buf_view(&text);
    assert_true(pem_is(in));
    for (size_t len = 0; len < sizeof(octets); len += 47) {
        ca_buf_reset(&back);
        assert_int_equal(pem_take(&in, "CERTIFICATE", &back, &err), CA_OK);
        assert_true(ca_bytes_equal(ca_buf_view(&back), (struct ca_bytes){octets, len}));
    }
    assert_int_equal(pem_take(&in, "CERTIFICATE", &back, &err), CA_NOT_FOUND);
}

static void lines_have_64_characters(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    uint8_t octets[49] = {0};

    (void)state;
    pem_put(&text, "X", (struct ca_bytes){octets, sizeof(octets)});
    assert_string_equal(
        ca_buf_cstr(&text),
        BEGIN("X") "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
                   "AA==\n" END("X"));
}

/* clang-format off */
static const struct {
    const char *what;
    const char *text;
    const char *label;
    enum ca_rc rc;
    const char *content;
} cases[] = {
    {"plain",               BEGIN("A") "Zm9v\n" END("A"),                          "A",  CA_OK,        "foo"},
    {"any label",           BEGIN("A B") "Zm9v\n" END("A B"),                      NULL, CA_OK,        "foo"},
    {"text before",         "subject=x\n\n" BEGIN("A") "Zm9v\n" END("A"),          "A",  CA_OK,        "foo"},
    {"another one before",  BEGIN("B") "!\n" END("B") BEGIN("A") "Zg==\n" END("A"), "A", CA_OK,        "f"  },
    {"carriage returns",    "-----BEGIN A-----\r\nZm9v\r\n-----END A-----\r\n",    "A",  CA_OK,        "foo"},
    {"no newline behind",   BEGIN("A") "Zm9v\n-----END A-----",                    "A",  CA_OK,        "foo"},
    {"nothing",             "",                                                    "A",  CA_NOT_FOUND, ""   },
    {"other label only",    BEGIN("B") "Zm9v\n" END("B"),                          "A",  CA_NOT_FOUND, ""   },
    {"longer label",        BEGIN("AB") "Zm9v\n" END("AB"),                        "A",  CA_NOT_FOUND, ""   },
    {"begin line cut",      "-----BEGIN A",                                        "A",  CA_MALFORMED, ""   },
    {"begin over two lines", "-----BEGIN A\n-----\nZm9v\n" END("A"),               "A",  CA_MALFORMED, ""   },
    {"no end",              BEGIN("A") "Zm9v\n",                                   "A",  CA_MALFORMED, ""   },
    {"end of another",      BEGIN("A") "Zm9v\n" END("B"),                          "A",  CA_MALFORMED, ""   },
    {"end line cut",        BEGIN("A") "Zm9v\n-----END A---",                      "A",  CA_MALFORMED, ""   },
    {"headers of old",      BEGIN("A") "Proc-Type: 4,ENCRYPTED\n\nZm9v\n" END("A"), "A", CA_MALFORMED, ""   },
    {"padding missing",     BEGIN("A") "Zg\n" END("A"),                            "A",  CA_MALFORMED, ""   },
    {"block in a block",    BEGIN("A") BEGIN("A") "Zm9v\n" END("A"),               "A",  CA_MALFORMED, ""   },
};
/* clang-format on */

static void each_case_is_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf back = {0};
        struct ca_bytes in = ca_bytes_str(cases[i].text);
        struct ca_err err = {0};

        test_note(cases[i].what);
        assert_int_equal(pem_take(&in, cases[i].label, &back, &err), cases[i].rc);
        if (cases[i].rc == CA_OK)
            assert_string_equal(ca_buf_cstr(&back), cases[i].content);
    }
}

static void der_is_no_pem(void **state)
{
    static const char der[] = "\x30\x82\x01\x01-----BEGIN A-----";

    (void)state;
    assert_false(pem_is((struct ca_bytes){(const uint8_t *)der, sizeof(der) - 1}));
    assert_false(pem_is((struct ca_bytes){NULL, 0}));
    assert_false(pem_is(ca_bytes_str("Zm9v")));
    assert_true(pem_is(ca_bytes_str("# a comment\n" BEGIN("A"))));
}

static void i16_a_block_stops_at_the_bound_of_the_buffer(void **state)
{
    CA_AUTO(buf) struct ca_buf back = {.max = 2};
    struct ca_bytes in = ca_bytes_str(BEGIN("A") "Zm9v\n" END("A"));
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(pem_take(&in, "A", &back, &err), CA_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_back_one_by_one),
        cmocka_unit_test(lines_have_64_characters),
        cmocka_unit_test(each_case_is_answered),
        cmocka_unit_test(der_is_no_pem),
        cmocka_unit_test(i16_a_block_stops_at_the_bound_of_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
