/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "api/rest/cursor.h"
#include "api/rest/rest.h"
#include "base/pem.h"
#include "db/operator.h"
#include "tests/unit/rest_case.h"

static void a_certificate_shows_what_is_in_it(void **state)
{
    static const char *const parts[] = {
        "\"serial\":\"41ab0000000000000000000000000000beef\"",
        "\"sans\":[{\"type\":\"dns\",\"value\":\"www.example\"},{\"type\":\"ip\",\"value\":"
        "\"192.0.2.1\"},{\"type\":\"email\",\"value\":\"a@b.example\"},{\"type\":\"uri\","
        "\"value\":\"https://www.example/a\"}]",
        "\"status\":\"valid\"",
        "\"flags\":[\"L\",\"I\"]",
        "\"revocation\":null",
        "\"key\":{\"type\":\"ec\",\"curve\":\"P-256\"}",
        "\"key_usage\":[\"digital_signature\",\"key_agreement\"]",
        "\"extended_key_usage\":[\"server_auth\",\"client_auth\",\"1.2.3.4.5\"]",
        "\"akid\":\"",
        "\"skid\":\"",
        "{\"action\":\"revoke\",\"allowed\":false,\"reason\":\"your roles do not allow it\"}",
        "{\"action\":\"unhold\",\"allowed\":false",
        "{\"action\":\"download\",\"allowed\":true}",
    };
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_REQUESTER);
    assert_int_equal(rest_case_run(&c, rest_certificate_get), CA_OK);
    assert_int_equal(c.rs.status, 200);
    for (size_t i = 0; i < CA_COUNT(parts); i++) {
        test_note(parts[i]);
        assert_non_null(strstr(rest_response_text(&c.rs), parts[i]));
    }
    assert_true(c.rs.etag[0] == '"');
    rest_case_done(&c);
}

static void a_revoked_certificate_says_why(void **state)
{
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_OFFICER);
    rest_fake_db.certificates[0].state = DB_CERT_REVOKED;
    rest_fake_db.certificates[0].reason = 9;
    rest_fake_db.certificates[0].revoked_at = 1;
    assert_int_equal(rest_case_run(&c, rest_certificate_get), CA_OK);
    assert_non_null(strstr(rest_response_text(&c.rs), "\"flags\":[\"L\",\"I\",\"R\"]"));
    assert_non_null(strstr(rest_response_text(&c.rs),
                           "\"revocation\":{\"reason\":\"privilege_withdrawn\",\"revoked_at\":"
                           "\"1970-01-01T00:00:01Z\",\"invalidity_date\":null,\"comment\":null}"));
    assert_non_null(
        strstr(rest_response_text(&c.rs),
               "{\"action\":\"revoke\",\"allowed\":false,\"reason\":\"it is revoked already\"}"));
    rest_case_done(&c);
}

static const struct content_case {
    const char *accept; /* NULL: none */
    const char *format; /* suffix; NULL: none */
    enum ca_rc rc;
    const char *answer; /* type, or problem */
} contents[] = {
    {NULL,                                                  NULL,        CA_OK,        "application/pem-certificate-chain"            },
    {"*/*",                                                 NULL,        CA_OK,        "application/pem-certificate-chain"            },
    {"application/pkix-cert",                               NULL,        CA_OK,        "application/pkix-cert"                        },
    {"application/pkix-cert;q=0.5, application/pkcs7-mime", NULL,        CA_OK,
     "application/pkcs7-mime; smime-type=certs-only"                                                                                  },
    {"application/x-pem-file",                              NULL,        CA_OK,        "application/x-pem-file"                       },
    {"application/pem-certificate-chain",                   NULL,        CA_OK,        "application/pem-certificate-chain"            },
    {"application/json",                                    NULL,        CA_MALFORMED, "not-acceptable"                               },
    {"text/html",                                           NULL,        CA_MALFORMED, "not-acceptable"                               },
    {"application/pkix-cert;q=0",                           NULL,        CA_MALFORMED, "not-acceptable"                               },
    {"text/html",                                           "der",       CA_OK,        "application/pkix-cert"                        }, /* the suffix decides */
    {NULL,                                                  "pem",       CA_OK,        "application/x-pem-file"                       },
    {NULL,                                                  "chain.pem", CA_OK,        "application/pem-certificate-chain"            },
    {NULL,                                                  "p7c",       CA_OK,        "application/pkcs7-mime; smime-type=certs-only"},
    {NULL,                                                  "p12",       CA_NOT_FOUND, ""                                             },
    {NULL,                                                  "",          CA_NOT_FOUND, ""                                             },
    {NULL,                                                  "PEM",       CA_NOT_FOUND, ""                                             },
};

