/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "api/rest/rest.h"
#include "base/base64.h"
#include "base/pem.h"
#include "db/operator.h"
#include "tests/unit/rest_case.h"

/* What changes something: the question that the signer gets, and what its answer becomes. */

static void post(struct rest_case *c, const char *type, struct ca_bytes body)
{
    rest_case_next(c);
    c->rq.method = "POST";
    c->rq.type = type;
    c->rq.body = body;
}

static void a_pkcs10_body_is_asked_for_as_it_is(void **state)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    CA_AUTO(sample) struct sample pem = sample_load("rest", "leaf-csr.pem");
    struct ca_bytes in = pem.bytes;
    const struct wire_issue *ask;
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_REQUESTER);
    assert_int_equal(pem_take(&in, NULL, &der, &c.err), CA_OK);
    post(&c, "application/pkcs10", pem.bytes);
    c.rq.query[0] = (struct rest_pair){"profile", "tls"};
    c.rq.headers[0] = (struct rest_pair){"Idempotency-Key", "k 1"};
    assert_int_equal(rest_case_run(&c, rest_requests_post), CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_ISSUE);
    ask = c.rq.asked->body;
    assert_true(ca_bytes_equal(ask->csr, ca_buf_view(&der)));
    assert_string_equal(ask->profile, "tls");
    assert_string_equal(ask->idempotency_key, "k 1");
    assert_true(!ask->subject_given && !ask->sans_given);
    post(&c, "application/pkcs10", ca_buf_view(&der));
    c.rq.query[0] = (struct rest_pair){"profile", "tls"};
    assert_int_equal(rest_case_run(&c, rest_requests_post), CA_OK);
    ask = c.rq.asked->body;
    assert_true(ca_bytes_equal(ask->csr, ca_buf_view(&der)));
    assert_int_equal(strlen(ask->idempotency_key), 36); /* one of our own */
    rest_case_done(&c);
}

static void an_empty_subject_is_not_no_subject(void **state)
{
    const struct wire_issue *ask;
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_REQUESTER);
    post(&c, "application/json",
         ca_bytes_str("{\"profile\":\"p\",\"csr\":\"AAA=\",\"subject\":{},\"sans\":"
                      "[{\"type\":\"dns\",\"value\":\"a\"}],\"validity\":{\"days\":2}}"));
    assert_int_equal(rest_case_run(&c, rest_requests_post), CA_OK);
    ask = c.rq.asked->body;
    assert_true(ask->subject_given && ask->subject_n == 0);
    assert_true(ask->sans_given && ask->sans_n == 1);
    assert_string_equal(ask->sans[0].type, "dns");
    assert_int_equal(ask->validity_s, 172800);
    rest_case_done(&c);
}

static void bad_submissions_never_reach_the_signer(void **state)
{
    /* clang-format off */
    static const struct {
        const char *type;
        struct rest_pair query;
        struct rest_pair header;
        const char *body;
        const char *problem;
    } bad[] = {
        {"", {NULL, NULL}, {NULL, NULL}, "{}", "unsupported-media-type"},
        {"text/plain", {NULL, NULL}, {NULL, NULL}, "{}", "unsupported-media-type"},
        {"application/pkcs10", {NULL, NULL}, {NULL, NULL}, "0", ""}, /* no profile */
        {"application/pkcs10", {"profile", "p"}, {NULL, NULL}, "", "malformed-csr"},
        {"application/pkcs10", {"profile", "p"}, {NULL, NULL},
         "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "malformed-csr"},
        {"application/json", {"profile", "p"}, {NULL, NULL}, "{}", "unknown-parameter"},
        {"application/json", {"explain", "true"}, {NULL, NULL}, /* without dry_run */
         "{\"profile\":\"p\",\"csr\":\"AAA=\"}", ""},
        {"application/json", {"dry_run", "yes"}, {NULL, NULL},
         "{\"profile\":\"p\",\"csr\":\"AAA=\"}", ""},
        {"application/json", {NULL, NULL}, {"Accept", "text/html"},
         "{\"profile\":\"p\",\"csr\":\"AAA=\"}", "not-acceptable"},
        {"application/json", {NULL, NULL}, {"Idempotency-Key", ""},
         "{\"profile\":\"p\",\"csr\":\"AAA=\"}", ""},
        {"application/json", {NULL, NULL}, {"Idempotency-Key", "\x7f"},
         "{\"profile\":\"p\",\"csr\":\"AAA=\"}", ""},
        {"application/json", {NULL, NULL}, {NULL, NULL},
         "{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":1},\"not_after\":"
         "\"2030-01-01T00:00:00Z\"}", ""},
        {"application/json", {NULL, NULL}, {NULL, NULL},
         "{\"profile\":\"p\",\"csr\":\"AAA=\",\"validity\":{\"days\":0}}", ""},
    };
    /* clang-format on */
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_REQUESTER);
    for (size_t i = 0; i < CA_COUNT(bad); i++) {
        test_note(bad[i].body);
        post(&c, bad[i].type, ca_bytes_str(bad[i].body));
        c.rq.query[0] = bad[i].query;
        c.rq.headers[0] = bad[i].header;
        assert_int_equal(rest_case_run(&c, rest_requests_post), CA_MALFORMED);
        assert_string_equal(c.err.problem, bad[i].problem);
        assert_null(c.rq.asked);
    }
    rest_case_done(&c);
}

