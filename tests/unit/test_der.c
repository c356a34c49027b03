/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"

#include "base/der_write.h"
#include "base/time.h"
#include "tests/unit/support.h"

enum kind { ELEMENT, ANY, BITS, BOOL, UINT, UNSIGNED, TIME };

/* Reads one value of a kind; *ret is a number where it is one, else the length of the content. */
static enum ca_rc take(enum kind kind, struct ca_bytes *in, int64_t *ret, struct ca_err *err)
{
    struct der e = {0};
    struct ca_bytes octets = {0};
    uint64_t number = 0;
    unsigned tag;
    bool b = false;

    switch (kind) {
    case ELEMENT:
        CA_TRY(der_take(in, DER_SEQUENCE, &e, err));
        *ret = (int64_t)e.body.len;
        return CA_OK;
    case ANY:
        CA_TRY(der_take_any(in, &tag, &e, err));
        *ret = (int64_t)e.body.len;
        return CA_OK;
    case BITS:
        CA_TRY(der_take_octets_of_bits(in, &octets, err));
        *ret = (int64_t)octets.len;
        return CA_OK;
    case BOOL:
        CA_TRY(der_take_bool(in, &b, err));
        *ret = b;
        return CA_OK;
    case UINT:
        CA_TRY(der_take_uint(in, 1000, &number, err));
        *ret = (int64_t)number;
        return CA_OK;
    case UNSIGNED:
        CA_TRY(der_take_unsigned(in, &octets, err));
        *ret = (int64_t)octets.len;
        return CA_OK;
    case TIME:
        return der_take_time(in, ret, err);
    }
    return CA_FAULT;
}

#define OCTETS(...) CA_BYTES(__VA_ARGS__)

/* clang-format off */
static const struct {
    enum kind kind;
    struct ca_bytes in;
    int64_t value;
} taken[] = {
    {ELEMENT,  OCTETS(0x30, 0x00), 0},
    {ELEMENT,  OCTETS(0x30, 0x02, 0x05, 0x00), 2},
    {ANY,      OCTETS(0x9e, 0x01, 0xff), 1},
    {BITS,     OCTETS(0x03, 0x01, 0x00), 0},
    {BITS,     OCTETS(0x03, 0x03, 0x00, 0x12, 0x34), 2},
    {BOOL,     OCTETS(0x01, 0x01, 0x00), 0},
    {BOOL,     OCTETS(0x01, 0x01, 0xff), 1},
    {UINT,     OCTETS(0x02, 0x01, 0x00), 0},
    {UINT,     OCTETS(0x02, 0x02, 0x00, 0x80), 128},
    {UINT,     OCTETS(0x02, 0x02, 0x03, 0xe8), 1000},
    {UNSIGNED, OCTETS(0x02, 0x01, 0x00), 1},
    {UNSIGNED, OCTETS(0x02, 0x03, 0x00, 0xff, 0xff), 2},
};

