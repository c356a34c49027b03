/* SPDX-License-Identifier: Apache-2.0 */
#include "db/certificate_key.h"

#include <stdlib.h>

#include "tests/unit/db_fixture.h"

/* Two quarters, and a serial that was burned. */
enum { STORED = 40, QUARTER = 92 * 86400 };

static void fill(void)
{
    struct db_sample s;
    struct ca_err err = {0};
    enum db_request_state became;
    bool inserted;

    assert_int_equal(db_period_ensure(signer, AT + QUARTER, &err), CA_OK);
    for (uint64_t i = 0; i < STORED; i++)
        db_sample_store(signer, &s, 1000 + i * 16, AT + (int64_t)(i % 2) * QUARTER);
    db_sample_make(&s, 5000, AT);
    assert_int_equal(db_request_insert_batch(signer, &s.request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &s.intent, 1, &err), CA_OK);
    assert_int_equal(db_intent_burn(signer, &s.intent, &s.certificate, &became, &err), CA_OK);
}

static void each_certificate_is_on_one_page(void **state)
{
    static const size_t limits[] = {1, 7, 20, 40, 41, 1000};

    (void)state;
    fill();
    for (size_t i = 0; i < CA_COUNT(limits); i++) {
        struct ca_uuid last = {0};
        size_t seen = 0;
        size_t count;

        do {
            CA_AUTO(db_result) struct db_result page = {0};
            const struct db_certificate_key *rows;
            struct ca_err err = {0};

            assert_int_equal(db_certificate_keys(signer, &last, limits[i], &page, &err), CA_OK);
            rows = page.rows;
            count = page.count;
            for (size_t r = 0; r < count; r++) {
                assert_true(memcmp(&rows[r].id, &last, sizeof(last)) > 0);
                assert_int_equal(rows[r].der.len, sizeof(((struct db_sample *)0)->der));
                last = rows[r].id;
            }
            seen += count;
        } while (count == limits[i]);
        assert_int_equal(seen, STORED);
    }
}

static void the_front_may_not(void **state)
{
    CA_AUTO(db_result) struct db_result page = {0};
    const struct ca_uuid first = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_certificate_keys(front, &first, 10, &page, &err), CA_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_certificate_is_on_one_page),
        cmocka_unit_test(the_front_may_not),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