/* 64 KiB pass, one octet more does not, in either form. */
static void a_csr_has_a_largest_size(void **state)
{
    CA_AUTO(buf) struct ca_buf body = {0};
    CA_AUTO(buf) struct ca_buf octets = {0};
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_REQUESTER);
    memset(ca_buf_room(&octets, 65537), 0x30, 65537);
    octets.len = 65537;
    for (size_t n = 65536; n <= 65537; n++) {
        enum ca_rc wanted = n == 65536 ? CA_OK : CA_LIMIT;

        post(&c, "application/pkcs10", (struct ca_bytes){octets.ptr, n});
        c.rq.query[0] = (struct rest_pair){"profile", "p"};
        assert_int_equal(rest_case_run(&c, rest_requests_post), wanted);
        ca_buf_reset(&body);
        ca_buf_str(&body, "{\"profile\":\"p\",\"csr\":\"");
        ca_base64_put(&body, (struct ca_bytes){octets.ptr, n});
        ca_buf_str(&body, "\"}");
        post(&c, "application/json", ca_buf_view(&body));
        assert_int_equal(rest_case_run(&c, rest_requests_post), wanted);
        assert_string_equal(c.err.problem, wanted == CA_OK ? "" : "too-large");
    }
    rest_case_done(&c);
}

static const struct {
    const char *state;
    bool repeated;
    bool certificate;
    const char *accept;
    int status;
    const char *type;
    const char *retry;
} answers[] = {
    {"issued",  false, true,  "*/*",                               201, "application/json",      NULL},
    {"issued",  true,  true,  "application/json",                  200, "application/json",      NULL},
    {"issued",  false, true,  "application/pem-certificate-chain", 201,
     "application/pem-certificate-chain",                                                        NULL},
    {"issued",  false, true,  "application/pkix-cert",             201, "application/pkix-cert", NULL},
    {"pending", false, false, "application/pem-certificate-chain", 202, "application/json",      "30"},
    {"issuing", false, false, "*/*",                               202, "application/json",      "1" },
};

static void the_answer_has_the_status_of_the_request(void **state)
{
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_REQUESTER);
    for (size_t i = 0; i < CA_COUNT(answers); i++) {
        struct wire_issued got = {.request_id = {{2}},
                                  .state = answers[i].state,
                                  .profile = "tls",
                                  .authority = "root",
                                  .repeated = answers[i].repeated};

        test_note(answers[i].state);
        post(&c, "application/json", ca_bytes_str(""));
        c.rq.headers[0] = (struct rest_pair){"Accept", answers[i].accept};
        c.rq.answer = &got;
        c.rq.database_away = true; /* the answer needs no query */
        if (answers[i].certificate)
            got.certificate = c.leaf.bytes;
        assert_int_equal(rest_case_run(&c, rest_requests_done), CA_OK);
        assert_int_equal(c.rs.status, answers[i].status);
        assert_string_equal(c.rs.type, answers[i].type);
        assert_string_equal(
            rest_response_header(&c.rs, "Location"),
            "https://ca.example:8443/api/v1/requests/02000000-0000-0000-0000-000000000000");
        if (answers[i].retry != NULL)
            assert_string_equal(rest_response_header(&c.rs, "Retry-After"), answers[i].retry);
    }
    rest_case_done(&c);
}

