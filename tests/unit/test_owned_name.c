/* SPDX-License-Identifier: Apache-2.0 */
#include "ca/operator_internal.h"
#include "tests/unit/support.h"

static const struct {
    const char *name;
    bool good;
} names[] = {
    {"example.org",         true },
    {"a.b.example.org",     true },
    {"localhost",           true },
    {"a@b.example",         true },
    {"10.0.0.0/8",          true },
    {"192.0.2.7",           true },
    {"2001:db8::/32",       true },
    {"",                    false},
    {" example.org",        false},
    {"example.org.",        false},
    {"*.example.org",       false},
    {"-x.example",          false},
    {"@example.org",        false},
    {"a@",                  false},
    {"a@b@",                false},
    {"10.0.0.1/8",          false},
    {"10.0.0.0/33",         false},
    {"10.0.0.0/",           false},
    {"1.2.3",               false},
    {"2001:db8::/129",      false},
    {"a,b",                 false},
    {"a\nb.example",        false},
    {"https://example.org", false},
};

static void names_that_can_be_owned_are_told_from_others(void **state)
{
    char long_name[300];

    (void)state;
    for (size_t i = 0; i < CA_COUNT(names); i++) {
        test_note(names[i].name);
        assert_int_equal(owned_name_is_good(names[i].name), names[i].good);
    }
    memset(long_name, 'a', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    assert_false(owned_name_is_good(long_name));
}

static const struct {
    const char *name;
    const char *owner;
    bool inside;
} pairs[] = {
    {"example.org",         "example.org",   true },
    {"a.example.org",       "example.org",   true },
    {"A.Example.ORG",       "example.org",   true },
    {"xexample.org",        "example.org",   false},
    {"org",                 "example.org",   false},
    {"a@example.org",       "example.org",   true },
    {"a@b.example.org",     "example.org",   true },
    {"a@example.org",       "a@example.org", true },
    {"b@example.org",       "a@example.org", false},
    {"example.org",         "a@example.org", false},
    {"10.1.0.0/16",         "10.0.0.0/8",    true },
    {"10.1.2.3",            "10.0.0.0/8",    true },
    {"10.0.0.0/8",          "10.1.0.0/16",   false},
    {"11.0.0.0/16",         "10.0.0.0/8",    false},
    {"10.1.2.3",            "example.org",   false},
    {"a.example.org",       "10.0.0.0/8",    false},
    {"2001:db8:1::/48",     "2001:db8::/32", true },
    {"2001:db9::/48",       "2001:db8::/32", false},
    {"::ffff:10.0.0.0/104", "10.0.0.0/8",    false},
};

static void a_part_of_a_name_is_inside_it_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(pairs); i++) {
        test_note(pairs[i].name);
        assert_int_equal(owned_name_is_inside(pairs[i].name, pairs[i].owner), pairs[i].inside);
    }
}

static void a_list_names_what_is_wrong_with_it(void **state)
{
    static const struct wire_text fine[] = {{"a.example"}, {"b.example"}};
    static const struct wire_text twice[] = {{"a.example"}, {"A.example"}};
    static const struct wire_text wrong[] = {{"a.example"}, {"*"}};
    CA_AUTO(buf) struct ca_buf lines = {0};
    CA_AUTO(buf) struct ca_buf other = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(owned_names_join(fine, 2, "/names", &lines, &err), CA_OK);
    assert_string_equal(ca_buf_cstr(&lines), "a.example\nb.example");
    assert_int_equal(owned_names_join(twice, 2, "/names", &other, &err), CA_MALFORMED);
    assert_non_null(strstr(err.text, "/names/1: is there twice"));
    assert_int_equal(owned_names_join(wrong, 2, "/names", &other, &err), CA_MALFORMED);
    assert_non_null(strstr(err.text, "/names/1: '*'"));
    assert_int_equal(owned_names_join(NULL, 0, "/names", &other, &err), CA_OK);
}

