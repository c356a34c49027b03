/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "policy/profile.h"
#include "policy/profile_internal.h"
#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

/* Profiles that copy others, and the JSON Schema of the language. */

#define BASE                                                                                       \
    "name: base\nkey: {allow: [\"ec:P-256\"], reuse: never}\n"                                     \
    "validity: {default: 90d, max: 100d}\nkey_usage: {bits: [digital_signature]}\n"                \
    "subject: {unlisted: refuse, attributes: {common_name: {use: required, pattern: '[a-z]+'}}}\n" \
    "limits: {name: {count: 5, per: 7d}}\n"

static struct profile_set *set_of(const char *yaml)
{
    struct profile_set *set = NULL;
    struct ca_bytes one = ca_bytes_str(yaml);
    struct ca_err err = {0};

    assert_int_equal(profile_set_new(&set, &err), CA_OK);
    if (profile_set_add_all(set, &one, 1, &err) != CA_OK)
        fail_msg("%s", err.text);
    return set;
}

static void a_copy_has_what_it_does_not_say(void **state)
{
    CA_AUTO(profile_set) struct profile_set *set = set_of(BASE);
    CA_AUTO(profile) struct profile *p = NULL;
    CA_AUTO(profile) struct profile *alone = NULL;
    struct ca_err err = {0};
    const char *yaml = "name: child\ncopy_from: base\nvalidity: {max: 95d}\n"
                       "subject: {attributes: {organization: {use: fixed, value: \"true\"}}}\n"
                       "key: {allow: [\"ec:P-384\", rsa]}\n";

    (void)state;
    if (profile_compile_in(set, ca_bytes_str(yaml), &p, &err) != CA_OK)
        fail_msg("%s", err.text);
    assert_string_equal(profile_name(p), "child");
    assert_int_equal(p->key_n, 2);
    assert_int_equal(p->keys[0].kind, CA_KEY_P384);
    assert_int_equal(profile_key_reuse(p), PROFILE_KEY_REUSE_NEVER);
    assert_int_equal(p->validity.default_s, 90 * 86400);
    assert_int_equal(p->validity.max_s, 95 * 86400);
    assert_true(p->refuse_unlisted);
    assert_int_equal(p->subject[NAME_CN].use, PROFILE_REQUIRED);
    assert_string_equal(pattern_text(p->subject[NAME_CN].pattern), "[a-z]+");
    assert_true(ca_bytes_is_str(p->subject[NAME_O].value, "true"));
    assert_int_equal(profile_limits(p)->name.count, 5);
    assert_true(ca_bytes_is_str(profile_yaml(p), yaml));
    /* The merged text is a profile of its own. */
    if (profile_compile(profile_yaml_merged(p), &alone, &err) != CA_OK)
        fail_msg("%s", err.text);
    assert_int_equal(alone->validity.max_s, p->validity.max_s);
    assert_int_equal(alone->copy_n, 0);
}

/* What changes below changes the version above: approvals hang on it (I10). */
static void i10_the_version_follows_what_is_copied(void **state)
{
    CA_AUTO(profile_set) struct profile_set *one = set_of(BASE);
    CA_AUTO(profile_set) struct profile_set *two = set_of(BASE "description: x\n");
    CA_AUTO(profile) struct profile *a = NULL;
    CA_AUTO(profile) struct profile *b = NULL;
    CA_AUTO(profile) struct profile *c = NULL;
    struct ca_bytes yaml = ca_bytes_str("name: child\ncopy-from: base\n");
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(profile_compile_in(one, yaml, &a, &err), CA_OK);
    assert_int_equal(profile_compile_in(two, yaml, &b, &err), CA_OK);
    assert_int_equal(profile_compile_in(one, yaml, &c, &err), CA_OK);
    assert_false(ca_bytes_equal(profile_version(a), profile_version(b)));
    assert_true(ca_bytes_equal(profile_version(a), profile_version(c)));
}

