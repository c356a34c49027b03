/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/json_internal.h"
#include "api/rest/object.h"
#include "base/time.h"
#include "tests/faults/allocation.h"
#include "tests/unit/rest_support.h"

static enum ca_rc submit_read(struct request *rq, const char *body, struct rest_submit *ret,
                              struct ca_err *err)
{
    rq->body = ca_bytes_str(body);
    return json_read(rq, &rest_submit_schema, ret, err);
}

/* Bodies of POST /requests. "AAA=" is base64. */
static const struct json_case {
    const char *body;
    const char *problem; /* NULL: accepted */
    const char *says;    /* the text begins with this */
} cases[] = {
    {"{\"profile\":\"p\",\"csr\":\"AAA=\"}",                                                NULL,            ""                                                },
    {" {\"csr\" : \"AA AA\\n\", \"profile\" : \"\\u00e9\"} ",                               NULL,            ""                                                },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"subject\":{},\"sans\":[]}",                     NULL,            ""                                                },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":36525}}",                  NULL,            ""                                                },
    {"",                                                                                    "",              "not JSON"                                        },
    {"{",                                                                                   "",              "not JSON"                                        },
    {"{}x",                                                                                 "",              "not JSON"                                        },
    {"{\"profile\":\"p\",}",                                                                "",              "not JSON"                                        },
    {"{'profile':'p'}",                                                                     "",              "not JSON"                                        },
    {"{\"profile\":\"a\",\"profile\":\"b\"}",                                               "",              "not JSON"                                        },
    {"{\"profile\":\"\\u0000\",\"csr\":\"AAA=\"}",                                          "",              "not JSON"                                        },
    {"{\"profile\":\"\\ud800\",\"csr\":\"AAA=\"}",                                          "",              "not JSON"                                        },
    {"{\"profile\":\"\xff\",\"csr\":\"AAA=\"}",                                             "",              "not JSON"                                        },
    {"{\"profile\":\"\xc0\xaf\",\"csr\":\"AAA=\"}",                                         "",              "not JSON"                                        },
    {"[[[[[[[[[]]]]]]]]]",                                                                  "",              "JSON nests deeper"                               },
    {"{\"a\":[{\"b\":[{\"c\":[{\"d\":[{}]}]}]}]}",                                          "",              "JSON nests deeper"                               },
    {"{\"not_after\":1e999}",                                                               "",              "not JSON"                                        },
    {"{\"not_after\":99999999999999999999}",                                                "",              "not JSON"                                        },
    {"[]",                                                                                  "wrong-type",    "the body"                                        },
    {"[{}]",                                                                                "wrong-type",    "the body"                                        },
    {"{}",                                                                                  "",              "/profile: is required"                           },
    {"{\"profile\":\"p\"}",                                                                 "",              "/csr: is required"                               },
    {"{\"profile\":null,\"csr\":\"AAA=\"}",                                                 "wrong-type",    "/profile: is null"                               },
    {"{\"profile\":1,\"csr\":\"AAA=\"}",                                                    "wrong-type",    "/profile: is a whole number, but a string"       },
    {"{\"profile\":[\"p\"],\"csr\":\"AAA=\"}",                                              "wrong-type",    "/profile: is a list"                             },
    {"{\"profil\":\"p\"}",                                                                  "unknown-field", "/profil: no such member; the nearest is profile" },
    {"{\"zzzzzzzzzz\":\"p\"}",                                                              "unknown-field", "/zzzzzzzzzz: no such member"                     },
    {"{\"a/b~c\":1}",                                                                       "unknown-field", "/a~1b~0c: no such member"                        },
    {"{\"\":1}",                                                                            "unknown-field", "/: no such member"                               },
    {"{\"a\\nb\":1}",                                                                       "unknown-field", "/?: no such member"                              },
    {"{\"a: b\":1}",                                                                        "unknown-field", "/?: no such member"                              },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"comment\":\"a\\u001bb\"}",                      "",              "/comment: is not text"                           },
    {"{\"profile\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"csr\":"
     "\"AAA=\"}",                                                                      "",              "/profile: 64 octets, at most 63"                 },
    {"{\"profile\":\"p\",\"csr\":\"A\"}",                                                   "malformed-csr", "/csr: is neither"                                },
    {"{\"profile\":\"p\",\"csr\":\"\"}",                                                    "malformed-csr", "/csr: is neither"                                },
    {"{\"profile\":\"p\",\"csr\":\"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END "
     "CERTIFICATE-----\"}",                                                            "malformed-csr", "/csr: is neither"                                },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"subject\":[]}",                                 "wrong-type",    "/subject: is a list"                             },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"subject\":{\"comon_name\":\"x\"}}",             "unknown-field",
     "/subject/comon_name: no such attribute; the nearest is common_name"                                                                                      },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"subject\":{\"common_name\":[\"x\",5]}}",        "wrong-type",
     "/subject/common_name/1: "                                                                                                                                },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"subject\":{\"common_name\":{}}}",               "wrong-type",
     "/subject/common_name: "                                                                                                                                  },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"sans\":{}}",                                    "wrong-type",    "/sans: is an object"                             },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"sans\":[\"dns\"]}",                             "wrong-type",    "/sans/0: an object"                              },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"sans\":[{\"type\":\"dns\",\"value\":\"a\"},{\"type\":"
     "\"dns\"}]}",                                                                     "",              "/sans/1/value: is required"                      },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"sans\":[{\"type\":\"x400\",\"value\":\"a\"}]}", "",
     "/sans/0/type: is not one of dns, ip, email, uri"                                                                                                         },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"sans\":[{\"typ\":\"dns\",\"value\":\"a\"}]}",
     "unknown-field",                                                                                        "/sans/0/typ: no such member; the nearest is type"},
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{}}",                                "",              "/validity/days: is required"                     },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":\"1\"}}",                  "wrong-type",
     "/validity/days: is a string"                                                                                                                             },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":1.5}}",                    "wrong-type",
     "/validity/days: is a number"                                                                                                                             },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":-1}}",                     "",
     "/validity/days: -1 is not from 0"                                                                                                                        },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":36526}}",                  "",
     "/validity/days: 36526 is not from 0"                                                                                                                     },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"not_after\":\"2030-01-01\"}",                   "",              "/not_after: is not"                              },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"not_after\":\"2030-01-01T00:00:00+01:00\"}",    "",
     "/not_after: is not"                                                                                                                                      },
    {"{\"profile\":\"p\",\"csr\":\"AAA=\",\"not_after\":\"1969-12-31T23:59:59Z\"}",         "",
     "/not_after: is not"                                                                                                                                      },
};

