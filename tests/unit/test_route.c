/* SPDX-License-Identifier: Apache-2.0 */
#include "api/health.h"
#include "api/publish/publish.h"
#include "api/rest/rest.h"
#include "api/target.h"
#include "tests/unit/support.h"

static const struct {
    enum route_door door;
    const char *method, *path;
    enum ca_rc rc;
    route_fn fn;
    const char *allow;
} cases[] = {
    {DOOR_PUBLIC, "GET",  "/livez",                              CA_OK,        health_livez,             ""           },
    {DOOR_PUBLIC, "HEAD", "/livez",                              CA_OK,        health_livez,             ""           },
    {DOOR_HTTPS,  "GET",  "/livez",                              CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_PUBLIC, "GET",  "/crl/dev-issuing.crl",                CA_OK,        publish_crl_get,          ""           },
    {DOOR_PUBLIC, "POST", "/crl/dev-issuing.crl",                CA_CONFLICT,  NULL,                     "GET"        },
    {DOOR_PUBLIC, "GET",  "/crl/.crl",                           CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_PUBLIC, "GET",  "/crl/x",                              CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_PUBLIC, "GET",  "/crl/a/b.crl",                        CA_OK,        publish_crl_get,          ""           },
    {DOOR_PUBLIC, "GET",  "/crl/a/b/c.crl",                      CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_PUBLIC, "GET",  "/aia/x.cer",                          CA_OK,        publish_cer_get,          ""           },
    {DOOR_PUBLIC, "GET",  "/aia/x.p7c",                          CA_OK,        publish_p7c_get,          ""           },
    {DOOR_PUBLIC, "GET",  "/api/v1/requests",                    CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "POST", "/api/v1/requests",                    CA_OK,        rest_requests_post,       ""           },
    {DOOR_HTTPS,  "GET",  "/api/v1/requests",                    CA_OK,        rest_requests_list,       ""           },
    {DOOR_HTTPS,  "PUT",  "/api/v1/requests",                    CA_CONFLICT,  NULL,                     "POST, GET"  },
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/0a",             CA_OK,        rest_certificate_get,     ""           },
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/0a/content.pem", CA_OK,        rest_certificate_content, ""           },
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/0a/content.",    CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "PUT",  "/api/v1/certificates/0a/revocation",  CA_OK,        rest_revocation_put,      ""           },
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/0a/revocation",  CA_CONFLICT,  NULL,                     "PUT, DELETE"},
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/0a/x",           CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/",               CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "GET",  "/api/v1/certificates/0a/",            CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "PUT",  "/api/v1/certificates//revocation",    CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "GET",  "/metrics",                            CA_OK,        health_metrics,           ""           },
    {DOOR_HTTPS,  "GET",  "/",                                   CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "GET",  "",                                    CA_NOT_FOUND, NULL,                     ""           },
    {DOOR_HTTPS,  "GET",  "*",                                   CA_NOT_FOUND, NULL,                     ""           },
};

static void route_find_answers_each_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        const struct route *r = NULL;
        char allow[64];
        struct ca_err err = {0};

        test_note(cases[i].path);
        assert_int_equal(route_find(cases[i].door, cases[i].method, cases[i].path, &r, allow, &err),
                         cases[i].rc);
        assert_true((r != NULL) == (cases[i].rc == CA_OK));
        if (r != NULL)
            assert_ptr_equal(r->start, cases[i].fn);
        if (cases[i].rc == CA_CONFLICT)
            assert_string_equal(allow, cases[i].allow);
    }
}

static void every_row_is_sound(void **state)
{
    (void)state;
    for (enum route_door door = DOOR_PUBLIC; door < DOOR__COUNT; door++) {
        for (size_t i = 0; i < route_count(door); i++) {
            const struct route *r = route_at(door, i);

            test_note(r->path);
            assert_true(r->path[0] == '/' && r->start != NULL && r->summary != NULL);
            assert_true(door != DOOR_PUBLIC || r->may == MAY_ANYONE);
            /* A database connection is a worker's. What anyone may call stays off the workers. */
            assert_true(r->may != MAY_ANYONE || r->run != ON_WORKER || route_query_is_raw(r));
            assert_true(r->run != WITHOUT_WORKER || r->finish != NULL);
            assert_true(r->body_max > 0 || strcmp(r->method, "GET") == 0);
        }
    }
}

static const struct {
    const char *text, *path, *query;
    size_t params;
    enum ca_rc rc;
} targets[] = {
    {"/a",                                                                  "/a", "",                    0, CA_OK       },
    {"/a?",                                                                 "/a", "",                    0, CA_OK       },
    {"/a?b",                                                                "/a", "b",                   1, CA_OK       },
    {"/a?b=&&c=%20+",                                                       "/a", "b=&&c=%20+",          2, CA_OK       },
    {"/a?not_after%5Blt%5D=1",                                              "/a", "not_after%5Blt%5D=1", 1, CA_OK       },
    {"http://h/a?b=c",                                                      "/a", "b=c",                 1, CA_OK       },
    {"https://h",                                                           "/",  "",                    0, CA_OK       },
    {"/a?b=1&b=2",                                                          "",   "",                    0, CA_MALFORMED},
    {"/a?=1",                                                               "",   "",                    0, CA_MALFORMED},
    {"/a?b=%4",                                                             "",   "",                    0, CA_MALFORMED},
    {"/a?b=%4g",                                                            "",   "",                    0, CA_MALFORMED},
    {"/a?b=%00",                                                            "",   "",                    0, CA_MALFORMED},
    {"/a?b=%0a",                                                            "",   "",                    0, CA_MALFORMED},
    {"/a?b=%80",                                                            "",   "",                    0, CA_MALFORMED},
    {"/a#b",                                                                "",   "",                    0, CA_MALFORMED},
    {"/a b",                                                                "",   "",                    0, CA_MALFORMED},
    {"a",                                                                   "",   "",                    0, CA_MALFORMED},
    {"",                                                                    "",   "",                    0, CA_MALFORMED},
    {"/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t&u&v&w&x&y&z&A&B&C&D&E&F&G", "",   "",                    0, CA_LIMIT    },
};

static void target_parse_answers_each_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(targets); i++) {
        struct target t = {0};
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(targets[i].text);
        rc = target_parse(targets[i].text, &t, &err);
        if (rc == CA_OK)
            rc = target_query(&t, &err);
        assert_int_equal(rc, targets[i].rc);
        if (targets[i].rc == CA_OK) {
            assert_string_equal(t.path, targets[i].path);
            assert_string_equal(t.query, targets[i].query);
            assert_int_equal(t.param_n, targets[i].params);
        }
        target_done(&t);
    }
}

static void variables_and_parameters_are_decoded(void **state)
{
    struct target t = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(target_parse("/x/a%2Fb.crl?q=%C3%A4+%2B", &t, &err), CA_OK);
    assert_int_equal(target_query(&t, &err), CA_OK);
    assert_int_equal(target_bind(&t, "/x/{ca}.crl", &err), CA_OK);
    assert_int_equal(t.var_n, 1);
    assert_string_equal(t.vars[0].name, "ca");
    assert_string_equal(t.vars[0].value, "a/b");
    assert_string_equal(t.params[0].value, "\303\244 +");
    target_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(route_find_answers_each_path),
        cmocka_unit_test(every_row_is_sound),
        cmocka_unit_test(target_parse_answers_each_text),
        cmocka_unit_test(variables_and_parameters_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
