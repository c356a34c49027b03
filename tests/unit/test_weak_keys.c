/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/weak_keys.h"

#include "policy/key_check.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

static void lines_are_read_or_refused(void **state)
{
    /* clang-format off */
    /* printf 'Modulus=C0FFEE\n' | sha1sum */
    static const struct {
        const char *line;
        enum ca_rc rc;
        const char *hash; /* NULL: none */
        const char *says;
    } cases[] = {
        {"",                                             CA_OK,        NULL,   ""           },
        {"\r",                                           CA_OK,        NULL,   ""           },
        {"# Modulus=C0FFEE",                             CA_OK,        NULL,   ""           },
        {"0123456789abcdef0123",                         CA_OK,        "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23", ""},
        {"0123456789ABCDEF0123 \t\r",                    CA_OK,        "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23", ""},
        {"ffffffffffffffffffff0123456789abcdef0123",     CA_OK,        "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23", ""},
        {"Modulus=C0FFEE",                               CA_OK,        "\x61\x49\xed\x99\x47\x57\x22\xf1\x3e\x18", ""},
        {"Modulus=c0ffee",                               CA_OK,        "\x61\x49\xed\x99\x47\x57\x22\xf1\x3e\x18", ""},
        {"Modulus=00C0FFEE",                             CA_OK,        "\x61\x49\xed\x99\x47\x57\x22\xf1\x3e\x18", ""},
        {"Modulus=0C0FFEE",                              CA_OK,        "\x61\x49\xed\x99\x47\x57\x22\xf1\x3e\x18", ""},
        {"0123456789abcdef012",                          CA_MALFORMED, NULL,   "19 hex"     },
        {"0123456789abcdef01234",                        CA_MALFORMED, NULL,   "21 hex"     },
        {"0123456789abcdef012g",                         CA_MALFORMED, NULL,   "neither"    },
        {"ffffffffffffffffffff0123456789abcdef012",      CA_MALFORMED, NULL,   "39 hex"     },
        {" 0123456789abcdef0123",                        CA_MALFORMED, NULL,   "neither"    },
        {"01:23:45:67:89:ab:cd:ef:01:23",                CA_MALFORMED, NULL,   "neither"    },
        {"Modulus=",                                     CA_MALFORMED, NULL,   "neither"    },
        {"Modulus=C0FFEZ",                               CA_MALFORMED, NULL,   "neither"    },
        {"Modulus=C0:FF",                                CA_MALFORMED, NULL,   "neither"    },
        {"modulus=C0FFEE",                               CA_MALFORMED, NULL,   "neither"    },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        uint8_t hash[WEAK_KEY_HASH_LEN] = {0};
        bool there = false;
        struct ca_err err = {0};

        test_note(cases[i].line);
        assert_int_equal(weak_key_line(ca_bytes_str(cases[i].line), hash, &there, &err),
                         cases[i].rc);
        if (cases[i].rc == CA_OK)
            assert_int_equal(there, cases[i].hash != NULL);
        if (cases[i].hash != NULL)
            assert_memory_equal(hash, cases[i].hash, sizeof(hash));
        assert_non_null(strstr(err.text, cases[i].says));
    }
}

static void a_modulus_beyond_8192_bits_is_refused(void **state)
{
    static const char front[] = {'M', 'o', 'd', 'u', 'l', 'u', 's', '='};
    char line[8 + 2050];
    uint8_t hash[WEAK_KEY_HASH_LEN];
    bool there = false;
    struct ca_err err = {0};

    (void)state;
    memset(line, 'F', sizeof(line));
    memcpy(line, front, sizeof(front));
    assert_int_equal(
        weak_key_line((struct ca_bytes){(uint8_t *)line, 8 + 2048}, hash, &there, &err), CA_OK);
    assert_int_equal(
        weak_key_line((struct ca_bytes){(uint8_t *)line, 8 + 2049}, hash, &there, &err),
        CA_MALFORMED);
}

static void filter_make(struct ca_buf *ret, size_t n, size_t expected)
{
    uint8_t hashes[40][WEAK_KEY_HASH_LEN] = {0};
    struct ca_err err = {0};
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        hashes[i][3] = (uint8_t)(i * 37 % 29); /* out of order, some of them twice */
    assert_int_equal(weak_keys_write(hashes[0], n, ret, &count, &err), CA_OK);
    assert_int_equal(count, expected);
}