static const struct {
    const char *what;
    enum kind kind;
    struct ca_bytes in;
} refused[] = {
    {"nothing",                 ELEMENT,  {NULL, 0}},
    {"nothing at all",          ANY,      {NULL, 0}},
    {"no length",               ELEMENT,  OCTETS(0x30)},
    {"another tag",             ELEMENT,  OCTETS(0x31, 0x00)},
    {"cut",                     ELEMENT,  OCTETS(0x30, 0x02, 0x05)},
    {"indefinite",              ELEMENT,  OCTETS(0x30, 0x80, 0x00, 0x00)},
    {"long form of 1",          ELEMENT,  OCTETS(0x30, 0x81, 0x01, 0x00)},
    {"leading zero of length",  ELEMENT,  OCTETS(0x30, 0x82, 0x00, 0x80)},
    {"length without octets",   ELEMENT,  OCTETS(0x30, 0x82, 0x01)},
    {"length of 5 octets",      ELEMENT,  OCTETS(0x30, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00)},
    {"length of 4 GiB",         ELEMENT,  OCTETS(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00)},
    {"length octet ff",         ELEMENT,  OCTETS(0x30, 0xff)},
    {"tag of two octets",       ANY,      OCTETS(0x1f, 0x21, 0x00)},
    {"no unused-bits octet",    BITS,     OCTETS(0x03, 0x00)},
    {"unused bits",             BITS,     OCTETS(0x03, 0x02, 0x01, 0x02)},
    {"BOOLEAN 01",              BOOL,     OCTETS(0x01, 0x01, 0x01)},
    {"BOOLEAN of two",          BOOL,     OCTETS(0x01, 0x02, 0x00, 0x00)},
    {"BOOLEAN of none",         BOOL,     OCTETS(0x01, 0x00)},
    {"INTEGER of none",         UINT,     OCTETS(0x02, 0x00)},
    {"negative",                UINT,     OCTETS(0x02, 0x01, 0x80)},
    {"padded",                  UINT,     OCTETS(0x02, 0x02, 0x00, 0x7f)},
    {"above the bound",         UINT,     OCTETS(0x02, 0x02, 0x03, 0xe9)},
    {"more than 64 bits",       UINT,     OCTETS(0x02, 0x09, 0x01, 0, 0, 0, 0, 0, 0, 0, 0)},
    {"padded zero",             UNSIGNED, OCTETS(0x02, 0x02, 0x00, 0x00)},
    {"negative, long",          UNSIGNED, OCTETS(0x02, 0x02, 0xff, 0x00)},
};
/* clang-format on */

static void what_is_der_is_taken_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(taken); i++) {
        struct ca_bytes in = taken[i].in;
        struct ca_err err = {0};
        int64_t value = -1;

        assert_int_equal(take(taken[i].kind, &in, &value, &err), CA_OK);
        assert_int_equal(value, taken[i].value);
        assert_int_equal(der_done(in, &err), CA_OK);
    }
}

static void what_is_not_der_is_refused_and_nothing_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(refused); i++) {
        struct ca_bytes in = refused[i].in;
        struct ca_err err = {0};
        int64_t value = -1;

        test_note(refused[i].what);
        assert_int_equal(take(refused[i].kind, &in, &value, &err), CA_MALFORMED);
        assert_int_equal(value, -1);
        assert_ptr_equal(in.ptr, refused[i].in.ptr);
        assert_int_equal(in.len, refused[i].in.len);
        assert_true(err.text[0] != '\0');
    }
}

static void what_is_left_over_is_counted(void **state)
{
    const uint8_t two[] = {0x05, 0x00};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(der_done((struct ca_bytes){two, 2}, &err), CA_MALFORMED);
    assert_non_null(strstr(err.text, "left over: 2"));
}

static void each_length_comes_back_in_its_shortest_form(void **state)
{
    static const struct {
        size_t len;
        size_t head;
    } rows[] = {
        {0,       2},
        {0x7f,    2},
        {0x80,    3},
        {0xff,    3},
        {0x100,   4},
        {0xffff,  4},
        {0x10000, 5},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct ca_err err;
        struct der e;
        struct ca_bytes in;

        der_open(&w, DER_SEQUENCE);
        for (size_t n = 0; n < rows[i].len; n++)
            ca_buf_u8(&w.buf, 0xaa);
        der_close(&w);
        assert_int_equal(der_writer_check(&w, &err), CA_OK);
        in = der_writer_view(&w);
        assert_int_equal(in.len, rows[i].head + rows[i].len);
        assert_int_equal(der_head_len(rows[i].len), rows[i].head);
        assert_int_equal(der_take(&in, DER_SEQUENCE, &e, &err), CA_OK);
        assert_int_equal(e.body.len, rows[i].len);
        assert_int_equal(e.all.len, rows[i].head + rows[i].len);
        assert_int_equal(in.len, 0);
    }
}