static void each_bad_body_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        struct request rq = {.method = "POST"};
        struct rest_submit body = {.comment = ""};
        struct ca_err err = {0};
        enum ca_rc rc;

        test_note(cases[i].body);
        rc = submit_read(&rq, cases[i].body, &body, &err);
        assert_int_equal(rc, cases[i].problem == NULL ? CA_OK : CA_MALFORMED);
        if (rc != CA_OK) {
            assert_string_equal(err.problem, cases[i].problem);
            assert_memory_equal(err.text, cases[i].says, strlen(cases[i].says));
        }
        rest_request_done(&rq);
    }
}

static const char full[] =
    "{\"profile\":\"tls\",\"authority\":\"ca\",\"csr\":\"AAEC\","
    "\"subject\":{\"common_name\":[\"a\",\"b\"],\"country\":\"DE\"},"
    "\"sans\":[{\"type\":\"DNS\",\"value\":\"www.example\"},{\"type\":\"ip\",\"value\":\"::1\"}],"
    "\"validity\":{\"days\":30},\"not_after\":\"2030-01-01T00:00:00Z\",\"comment\":\"\u00e9\"}";

static void a_whole_body_is_read(void **state)
{
    struct request rq = {.method = "POST"};
    struct rest_submit body = {.comment = ""};
    struct ca_err err = {0};
    const struct wire_pair *subject;
    const struct wire_pair *sans;

    (void)state;
    assert_int_equal(submit_read(&rq, full, &body, &err), CA_OK);
    assert_string_equal(body.profile, "tls");
    assert_int_equal(body.csr.len, 3);
    assert_true(body.subject.given && body.subject.n == 3);
    subject = body.subject.items; /* in the order of the name */
    assert_string_equal(subject[0].type, "country");
    assert_string_equal(subject[2].type, "common_name");
    assert_string_equal(subject[2].value, "b");
    sans = body.sans.items;
    assert_string_equal(sans[0].type, "dns"); /* its own form, not the client's */
    assert_string_equal(sans[1].value, "::1");
    assert_int_equal(body.validity->days, 30);
    assert_string_equal(body.comment, "\u00e9");
    rest_request_done(&rq);
}

static enum ca_rc read_full(const void *arg, struct ca_err *err)
{
    struct request rq = {.method = "POST"};
    struct rest_submit body = {.comment = ""};
    enum ca_rc rc = submit_read(&rq, arg, &body, err);

    rest_request_done(&rq);
    return rc;
}

static void reading_survives_each_failed_allocation(void **state)
{
    (void)state;
    fault_each_allocation(read_full, full);
}

