/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/context.h"

#include <stdio.h>

#include "tests/unit/support.h"

static const struct {
    const char *text;
    const char *says; /* NULL: taken */
} files[] = {
    {"",                                                                         NULL                       },
    {"# a comment\n\n[a]\nurl = https://x:8443/\n",                              NULL                       },
    {"current = a\n[a]\nurl = https://x\ncert = /c\n[b-1.c_d]\nurl = https://y", NULL                       },
    {"[a]\nurl = https://x\nurll = y\n",                                         "line 3: no setting 'urll'"},
    {"[a]\nurl = https://x\nurl = https://y\n",                                  "line 3: url stands"       },
    {"[a]\nurl = https://x\n[a]\nurl = https://x\n",                             "line 3: [a] stands"       },
    {"[a]\n",                                                                    "[a] has no url"           },
    {"[a\n",                                                                     "line 1: no ']'"           },
    {"[]\n",                                                                     "is no name"               },
    {"[a b]\n",                                                                  "is no name"               },
    {"[../x]\n",                                                                 "is no name"               },
    {"url = https://x\n",                                                        "before the first"         },
    {"current = b\n[a]\nurl = https://x\n",                                      "no [b]"                   },
    {"current = a\ncurrent = a\n[a]\nurl = https://x\n",                         "line 2: current"          },
    {"[a]\nurl = http://x\n",                                                    "https://HOST"             },
    {"[a]\nurl = https://\n",                                                    "https://HOST"             },
    {"[a]\nurl = https://u@x\n",                                                 "no spaces"                },
    {"[a]\nurl = https://x?y\n",                                                 "no spaces"                },
    {"[a]\nurl=https://x\n",                                                     "neither"                  },
    {"[a]\nurl = https://x\ncert = c.pem\n",                                     "whole path"               },
    {"[a]\nurl = https://x\ncert = /\x01\n",                                     "UTF-8"                    },
};

static void contexts_read_answers_each_file(void **state)
{
    CA_AUTO(contexts) struct contexts *c = calloc(1, sizeof(*c));

    (void)state;
    for (size_t i = 0; i < CA_COUNT(files); i++) {
        struct ca_err err = {0};
        enum ca_rc rc = contexts_read(ca_bytes_str(files[i].text), c, &err);

        test_note(files[i].text);
        assert_int_equal(rc, files[i].says == NULL ? CA_OK : CA_MALFORMED);
        if (files[i].says != NULL)
            assert_non_null(strstr(err.text, files[i].says));
    }
}

static void what_is_written_is_read_again(void **state)
{
    CA_AUTO(contexts) struct contexts *one = calloc(1, sizeof(*one));
    CA_AUTO(contexts) struct contexts *two = calloc(1, sizeof(*two));
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(contexts_read(ca_bytes_str(files[2].text), one, &err), CA_OK);
    contexts_write(one, &text);
    assert_int_equal(contexts_read(ca_buf_view(&text), two, &err), CA_OK);
    assert_memory_equal(one, two, sizeof(*one));
}

static void a_nul_and_a_long_line_are_refused(void **state)
{
    CA_AUTO(contexts) struct contexts *c = calloc(1, sizeof(*c));
    struct ca_err err = {0};
    char line[CONTEXT_PATH + 40];

    (void)state;
    memset(line, 'a', sizeof(line));
    assert_int_equal(contexts_read((struct ca_bytes){(uint8_t *)line, sizeof(line)}, c, &err),
                     CA_MALFORMED);
    assert_int_equal(contexts_read((struct ca_bytes){(const uint8_t *)"[a]\0\n", 5}, c, &err),
                     CA_MALFORMED);
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    CA_AUTO(contexts) struct contexts *c = calloc(1, sizeof(*c));
    struct context row = {.url = "https://x"};
    struct ca_err err = {0};

    (void)state;
    for (int i = 0; i < CONTEXTS_MAX; i++) {
        (void)snprintf(row.name, sizeof(row.name), "n%d", i);
        assert_int_equal(contexts_put(c, &row, &err), CA_OK);
    }
    assert_int_equal(contexts_put(c, &row, &err), CA_OK); /* in its own place */
    (void)snprintf(row.name, sizeof(row.name), "more");
    assert_int_equal(contexts_put(c, &row, &err), CA_LIMIT);
    (void)snprintf(c->current, sizeof(c->current), "n3");
    contexts_remove(c, "n3");
    assert_null(contexts_find(c, "n3"));
    assert_string_equal(c->current, "");
    assert_non_null(contexts_find(c, "n31"));
    assert_int_equal(contexts_put(c, &row, &err), CA_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_read_answers_each_file),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_nul_and_a_long_line_are_refused),
        cmocka_unit_test(there_is_room_for_so_many_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