static void nested_elements_close_around_what_is_in_them(void **state)
{
    const uint8_t want[] = {0x30, 0x0c, 0x02, 0x01, 0x05, 0x31, 0x04,
                            0x01, 0x02, 0x03, 0x04, 0x01, 0x01, 0xff};
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_err err;

    (void)state;
    der_open(&w, DER_SEQUENCE);
    der_put_uint(&w, 5);
    der_open(&w, DER_SET);
    der_put_raw(&w, (struct ca_bytes){(const uint8_t *)"\1\2\3\4", 4});
    assert_int_equal(der_writer_check(&w, &err), CA_FAULT); /* still open */
    der_close(&w);
    der_put_bool(&w, true);
    der_close(&w);
    assert_int_equal(der_writer_check(&w, &err), CA_OK);
    assert_int_equal(der_writer_view(&w).len, sizeof(want));
    assert_memory_equal(der_writer_view(&w).ptr, want, sizeof(want));
}

static void numbers_come_back(void **state)
{
    static const uint64_t numbers[] = {0, 1, 127, 128, 255, 256, 32767, 32768, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(numbers); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct ca_bytes in;
        struct ca_err err;
        uint64_t back = 0;

        der_put_uint(&w, numbers[i]);
        in = der_writer_view(&w);
        assert_int_equal(der_take_uint(&in, UINT64_MAX, &back, &err), CA_OK);
        assert_true(back == numbers[i]);
    }
}

static void unsigned_octets_lose_and_gain_zeros(void **state)
{
    /* clang-format off */
    const struct {
        struct ca_bytes in;
        struct ca_bytes out;
    } rows[] = {
        {{NULL, 0},                OCTETS(0x02, 0x01, 0x00)      },
        {OCTETS(0x00, 0x00),       OCTETS(0x02, 0x01, 0x00)      },
        {OCTETS(0x00, 0x7f),       OCTETS(0x02, 0x01, 0x7f)      },
        {OCTETS(0x80),             OCTETS(0x02, 0x02, 0x00, 0x80)},
        {OCTETS(0x00, 0x00, 0x80), OCTETS(0x02, 0x02, 0x00, 0x80)},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};

        der_put_unsigned(&w, DER_INTEGER, rows[i].in);
        assert_true(ca_bytes_equal(der_writer_view(&w), rows[i].out));
    }
}

static void named_bits_lose_trailing_zeros(void **state)
{
    /* clang-format off */
    const struct {
        uint32_t bits;
        struct ca_bytes out;
    } rows[] = {
        {0,              OCTETS(0x03, 0x01, 0x00)                        },
        {1U << 0,        OCTETS(0x03, 0x02, 0x07, 0x80)                  },
        {3U << 5,        OCTETS(0x03, 0x02, 0x01, 0x06)                  }, /* a CA's usage */
        {1U << 7,        OCTETS(0x03, 0x02, 0x00, 0x01)                  },
        {1U << 8,        OCTETS(0x03, 0x03, 0x07, 0x00, 0x80)            },
        {1U << 31 | 1U,  OCTETS(0x03, 0x05, 0x00, 0x80, 0x00, 0x00, 0x01)},
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};

        der_put_named_bits(&w, rows[i].bits);
        assert_true(ca_bytes_equal(der_writer_view(&w), rows[i].out));
    }
}

static void bit_strings_come_back(void **state)
{
    CA_AUTO(der_writer) struct der_writer w = {0};
    struct ca_bytes in;
    struct ca_bytes back;
    struct ca_err err;

    (void)state;
    der_put_bits(&w, ca_bytes_str("octets"));
    in = der_writer_view(&w);
    assert_int_equal(der_take_octets_of_bits(&in, &back, &err), CA_OK);
    assert_true(ca_bytes_is_str(back, "octets"));
}

static int64_t at(const char *text)
{
    struct ca_err err;
    int64_t ret = 0;

    assert_int_equal(ca_time_parse(ca_bytes_str(text), &ret, &err), CA_OK);
    return ret;
}

