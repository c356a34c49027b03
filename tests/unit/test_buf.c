/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

static void what_is_written_stands_there(void **state)
{
    CA_AUTO(buf) struct ca_buf b = {0};
    struct ca_err err;

    (void)state;
    assert_string_equal(ca_buf_cstr(&b), "");
    ca_buf_str(&b, "ab");
    ca_buf_u8(&b, 'c');
    ca_buf_printf(&b, "%d-%s", 12, "x");
    ca_buf_bytes(&b, (struct ca_bytes){NULL, 0});
    ca_buf_bytes(&b, ca_bytes_str("!"));
    assert_string_equal(ca_buf_cstr(&b), "abc12-x!");
    assert_int_equal(ca_buf_view(&b).len, 8);
    assert_int_equal(ca_buf_check(&b, &err), CA_OK);
}

static void it_grows_over_many_writes(void **state)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    (void)state;
    for (unsigned i = 0; i < 100000; i++)
        ca_buf_u8(&b, (uint8_t)(i * 7));
    assert_int_equal(b.len, 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(b.ptr[i], (uint8_t)(i * 7));
}

static void a_gap_moves_what_follows(void **state)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    (void)state;
    ca_buf_str(&b, "headtail");
    assert_true(ca_buf_gap(&b, 4, 3));
    assert_memory_equal(b.ptr, "head", 4);
    assert_memory_equal(b.ptr + 7, "tail", 4);
    assert_int_equal(b.len, 11);
}

static void i16_a_buffer_stops_at_its_bound(void **state)
{
    CA_AUTO(buf) struct ca_buf b = {.max = 4};
    struct ca_err err;

    (void)state;
    ca_buf_str(&b, "abcd"); /* just fits */
    assert_int_equal(ca_buf_check(&b, &err), CA_OK);
    ca_buf_u8(&b, 'e');
    assert_int_equal(ca_buf_check(&b, &err), CA_LIMIT);
    assert_non_null(strstr(err.text, "4 octets"));
    assert_int_equal(b.len, 4);
    assert_string_equal(ca_buf_cstr(&b), ""); /* nobody takes the cut text for the whole */

    ca_buf_reset(&b); /* one write failed, so did all after it; now it is new */
    ca_buf_add(&b, "x", SIZE_MAX);
    assert_int_equal(ca_buf_check(&b, &err), CA_LIMIT);
    ca_buf_str(&b, "y");
    assert_int_equal(b.len, 0);
    assert_null(ca_buf_room(&b, 1));
    assert_false(ca_buf_gap(&b, 0, 1));
}

static void a_line_that_is_too_long_for_printf_fails(void **state)
{
    CA_AUTO(buf) struct ca_buf b = {0};
    struct ca_err err;

    (void)state;
    ca_buf_printf(&b, "%01023d", 0);
    assert_int_equal(ca_buf_check(&b, &err), CA_OK);
    ca_buf_printf(&b, "%01024d", 0);
    assert_int_equal(ca_buf_check(&b, &err), CA_LIMIT);
}

static enum ca_rc write_much(const void *arg, struct ca_err *err)
{
    CA_AUTO(buf) struct ca_buf b = {0};

    (void)arg;
    for (int i = 0; i < 5000; i++)
        ca_buf_str(&b, "text");
    return ca_buf_check(&b, err);
}

static void no_memory_is_a_fault(void **state)
{
    (void)state;
    fault_each_allocation(write_much, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_stands_there),
        cmocka_unit_test(it_grows_over_many_writes),
        cmocka_unit_test(a_gap_moves_what_follows),
        cmocka_unit_test(i16_a_buffer_stops_at_its_bound),
        cmocka_unit_test(a_line_that_is_too_long_for_printf_fails),
        cmocka_unit_test(no_memory_is_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
