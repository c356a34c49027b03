/* SPDX-License-Identifier: Apache-2.0 */
#include "base/config.h"

#include "tests/faults/allocation.h"
#include "tests/unit/support.h"

struct values {
    const char *text;
    const char *path;
    int64_t integer;
    int64_t size;
    int64_t duration;
    bool yes;
    int choice;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

#define AT(field) offsetof(struct values, field)
/* clang-format off */
static const struct config_row rows[] = {
    {"one.text", CONFIG_TEXT, AT(text), "it's", 2, 5, false, "a text", NULL},
    {"one.path", CONFIG_PATH, AT(path), "", 0, 8, true, "a path", NULL},
    {"one.integer", CONFIG_INTEGER, AT(integer), "7", -3, 12, false, "a number", NULL},
    {"two.size", CONFIG_SIZE, AT(size), "64KiB", 512, 1024LL * 1024 * 1024, false, "a size", NULL},
    {"two.duration", CONFIG_DURATION, AT(duration), "90s", 100, 7LL * 86400 * 1000, false, "a time", NULL},
    {"two.yes", CONFIG_BOOL, AT(yes), "false", 0, 0, false, "a switch", NULL},
    {"two.colour", CONFIG_ENUM, AT(choice), "green", 0, 0, false, "a colour", colours},
};
/* clang-format on */
static const struct config_table table = {rows, CA_COUNT(rows), sizeof(struct values)};

static const struct value_case {
    const char *key;
    const char *text;
    bool good;
    int64_t number; /* of the numeric types */
} value_cases[] = {
    {"one.text",     "ab",                     true,  0                     },
    {"one.text",     "abcde",                  true,  0                     },
    {"one.text",     "a",                      false, 0                     },
    {"one.text",     "abcdef",                 false, 0                     },
    {"one.text",     "a\nb",                   false, 0                     },
    {"one.path",     "",                       true,  0                     },
    {"one.path",     "/a/b/c/d",               true,  0                     },
    {"one.path",     "/a/b/c/de",              false, 0                     },
    {"one.path",     "a/b",                    false, 0                     },
    {"one.integer",  "-3",                     true,  -3                    },
    {"one.integer",  "12",                     true,  12                    },
    {"one.integer",  "-4",                     false, 0                     },
    {"one.integer",  "13",                     false, 0                     },
    {"one.integer",  "",                       false, 0                     },
    {"one.integer",  "7x",                     false, 0                     },
    {"one.integer",  " 7",                     false, 0                     },
    {"one.integer",  "7.5",                    false, 0                     },
    {"one.integer",  "99999999999999999999",   false, 0                     },
    {"two.size",     "512",                    true,  512                   },
    {"two.size",     "1GiB",                   true,  1024LL * 1024 * 1024  },
    {"two.size",     "511",                    false, 0                     },
    {"two.size",     "1073741825",             false, 0                     },
    {"two.size",     "64KB",                   false, 0                     },
    {"two.size",     "9223372036854775807GiB", false, 0                     },
    {"two.duration", "100ms",                  true,  100                   },
    {"two.duration", "7d",                     true,  7LL * 24 * 3600 * 1000},
    {"two.duration", "10m",                    true,  10LL * 60 * 1000      },
    {"two.duration", "8h",                     true,  8LL * 3600 * 1000     },
    {"two.duration", "99ms",                   false, 0                     },
    {"two.duration", "8d",                     false, 0                     },
    {"two.duration", "30",                     false, 0                     },
    {"two.duration", "soon",                   false, 0                     },
    {"two.yes",      "true",                   true,  1                     },
    {"two.yes",      "false",                  true,  0                     },
    {"two.yes",      "yes",                    false, 0                     },
    {"two.yes",      "",                       false, 0                     },
    {"two.colour",   "red",                    true,  0                     },
    {"two.colour",   "blue",                   true,  2                     },
    {"two.colour",   "Red",                    false, 0                     },
    {"two.colour",   "",                       false, 0                     },
};

static int64_t number_of(const struct values *v, const char *key)
{
    if (strcmp(key, "one.integer") == 0)
        return v->integer;
    if (strcmp(key, "two.size") == 0)
        return v->size;
    if (strcmp(key, "two.duration") == 0)
        return v->duration;
    return strcmp(key, "two.yes") == 0 ? v->yes : v->choice;
}

static void each_type_takes_smallest_and_largest_and_no_nonsense(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(value_cases); i++) {
        const struct value_case *c = &value_cases[i];
        CA_AUTO(config) struct config *config = NULL;
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(c->text);
        assert_int_equal(config_new(&table, &config, &err), CA_OK);
        rc = config_set(config, c->key, c->text, "test", &err);
        assert_int_equal(rc, c->good ? CA_OK : CA_MALFORMED);
        if (!c->good) {
            assert_non_null(strstr(err.text, c->key)); /* which, and what would do */
        } else if (strncmp(c->key, "one.text", 8) != 0 && strncmp(c->key, "one.path", 8) != 0) {
            assert_int_equal(number_of(config_values(config), c->key), c->number);
        }
        if (c->good)
            assert_string_equal(config_text(config, c->key), c->text);
    }
}

