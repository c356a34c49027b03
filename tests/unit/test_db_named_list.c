/* SPDX-License-Identifier: Apache-2.0 */
#include "db/named_list.h"

#include "tests/unit/db_fixture.h"

enum { DAY = 86400, MOST = 25 };
static const uint8_t octets[32] = {1};
#define OCTETS                                                                                     \
    {                                                                                              \
        octets, 32                                                                                 \
    }

static struct db_named_list list_make(void)
{
    struct db_named_list l = {.created_at = AT,
                              .created_by = db_sample_requester,
                              .expires_at = AT + DAY,
                              .unknown = "",
                              .seal = OCTETS};
    struct ca_err err = {0};

    assert_int_equal(ca_uuid_new(&l.id, &err), CA_OK);
    return l;
}

static enum ca_rc piece_insert(const struct db_named_list *l, int32_t number, int32_t named)
{
    const struct db_list_piece p = {.list_id = l->id,
                                    .number = number,
                                    .named = named,
                                    .names = OCTETS,
                                    .ids = OCTETS,
                                    .unknown = "",
                                    .seal = OCTETS};
    struct ca_err err = {0};

    return db_list_piece_insert(signer, &p, MOST, &err);
}

static struct db_named_list list_get(const struct ca_uuid *id, size_t count)
{
    static struct db_result found;
    struct db_named_list none = {.named = -1};
    struct ca_err err = {0};

    db_result_free(found);
    found = (struct db_result){0};
    assert_int_equal(db_named_list_get(front, id, &found, &err), CA_OK);
    assert_int_equal(found.count, count);
    return count > 0 ? *(const struct db_named_list *)found.rows : none;
}

static void a_list_is_completed_of_all_its_pieces_or_not(void **state)
{
    struct db_named_list l = list_make();
    struct db_named_list seen;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_named_list_insert(signer, &l, 1000, 1000, &err), CA_OK);
    assert_int_equal(piece_insert(&l, 1, 10), CA_OK);
    assert_int_equal(piece_insert(&l, 1, 10), CA_CONFLICT);
    assert_int_equal(piece_insert(&l, 2, 15), CA_OK);
    assert_int_equal(piece_insert(&l, 3, 1), CA_LIMIT);
    seen = list_get(&l.id, 1);
    assert_int_equal(seen.digest.len, 0);
    assert_int_equal(seen.pieces, 2);
    assert_int_equal(seen.pieces_named, 25);
    assert_string_equal(seen.creator, "requester");
    assert_int_equal(db_named_list_lock(signer, &l.id, AT, &err), CA_OK);
    assert_int_equal(db_named_list_lock(signer, &l.id, AT + DAY, &err), CA_CONFLICT);
    l.named = 24;
    l.digest = (struct ca_bytes)OCTETS;
    l.parts = 1;
    l.pieces = 1; /* somebody has added another one */
    assert_int_equal(db_named_list_complete(signer, &l, &err), CA_CONFLICT);
}

static void a_complete_list_does_not_change(void **state)
{
    struct db_named_list l = list_make();
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_named_list_insert(signer, &l, 1000, 1000, &err), CA_OK);
    assert_int_equal(piece_insert(&l, 1, 10), CA_OK);
    l.named = 9;
    l.digest = (struct ca_bytes)OCTETS;
    l.pieces = 1;
    l.unknown_n = 2;
    l.unknown = "a\nb\n";
    assert_int_equal(db_named_list_complete(signer, &l, &err), CA_OK);
    assert_int_equal(db_named_list_complete(signer, &l, &err), CA_CONFLICT);
    assert_int_equal(db_named_list_lock(signer, &l.id, AT, &err), CA_CONFLICT);
    assert_int_equal(list_get(&l.id, 1).named, 9);
    assert_int_equal(list_get(&l.id, 1).pieces, 0);
    assert_string_equal(list_get(&l.id, 1).unknown, "a\nb\n");
}

static void parts_come_in_order(void **state)
{
    struct db_named_list l = list_make();
    struct ca_uuid after = {{0}};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_named_list_insert(signer, &l, 1000, 1000, &err), CA_OK);
    for (int32_t n = 3; n > 0; n--) {
        struct db_list_part p = {.list_id = l.id, .number = n, .ids = OCTETS, .seal = OCTETS};

        memset(p.last.octets, n * 16, CA_UUID_LEN);
        assert_int_equal(db_list_part_put(signer, &p, &err), CA_OK);
        assert_int_equal(db_list_part_put(signer, &p, &err), CA_OK); /* begun again */
    }
    for (int32_t n = 1; n <= 4; n++) {
        CA_AUTO(db_result) struct db_result found = {0};
        const struct db_list_part *p;

        assert_int_equal(db_list_part_next(signer, &l.id, &after, &found, &err), CA_OK);
        assert_int_equal(found.count, n < 4);
        if (n == 4)
            break;
        p = found.rows;
        assert_int_equal(p->number, n);
        assert_int_equal(p->ids.len, 32);
        after = p->last;
    }
}

static void there_are_only_so_many(void **state)
{
    struct db_named_list l = list_make();
    struct db_named_list other = list_make();
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_named_list_trim(signer, INT64_MAX, 0, &err), CA_OK);
    assert_int_equal(db_named_list_insert(signer, &l, 1, 2, &err), CA_OK);
    assert_int_equal(db_named_list_insert(signer, &other, 1, 2, &err), CA_CONFLICT);
    other.created_by = l.id;
    assert_int_equal(db_named_list_insert(signer, &other, 1, 1, &err), CA_CONFLICT);
    assert_int_equal(db_named_list_insert(signer, &other, 1, 2, &err), CA_OK);
    assert_int_equal(db_named_list_drop(signer, &l.id, &err), CA_OK);
    assert_int_equal(db_named_list_drop(signer, &l.id, &err), CA_CONFLICT);
    assert_int_equal(db_named_list_trim(signer, AT + DAY - 1, 0, &err), CA_OK);
    (void)list_get(&other.id, 1);
    assert_int_equal(db_named_list_trim(signer, AT + DAY, 0, &err), CA_OK);
    (void)list_get(&other.id, 0);
}

static void the_front_only_reads(void **state)
{
    struct db_named_list l = list_make();
    CA_AUTO(db_result) struct db_result found = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(db_named_list_insert(front, &l, 10, 10, &err), CA_FAULT);
    assert_int_equal(db_named_list_complete(front, &l, &err), CA_FAULT);
    assert_int_equal(db_named_list_drop(front, &l.id, &err), CA_FAULT);
    assert_int_equal(db_list_piece_get(front, &l.id, 1, &found, &err), CA_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_completed_of_all_its_pieces_or_not),
        cmocka_unit_test(a_complete_list_does_not_change),
        cmocka_unit_test(parts_come_in_order),
        cmocka_unit_test(there_are_only_so_many),
        cmocka_unit_test(the_front_only_reads),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_end);
}
