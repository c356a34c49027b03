/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that are named one by one, over a database of four. */
#include <stdlib.h>

#include "ca/mass_internal.h"
#include "tests/unit/support.h"

/* What is on record: two certificates have the serial number 0a. */
static const struct known {
    uint8_t id;
    uint8_t serial;
    uint8_t fingerprint;
} records[] = {
    {9, 0x01, 0xf1},
    {3, 0x02, 0xf2},
    {5, 0x0a, 0xf3},
    {7, 0x0a, 0xf4},
};
static struct db_named found[64];

void db_result_free(struct db_result r)
{
    (void)r;
}

static bool fits(const struct known *r, const struct db_named *n)
{
    uint8_t value = n->kind == DB_NAMED_ID       ? r->id
                    : n->kind == DB_NAMED_SERIAL ? r->serial
                                                 : r->fingerprint;

    for (size_t i = 0; i < n->octets.len; i++) {
        if (n->octets.ptr[i] != value)
            return false;
    }
    return true;
}

CA_RC db_certificate_named(struct db *db, const struct db_named *rows, size_t n,
                           int64_t authority_id, struct db_result *ret, struct ca_err *err)
{
    (void)db, (void)authority_id, (void)err;
    *ret = (struct db_result){.rows = found};
    for (size_t i = 0; i < n; i++) {
        for (size_t r = 0; r < CA_COUNT(records); r++) {
            if (!fits(&records[r], &rows[i]))
                continue;
            found[ret->count] = (struct db_named){.place = rows[i].place};
            memset(found[ret->count++].id.octets, records[r].id, CA_UUID_LEN);
        }
    }
    return CA_OK;
}

static void item(struct ca_buf *to, char kind, uint8_t value, uint8_t len)
{
    ca_buf_u8(to, (uint8_t)kind);
    ca_buf_u8(to, len);
    for (uint8_t i = 0; i < len; i++)
        ca_buf_u8(to, value);
}

static void each_is_found_once_and_in_order(void **state)
{
    CA_AUTO(buf) struct ca_buf listed = {0};
    struct mass_list list = {.listed = 0};
    struct ca_err err = {0};

    (void)state;
    item(&listed, 'i', 9, 16);
    item(&listed, 's', 0x02, 1);
    item(&listed, 'f', 0xf2, 32); /* the same */
    item(&listed, 'f', 0xf3, 32);
    item(&listed, 'i', 9, 16); /* the same */
    assert_int_equal(mass_list_read(NULL, ca_buf_view(&listed), 0, &list, &err), CA_OK);
    assert_int_equal(list.listed, 5);
    assert_int_equal(list.unknown_n, 0);
    assert_int_equal(list.ids.len, 3 * CA_UUID_LEN);
    assert_int_equal(list.ids.ptr[0], 3);
    assert_int_equal(list.ids.ptr[CA_UUID_LEN], 5);
    assert_int_equal(list.ids.ptr[2 * CA_UUID_LEN], 9);
    ca_buf_done(&list.ids);
    ca_buf_done(&list.unknown);
}

static void what_is_not_there_or_there_twice_is_named(void **state)
{
    CA_AUTO(buf) struct ca_buf listed = {0};
    struct mass_list list = {.listed = 0};
    struct ca_err err = {0};

    (void)state;
    item(&listed, 's', 0x0a, 1); /* two have it */
    item(&listed, 'i', 9, 16);
    item(&listed, 's', 0x77, 2);
    item(&listed, 'i', 0x11, 16);
    item(&listed, 'f', 0x22, 32);
    assert_int_equal(mass_list_read(NULL, ca_buf_view(&listed), 0, &list, &err), CA_OK);
    assert_int_equal(list.listed, 5);
    assert_int_equal(list.unknown_n, 4);
    assert_int_equal(list.ids.len, CA_UUID_LEN);
    assert_string_equal(ca_buf_cstr(&list.unknown),
                        "0a (several: name the authority)\n"
                        "7777\n"
                        "11111111-1111-1111-1111-111111111111\n"
                        "2222222222222222222222222222222222222222222222222222222222222222\n");
    ca_buf_done(&list.ids);
    ca_buf_done(&list.unknown);
}

static const struct bad {
    const char *octets;
    size_t len;
} bad[] = {
    {"i",                                                                                         1 },
    {"s\x00",                                                                                     2 }, /* no octets */
    {"s\x02\x01",                                                                                 3 }, /* cut */
    {"s\x15\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15",
     23                                                                                             }, /* 21 octets */
    {"i\x0f\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",                         17}, /* 15 octets */
    {"f\x01\x01",                                                                                 3 },
    {"x\x01\x01",                                                                                 3 }, /* no such kind */
    {"s\x01\x01s",                                                                                4 }, /* left over */
};

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        struct mass_list list = {.listed = 0};
        struct ca_err err = {0};
        struct ca_bytes listed = {(const uint8_t *)bad[i].octets, bad[i].len};

        assert_int_equal(mass_list_read(NULL, listed, 0, &list, &err), CA_MALFORMED);
        assert_int_equal(list.ids.len, 0);
    }
}

static void more_than_a_job_takes_are_refused(void **state)
{
    CA_AUTO(buf) struct ca_buf listed = {0};
    struct mass_list list = {.listed = 0};
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i <= MASS_LISTED_MAX; i++)
        item(&listed, 's', 0x77, 1);
    assert_int_equal(mass_list_read(NULL, ca_buf_view(&listed), 0, &list, &err), CA_LIMIT);
    assert_non_null(strstr(err.text, "10000"));
    assert_int_equal(
        mass_list_read(NULL, (struct ca_bytes){listed.ptr, listed.len - 3}, 0, &list, &err), CA_OK);
    assert_int_equal(list.unknown_n, MASS_LISTED_MAX);
    assert_int_equal(list.unknown.len, MASS_UNKNOWN_SHOWN * 3); /* the first ones */
    ca_buf_done(&list.unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_once_and_in_order),
        cmocka_unit_test(what_is_not_there_or_there_twice_is_named),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(more_than_a_job_takes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
