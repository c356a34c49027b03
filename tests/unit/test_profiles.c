/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "ca/profiles_internal.h"
#include "tests/unit/signer_support.h"

#define WEB(validity)                                                                              \
    "name: web\n"                                                                                  \
    "key: {allow: [\"ec:P-256\"]}\n"                                                               \
    "validity: {default: " validity ", max: 90d}\n"                                                \
    "subject_alt_name: {use: required, dns: {allow: true}}\n"                                      \
    "basic_constraints: {ca: false}\n"                                                             \
    "key_usage: {bits: [digital_signature]}\n"                                                     \
    "extended_key_usage: {usages: [server_auth]}\n"                                                \
    "authority_key_identifier: key_id\n"                                                           \
    "subject_key_identifier: hash\n"

static CA_RC put(struct test_signer *t, const char *yaml, uint8_t ret_version[32],
                 struct wire_profile *ret, struct ca_err *err)
{
    const struct wire_profile_put ask = {t->caller, ca_bytes_str(yaml), "because"};
    CA_AUTO(buf) struct ca_buf own = {0};

    CA_TRY(handle_profile_put(t->s, &t->actor, &ask, ret, &own, err));
    memcpy(ret_version, ret->version.ptr, 32);
    return CA_OK;
}

static CA_RC activate(struct test_signer *t, const char *name, const uint8_t *version,
                      struct ca_err *err)
{
    const struct wire_profile_activate ask = {
        t->caller, name, {version, version != NULL ? 32 : 0},
          "because"
    };
    CA_AUTO(buf) struct ca_buf own = {0};
    struct wire_profile done;

    return handle_profile_activate(t->s, &t->actor, &ask, &done, &own, err);
}

/* Is this version of the name in force? `version` NULL: is the name out of use? */
static bool in_force(struct test_signer *t, const char *name, const uint8_t *version)
{
    CA_AUTO(profile_loan) struct profile_loan *loan = profile_shelf_take(t->s->profiles);
    const struct profile *p = NULL;
    struct ca_err err;

    if (profile_set_find(profile_loan_set(loan), name, &p, &err) != CA_OK)
        return version == NULL;
    return version != NULL && memcmp(profile_version(p).ptr, version, 32) == 0;
}

static CA_RC refresh(struct test_signer *t, struct ca_err *err)
{
    struct db *db = NULL;
    enum ca_rc rc;

    test_ok(db_pool_take(t->s->pool, INT64_MAX, &db, err), err);
    rc = profiles_refresh(t->s, db, err);
    db_pool_give(t->s->pool, db);
    return rc;
}

static void a_version_is_in_force_once_it_is_activated_and_until_another_is(void **state)
{
    struct test_signer t;
    struct wire_profile done;
    uint8_t first[32];
    uint8_t second[32];
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_ok(put(&t, WEB("30d"), first, &done, &err), &err);
    assert_false(done.existed);
    test_ok(put(&t, WEB("30d"), first, &done, &err), &err);
    assert_true(done.existed);
    test_ok(put(&t, WEB("60d"), second, &done, &err), &err);
    assert_true(in_force(&t, "web", NULL));

    test_ok(activate(&t, "web", first, &err), &err);
    assert_true(in_force(&t, "web", first));
    test_ok(activate(&t, "web", first, &err), &err); /* once more: nothing happens */
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.profile_activation"), 1);
    test_ok(activate(&t, "web", second, &err), &err);
    assert_true(in_force(&t, "web", second));
    test_ok(activate(&t, "web", first, &err), &err); /* back */
    assert_true(in_force(&t, "web", first));

    test_signer_stop(&t);
    test_signer_again(&t); /* it is in the database, not in the process */
    assert_true(in_force(&t, "web", first));
    test_ok(activate(&t, "web", NULL, &err), &err);
    assert_true(in_force(&t, "web", NULL));
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.audit WHERE action IN "
                                           "('profile.create', 'profile.activate', "
                                           "'profile.disable') AND outcome = 'ok'"),
                     6);
    test_signer_done(&t);
}

