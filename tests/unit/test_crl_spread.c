/* SPDX-License-Identifier: Apache-2.0 */
/* More parts of a CRL before one can grow too large, over a whole signer. */
#include "ca/crl_spread_internal.h"

#include <stdio.h>

#include "policy/shard.h"
#include "tests/unit/signer_support.h"

static void authority_make(struct test_signer *t, const char *name, int32_t shards)
{
    const struct wire_pair cn = {"CN", name};
    struct wire_authority_create ask = test_create_ask(t, name, "", &cn);
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_authority made;
    struct ca_err err = {0};

    ask.crl_shards = shards;
    test_ok(test_create(t, &ask, &made, &own, &err), &err);
}

/* Certificates as the recorder would have written them, but for their DER. */
static void certificates_add(struct test_signer *t, const char *authority, int n, int64_t not_after)
{
    char sql[1024];

    (void)snprintf(
        sql, sizeof(sql),
        "INSERT INTO ca.certificate (period, id, authority_id, serial, state, der, fingerprint,"
        " spki_hash, subject, common_name, names, search, not_before, not_after, profile, issued_at)"
        " SELECT 1, gen_random_uuid(), a.id, uuid_send(gen_random_uuid()), 'valid', '',"
        " sha256(uuid_send(gen_random_uuid())), sha256(''), '', '', '', '{}', 0, %jd, 'https-ecc', 0"
        " FROM generate_series(1, %d), ca.authority a WHERE a.name = '%s'",
        (intmax_t)not_after, n, authority);
    free(postgres_sql(t->pg, sql));
}

static int32_t parts(const struct test_signer *t, const char *name)
{
    CA_AUTO(authority_set) struct authority_set *set = authority_set_take(t->s->registry);
    char sql[128];

    (void)snprintf(sql, sizeof(sql), "SELECT crl_shards FROM ca.authority WHERE name = '%s'", name);
    assert_int_equal(authority_set_named(set, name)->crl_shards, postgres_number(t->pg, sql));
    return authority_set_named(set, name)->crl_shards;
}

static void look(const struct test_signer *t)
{
    struct crl_spread spread = {0};

    crl_spread_look(t->s, &spread);
}

static void parts_are_added_before_one_is_full(void **state)
{
    struct test_signer t;

    (void)state;
    test_signer_start(&t);
    authority_make(&t, "parts", 1);
    authority_make(&t, "whole", 0);
    certificates_add(&t, "whole", SHARD_CERTIFICATES + 2, INT32_MAX);
    certificates_add(&t, "parts", SHARD_CERTIFICATES - 1, INT32_MAX);
    certificates_add(&t, "parts", 10, 1); /* expired: on no CRL any more */
    look(&t);
    assert_int_equal(parts(&t, "parts"), 1);
    certificates_add(&t, "parts", 2, INT32_MAX);
    look(&t);
    assert_int_equal(parts(&t, "parts"), 2);
    look(&t);
    assert_int_equal(parts(&t, "parts"), 2);
    assert_int_equal(parts(&t, "whole"), 0);
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.audit WHERE action = "
                                           "'crl.spread' AND object = 'parts' AND detail LIKE "
                                           "'1 parts become 2: 25002 certificates%'"),
                     1);
    test_signer_done(&t);
}

static void it_is_not_counted_all_the_time(void **state)
{
    struct crl_spread spread = {0};
    struct test_signer t;

    (void)state;
    test_signer_start(&t);
    authority_make(&t, "parts", 1);
    crl_spread_look(t.s, &spread);
    assert_int_equal(spread.room, (SHARD_CERTIFICATES - 1) / 4); /* it has its own */
    certificates_add(&t, "parts", SHARD_CERTIFICATES + 1, INT32_MAX);
    crl_spread_look(t.s, &spread); /* by another node, a moment later */
    assert_int_equal(parts(&t, "parts"), 1);
    for (int i = 0; i < SHARD_CERTIFICATES / 4; i++) /* as if so many were issued here */
        ca_histogram_add(&t.s->metrics.steps[STEP_WHOLE], 1);
    crl_spread_look(t.s, &spread);
    assert_int_equal(parts(&t, "parts"), 2);
    assert_int_equal(spread.room, (2 * SHARD_CERTIFICATES - (SHARD_CERTIFICATES + 2)) / 4);
    test_signer_done(&t);
}

int main(int argc, char **argv)
{
    const struct token_test tests[] = {
        TOKEN_TEST(parts_are_added_before_one_is_full),
        TOKEN_TEST(it_is_not_counted_all_the_time),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
