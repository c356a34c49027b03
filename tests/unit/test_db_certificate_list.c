/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/db_fixture.h"

#include <stdio.h>
#include <stdlib.h>

static size_t list_count(const struct db_certificate_filter *filter)
{
    size_t count = 0;

    for (int sort = 0; sort <= DB_SORT_NOT_AFTER_DESC; sort++) {
        CA_AUTO(db_result) struct db_result r = {0};
        const struct db_certificate_cursor first = {0};
        struct ca_err err = {0};

        assert_int_equal(db_certificate_list(front, filter, (enum db_certificate_sort)sort, &first,
                                             100, &r, &err),
                         CA_OK);
        assert_true(sort == 0 || r.count == count);
        count = r.count;
    }
    return count;
}

static void fill(struct db_sample *third)
{
    struct db_sample s;
    struct db_revocation r = {.reason = 1, .revoked_at = AT + 9};
    struct ca_err err = {0};
    enum db_request_state became;
    bool inserted;

    free(postgres_sql(pg, "DELETE FROM ca.intent"));
    free(postgres_sql(pg, "DELETE FROM ca.certificate"));
    free(postgres_sql(pg, "DELETE FROM ca.request"));
    for (uint64_t i = 0; i < 40; i++)
        db_sample_store(signer, i == 3 ? third : &s, 1000 + i * 16, AT + (int64_t)i);
    db_sample_make(&s, 5000, AT);
    assert_int_equal(db_request_insert_batch(signer, &s.request, 1, &inserted, &err), CA_OK);
    assert_int_equal(db_intent_insert_batch(signer, &s.intent, 1, &err), CA_OK);
    assert_int_equal(db_intent_burn(signer, &s.intent, &s.certificate, &became, &err), CA_OK);
    r.certificate_id = third->certificate.id;
    assert_int_equal(db_certificate_revoke(signer, &r, &err), CA_OK);
}

static void lists_filter(void **state)
{
    struct db_sample s;
    /* clang-format off */
    static const struct {
        size_t n;
        struct db_certificate_filter filter;
    } cases[] = {
        {40, {.name = NULL}},
        {39, {.status = "valid", .now = AT}},
        {0,  {.status = "expired", .now = AT}},
        {39, {.status = "expired", .now = AT + 200 * 86400}},
        {1,  {.status = "revoked"}},
        {0,  {.status = "held"}},
        {1,  {.status = "burned"}},
        {40, {.name = "example device"}},
        {1,  {.name = "host-1048.example.org"}},
        {0,  {.name = "host-1048.example"}},
        {0,  {.name = "HOST-1048.example.org"}},
        {6,  {.name_prefix = "host-11"}},
        {0,  {.name_prefix = "%"}},
        {0,  {.name_prefix = "host_1"}},
        {40, {.profile = "device"}},
        {0,  {.profile = "server"}},
        {40, {.authority = "dev-issuing"}},
        {0,  {.authority = "dev-root"}},
        {40, {.requester = &db_sample_requester}},
        {0,  {.not_after_from = AT + 86400 * 300}},
        {0,  {.not_after_to = AT + 1}},
        {40, {.not_after_from = AT, .not_after_to = AT + 86400 * 300}},
    };
    /* clang-format on */

    (void)state;
    fill(&s);
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        char note[16];

        (void)snprintf(note, sizeof(note), "row %zu", i);
        test_note(note);
        assert_int_equal(list_count(&cases[i].filter), cases[i].n);
    }
    assert_int_equal(list_count(&(struct db_certificate_filter){.serial = s.certificate.serial}),
                     1);
    assert_int_equal(
        list_count(&(struct db_certificate_filter){.fingerprint = s.certificate.fingerprint}), 1);
    assert_int_equal(list_count(&(struct db_certificate_filter){
                         .fingerprint = {s.fingerprint, 4}
    }),
                     1);
    s.fingerprint[31] ^= 1;
    assert_int_equal(
        list_count(&(struct db_certificate_filter){.fingerprint = s.certificate.fingerprint}), 0);
}

static void nonsense_filters_are_malformed(void **state)
{
    static const uint8_t long_one[33] = {1};
    const struct db_certificate_filter filters[] = {
        {.status = "Valid"},
        {.status = "valid' OR 'a' = 'a"},
        {.status = ""},
        {.fingerprint = {long_one, 3}}, /* too short to be one's */
        {.fingerprint = {long_one, 33}},
    };
    const struct db_certificate_cursor first = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(filters); i++) {
        CA_AUTO(db_result) struct db_result r = {0};
        struct ca_err err = {0};

        assert_int_equal(
            db_certificate_list(front, &filters[i], DB_SORT_NEWEST, &first, 10, &r, &err),
            CA_MALFORMED);
    }
}

/* Is row b behind row a in this order? */
static bool behind(enum db_certificate_sort sort, const struct db_certificate *a,
                   const struct db_certificate *b)
{
    int by_id = memcmp(&b->id, &a->id, CA_UUID_LEN);

    if (sort == DB_SORT_NEWEST)
        return by_id < 0;
    if (sort == DB_SORT_OLDEST)
        return by_id > 0;
    if (sort == DB_SORT_NOT_AFTER)
        return b->not_after > a->not_after || (b->not_after == a->not_after && by_id > 0);
    return b->not_after < a->not_after || (b->not_after == a->not_after && by_id < 0);
}

/* Pages of 7, each from where the last one ended; with and without the filter that changes plans.
 */
static size_t walk(enum db_certificate_sort sort, const char *name)
{
    const struct db_certificate_filter filter = {.name = name};
    struct db_certificate_cursor cursor = {0};
    struct db_certificate last = {0};
    size_t seen = 0;

    for (;;) {
        CA_AUTO(db_result) struct db_result r = {0};
        const struct db_certificate *rows;
        struct ca_err err = {0};

        assert_int_equal(db_certificate_list(front, &filter, sort, &cursor, 7, &r, &err), CA_OK);
        if (r.count == 0)
            return seen;
        rows = r.rows;
        for (size_t i = 0; i < r.count; i++) {
            assert_true(seen + i == 0 || behind(sort, &last, &rows[i]));
            last = rows[i];
        }
        seen += r.count;
        cursor.id = last.id;
        cursor.not_after = last.not_after;
    }
}

static void lists_are_in_order_and_miss_nothing(void **state)
{
    struct db_sample s;

    (void)state;
    fill(&s);
    free(postgres_sql(pg, "UPDATE ca.certificate SET not_after = not_after / 1000 * 1000"));
    for (int sort = 0; sort <= DB_SORT_NOT_AFTER_DESC; sort++) {
        assert_int_equal(walk((enum db_certificate_sort)sort, NULL), 40);
        assert_int_equal(walk((enum db_certificate_sort)sort, "example device"), 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_filter),
        cmocka_unit_test(nonsense_filters_are_malformed),
        cmocka_unit_test(lists_are_in_order_and_miss_nothing),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
