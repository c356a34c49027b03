/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"

#include <jansson.h>
#include <stdio.h>

#include "api/request_internal.h"
#include "api/response_internal.h"
#include "tests/unit/support.h"

static void every_row_has_a_page_and_a_code_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < problem_count(); i++) {
        const struct problem_row *row = problem_at(i);
        struct ca_bytes page = problem_page(row);
        char mark[64];

        test_note(row->code);
        assert_ptr_equal(problem_by_code(row->code), row); /* the first with that code */
        assert_in_range(row->status, 400, 599);
        assert_true(strlen(row->code) < sizeof(((struct ca_err *)0)->problem));
        assert_true(page.len > 0);
        assert_non_null(strstr((const char *)page.ptr, row->title));
        (void)snprintf(mark, sizeof(mark), "Code `%s`, HTTP status %d.", row->code, row->status);
        assert_non_null(strstr((const char *)page.ptr, mark));
    }
}

static const struct {
    enum ca_rc rc;
    const char *problem, *code;
    int status;
} found[] = {
    {CA_MALFORMED,   "",                "malformed",   400},
    {CA_DENIED,      "",                "forbidden",   403},
    {CA_NOT_FOUND,   "",                "not-found",   404},
    {CA_CONFLICT,    "",                "conflict",    409},
    {CA_LIMIT,       "",                "too-large",   413},
    {CA_LIMIT,       "overloaded",      "overloaded",  503},
    {CA_RETRY,       "",                "unavailable", 503},
    {CA_UNAVAILABLE, "",                "unavailable", 503},
    {CA_FAULT,       "",                "fault",       500},
    {CA_DENIED,      "policy",          "policy",      422},
    {CA_DENIED,      "no-such-problem", "forbidden",   403},
    {CA_OK,          "",                "fault",       500},
};

static void each_code_finds_its_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(found); i++) {
        const struct problem_row *row = problem_find(found[i].rc, found[i].problem);

        assert_string_equal(row->code, found[i].code);
        assert_int_equal(row->status, found[i].status);
    }
}

static json_t *document(enum ca_rc rc, const char *text, const struct wire_finding *f, uint32_t n)
{
    CA_AUTO(buf) struct ca_buf body = {0};
    struct ca_err why = {0};
    struct ca_err err;
    json_t *json;

    (void)snprintf(why.text, sizeof(why.text), "%s", text);
    assert_int_equal(problem_write(problem_find(rc, ""), rc, &why, "id-1", f, n, &body, &err),
                     CA_OK);
    json = json_loadb((const char *)body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

static void a_document_is_json_and_tells_what_it_may(void **state)
{
    const struct wire_finding f[] = {
        {true,  "r", "/p", "v\"\\", "a", "t"             },
        {false, "w", "/q", "",      "",  "only a warning"}
    };
    json_t *json = document(CA_MALFORMED, "quote \" back \\", f, 2);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json, "detail")), "quote \" back \\");
    assert_string_equal(json_string_value(json_object_get(json, "type")), "/problems/malformed");
    assert_string_equal(json_string_value(json_object_get(json, "request_id")), "id-1");
    assert_int_equal(json_array_size(json_object_get(json, "errors")), 1);
    json_decref(json);

    json = document(CA_FAULT, "secret of the house", NULL, 0); /* stays inside */
    assert_null(json_object_get(json, "detail"));
    json_decref(json);

    json = document(CA_MALFORMED, "cut \303", NULL, 0); /* not UTF-8 */
    json_decref(json);
}

static const struct {
    const char *text;
    const char *pointer; /* NULL: no errors[] */
    const char *detail;
} places[] = {
    {"/profil: no such member",           "/profil",        "no such member"   },
    {"/sans/0/value: 'x y': not a name",  "/sans/0/value",  "'x y': not a name"},
    {"/a~1b/\303\251: is \"q\"",          "/a~1b/\303\251", "is \"q\""         },
    {"profile: is required in the query", NULL,             NULL               },
    {"/crl/x takes GET, not PUT",         NULL,             NULL               },
    {"/cut \303: inside a character",     NULL,             NULL               },
    {"",                                  NULL,             NULL               },
};

