/* SPDX-License-Identifier: Apache-2.0 */
#include "db/crl_stage.h"
#include "tests/unit/db_sample_support.h"
#include "tests/unit/postgres_support.h"

enum { NOW = 1790000000 };

static struct postgres *pg;
static struct db *db;

static const uint8_t octets[100] = {0x30};
static const uint8_t hash[32] = {1};

static struct db_crl crl_row(int64_t id, int64_t number)
{
    return (struct db_crl){
        .id = id,
        .authority_id = DB_SAMPLE_AUTHORITY,
        .number = number,
        .this_update = NOW,
        .next_update = NOW + 100,
        .entries = 1,
        .size = sizeof(octets),
        .sha256 = {hash, sizeof(hash)},
        .node = "node-1",
    };
}

static int64_t stage(size_t len)
{
    struct ca_err err = {0};
    int64_t id = 0;

    assert_int_equal(db_crl_stage(db, DB_SAMPLE_AUTHORITY, 0, "node-1", &id, &err), CA_OK);
    assert_int_equal(db_crl_chunk_insert(db, id, 0, (struct ca_bytes){octets, len}, &err), CA_OK);
    return id;
}

static int64_t reserve(void)
{
    int64_t number = 0;
    int64_t previous;
    struct ca_err err = {0};

    assert_int_equal(db_crl_reserve(db, DB_SAMPLE_AUTHORITY, 0, &number, &previous, &err), CA_OK);
    return number;
}

static CA_RC publish(struct db *on, void *row, struct ca_err *err)
{
    return db_crl_publish(on, row, err);
}

static enum ca_rc publish_now(int64_t id, int64_t number)
{
    struct db_crl row = crl_row(id, number);
    struct ca_err err = {0};

    return db_tx(db, publish, &row, &err);
}

static int64_t published(void)
{
    return postgres_number(pg, "SELECT count(*) FROM ca.crl");
}

static void i12_a_staged_crl_is_published_whole_and_once(void **state)
{
    int64_t id = stage(sizeof(octets));
    int64_t number = reserve();

    (void)state;
    assert_int_equal(published(), 0); /* no reader sees it yet */
    assert_int_equal(publish_now(id, number), CA_OK);
    assert_int_equal(published(), 1);
    assert_int_equal(publish_now(id, number), CA_CONFLICT);
    assert_int_equal(publish_now(id, number + 1), CA_CONFLICT);
    assert_int_equal(published(), 1);
}

static void i12_octets_that_are_missing_stop_the_publication(void **state)
{
    int64_t id = stage(sizeof(octets) - 1);
    int64_t number = reserve();

    (void)state;
    assert_int_equal(publish_now(id, number), CA_CONFLICT);
    assert_int_equal(published(), 1);
    assert_int_equal(postgres_number(pg, "SELECT published FROM ca.crl_scope"), number - 1);
}

static void i12_an_older_number_is_never_published_after_a_newer_one(void **state)
{
    int64_t older = reserve();
    int64_t newer = reserve();

    (void)state;
    assert_int_equal(publish_now(stage(sizeof(octets)), newer), CA_OK);
    assert_int_equal(publish_now(stage(sizeof(octets)), older), CA_CONFLICT);
}

static void a_new_stage_drops_the_one_before_with_its_octets(void **state)
{
    int64_t first = stage(sizeof(octets));
    int64_t second = stage(sizeof(octets));
    int64_t number = reserve();

    (void)state;
    assert_int_equal(publish_now(first, number), CA_CONFLICT);
    assert_int_equal(publish_now(second, number), CA_OK);
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_chunk"), published());
    assert_int_equal(postgres_number(pg, "SELECT count(*) FROM ca.crl_stage"), 0);
}

static void state_says_what_is_published_and_whether_it_is_behind(void **state)
{
    CA_AUTO(db_result) struct db_result before = {0};
    CA_AUTO(db_result) struct db_result after = {0};
    struct db_sample sample;
    struct db_revocation r = {.reason = 1, .revoked_at = NOW - 1, .comment = ""};
    const struct db_crl_state *row;
    int64_t reserved = 0;
    struct ca_err err = {0};

    (void)state;
    db_sample_store(db, &sample, 1, NOW);
    r.certificate_id = sample.certificate.id;
    assert_int_equal(db_certificate_revoke(db, &r, &err), CA_OK);
    assert_int_equal(db_crl_state(db, &before, &err), CA_OK);
    assert_int_equal(before.count, 1);
    row = before.rows;
    assert_int_equal(db_crl_reserved(db, DB_SAMPLE_AUTHORITY, &reserved, &err), CA_OK);
    assert_int_equal(row->reserved, reserved);
    assert_int_equal(row->number, reserved);
    assert_int_equal(row->this_update, NOW);
    assert_false(row->behind); /* revoked before thisUpdate */

    db_sample_store(db, &sample, 2, NOW);
    r.certificate_id = sample.certificate.id;
    r.revoked_at = NOW;
    assert_int_equal(db_certificate_revoke(db, &r, &err), CA_OK);
    assert_int_equal(db_crl_state(db, &after, &err), CA_OK);
    row = after.rows;
    assert_true(row->behind);
    assert_int_equal(db_crl_reserved(db, 999, &reserved, &err), CA_NOT_FOUND);
}

static int start(void **state)
{
    (void)state;
    pg = postgres_start("");
    postgres_migrate(pg);
    db = postgres_open(pg, DB_SIGNER);
    db_sample_base(db, NOW);
    return 0;
}

static int end(void **state)
{
    (void)state;
    db_close(db);
    postgres_end(pg);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i12_a_staged_crl_is_published_whole_and_once),
        cmocka_unit_test(i12_octets_that_are_missing_stop_the_publication),
        cmocka_unit_test(i12_an_older_number_is_never_published_after_a_newer_one),
        cmocka_unit_test(a_new_stage_drops_the_one_before_with_its_octets),
        cmocka_unit_test(state_says_what_is_published_and_whether_it_is_behind),
    };
    return cmocka_run_group_tests(tests, start, end);
}
