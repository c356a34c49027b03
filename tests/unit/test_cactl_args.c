/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/args.h"

#include "base/text.h"
#include "tests/unit/support.h"

enum { WORDS_MAX = 16, LINE_LEN = 200 };

/* Splits at spaces; the words live as long as `copy`. */
static enum ca_rc parse(const char *line, char copy[LINE_LEN], struct args *ret, struct ca_err *err)
{
    char *words[WORDS_MAX];
    int n = 0;

    assert_true(ca_text_copy(copy, LINE_LEN, ca_bytes_str(line)));
    while (*copy != '\0') {
        size_t len = strcspn(copy, " ");
        bool last = copy[len] == '\0';

        words[n++] = copy;
        copy[len] = '\0';
        copy += len + (last ? 0 : 1);
    }
    return args_parse(n, words, ret, err);
}

static const struct {
    const char *line;
    const char *says;
} refused[] = {
    {"crt list",                              "did you mean 'cert'"                },
    {"xyzzy",                                 "no command 'xyzzy'"                 },
    {"cert lst",                              "did you mean 'list'"                },
    {"cert list --statsu x",                  "did you mean --status"              },
    {"cert list --yes",                       "no flag --yes"                      },
    {"cert list --status vald",               "must be valid, held"                },
    {"cert list --status",                    "needs a value: STATUS"              },
    {"cert list --all=1",                     "takes no value"                     },
    {"cert list -x",                          "no flag -x"                         },
    {"cert list -oq json",                    "no flag -oq"                        },
    {"cert list -o json -o csv",              "--output is given twice"            },
    {"cert list one",                         "one argument too many"              },
    {"cert show",                             "ID is missing"                      },
    {"cert show a b",                         "'b' is one argument too many"       },
    {"ca install dev",                        "is missing"                         },
    {"cert revoke 1 --reason key.compromise", "must be unspecified"                },
    {"cert list -- --status",                 "one argument too many"              },
    {"scep list",                             "scep: no verb 'list'"               },
    {"scep endpoint lst",                     "did you mean 'endpoint list'"       },
    {"scep endpoint endpoint",                "no verb 'endpoint endpoint'"        },
    {"scep endpoint show",                    "scep endpoint show: NAME is missing"},
    {"scep challenge list --mode x",          "scep challenge list: no flag --mode"},
};

static void args_parse_refuses_wrong_use(void **state)
{
    char copy[LINE_LEN];
    struct args args;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(refused); i++) {
        struct ca_err err = {0};

        test_note(refused[i].line);
        assert_int_equal(parse(refused[i].line, copy, &args, &err), CA_MALFORMED);
        assert_string_equal(err.problem, CA_USAGE);
        assert_non_null(strstr(err.text, refused[i].says));
    }
}

static void args_parse_reads_flags_in_every_form(void **state)
{
    static const char *const lines[] = {"-o json cert list --cn a --limit 3 -q",
                                        "cert list --output=json --cn=a --limit=3 --quiet",
                                        "cert -o=json list --limit 3 --cn a -q"};
    char copy[LINE_LEN];
    struct args args;
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(lines); i++) {
        int64_t limit = 0;

        test_note(lines[i]);
        assert_int_equal(parse(lines[i], copy, &args, &err), CA_OK);
        assert_string_equal(args.noun->name, "cert");
        assert_string_equal(args.verb->name, "list");
        assert_string_equal(args_text(&args, "output"), "json");
        assert_string_equal(args_text(&args, "cn"), "a");
        assert_true(args_on(&args, "quiet"));
        assert_false(args_on(&args, "all"));
        assert_int_equal(args_number(&args, "limit", 10, 50, &limit, &err), CA_OK);
        assert_int_equal(limit, 3);
    }
}