static const struct file_case {
    const char *yaml;
    enum ca_rc rc;
    const char *says;
} file_cases[] = {
    {"",                                         CA_OK,        ""                                                  },
    {"# nothing\n",                              CA_OK,        ""                                                  },
    {"one:\n  integer: 12\ntwo:\n  yes: true\n", CA_OK,        ""                                                  },
    {"two: {size: 1MiB}\n",                      CA_OK,        ""                                                  },
    {"one:\n  text: abc\n  integr: 3\n",         CA_MALFORMED,
     "line 3: unknown key 'integr', did you mean 'one.integer'?"                                                   },
    {"one:\n  text: abc\ntwoo:\n  yes: true\n",  CA_MALFORMED,
     "unknown key 'twoo', did you mean 'two'?"                                                                     },
    {"one:\n  zzzzzzzzzz: 1\n",                  CA_MALFORMED, "unknown key 'zzzzzzzzzz'"                          },
    {"one:\n  integer: 3\n  integer: 4\n",       CA_MALFORMED,
     "line 3: key 'integer' for the second time"                                                                   },
    {"one:\n  integer: 3\none:\n  text: abc\n",  CA_MALFORMED,
     "line 3: key 'one' for the second time"                                                                       },
    {"one:\n  text: &a abc\n  path: *a\n",       CA_MALFORMED, "alias"                                             },
    {"one:\n  integer: [3]\n",                   CA_MALFORMED, "SEQUENCE"                                          },
    {"one: 3\n",                                 CA_MALFORMED, "Expecting MAPPING"                                 },
    {"- one\n",                                  CA_MALFORMED, "Expecting MAPPING"                                 },
    {"one:\n  integer: 13\n",                    CA_MALFORMED, "one.integer: '13' is not a whole number (-3 to 12)"},
    {"one:\n\ttext: abc\n",                      CA_MALFORMED, ""                                                  },
    {"one: {\n",                                 CA_MALFORMED, ""                                                  },
};

static void files_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(file_cases); i++) {
        const struct file_case *c = &file_cases[i];
        CA_AUTO(config) struct config *config = NULL;
        struct ca_err err = {0};

        test_note(c->yaml);
        assert_int_equal(config_new(&table, &config, &err), CA_OK);
        assert_int_equal(config_read(config, ca_bytes_str(c->yaml), "x.yaml", &err), c->rc);
        assert_non_null(strstr(err.text, c->says));
    }
}

static void show_says_where_a_value_came_from_and_can_be_read_again(void **state)
{
    CA_AUTO(config) struct config *config = NULL;
    CA_AUTO(config) struct config *again = NULL;
    CA_AUTO(buf) struct ca_buf shown = {0};
    CA_AUTO(buf) struct ca_buf origins = {0};
    CA_AUTO(buf) struct ca_buf shown_again = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(config_new(&table, &config, &err), CA_OK);
    assert_int_equal(config_set(config, "one.integer", "3", "command line", &err), CA_OK);
    assert_int_equal(config_set(config, "one.nothing", "3", "command line", &err), CA_NOT_FOUND);
    config_show(config, false, &shown);
    config_show(config, true, &origins);
    assert_non_null(strstr(ca_buf_cstr(&shown), "  text: 'it''s'\n"));
    assert_non_null(strstr(ca_buf_cstr(&origins), "  integer: 3 # command line\n"));
    assert_non_null(strstr(ca_buf_cstr(&origins), "  yes: false # default\n"));

    assert_int_equal(config_new(&table, &again, &err), CA_OK);
    assert_int_equal(config_read(again, ca_buf_view(&shown), "shown", &err), CA_OK);
    config_show(again, false, &shown_again);
    assert_string_equal(ca_buf_cstr(&shown), ca_buf_cstr(&shown_again));
}

static enum ca_rc read_once(const void *arg, struct ca_err *err)
{
    CA_AUTO(config) struct config *config = NULL;

    (void)arg;
    CA_TRY(config_new(&table, &config, err));
    return config_read(config, ca_bytes_str("one:\n  integer: 12\ntwo:\n  yes: true\n"), "x", err);
}

static void reading_survives_each_failing_allocation(void **state)
{
    (void)state;
    fault_each_allocation(read_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_takes_smallest_and_largest_and_no_nonsense),
        cmocka_unit_test(files_are_read_strictly),
        cmocka_unit_test(show_says_where_a_value_came_from_and_can_be_read_again),
        cmocka_unit_test(reading_survives_each_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
