/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/support.h"

/* What one call writes to standard error, without its time; lives until the next call. */
static const char *line_of(enum ca_log_level level, const struct ca_log_field *fields, size_t n)
{
    static char text[4096];
    int ends[2];
    int before = dup(STDERR_FILENO);
    ssize_t len;

    assert_true(before >= 0);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    ca_log(level, "happened", fields, n);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    len = read(ends[0], text, sizeof(text) - 1);
    text[len < 0 ? 0 : len] = '\0';
    (void)close(before);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return strncmp(text, "time=", 5) == 0 ? strchr(text, ' ') + 1 : text;
}

static const char head[] = "level=info process=test event=happened";

static const struct {
    const char *value;
    const char *written;
} values[] = {
    {"plain",              "plain"                    },
    {"",                   "\"\""                     },
    {"two words",          "\"two words\""            },
    {"a=b",                "\"a=b\""                  },
    {"say \"no\"",         "\"say \\\"no\\\"\""       },
    {"back\\slash",        "\"back\\\\slash\""        },
    {"x\nlevel=error y=z", "\"x\\x0alevel=error y=z\""},
    {"\x1b[2J",            "\"\\x1b[2J\""             },
    {"\xc3\xa9\x7f",       "\"\\xc3\\xa9\\x7f\""      },
};

static void outside_text_is_quoted_and_stays_on_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(values); i++) {
        char want[256];

        test_note(values[i].written);
        (void)snprintf(want, sizeof(want), "%s text=%s n=-5\n", head, values[i].written);
        assert_string_equal(
            line_of(CA_LOG_INFO,
                    (const struct ca_log_field[]){CA_STR("text", values[i].value), CA_INT("n", -5)},
                    2),
            want);
    }
}

static void long_text_is_cut(void **state)
{
    char text[CA_LOG_VALUE_MAX + 2];
    char want[CA_LOG_VALUE_MAX + 100];
    const struct ca_log_field fields[] = {
        {"text", text, 0}
    };

    (void)state;
    memset(text, 'a', sizeof(text));
    text[0] = ' '; /* quoted */
    text[sizeof(text) - 1] = '\0';
    (void)snprintf(want, sizeof(want), "%s text=\"%.*s...\"\n", head, CA_LOG_VALUE_MAX, text);
    assert_string_equal(line_of(CA_LOG_INFO, fields, 1), want);
    text[CA_LOG_VALUE_MAX] = '\0';
    (void)snprintf(want, sizeof(want), "%s text=\"%s\"\n", head, text);
    assert_string_equal(line_of(CA_LOG_INFO, fields, 1), want);
}

static void cut_text_says_so_without_quotes_too(void **state)
{
    char text[CA_LOG_VALUE_MAX + 2];
    const struct ca_log_field fields[] = {
        {"text", text, 0}
    };

    (void)state;
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_non_null(strstr(line_of(CA_LOG_INFO, fields, 1), "..."));
}

static void lower_levels_are_left_out(void **state)
{
    (void)state;
    assert_string_equal(line_of(CA_LOG_DEBUG, NULL, 0), "");
    assert_string_equal(line_of(CA_LOG_WARNING, NULL, 0),
                        "level=warning process=test event=happened\n");
    assert_string_equal(ca_log_str("key", NULL).text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_text_is_quoted_and_stays_on_its_line),
        cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(cut_text_says_so_without_quotes_too),
        cmocka_unit_test(lower_levels_are_left_out),
    };

    ca_log_start("test", CA_LOG_INFO);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