static void a_repeated_flag_keeps_every_value_and_a_hyphen_stands_for_stdin(void **state)
{
    char copy[LINE_LEN];
    struct args args;
    struct ca_err err = {0};
    size_t at = 0;

    (void)state;
    assert_int_equal(
        parse("request submit - --profile p --dns a --dns b --wait x.csr", copy, &args, &err),
        CA_OK);
    assert_string_equal(args_next(&args, "dns", &at), "a");
    assert_string_equal(args_next(&args, "dns", &at), "b");
    assert_null(args_next(&args, "dns", &at));
    assert_string_equal(args_text(&args, "wait"), "");
    assert_int_equal(args.words_n, 2);
    assert_string_equal(args.words[0], "-");
    assert_int_equal(parse("request submit a --profile p --wait=10m", copy, &args, &err), CA_OK);
    assert_string_equal(args_text(&args, "wait"), "10m");
    assert_int_equal(parse("cert revoke 1 --reason key-compromise", copy, &args, &err), CA_OK);
}

static void help_needs_nothing_else(void **state)
{
    static const char *const lines[] = {"--help", "cert --help", "cert show --help",
                                        "cert show -h"};
    char copy[LINE_LEN];
    struct args args;
    struct ca_err err = {0};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(lines); i++) {
        test_note(lines[i]);
        assert_int_equal(parse(lines[i], copy, &args, &err), CA_OK);
        assert_true(args_on(&args, "help"));
    }
}

static void args_duration_knows_its_units(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"500ms",       500      },
        {"30",          30000    },
        {"30s",         30000    },
        {"10m",         600000   },
        {"8h",          28800000 },
        {"7d",          604800000},
        {"",            -1       },
        {"s",           -1       },
        {"1w",          -1       },
        {"-1s",         -1       },
        {"1.5s",        -1       },
        {"1 s",         -1       },
        {"9999999999d", -1       }
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        int64_t ms = -1;

        test_note(cases[i].text);
        assert_int_equal(args_duration(cases[i].text, &ms), cases[i].ms >= 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void args_number_has_bounds(void **state)
{
    static const char *const wrong[] = {"cert list --limit 0", "cert list --limit 11",
                                        "cert list --limit -1", "cert list --limit 1x",
                                        "cert list --limit 99999999999999999999"};
    char copy[LINE_LEN];
    struct args args;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(wrong); i++) {
        struct ca_err err = {0};
        int64_t n = 0;

        test_note(wrong[i]);
        assert_int_equal(parse(wrong[i], copy, &args, &err), CA_OK);
        assert_int_equal(args_number(&args, "limit", 10, 5, &n, &err), CA_MALFORMED);
    }
}

/* Two flags of one name or letter would hide each other; what has no help is not documented. */
static void check_flags(const struct verb *verb)
{
    const struct flag *all[96];
    size_t n = 0;

    for (size_t i = 0; i < flag_global_count(); i++)
        all[n++] = flag_global_at(i);
    for (size_t i = 0; (all[n] = verb_flag_at(verb, i)) != NULL; i++)
        assert_true(++n < CA_COUNT(all));
    for (size_t i = 0; i < n; i++) {
        assert_true((all[i]->value == NULL) == (all[i]->kind == FLAG_SWITCH));
        assert_true(strlen(all[i]->help) > 0);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(all[i]->name, all[j]->name);
            assert_true(all[i]->letter == '\0' || all[i]->letter != all[j]->letter);
        }
    }
}

static void every_row_of_the_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < noun_count(); i++) {
        const struct noun *noun = noun_at(i);

        for (size_t v = 0; v < noun->n; v++) {
            const struct verb *verb = &noun->verbs[v];

            test_note(noun->name);
            assert_non_null(verb->run);
            assert_true(verb->least <= verb->most);
            assert_true((verb->most == 0) == (verb->arguments[0] == '\0'));
            assert_true(noun->hidden || verb->examples[0].line != NULL);
            check_flags(verb);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(args_parse_refuses_wrong_use),
        cmocka_unit_test(args_parse_reads_flags_in_every_form),
        cmocka_unit_test(a_repeated_flag_keeps_every_value_and_a_hyphen_stands_for_stdin),
        cmocka_unit_test(help_needs_nothing_else),
        cmocka_unit_test(args_duration_knows_its_units),
        cmocka_unit_test(args_number_has_bounds),
        cmocka_unit_test(every_row_of_the_table_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
