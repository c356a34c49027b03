/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cactl/lines.h"
#include "cactl/progress.h"
#include "tests/unit/support.h"

static const struct {
    const char *a;
    const char *b;
    const char *diff; /* without the first two lines */
} cases[] = {
    {"",                            "",                      ""                                     },
    {"a\n",                         "a\n",                   ""                                     },
    {"",                            "a\n",                   "@@ -0,0 +1,1 @@\n+a\n"                },
    {"a\n",                         "",                      "@@ -1,1 +0,0 @@\n-a\n"                },
    {"a\nb\nc\n",                   "a\nx\nc\n",             "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"    },
    {"1\n2\n3\n4\n5\n6\n",          "1\n2\n3\n4\n5\nx\n",    "@@ -3,4 +3,4 @@\n 3\n 4\n 5\n-6\n+x\n"},
    {"x\n1\n2\n3\n4\n5\n6\n7\ny\n", "1\n2\n3\n4\n5\n6\n7\n",
     "@@ -1,4 +1,3 @@\n-x\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-y\n"                           },
    {"x\n1\n2\n3\n4\n5\n6\ny\n",    "1\n2\n3\n4\n5\n6\n",
     "@@ -1,8 +1,6 @@\n-x\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n"                                            },
    {"a\nb",                        "a\nb\nc",               "@@ -1,2 +1,3 @@\n a\n b\n+c\n"        },
};

static void lines_that_differ_are_shown_with_three_around(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf text = {0};
        struct ca_err err = {0};
        const char *shown;

        print_message("# %zu\n", i);
        assert_int_equal(
            lines_diff("A", ca_bytes_str(cases[i].a), "B", ca_bytes_str(cases[i].b), &text, &err),
            CA_OK);
        shown = ca_buf_cstr(&text);
        if (shown[0] != '\0') {
            assert_memory_equal(shown, "--- A\n+++ B\n", 12);
            shown += 12;
        }
        assert_string_equal(shown, cases[i].diff);
    }
}

static void too_many_lines_are_refused(void **state)
{
    CA_AUTO(buf) struct ca_buf many = {0};
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err err = {0};

    (void)state;
    for (int i = 0; i <= LINES_MAX; i++)
        ca_buf_str(&many, "x\n");
    assert_int_equal(lines_diff("A", ca_buf_view(&many), "B", ca_bytes_str("y\n"), &text, &err),
                     CA_LIMIT);
    assert_int_equal(text.len, 0);
}

static void a_bar_is_as_long_as_what_is_done(void **state)
{
    static const struct {
        int64_t done, total;
        const char *bar;
    } bars[] = {
        {0,  10, "[..............................]   0 %  0 of 10" },
        {5,  10, "[###############...............]  50 %  5 of 10" },
        {10, 10, "[##############################] 100 %  10 of 10"},
        {7,  0,  "7"                                               },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(bars); i++) {
        CA_AUTO(buf) struct ca_buf text = {0};

        progress_bar(bars[i].done, bars[i].total, &text);
        assert_string_equal(ca_buf_cstr(&text), bars[i].bar);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_differ_are_shown_with_three_around),
        cmocka_unit_test(too_many_lines_are_refused),
        cmocka_unit_test(a_bar_is_as_long_as_what_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