static void times_change_their_form_in_2050(void **state)
{
    static const struct {
        const char *text;
        const char *der;
    } rows[] = {
        {"1949-12-31T23:59:59Z", "\x18\x0f"
                                 "19491231235959Z"},
        {"1950-01-01T00:00:00Z", "\x17\x0d"
                                 "500101000000Z"  },
        {"1999-12-31T23:59:59Z", "\x17\x0d"
                                 "991231235959Z"  },
        {"2000-02-29T12:34:56Z", "\x17\x0d"
                                 "000229123456Z"  },
        {"2049-12-31T23:59:59Z", "\x17\x0d"
                                 "491231235959Z"  },
        {"2050-01-01T00:00:00Z", "\x18\x0f"
                                 "20500101000000Z"},
        {"9999-12-31T23:59:59Z", "\x18\x0f"
                                 "99991231235959Z"},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct ca_bytes in = ca_bytes_str(rows[i].der);
        struct ca_err err = {0};
        int64_t back = 0;

        test_note(rows[i].text);
        der_put_time(&w, at(rows[i].text));
        assert_true(ca_bytes_is_str(der_writer_view(&w), rows[i].der));
        assert_int_equal(der_take_time(&in, &back, &err), CA_OK);
        assert_true(back == at(rows[i].text));
    }
}

static void generalized_time_is_that_in_every_year(void **state)
{
    CA_AUTO(der_writer) struct der_writer w = {0};

    (void)state;
    der_put_generalized_time(&w, at("2026-11-21T08:55:34Z"));
    assert_true(ca_bytes_is_str(der_writer_view(&w), "\x18\x0f"
                                                     "20261121085534Z"));
}

/* The content; the head is right. */
static void other_times_are_refused(void **state)
{
    static const struct {
        unsigned tag;
        const char *text;
    } rows[] = {
        {DER_UTC_TIME,         "2611210855Z"      }, /* no seconds */
        {DER_UTC_TIME,         "261121085534"     },
        {DER_UTC_TIME,         "261121085534+0100"},
        {DER_UTC_TIME,         "26112108553 Z"    },
        {DER_UTC_TIME,         "261121085534z"    },
        {DER_UTC_TIME,         "261321085534Z"    },
        {DER_UTC_TIME,         "260229085534Z"    },
        {DER_UTC_TIME,         "261121245534Z"    },
        {DER_UTC_TIME,         "261121085560Z"    },
        {DER_UTC_TIME,         ""                 },
        {DER_GENERALIZED_TIME, "20261121085534Z"  }, /* belongs into UTCTime */
        {DER_GENERALIZED_TIME, "20491231235959Z"  },
        {DER_GENERALIZED_TIME, "20500101000000.5Z"},
        {DER_GENERALIZED_TIME, "205001010000Z"    },
        {DER_GENERALIZED_TIME, "20500101000000"   },
        {DER_GENERALIZED_TIME, "00000101000000Z"  },
        {DER_OCTET_STRING,     "261121085534Z"    },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        CA_AUTO(der_writer) struct der_writer w = {0};
        struct ca_bytes in;
        struct ca_err err;
        int64_t value = -1;

        test_note(rows[i].text);
        der_put(&w, rows[i].tag, ca_bytes_str(rows[i].text));
        in = der_writer_view(&w);
        assert_int_equal(der_take_time(&in, &value, &err), CA_MALFORMED);
        assert_int_equal(in.len, der_writer_view(&w).len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_der_is_taken_whole),
        cmocka_unit_test(what_is_not_der_is_refused_and_nothing_is_taken),
        cmocka_unit_test(what_is_left_over_is_counted),
        cmocka_unit_test(each_length_comes_back_in_its_shortest_form),
        cmocka_unit_test(nested_elements_close_around_what_is_in_them),
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(unsigned_octets_lose_and_gain_zeros),
        cmocka_unit_test(named_bits_lose_trailing_zeros),
        cmocka_unit_test(bit_strings_come_back),
        cmocka_unit_test(times_change_their_form_in_2050),
        cmocka_unit_test(generalized_time_is_that_in_every_year),
        cmocka_unit_test(other_times_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