static void a_requester_sees_only_his_own_requests(void **state)
{
    static const struct {
        unsigned roles;
        bool mine;
        enum ca_rc rc;
    } rows[] = {
        {CA_REQUESTER, true,  CA_OK       },
        {CA_REQUESTER, false, CA_NOT_FOUND},
        {0,            false, CA_NOT_FOUND},
        {CA_OFFICER,   false, CA_OK       },
        {CA_ADMIN,     false, CA_OK       },
        {CA_AUDITOR,   false, CA_OK       },
    };
    struct rest_case c;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        rest_case_init(&c, rows[i].roles);
        c.rq.vars[0].value = rest_case_ask;
        rest_fake_db.requests[0].requester_id.octets[0] = rows[i].mine ? 7 : 8;
        assert_int_equal(rest_case_run(&c, rest_request_get), rows[i].rc);
        rest_case_next(&c);
        assert_int_equal(rest_case_run(&c, rest_requests_list), CA_OK);
        assert_int_equal(rest_fake_db.request_filter.requester != NULL,
                         (rows[i].roles & ~(unsigned)CA_REQUESTER) == 0);
        rest_case_done(&c);
    }
}

static void a_revocation_is_asked_with_its_code(void **state)
{
    const struct wire_revoke *ask;
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_OFFICER);
    post(&c, "application/json",
         ca_bytes_str("{\"reason\":\"privilegeWithdrawn\",\"invalidity_date\":"
                      "\"2026-01-01T00:00:00Z\"}"));
    c.rq.method = "PUT";
    assert_int_equal(rest_case_run(&c, rest_revocation_put), CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_REVOKE);
    ask = c.rq.asked->body;
    assert_int_equal(ask->reason, 9);
    assert_int_equal(ask->invalidity_date, 1767225600);
    post(&c, "application/json", ca_bytes_str("{\"reason\":\"unspecified\"}"));
    c.rq.vars[0].value = "05000000-0000-0000-0000-000000000000";
    assert_int_equal(rest_case_run(&c, rest_revocation_put), CA_NOT_FOUND);
    assert_null(c.rq.asked);
    post(&c, "", ca_bytes_str(""));
    assert_int_equal(rest_case_run(&c, rest_revocation_delete), CA_OK);
    assert_int_equal(c.rq.asked->kind, WIRE_RELEASE);
    rest_case_done(&c);
}

static void if_match_is_honoured(void **state)
{
    char etag[80];
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_OFFICER);
    assert_int_equal(rest_case_run(&c, rest_certificate_get), CA_OK);
    (void)snprintf(etag, sizeof(etag), "%s", c.rs.etag);
    for (int stale = 0; stale < 2; stale++) {
        post(&c, "application/json", ca_bytes_str("{\"reason\":\"superseded\"}"));
        c.rq.method = "PUT";
        c.rq.headers[0] = (struct rest_pair){"If-Match", etag};
        rest_fake_db.certificates[0].state = stale ? DB_CERT_HELD : DB_CERT_VALID;
        assert_int_equal(rest_case_run(&c, rest_revocation_put), stale ? CA_CONFLICT : CA_OK);
        assert_string_equal(c.err.problem, stale ? "stale" : "");
    }
    rest_case_done(&c);
}

static void bad_authorities_never_reach_the_signer(void **state)
{
    static const char *const bodies[] = {
        "{\"name\":\"a\"}",
        "{\"name\":\"a\",\"subject\":{}}",
        "{\"subject\":{\"common_name\":\"a\"}}",
        "{\"name\":\"a\",\"subject\":{\"common_name\":\"a\"},\"path_length\":17}",
        "{\"name\":\"a\",\"subject\":{\"common_name\":\"a\"},\"pss\":1}",
        /* clang takes a broken line in a list for a comma that was forgotten, unless it has these
         */
        ("{\"name\":\"a\",\"key\":\"rsa:4096\",\"adopt\":{\"key_label\":\"k\",\"certificate\":"
         "\"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\"}}"),
        "{\"name\":\"a\",\"adopt\":{\"key_label\":\"k\"}}",
        "{\"name\":\"a\",\"adopt\":{\"key_label\":\"k\",\"certificate\":\"x\"}}",
    };
    const struct wire_authority_create *ask;
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_ADMIN);
    for (size_t i = 0; i < CA_COUNT(bodies); i++) {
        test_note(bodies[i]);
        post(&c, "application/json", ca_bytes_str(bodies[i]));
        assert_int_equal(rest_case_run(&c, rest_authorities_post), CA_MALFORMED);
        assert_null(c.rq.asked);
    }
    post(&c, "application/json",
         ca_bytes_str("{\"name\":\"a\",\"parent\":null,\"subject\":{\"common_name\":\"a\"},"
                      "\"crl_validity_hours\":24,\"name_constraints\":{\"permitted_dns\":"
                      "[\"example\"]}}"));
    assert_int_equal(rest_case_run(&c, rest_authorities_post), CA_OK);
    ask = c.rq.asked->body;
    assert_string_equal(ask->parent, "");
    assert_int_equal(ask->path_length, -1);
    assert_int_equal(ask->crl_validity_s, 86400);
    assert_int_equal(ask->permitted_dns_n, 1);
    assert_false(ask->repeatable);
    c.rq.headers[0] = (struct rest_pair){"Idempotency-Key", "k-1"};
    assert_int_equal(rest_case_run(&c, rest_authorities_post), CA_OK);
    ask = c.rq.asked->body;
    assert_true(ask->repeatable);
    c.rq.headers[0].value = "";
    assert_int_equal(rest_case_run(&c, rest_authorities_post), CA_MALFORMED);
    rest_case_done(&c);
}