static void a_text_with_a_place_is_an_error_of_the_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(places); i++) {
        json_t *json = document(CA_MALFORMED, places[i].text, NULL, 0);
        const json_t *all = json_object_get(json, "errors");
        const json_t *e = json_array_get(all, 0);

        test_note(places[i].text);
        assert_int_equal(json_array_size(all), places[i].pointer != NULL);
        if (places[i].pointer != NULL) {
            assert_string_equal(json_string_value(json_object_get(e, "pointer")),
                                places[i].pointer);
            assert_string_equal(json_string_value(json_object_get(e, "detail")), places[i].detail);
            assert_string_equal(json_string_value(json_object_get(e, "code")), "malformed");
        }
        json_decref(json);
    }
}

static void a_text_that_stays_inside_gives_no_place(void **state)
{
    json_t *json = document(CA_FAULT, "/etc/x: no such file", NULL, 0);

    (void)state;
    assert_null(json_object_get(json, "errors"));
    json_decref(json);
}

static const struct {
    const char *text;
    int64_t at; /* -1: refused */
} dates[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT",  784111777 },
    {"Thu, 01 Jan 1970 00:00:00 GMT",  0         },
    {"Thu, 29 Feb 2024 12:00:00 GMT",  1709208000},
    {"Mon, 06 Nov 1994 08:49:37 GMT",  -1        }, /* was a Sunday */
    {"Fri, 29 Feb 2023 12:00:00 GMT",  -1        },
    {"Sunday, 06-Nov-94 08:49:37 GMT", -1        },
    {"Sun, 06 Nov 1994 08:49:37",      -1        },
    {"",                               -1        },
};

static void dates_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(dates); i++) {
        int64_t at = -1;
        char text[HTTP_DATE_TEXT];

        test_note(dates[i].text);
        assert_int_equal(http_date_parse(dates[i].text, &at), dates[i].at >= 0);
        assert_int_equal(at, dates[i].at);
        if (at >= 0)
            assert_string_equal(http_date_text(at, text), dates[i].text);
    }
}

static const struct {
    const char *accept;
    int index; /* -1: none */
} accepts[] = {
    {"",                                              0 },
    {"*/*",                                           0 },
    {"application/json",                              0 },
    {"application/pkix-cert",                         1 },
    {"APPLICATION/PKIX-CERT",                         1 },
    {"application/json;q=0.5, application/pkix-cert", 1 },
    {"application/*;q=0.2, text/plain",               2 },
    {"*/*;q=0.1, application/json;q=0",               1 },
    {"application/json; q=0.300, */*; q=0.2",         0 },
    {"image/png",                                     -1},
    {"application/json;q=0",                          -1},
    {";;;,,,",                                        -1},
};

static void accept_chooses(void **state)
{
    const char *types[] = {"application/json", "application/pkix-cert", "text/plain"};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(accepts); i++) {
        struct request *rq = request_new(NULL, DOOR_HTTPS, "/");
        size_t index = 99;
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(accepts[i].accept);
        request_field_add(rq, "Accept", accepts[i].accept);
        rc = request_accept(rq, types, CA_COUNT(types), &index, &err);
        assert_int_equal(rc, accepts[i].index >= 0 ? CA_OK : CA_MALFORMED);
        if (rc == CA_OK)
            assert_int_equal(index, accepts[i].index);
        else
            assert_string_equal(err.problem, "not-acceptable");
        request_unref(rq);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_page_and_a_code_of_its_own),
        cmocka_unit_test(each_code_finds_its_row),
        cmocka_unit_test(a_document_is_json_and_tells_what_it_may),
        cmocka_unit_test(a_text_with_a_place_is_an_error_of_the_list),
        cmocka_unit_test(a_text_that_stays_inside_gives_no_place),
        cmocka_unit_test(dates_are_read_and_written),
        cmocka_unit_test(accept_chooses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