static void content_run(struct rest_case *c, const struct content_case *row)
{
    if (row->accept != NULL)
        c->rq.headers[0] = (struct rest_pair){"Accept", row->accept};
    if (row->format != NULL)
        c->rq.vars[1] = (struct rest_pair){"format", row->format};
    assert_int_equal(rest_case_run(c, rest_certificate_content), row->rc);
}

static void content_is_sent_as_accept_or_suffix_say(void **state)
{
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    for (size_t i = 0; i < CA_COUNT(contents); i++) {
        const struct content_case *row = &contents[i];

        test_note(row->answer);
        rest_case_next(&c);
        content_run(&c, row);
        assert_string_equal(row->rc == CA_OK ? c.rs.type : c.err.problem, row->answer);
    }
    rest_case_done(&c);
}

static void each_form_holds_the_certificate(void **state)
{
    static const struct content_case der = {.format = "der"};
    static const struct content_case p7c = {.format = "p7c"};
    static const struct content_case chain = {.format = "chain.pem"};
    CA_AUTO(buf) struct ca_buf first = {0};
    struct ca_bytes in;
    const unsigned char *at;
    struct rest_case c;
    PKCS7 *p7;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    content_run(&c, &der);
    assert_true(ca_bytes_equal(ca_buf_view(&c.rs.body), c.leaf.bytes));
    rest_case_next(&c);
    content_run(&c, &chain);
    in = ca_buf_view(&c.rs.body);
    assert_int_equal(pem_take(&in, "CERTIFICATE", &first, &c.err), CA_OK);
    assert_true(ca_bytes_equal(ca_buf_view(&first), c.leaf.bytes));
    rest_case_next(&c);
    content_run(&c, &p7c);
    at = c.rs.body.ptr;
    p7 = d2i_PKCS7(NULL, &at, (long)c.rs.body.len); /* as others read it */
    assert_non_null(p7);
    assert_ptr_equal(at, c.rs.body.ptr + c.rs.body.len);
    assert_int_equal(sk_X509_num(p7->d.sign->cert), 2);
    PKCS7_free(p7);
    rest_case_done(&c);
}

/* What is asked, which way of reading it finds the row. */
static void a_search_tries_each_meaning(void **state)
{
    static const struct {
        const char *q;
        size_t lists; /* queries until it is found */
        size_t items;
    } searches[] = {
        {"41AB:00:00:00:00:00:00:00:00:00:00:00:00:00:00:BE:EF", 1, 1},
        {"www.example",                                          1, 1}, /* no number: the exact name first */
        {"WWW.EXAM",                                             2, 1}, /* then the front of the CN */
        {"nobody.example",                                       2, 0},
        {"12345678",                                             5, 0}, /* hexadecimal, decimal, fingerprint, name, prefix */
    };
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    for (size_t i = 0; i < CA_COUNT(searches); i++) {
        test_note(searches[i].q);
        rest_case_next(&c);
        rest_fake_db.lists = 0;
        c.rq.query[0] = (struct rest_pair){"q", searches[i].q};
        assert_int_equal(rest_case_run(&c, rest_certificates_list), CA_OK);
        assert_int_equal(rest_fake_db.lists, searches[i].lists);
        assert_int_equal(strstr(rest_response_text(&c.rs), "\"items\":[{") != NULL,
                         searches[i].items);
        assert_non_null(strstr(rest_response_text(&c.rs), "\"next\":null}"));
    }
    rest_case_done(&c);
}