static void an_authority_is_what_the_signer_says(void **state)
{
    static const struct wire_authority_status online = {"root", true, ""};
    static const struct wire_authority_status offline = {"root", false, "its key is gone"};
    const struct wire_status_is up = {.authorities = &online, .authorities_n = 1};
    const struct wire_status_is down = {.authorities = &offline, .authorities_n = 1};
    const struct {
        const struct wire_status_is *status;
        const char *says;
    } rows[] = {
        {&up,   "\"state\":\"online\",\"reason\":null,\"subject\":\"CN=Root,O=Example\""},
        {&down, "\"state\":\"offline\",\"reason\":\"its key is gone\""                  },
        {NULL,  "\"state\":\"offline\",\"reason\":\"the signer does not answer\""       },
    };
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        rest_case_next(&c);
        c.rq.vars[0] = (struct rest_pair){"name", "root"};
        c.rq.answer = rows[i].status;
        assert_int_equal(rest_case_run(&c, rest_authority_get_done), CA_OK);
        assert_non_null(strstr(rest_response_text(&c.rs), rows[i].says));
    }
    rest_case_next(&c);
    c.rq.vars[0] = (struct rest_pair){"name", "nobody"};
    assert_int_equal(rest_case_run(&c, rest_authority_get_done), CA_NOT_FOUND);
    rest_case_next(&c);
    c.rq.vars[0] = (struct rest_pair){"name", "root"};
    c.rq.database_away = true;
    assert_int_equal(rest_case_run(&c, rest_authority_get_done), CA_UNAVAILABLE);
    rest_case_done(&c);
}

static void health_is_as_bad_as_the_worst(void **state)
{
    const struct wire_status_is fine = {.token = true, .database = true, .token_reason = ""};
    const struct wire_status_is late = {
        .token = true, .database = true, .token_reason = "", .overdue_intents = 1};
    const struct wire_status_is gone = {.database = true, .token_reason = "unplugged"};
    const struct {
        const struct wire_status_is *status;
        bool database_away;
        const char *says;
    } rows[] = {
        {&fine, false, "{\"status\":\"ok\""                                                   },
        {&late, false, "{\"status\":\"warning\""                                              },
        {&gone, false, "{\"name\":\"token\",\"status\":\"critical\",\"detail\":\"unplugged\"}"},
        {NULL,  false, "{\"status\":\"critical\""                                             },
        {&fine, true,  "{\"name\":\"database\",\"status\":\"critical\""                       },
    };
    struct rest_case c;

    (void)state;
    rest_case_init(&c, CA_AUDITOR);
    for (size_t i = 0; i < CA_COUNT(rows); i++) {
        rest_case_next(&c);
        c.rq.answer = rows[i].status;
        c.rq.database_away = rows[i].database_away;
        assert_int_equal(rest_case_run(&c, rest_health_done), CA_OK);
        assert_non_null(strstr(rest_response_text(&c.rs), rows[i].says));
    }
    rest_case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pkcs10_body_is_asked_for_as_it_is),
        cmocka_unit_test(an_empty_subject_is_not_no_subject),
        cmocka_unit_test(bad_submissions_never_reach_the_signer),
        cmocka_unit_test(a_csr_has_a_largest_size),
        cmocka_unit_test(the_answer_has_the_status_of_the_request),
        cmocka_unit_test(a_requester_sees_only_his_own_requests),
        cmocka_unit_test(a_revocation_is_asked_with_its_code),
        cmocka_unit_test(if_match_is_honoured),
        cmocka_unit_test(bad_authorities_never_reach_the_signer),
        cmocka_unit_test(an_authority_is_what_the_signer_says),
        cmocka_unit_test(health_is_as_bad_as_the_worst),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
