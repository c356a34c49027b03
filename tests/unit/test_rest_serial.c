/* SPDX-License-Identifier: Apache-2.0 */
#include "api/rest/serial.h"
#include "base/text.h"
#include "tests/unit/support.h"

static const struct notation {
    const char *text;
    const char *hex;     /* NULL: refused */
    const char *decimal; /* NULL: refused */
} notations[] = {
    {"41ab",                                              "41ab",                                     NULL  },
    {"41AB",                                              "41ab",                                     NULL  },
    {"0x41ab",                                            "41ab",                                     NULL  },
    {"0X41AB",                                            "41ab",                                     NULL  },
    {"41:ab",                                             "41ab",                                     NULL  },
    {"41 ab",                                             "41ab",                                     NULL  },
    {"1ab",                                               "01ab",                                     NULL  },
    {"0x1",                                               "01",                                       NULL  },
    {"00:41:ab",                                          "41ab",                                     NULL  },
    {"0000000000000000000000000000000000000000000041ab",  "41ab",                                     NULL  },
    {"16811",                                             "016811",                                   "41ab"},
    {"255",                                               "0255",                                     "ff"  },
    {"256",                                               "0256",                                     "0100"},
    {"00256",                                             "0256",                                     "0100"},
    {"7fffffffffffffffffffffffffffffffffffffff",          "7fffffffffffffffffffffffffffffffffffffff", NULL  },
    {"1461501637330902918203684832716283019655932542975", NULL,
     "ffffffffffffffffffffffffffffffffffffffff"                                                             },
    {"1461501637330902918203684832716283019655932542976", NULL,                                       NULL  }, /* 2^160 */
    {"7fffffffffffffffffffffffffffffffffffffff00",        NULL,                                       NULL  }, /* 21 octets */
    {"0",                                                 NULL,                                       NULL  },
    {"00:00",                                             NULL,                                       NULL  },
    {"",                                                  NULL,                                       NULL  },
    {"0x",                                                NULL,                                       NULL  },
    {":41",                                               NULL,                                       NULL  },
    {"41:",                                               NULL,                                       NULL  },
    {"41::ab",                                            NULL,                                       NULL  },
    {"41-ab",                                             NULL,                                       NULL  },
    {"0x0x41",                                            NULL,                                       NULL  },
    {"41ag",                                              NULL,                                       NULL  },
    {"+41",                                               NULL,                                       NULL  },
    {"-41",                                               NULL,                                       NULL  },
};

static void check(bool good, const struct rest_serial *serial, const char *wanted)
{
    char text[2 * DB_SERIAL_MAX + 1] = "";

    assert_int_equal(good, wanted != NULL);
    if (wanted == NULL)
        return;
    assert_string_equal(ca_hex((struct ca_bytes){serial->octets, serial->len}, text), wanted);
}

static void a_serial_is_read_in_each_notation(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(notations); i++) {
        struct rest_serial serial = {.len = 0};

        test_note(notations[i].text);
        check(rest_serial_hex(notations[i].text, &serial), &serial, notations[i].hex);
        check(rest_serial_decimal(notations[i].text, &serial), &serial, notations[i].decimal);
    }
}

static const struct {
    const char *text;
    size_t octets; /* 0: refused */
} fingerprints[] = {
    {"deadbeef",                                                           4 },
    {"DE:AD:BE:EF:01",                                                     5 },
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",   32},
    {"deadbee",                                                            0 },
    {"deadbeef0",                                                          0 },
    {"dead",                                                               0 },
    {"0xdeadbeef",                                                         0 },
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01", 0 },
    {"",                                                                   0 },
};

static void a_fingerprint_prefix_has_eight_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(fingerprints); i++) {
        struct rest_fingerprint found = {.len = 0};

        test_note(fingerprints[i].text);
        assert_int_equal(rest_fingerprint(fingerprints[i].text, &found),
                         fingerprints[i].octets > 0);
        assert_int_equal(found.len, fingerprints[i].octets);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_is_read_in_each_notation),
        cmocka_unit_test(a_fingerprint_prefix_has_eight_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