static void filters_hold_each_hash_once(void **state)
{
    static const struct {
        size_t n;
        size_t count;
    } cases[] = {
        {0,  0 },
        {1,  1 },
        {2,  2 },
        {29, 29},
        {30, 29},
        {40, 29}
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf file = {0};
        struct ca_bytes hashes = {0};
        struct ca_err err = {0};

        filter_make(&file, cases[i].n, cases[i].count);
        assert_int_equal(file.len, WEAK_KEYS_HEADER_LEN + cases[i].count * WEAK_KEY_HASH_LEN);
        assert_int_equal(weak_keys_read(ca_buf_view(&file), &hashes, &err), CA_OK);
        for (unsigned v = 0; v < 256; v++) {
            const uint8_t hash[WEAK_KEY_HASH_LEN] = {[3] = (uint8_t)v};
            bool there = false;

            for (size_t j = 0; j < cases[i].n; j++)
                there = there || j * 37 % 29 == v;
            assert_int_equal(sorted_has(hashes, hash, sizeof(hash)), there);
        }
    }
}

static void each_changed_or_missing_octet_is_seen(void **state)
{
    CA_AUTO(buf) struct ca_buf file = {0};
    struct key_checks *checks = NULL;
    struct ca_err err = {0};

    (void)state;
    filter_make(&file, 12, 12);
    for (size_t i = 0; i < file.len; i++) {
        file.ptr[i] ^= 1;
        assert_int_equal(key_checks_new(ca_buf_view(&file), (struct ca_bytes){0}, &checks, &err),
                         CA_MALFORMED);
        assert_null(checks);
        file.ptr[i] ^= 1;
        if (i == 0)
            continue; /* an empty list is no list */
        assert_int_equal(
            key_checks_new((struct ca_bytes){file.ptr, i}, (struct ca_bytes){0}, &checks, &err),
            CA_MALFORMED);
    }
    ca_buf_u8(&file, 0);
    assert_int_equal(key_checks_new(ca_buf_view(&file), (struct ca_bytes){0}, &checks, &err),
                     CA_MALFORMED);
}

static void lists_of_blocked_keys_are_whole_and_sorted(void **state)
{
    uint8_t hashes[3][32] = {{1}, {2}, {3}};
    static const struct {
        size_t len;
        uint8_t second;
        enum ca_rc rc;
    } cases[] = {
        {0,  2, CA_OK       },
        {32, 2, CA_OK       },
        {96, 2, CA_OK       },
        {96, 1, CA_MALFORMED}, /* twice */
        {96, 4, CA_MALFORMED},
        {95, 2, CA_MALFORMED},
        {33, 2, CA_MALFORMED},
        {31, 2, CA_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct key_checks *checks = NULL;
        struct ca_err err = {0};

        hashes[1][0] = cases[i].second;
        assert_int_equal(key_checks_new((struct ca_bytes){0},
                                        (struct ca_bytes){hashes[0], cases[i].len}, &checks, &err),
                         cases[i].rc);
        key_checks_free(checks);
    }
}

static enum ca_rc make(const void *arg, struct ca_err *err)
{
    CA_AUTO(key_checks) struct key_checks *checks = NULL;
    const struct ca_buf *file = arg;
    static const uint8_t blocked[64] = {[32] = 1};

    return key_checks_new(ca_buf_view(file), (struct ca_bytes){blocked, sizeof(blocked)}, &checks,
                          err);
}

static void each_allocation_may_fail(void **state)
{
    CA_AUTO(buf) struct ca_buf file = {0};

    (void)state;
    filter_make(&file, 12, 12);
    fault_each_allocation(make, &file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_or_refused),
        cmocka_unit_test(a_modulus_beyond_8192_bits_is_refused),
        cmocka_unit_test(filters_hold_each_hash_once),
        cmocka_unit_test(each_changed_or_missing_octet_is_seen),
        cmocka_unit_test(lists_of_blocked_keys_are_whole_and_sorted),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