static const struct {
    const char *what;
    const char *profile;
    const char *common_name;
    const char *names;
    enum ca_rc rc;
} limited[] = {
    {"inside",                  "web",  "a.example",   "DNS:a.example,DNS:b.a.example", CA_OK    },
    {"no common name",          "web",  "",            "DNS:a.example",                 CA_OK    },
    {"an address",              "web",  "",            "IP:10.1.2.3",                   CA_OK    },
    {"another profile",         "code", "a.example",   "DNS:a.example",                 CA_DENIED},
    {"another common name",     "web",  "c.example",   "DNS:a.example",                 CA_DENIED},
    {"one name of two outside", "web",  "a.example",   "DNS:a.example,DNS:c.example",   CA_DENIED},
    {"an address outside",      "web",  "",            "IP:11.1.2.3",                   CA_DENIED},
    {"a person's common name",  "web",  "Alice Smith", "",                              CA_DENIED},
};

static void a_token_reaches_no_further_than_its_limits(void **state)
{
    static const char *const profiles[] = {"web"};
    static const char *const own[] = {"a.example", "10.0.0.0/8"};
    static const struct actor_scope scope = {
        .profiles = profiles, .profiles_n = 1, .names = own, .names_n = 2};
    static const struct actor_scope nothing = {.profiles = profiles};
    const struct actor actor = {.scope = &scope};
    const struct actor anybody = {0};
    const struct actor nobody = {.scope = &nothing};
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(limited); i++) {
        test_note(limited[i].what);
        assert_int_equal(actor_limits_check(&actor, limited[i].profile, limited[i].common_name,
                                            limited[i].names, &err),
                         limited[i].rc);
        assert_int_equal(actor_limits_check(&anybody, limited[i].profile, limited[i].common_name,
                                            limited[i].names, &err),
                         CA_OK);
    }
    /* An empty list is for nothing at all; a missing one for everything. */
    assert_int_equal(actor_limits_check(&nobody, "web", "", "", &err), CA_DENIED);
}

static const struct db_operator who = {
    .name = "alice", .names = "a.example\nb.example", .seal = {(const uint8_t *)"1", 1}
};

static void a_scope_is_made_once_for_each_version_of_the_rows(void **state)
{
    struct db_operator other = who;
    const struct db_credential token = {
        .profiles_given = true,
        .profiles = "",
        .names_given = true,
        .names = "x.a.example",
        .seal = {(const uint8_t *)"2", 1}
    };
    const struct actor_scope *a = NULL;
    const struct actor_scope *b = NULL;
    const struct actor_scope *c = NULL;
    struct scopes *s = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(scopes_new(&s, &err), CA_OK);
    assert_int_equal(scopes_get(s, &who, NULL, &a, &err), CA_OK);
    assert_int_equal(scopes_get(s, &who, NULL, &b, &err), CA_OK);
    assert_ptr_equal(a, b);
    assert_int_equal(a->owned_n, 2);
    assert_string_equal(a->owned[1], "b.example");
    assert_null(a->profiles);
    assert_null(a->names);
    assert_int_equal(scopes_get(s, &who, &token, &c, &err), CA_OK);
    assert_ptr_not_equal(a, c);
    assert_non_null(c->profiles);
    assert_int_equal(c->profiles_n, 0);
    assert_int_equal(c->names_n, 1);
    assert_string_equal(c->names[0], "x.a.example");
    other.seal = (struct ca_bytes){(const uint8_t *)"3", 1};
    other.names = "c.example";
    assert_int_equal(scopes_get(s, &other, NULL, &b, &err), CA_OK);
    assert_int_equal(b->owned_n, 1);
    other.names = "";
    assert_int_equal(scopes_get(s, &other, NULL, &b, &err), CA_OK);
    assert_null(b); /* owns nothing, has no limits */
    scopes_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_can_be_owned_are_told_from_others),
        cmocka_unit_test(a_part_of_a_name_is_inside_it_and_nothing_else),
        cmocka_unit_test(a_list_names_what_is_wrong_with_it),
        cmocka_unit_test(a_token_reaches_no_further_than_its_limits),
        cmocka_unit_test(a_scope_is_made_once_for_each_version_of_the_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