static void reasons_are_read_in_each_spelling(void **state)
{
    static const struct {
        const char *word;
        const char *value; /* NULL: refused */
    } words[] = {
        {"key_compromise",       "key_compromise"        },
        {"key-compromise",       "key_compromise"        },
        {"keyCompromise",        "key_compromise"        },
        {"cACompromise",         "ca_compromise"         },
        {"CertificateHold",      "certificate_hold"      },
        {"cessationOfOperation", "cessation_of_operation"},
        {"remove_from_crl",      NULL                    },
        {"removeFromCRL",        NULL                    },
        {"keycompromis",         NULL                    },
        {"keycompromised",       NULL                    },
        {"",                     NULL                    },
        {"_",                    NULL                    },
    };

    (void)state;
    for (size_t i = 0; i < CA_COUNT(words); i++) {
        struct request rq = {.method = "PUT"};
        struct rest_revoke body = {.reason = NULL};
        struct ca_err err = {0};
        char text[100];

        test_note(words[i].word);
        (void)snprintf(text, sizeof(text), "{\"reason\":\"%s\"}", words[i].word);
        rq.body = ca_bytes_str(text);
        assert_int_equal(json_read(&rq, &rest_revoke_schema, &body, &err),
                         words[i].value != NULL ? CA_OK : CA_MALFORMED);
        if (words[i].value != NULL)
            assert_string_equal(body.reason, words[i].value);
        rest_request_done(&rq);
    }
}

static struct rest_request sample_request(void)
{
    static const struct rest_finding findings[] = {
        {"/a", "r", "v", "w", "t\"\\\n\x01", true}
    };
    static const struct rest_action actions[] = {
        {"download", true,  NULL},
        {"x",        false, "no"}
    };
    static const uint8_t serial[] = {0x41, 0xab};

    return (struct rest_request){
        .id = {{1}},
        .status = "issued",
        .profile = "tls",
        .authority = "",
        .created_at = 1,
        .serial = {      serial, 2},
        .findings = { findings,   1, true},
        .allowed_actions = {  actions,   2, true},
    };
}

static void an_object_is_written_as_its_table_says(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct rest_request from = sample_request();

    (void)state;
    json_write(&rest_request_schema, &from, &text);
    assert_string_equal(
        ca_buf_cstr(&text),
        "{\"id\":\"01000000-0000-0000-0000-000000000000\",\"status\":\"issued\",\"profile\":\"tls\","
        "\"authority\":\"\",\"requester\":\"\",\"channel\":\"\",\"subject\":\"\","
        "\"created_at\":\"1970-01-01T00:00:01Z\",\"plan_digest\":null,\"certificate_id\":null,"
        "\"serial\":\"41ab\",\"findings\":[{\"pointer\":\"/a\",\"rule\":\"r\",\"value\":\"v\","
        "\"allowed\":\"w\",\"detail\":\"t\\\"\\\\\\n\\u0001\",\"refuses\":true}],\"revision\":0,"
        "\"allowed_actions\":[{\"action\":\"download\",\"allowed\":true},"
        "{\"action\":\"x\",\"allowed\":false,\"reason\":\"no\"}]}");
}

/* Prints how long one takes; no test passes or fails by it. */
static void writing_is_measured(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    struct rest_request from = sample_request();
    int64_t began = ca_mono_us();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        ca_buf_reset(&text);
        json_write(&rest_request_schema, &from, &text);
    }
    print_message("Request object: %.2f us\n", (double)(ca_mono_us() - began) / 10000);
}

/* The place stands in an answer, which is UTF-8 whatever the name was. */
static void a_long_name_is_cut_between_characters(void **state)
{
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x91",
                                             "~", "\xff"};

    (void)state;
    for (size_t c = 0; c < CA_COUNT(characters); c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            struct json_place place = {""};
            struct json_place root = {""};
            CA_AUTO(buf) struct ca_buf name = {0};

            ca_buf_add(&name, "xxx", shift);
            while (name.len < 100)
                ca_buf_str(&name, characters[c]);
            json_place_member(&place, &root, ca_buf_cstr(&name));
            assert_int_equal(place.text[0], '/');
            assert_true(ca_text_is_clean(ca_bytes_str(place.text)));
            assert_in_range(strlen(place.text), 2, 81);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_body_is_refused_with_its_place),
        cmocka_unit_test(a_whole_body_is_read),
        cmocka_unit_test(reading_survives_each_failed_allocation),
        cmocka_unit_test(reasons_are_read_in_each_spelling),
        cmocka_unit_test(an_object_is_written_as_its_table_says),
        cmocka_unit_test(writing_is_measured),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