static const struct {
    const char *yaml;
    enum ca_rc rc;
    const char *says;
} bad_copies[] = {
    {"name: child\ncopy_from: bas\n",                                                          CA_NOT_FOUND, "did you mean 'base'"},
    {"name: child\ncopy_from: child\n",                                                        CA_DENIED,    "copy itself"        },
    {"name: child\ncopy_from: base\ncopy-from: base\n",                                        CA_MALFORMED, "two spellings"      },
    {"name: child\ncopy_from: base\nvalidity: {max: 80d}\n",                                   CA_DENIED,    "longer than"        },
    {"name: child\ncopy_from: base\nvalidty: {max: 80d}\n",                                    CA_MALFORMED, "line 3"             },
    {"name: child\ncopy_from: base\nkey: {allow: []}\n",                                       CA_DENIED,    "key.allow is empty" },
    {"name: child\ncopy_from: base\nsubject: {attributes: {common_name: {use: forbidden}}}\n",
     CA_DENIED,                                                                                              "name nobody"        },
    {"name: child\ncopy_from: [base]\n",                                                       CA_MALFORMED, ""                   },
    {"name: child\ncopy_from: \"\"\n",                                                         CA_MALFORMED, ""                   },
};

static void copies_that_cannot_be_are_refused(void **state)
{
    CA_AUTO(profile_set) struct profile_set *set = set_of(BASE);

    (void)state;
    for (size_t i = 0; i < CA_COUNT(bad_copies); i++) {
        CA_AUTO(profile) struct profile *p = NULL;
        struct ca_err err = {0};
        enum ca_rc rc = profile_compile_in(set, ca_bytes_str(bad_copies[i].yaml), &p, &err);

        if (rc != bad_copies[i].rc || strstr(err.text, bad_copies[i].says) == NULL)
            fail_msg("%s: %d '%s'", bad_copies[i].yaml, (int)rc, err.text);
        assert_null(p);
    }
}

static void a_copy_needs_a_set(void **state)
{
    CA_AUTO(profile) struct profile *p = NULL;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(profile_compile(ca_bytes_str("name: c\ncopy_from: https-ecc\n"), &p, &err),
                     CA_DENIED);
    assert_null(p);
}

static void sets_find_the_order_by_themselves(void **state)
{
    static const char *const texts[] = {"name: c\ncopy_from: b\n", "name: b\ncopy_from: a\n",
                                        "name: a\ncopy_from: https-ecc\n"};
    struct ca_bytes yamls[CA_COUNT(texts)];
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    const struct profile *p = NULL;
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(texts); i++)
        yamls[i] = ca_bytes_str(texts[i]);
    assert_int_equal(profile_set_new(&set, &err), CA_OK);
    if (profile_set_add_all(set, yamls, CA_COUNT(yamls), &err) != CA_OK)
        fail_msg("%s", err.text);
    assert_int_equal(profile_set_find(set, "c", &p, &err), CA_OK);
    assert_int_equal(p->copy_n, 3);
    assert_string_equal(p->copies[2], "https-ecc");
}

static void circles_are_refused(void **state)
{
    static const char *const texts[] = {"name: a\ncopy_from: b\n", "name: b\ncopy_from: c\n",
                                        "name: c\ncopy_from: a\n"};
    struct ca_bytes yamls[CA_COUNT(texts)];
    CA_AUTO(profile_set) struct profile_set *set = NULL;
    CA_AUTO(profile) struct profile *p = NULL;
    struct ca_bytes child = ca_bytes_str("name: child\ncopy_from: https-ecc\n");
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(texts); i++)
        yamls[i] = ca_bytes_str(texts[i]);
    assert_int_equal(profile_set_new(&set, &err), CA_OK);
    assert_int_equal(profile_set_add_all(set, yamls, CA_COUNT(yamls), &err), CA_DENIED);
    assert_non_null(strstr(err.text, "circle"));
    /* One by one: the last to come closes it. */
    assert_int_equal(profile_set_add_all(set, &child, 1, &err), CA_OK);
    assert_int_equal(
        profile_compile_in(set, ca_bytes_str("name: https-ecc\ncopy_from: child\n"), &p, &err),
        CA_DENIED);
    assert_non_null(strstr(err.text, "cycle"));
}

static void long_rows_are_refused(void **state)
{
    CA_AUTO(profile_set) struct profile_set *set = set_of(BASE);
    struct ca_err err = {0};
    enum ca_rc rc = CA_OK;
    int made = 0;

    (void)state;
    while (rc == CA_OK && made < 20) {
        char yaml[100] = "name: p0\ncopy_from: base\n";
        struct ca_bytes one;

        if (made > 0)
            (void)snprintf(yaml, sizeof(yaml), "name: p%d\ncopy_from: p%d\n", made, made - 1);
        one = ca_bytes_str(yaml);
        rc = profile_set_add_all(set, &one, 1, &err);
        made++;
    }
    assert_int_equal(rc, CA_DENIED);
    assert_int_equal(made, PROFILE_COPIES_MAX + 1);
}

