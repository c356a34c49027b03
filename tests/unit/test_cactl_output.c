/* SPDX-License-Identifier: Apache-2.0 */
#include "cactl/app.h"
#include "cactl/output_internal.h"
#include "tests/unit/support.h"

static const struct column columns[] = {
    {"NAME",    "name",      COLUMN_PLAIN,   false},
    {"SANS",    "sans",      COLUMN_PLAIN,   false},
    {"FLAGS",   "flags",     COLUMN_LETTERS, false},
    {"KEY",     "key.curve", COLUMN_PLAIN,   false},
    {"EXPIRES", "not_after", COLUMN_TIME,    true },
};
static const struct view view = {columns, CA_COUNT(columns), "name"};

static json_t *sample(void)
{
    json_t *o =
        json_pack("[{s:s, s:[{s:s,s:s},{s:s,s:s}], s:[s,s], s:{s:s}, s:s}, {s:s, s:n}]", "name",
                  "b\xc3\xbc", "sans", "type", "dns", "value", "a.example", "type", "ip", "value",
                  "192.0.2.1", "flags", "L", "I", "key", "curve", "P-256", "not_after",
                  "2027-02-19T09:24:08Z", "name", "x\033[31m\xc2\x9bz\n", "key");

    assert_non_null(o);
    return o;
}

static struct app app_with(const char *const *words, int n)
{
    struct app app = {.exit = 0};
    char *argv[8];
    struct ca_err err = {0};

    for (int i = 0; i < n; i++)
        argv[i] = (char *)(uintptr_t)words[i];
    assert_int_equal(args_parse(n, argv, &app.args, &err), CA_OK);
    assert_int_equal(output_format_read(args_text(&app.args, "output"), &app.format, &err), CA_OK);
    return app;
}

static void a_table_is_aligned_and_steers_no_terminal(void **state)
{
    CA_AUTO(json) json_t *rows = sample();
    CA_AUTO(buf) struct ca_buf text = {0};
    const char *const words[] = {"cert", "list"};
    struct app app = app_with(words, 2);
    size_t widths[COLUMNS_MAX] = {0};
    struct columns chosen;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(columns_choose(&app, &view, &chosen, &err), CA_OK);
    assert_int_equal(chosen.n, 4);
    chosen.colour = false;
    table_write(&chosen, widths, true, rows, &text);
    assert_string_equal(ca_buf_cstr(&text),
                        "NAME       SANS                        FLAGS  KEY\n"
                        "b\xc3\xbc         DNS:a.example,IP:192.0.2.1  LI     P-256\n"
                        "x?[31m?z?  -                                  -\n");
}

static void csv_is_quoted_where_it_must_be(void **state)
{
    CA_AUTO(json)
    json_t *row = json_pack("{s:s, s:s, s:[s,s]}", "a", "x\"y,z", "b", "plain", "c", "1", "2");
    CA_AUTO(buf) struct ca_buf text = {0};
    const char *const words[] = {"cert", "list", "-o", "csv", "--columns", "a,b,c,d"};
    struct app app = app_with(words, 6);
    struct columns chosen;
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(columns_choose(&app, &view, &chosen, &err), CA_OK);
    csv_write_heads(&chosen, &text);
    csv_write(&chosen, row, &text);
    assert_string_equal(ca_buf_cstr(&text), "a,b,c,d\r\n\"x\"\"y,z\",plain,\"1,2\",\r\n");
}

static void yaml_quotes_every_text(void **state)
{
    CA_AUTO(json)
    json_t *o = json_pack("{s:s, s:b, s:n, s:i, s:[], s:[{s:s}], s:{s:s}}", "a", "no: #\n", "b", 1,
                          "c", "d", 7, "e", "f", "g", "yes", "h", "i", "j");
    CA_AUTO(buf) struct ca_buf text = {0};

    (void)state;
    yaml_write(o, &text);
    assert_string_equal(ca_buf_cstr(&text),
                        "a: \"no: #\\n\"\nb: true\nc: null\nd: 7\ne: []\nf:\n  -\n"
                        "    g: \"yes\"\nh:\n  i: \"j\"\n");
}