static void bad_filters_are_refused(void **state)
{
    static const struct rest_pair bad[] = {
        {"serial",        "xyz"                 },
        {"fingerprint",   "dead"                },
        {"status",        "good"                },
        {"sort",          "name"                },
        {"limit",         "0"                   },
        {"limit",         "501"                 },
        {"limit",         "-1"                  },
        {"limit",         "99999999999999999999"},
        {"limit",         ""                    },
        {"not_after[lt]", "tomorrow"            },
        {"not_after[gt]", "2030-01-01T00:00:00Z"},
        {"requester",     "nobody"              },
        {"cursor",        "AAAA"                },
        {"cursor",        ""                    },
        {"cursor",        "!"                   },
        {"offset",        "5"                   },
    };
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        test_note(bad[i].value);
        rest_case_next(&c);
        c.rq.query[0] = bad[i];
        assert_int_equal(rest_case_run(&c, rest_certificates_list), CA_MALFORMED);
    }
    rest_case_done(&c);
}

static void a_page_leads_to_the_next_one_of_the_same_list(void **state)
{
    struct rest_case c;
    char next[REST_CURSOR_TEXT] = "";
    const char *at;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    rest_fake_db.certificates[1] = rest_fake_db.certificates[0];
    rest_fake_db.certificate_n = 2;
    c.rq.path = "/api/v1/certificates";
    c.rq.query[0] = (struct rest_pair){"limit", "1"};
    c.rq.query[1] = (struct rest_pair){"profile", "a b"};
    assert_int_equal(rest_case_run(&c, rest_certificates_list), CA_OK);
    at = strstr(rest_response_text(&c.rs), "\"next\":\"");
    assert_non_null(at);
    memcpy(next, at + 8, strcspn(at + 8, "\""));
    at = rest_response_header(&c.rs, "Link");
    assert_memory_equal(
        at, "<https://ca.example:8443/api/v1/certificates?limit=1&profile=a%20b&cursor=", 74);
    assert_non_null(strstr(at, next));

    rest_case_next(&c); /* the same filters */
    c.rq.path = "/api/v1/certificates";
    c.rq.query[0] = (struct rest_pair){"cursor", next};
    c.rq.query[1] = (struct rest_pair){"profile", "a b"};
    assert_int_equal(rest_case_run(&c, rest_certificates_list), CA_OK);
    assert_int_equal(rest_fake_db.after.id.octets[0], 1);
    assert_int_equal(rest_fake_db.after.not_after, rest_fake_db.certificates[0].not_after);

    rest_case_next(&c); /* another filter */
    c.rq.path = "/api/v1/certificates";
    c.rq.query[0] = (struct rest_pair){"cursor", next};
    c.rq.query[1] = (struct rest_pair){"profile", "a"};
    assert_int_equal(rest_case_run(&c, rest_certificates_list), CA_MALFORMED);
    assert_string_equal(c.err.problem, "bad-cursor");

    rest_case_next(&c); /* one digit changed */
    next[10] = next[10] == 'A' ? 'B' : 'A';
    c.rq.path = "/api/v1/certificates";
    c.rq.query[0] = (struct rest_pair){"cursor", next};
    c.rq.query[1] = (struct rest_pair){"profile", "a b"};
    assert_int_equal(rest_case_run(&c, rest_certificates_list), CA_MALFORMED);
    rest_case_done(&c);
}

static void an_unknown_certificate_is_not_found(void **state)
{
    static const char *const ids[] = {"05000000-0000-0000-0000-000000000000", "1", "",
                                      "41ab0000000000000000000000000000beef"};
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    for (size_t i = 0; i < CA_COUNT(ids); i++) {
        rest_case_next(&c);
        c.rq.vars[0].value = ids[i];
        assert_int_equal(rest_case_run(&c, rest_certificate_get), CA_NOT_FOUND);
    }
    rest_case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_shows_what_is_in_it),
        cmocka_unit_test(a_revoked_certificate_says_why),
        cmocka_unit_test(content_is_sent_as_accept_or_suffix_say),
        cmocka_unit_test(each_form_holds_the_certificate),
        cmocka_unit_test(a_search_tries_each_meaning),
        cmocka_unit_test(bad_filters_are_refused),
        cmocka_unit_test(a_page_leads_to_the_next_one_of_the_same_list),
        cmocka_unit_test(an_unknown_certificate_is_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