/* Is each key of `value` a property of `schema`, down to the leaves? */
static const json_t *schema_of(const json_t *schema, const char *key)
{
    const json_t *found = json_object_get(json_object_get(schema, "properties"), key);

    if (found == NULL)
        fail_msg("the schema has no %s", key);
    return found;
}

static size_t indent_of(const char *line)
{
    return strspn(line, " ");
}

/* The keys at the first two levels of the built-in profiles, which are written in block style. */
static void keys_are_in_the_schema(const char *yaml, const json_t *schema)
{
    const json_t *section = NULL;
    char line[256];

    while (*yaml != '\0') {
        size_t n = strcspn(yaml, "\n");
        size_t len = n < sizeof(line) - 1 ? n : sizeof(line) - 1;
        char *colon;

        memcpy(line, yaml, len);
        line[len] = '\0';
        yaml += n + (yaml[n] == '\n' ? 1 : 0);
        colon = strchr(line, ':');
        if (line[0] == '#' || colon == NULL || indent_of(line) > 2 || line[indent_of(line)] == '-')
            continue;
        *colon = '\0';
        if (indent_of(line) == 0) {
            section = schema_of(schema, line);
        } else {
            (void)schema_of(section, line + 2);
        }
    }
}

static void json_schema_has_every_key_of_the_profiles(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err err = {0};
    json_error_t why;
    json_t *schema;

    (void)state;
    assert_int_equal(profile_json_schema(&text, &err), CA_OK);
    schema = json_loads(ca_buf_cstr(&text), JSON_REJECT_DUPLICATES, &why);
    if (schema == NULL) {
        fail_msg("%s", why.text);
        return;
    }
    for (size_t i = 0; i < profile_builtin_count(); i++)
        keys_are_in_the_schema((const char *)profile_builtin(i).ptr, schema);
    /* Spot checks: kinds of values, requirements, closed objects. */
    assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(schema, "required"), 0)),
                        "name");
    assert_string_equal(json_string_value(json_object_get(schema_of(schema, "internal"), "type")),
                        "boolean");
    assert_string_equal(
        json_string_value(json_array_get(
            json_object_get(schema_of(schema_of(schema, "key"), "reuse"), "enum"), 1)),
        "never");
    assert_int_equal(
        json_array_size(json_object_get(
            json_object_get(schema_of(schema_of(schema, "access"), "roles"), "items"), "enum")),
        3);
    assert_int_equal(json_integer_value(json_object_get(
                         schema_of(schema_of(schema, "approvals"), "steps"), "maxItems")),
                     PROFILE_STEPS_MAX);
    (void)schema_of(json_object_get(schema_of(schema_of(schema, "approvals"), "steps"), "items"),
                    "group");
    json_decref(schema);
}

/* Every key of the tables is somewhere in it. */
static void json_schema_has_every_key_of_the_language(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    const char *keys[256];
    size_t n = profile_schema_keys(keys, CA_COUNT(keys));
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(profile_json_schema(&text, &err), CA_OK);
    for (size_t i = 0; i < n; i++) {
        char quoted[80];

        (void)snprintf(quoted, sizeof(quoted), "\"%s\":{", keys[i]);
        if (strstr(ca_buf_cstr(&text), quoted) == NULL)
            fail_msg("no %s", keys[i]);
    }
}

static enum ca_rc copy_once(const void *arg, struct ca_err *err)
{
    CA_AUTO(profile) struct profile *p = NULL;
    CA_AUTO(buf) struct ca_buf schema = {0};

    CA_TRY(profile_json_schema(&schema, err));
    return profile_compile_in(
        arg, ca_bytes_str("name: c\ncopy_from: base\napprovals: {steps: [{count: 1, group: g}]}\n"),
        &p, err);
}

static void a_copy_survives_each_failing_allocation(void **state)
{
    CA_AUTO(profile_set) struct profile_set *set = set_of(BASE);

    (void)state;
    fault_each_allocation(copy_once, set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_has_what_it_does_not_say),
        cmocka_unit_test(i10_the_version_follows_what_is_copied),
        cmocka_unit_test(copies_that_cannot_be_are_refused),
        cmocka_unit_test(a_copy_needs_a_set),
        cmocka_unit_test(sets_find_the_order_by_themselves),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(long_rows_are_refused),
        cmocka_unit_test(json_schema_has_every_key_of_the_profiles),
        cmocka_unit_test(json_schema_has_every_key_of_the_language),
        cmocka_unit_test(a_copy_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