static void columns_are_chosen_by_name_or_refused(void **state)
{
    char longer[80] = "";
    const char *const wrong[] = {",", "a,,b", "a,", longer};
    struct columns chosen;

    (void)state;
    memset(longer, 'a', sizeof(longer) - 1);
    for (size_t i = 0; i < CA_COUNT(wrong); i++) {
        const char *const words[] = {"cert", "list", "--columns", wrong[i]};
        struct app app = app_with(words, 4);
        struct ca_err err = {0};

        test_note(wrong[i]);
        assert_int_equal(columns_choose(&app, &view, &chosen, &err), CA_MALFORMED);
        assert_string_equal(err.problem, CA_USAGE);
    }
}

static void an_object_shows_its_members_but_not_what_is_empty(void **state)
{
    CA_AUTO(json)
    json_t *o = json_pack("{s:s, s:n, s:[], s:s, s:[{s:s}]}", "common_name", "x", "revocation",
                          "sans", "yaml", "a\nb\n", "allowed_actions", "action", "revoke");
    CA_AUTO(buf) struct ca_buf text = {0};

    (void)state;
    table_write_object(o, &text);
    assert_string_equal(ca_buf_cstr(&text),
                        "Common name:          x\nYaml:                 \n    a\n    b\n");
}

static void json_at_follows_a_path(void **state)
{
    CA_AUTO(json) json_t *o = json_pack("{s:{s:{s:s}}, s:n}", "a", "b", "c", "deep", "n");

    (void)state;
    assert_string_equal(json_text(o, "a.b.c"), "deep");
    assert_null(json_at(o, "a.x.c"));
    assert_null(json_at(o, "n"));
    assert_string_equal(json_text(o, "a.b"), "");
    assert_string_equal(json_text(NULL, "a"), "");
}

static void json_parse_refuses_what_is_none(void **state)
{
    static const char *const wrong[] = {"", "{", "{\"a\":1,\"a\":2}", "{} x", "nul", "\"\xff\""};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(wrong); i++) {
        json_t *got = NULL;
        struct ca_err err = {0};

        test_note(wrong[i]);
        assert_int_equal(json_parse(ca_bytes_str(wrong[i]), &got, &err), CA_MALFORMED);
        assert_null(got);
    }
}

static void a_path_or_query_holds_whatever_it_is_given(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};

    (void)state;
    ca_buf_str(&text, "/api/v1/x");
    path_add(&text, "../a b/\xc3\xbc");
    query_add(&text, "none", NULL);
    query_add(&text, "not_after[lt]", "a&b=c#d");
    query_add(&text, "q", "1");
    assert_string_equal(ca_buf_cstr(&text),
                        "/api/v1/x/..%2Fa%20b%2F%C3%BC?not_after%5Blt%5D=a%26b%3Dc%23d&q=1");
}

static void the_line_for_curl_is_safe_in_a_shell(void **state)
{
    const struct context target = {.url = "https://x", .cacert = "/r'oot", .cert = "/me"};
    const struct http_settings settings = {.target = &target};
    const struct http_ask ask = {
        .method = "PUT", .path = "/a", .body = ca_bytes_str("{\"a\":\"it's $x\"}")};
    CA_AUTO(buf) struct ca_buf text = {0};

    (void)state;
    http_as_curl(&settings, &ask, &text);
    assert_string_equal(
        ca_buf_cstr(&text),
        "curl --cacert '/r'\\''oot' --cert '/me' -X PUT -H 'Content-Type: "
        "application/json' --data-binary '{\"a\":\"it'\\''s $x\"}' 'https://x/a'\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_aligned_and_steers_no_terminal),
        cmocka_unit_test(csv_is_quoted_where_it_must_be),
        cmocka_unit_test(yaml_quotes_every_text),
        cmocka_unit_test(columns_are_chosen_by_name_or_refused),
        cmocka_unit_test(an_object_shows_its_members_but_not_what_is_empty),
        cmocka_unit_test(json_at_follows_a_path),
        cmocka_unit_test(json_parse_refuses_what_is_none),
        cmocka_unit_test(a_path_or_query_holds_whatever_it_is_given),
        cmocka_unit_test(the_line_for_curl_is_safe_in_a_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
