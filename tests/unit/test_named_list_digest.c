/* SPDX-License-Identifier: Apache-2.0 */
/* The digest of a list is what sort(1) and sha256sum(1) say of its lines. */
#include <stdlib.h>

#include "base/digest.h"
#include "ca/named_list_internal.h"
#include "tests/unit/support.h"

static void item(struct ca_buf *to, char kind, const char *hex)
{
    uint8_t octets[CA_SHA256_LEN];
    struct ca_err err = {0};
    size_t len = 0;

    assert_int_equal(ca_hex_parse(ca_bytes_str(hex), octets, sizeof(octets), &len, &err), CA_OK);
    ca_buf_u8(to, (uint8_t)kind);
    ca_buf_u8(to, (uint8_t)len);
    ca_buf_add(to, octets, len);
}

#define ID "00112233445566778899aabbccddeeff"
static const struct named_case {
    const char *what;
    struct {
        char kind;
        const char *hex;
    } items[6];
    int64_t n;
    const char *lines;
} cases[] = {
    {"one",                {{'s', "0a"}},                             1, "0a\n"                                                        },
    {"in order of octets", {{'s', "ff"}, {'s', "0a"}, {'s', "7f01"}}, 3, "0a\n7f01\nff\n"                                              },
    {"the shorter first",  {{'s', "0a00"}, {'s', "0a"}},              2, "0a\n0a00\n"                                                  },
    {"each once",          {{'s', "0a"}, {'s', "0b"}, {'s', "0a"}},   2, "0a\n0b\n"                                                    },
    {"an id has hyphens",
     {{'s', "0011223344"}, {'i', ID}, {'s', "00112233"}},
     3,                                                                  "00112233\n00112233-4455-6677-8899-aabbccddeeff\n0011223344\n"},
    {"an id and another",
     {{'s', "ff"}, {'i', ID}, {'s', "00"}},
     3,                                                                  "00\n00112233-4455-6677-8899-aabbccddeeff\nff\n"              },
};

static void the_digest_is_of_the_sorted_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf names = {0};
        uint8_t want[CA_SHA256_LEN];
        uint8_t got[CA_SHA256_LEN];
        struct ca_err err = {0};
        int64_t n = 0;

        test_note(cases[i].what);
        for (size_t j = 0; j < CA_COUNT(cases[i].items) && cases[i].items[j].hex != NULL; j++)
            item(&names, cases[i].items[j].kind, cases[i].items[j].hex);
        assert_int_equal(named_list_digest(ca_buf_view(&names), &n, got, &err), CA_OK);
        assert_int_equal(ca_sha256(ca_bytes_str(cases[i].lines), want, &err), CA_OK);
        assert_int_equal(n, cases[i].n);
        assert_memory_equal(got, want, sizeof(want));
    }
}

static void what_is_cut_off_is_refused(void **state)
{
    static const struct {
        const uint8_t *octets;
        size_t len;
    } wrong[] = {
        {(const uint8_t *)"s",          1},
        {(const uint8_t *)"s\x00",      2},
        {(const uint8_t *)"s\x02\x01",  3},
        {(const uint8_t *)"i\x01\x01",  3},
        {(const uint8_t *)"s\x01\x01s", 4},
    };
    uint8_t digest[CA_SHA256_LEN];
    int64_t n = 0;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(wrong); i++) {
        struct ca_err err = {0};

        assert_int_equal(
            named_list_digest((struct ca_bytes){wrong[i].octets, wrong[i].len}, &n, digest, &err),
            CA_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_is_of_the_sorted_lines),
        cmocka_unit_test(what_is_cut_off_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