static void what_cannot_be_in_force_is_refused_with_the_reason(void **state)
{
    struct test_signer t;
    struct wire_profile done;
    uint8_t version[32] = {1};
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_refused(put(&t, "name: web\nvalidty: {}\n", version, &done, &err), &err, CA_MALFORMED, "",
                 "did you mean 'validity'");
    test_refused(put(&t, "name: web\ncopy_from: htps-ecc\n", version, &done, &err), &err,
                 CA_NOT_FOUND, "unknown-profile", "https-ecc");
    test_refused(put(&t, "name: operator\ncopy_from: https-ecc\n", version, &done, &err), &err,
                 CA_DENIED, "policy", "of the server itself");
    test_refused(activate(&t, "web", version, &err), &err, CA_NOT_FOUND, "unknown-version", "web");
    test_refused(activate(&t, "operator", NULL, &err), &err, CA_DENIED, "policy",
                 "of the server itself");
    test_refused(activate(&t, "nobody", NULL, &err), &err, CA_NOT_FOUND, "unknown-profile", "");
    test_ok(put(&t, WEB("30d"), version, &done, &err), &err);
    test_refused(activate(&t, "device", version, &err), &err, CA_NOT_FOUND, "unknown-version",
                 "device");
    test_signer_done(&t);
}

static void a_copy_stands_alone_and_says_all_that_it_took(void **state)
{
    struct test_signer t;
    struct wire_profile done;
    uint8_t version[32];
    struct ca_err err = {0};

    (void)state;
    test_signer_start(&t);
    test_ok(put(&t, "name: shop\ncopy_from: https-ecc\ndescription: for the shop\n", version, &done,
                &err),
            &err);
    test_ok(activate(&t, "shop", version, &err), &err);
    assert_true(in_force(&t, "shop", version));
    assert_int_equal(postgres_number(t.pg, "SELECT count(*) FROM ca.profile_version WHERE name = "
                                           "'shop' AND version = sha256(yaml) AND "
                                           "position('copy_from'::bytea IN yaml) = 0"),
                     1);
    test_signer_done(&t);
}

static void i09_a_profile_that_was_written_past_the_signer_is_not_in_force(void **state)
{
    static const char *const attacks[] = {
        /* a line of his own */
        "INSERT INTO ca.profile_activation (name, version, at, comment, seal) SELECT name, "
        "version, 0, '', seal FROM ca.profile_activation",
        /* the sealed line under another version */
        "UPDATE ca.profile_activation SET version = (SELECT version FROM ca.profile_version WHERE "
        "name = 'device'), sequence = DEFAULT",
        /* other words under the version's name */
        "UPDATE ca.profile_version SET yaml = yaml || '\n#'::bytea WHERE name = 'web'",
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(attacks); i++) {
        struct test_signer t;
        struct wire_profile done;
        uint8_t version[32];
        struct ca_err err = {0};

        test_note(attacks[i]);
        test_signer_start(&t);
        test_ok(put(&t, WEB("30d"), version, &done, &err), &err);
        test_ok(activate(&t, "web", version, &err), &err);
        free(postgres_sql(t.pg, attacks[i]));
        free(postgres_sql(t.pg, "UPDATE ca.profile_activation SET sequence = DEFAULT"));
        test_refused(refresh(&t, &err), &err, CA_DENIED, "row-altered", "web");
        assert_true(in_force(&t, "web", version)); /* as it was before */
        test_signer_done(&t);
    }
}

int main(int argc, char **argv)
{
    static const struct token_test tests[] = {
        TOKEN_TEST(a_version_is_in_force_once_it_is_activated_and_until_another_is),
        TOKEN_TEST(what_cannot_be_in_force_is_refused_with_the_reason),
        TOKEN_TEST(a_copy_stands_alone_and_says_all_that_it_took),
        TOKEN_TEST(i09_a_profile_that_was_written_past_the_signer_is_not_in_force),
    };

    return token_tests_main(argc, argv, tests, CA_COUNT(tests));
}
