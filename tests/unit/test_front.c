/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/unit/front_support.h"

static struct front_case *c;

static int ec_start(void **state)
{
    (void)state;
    c = front_case_start("P-256");
    return 0;
}

static int rsa_start(void **state)
{
    (void)state;
    c = front_case_start("RSA");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    front_case_stop(c);
    return 0;
}

static int ask(const char *method, const char *path, int who, struct ca_buf *header,
               struct ca_buf *body)
{
    struct front_call call = {.method = method, .path = path, .who = who};

    return front_ask(c, &call, header, body);
}

static const struct {
    int who;
    const char *method, *path;
    int status;
    const char *says;
} callers[] = {
    {-1,            "GET",    "/api/v1/openapi.json",              200, "ok"                           },
    {-1,            "GET",    "/api/v1/whoami",                    401, "no client certificate"        },
    {-1,            "GET",    "/api/v1/nothing",                   404, "not-found"                    },
    {PKI_OFFICER,   "GET",    "/api/v1/whoami",                    200, "olga"                         },
    {PKI_OFFICER,   "HEAD",   "/api/v1/whoami",                    200, ""                             },
    {PKI_REQUESTER, "GET",    "/api/v1/whoami",                    200, "rob"                          },
    {PKI_REQUESTER, "DELETE", "/api/v1/certificates/x/revocation", 403, "officer or admin"             },
    {PKI_OFFICER,   "DELETE", "/api/v1/certificates/x/revocation", 200, "ok"                           },
    {PKI_OFFICER,   "POST",   "/api/v1/authorities",               403, "this takes admin"             },
    {PKI_STRANGER,  "GET",    "/api/v1/whoami",                    401, "no operator is enrolled"      },
    {PKI_REVOKED,   "GET",    "/api/v1/whoami",                    401, "revoked or on hold"           },
    {PKI_EXPIRED,   "GET",    "/api/v1/whoami",                    401, "is expired"                   },
    {PKI_FOREIGN,   "GET",    "/api/v1/whoami",                    401, "not trusted"                  },
    {PKI_NO_EKU,    "GET",    "/api/v1/whoami",                    401, "not for client authentication"},
    {PKI_OFFICER,   "PUT",    "/api/v1/whoami",                    405, "takes GET"                    },
    {PKI_OFFICER,   "GET",    "/api/v1/certificates/a%2fb",        200, "a/b"                          },
    {PKI_OFFICER,   "GET",    "/api/v1/certificates/%ff",          400, "cannot be decoded"            },
    {PKI_OFFICER,   "GET",    "/crl/issuing.crl",                  404, "nothing at"                   },
};

static void each_caller_gets_what_is_his(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(callers); i++) {
        CA_AUTO(buf) struct ca_buf header = {0};
        CA_AUTO(buf) struct ca_buf body = {0};
        int notes = front_fakes.notes;

        print_message("# %s %s as %d\n", callers[i].method, callers[i].path, callers[i].who);
        assert_int_equal(ask(callers[i].method, callers[i].path, callers[i].who, &header, &body),
                         callers[i].status);
        assert_non_null(strstr(ca_buf_cstr(&body), callers[i].says));
        assert_non_null(strstr(ca_buf_cstr(&header), "X-Request-Id: "));
        if (callers[i].status == 401 || callers[i].status == 403)
            assert_int_equal(front_fakes.notes, notes + 1); /* the audit hears of it */
    }
}

static void operators_are_remembered_for_a_second(void **state)
{
    int64_t began;
    int before;

    (void)state;
    (void)sleep(2);
    before = front_fakes.lookups;
    began = ca_mono_ms();
    for (int i = 0; i < 20; i++) {
        CA_AUTO(buf) struct ca_buf header = {0};
        CA_AUTO(buf) struct ca_buf body = {0};

        assert_int_equal(ask("GET", "/api/v1/whoami", PKI_OFFICER, &header, &body), 200);
    }
    assert_true(front_fakes.lookups - before <= (ca_mono_ms() - began) / 1000 + 1);
}

static void both_versions_of_tls_work(void **state)
{
    const long versions[] = {CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2,
                             CURL_SSLVERSION_TLSv1_3};
    struct front_call call = {.method = "GET", .path = "/api/v1/whoami", .who = PKI_OFFICER};

    (void)state;
    for (size_t i = 0; i < CA_COUNT(versions); i++) {
        CA_AUTO(buf) struct ca_buf header = {0};
        CA_AUTO(buf) struct ca_buf body = {0};

        call.tls = versions[i];
        assert_int_equal(front_ask(c, &call, &header, &body), 200);
    }
}

static void tls_reload_serves_the_new_certificate(void **state)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(front_reload_tls(c->front, c->key, (struct ca_bytes){0}, &err), CA_MALFORMED);
    assert_int_equal(front_reload_tls(c->front, c->key, ca_buf_view(&c->tls_chain), &err), CA_OK);
    assert_int_equal(ask("GET", "/api/v1/whoami", PKI_OFFICER, &header, &body), 200);
}

enum { BODY_MAX = 128 * 1024 };

static int post(size_t len, bool chunked, struct ca_buf *header, struct ca_buf *body)
{
    uint8_t *octets = malloc(len + 1);
    struct front_call call = {.method = "POST",
                              .path = "/api/v1/requests",
                              .who = PKI_REQUESTER,
                              .body = octets,
                              .body_len = len,
                              .chunked = chunked};
    int status;

    memset(octets, 'x', len + 1);
    status = front_ask(c, &call, header, body);
    free(octets);
    return status;
}

static const struct {
    size_t len;
    bool chunked;
    int status;
} bodies[] = {
    {0,            false, 201},
    {BODY_MAX,     false, 201},
    {BODY_MAX,     true,  201},
    {BODY_MAX + 1, false, 413},
    {BODY_MAX + 1, true,  413},
    {300000,       false, 413},
};

static void a_body_is_taken_up_to_its_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(bodies); i++) {
        CA_AUTO(buf) struct ca_buf header = {0};
        CA_AUTO(buf) struct ca_buf body = {0};

        print_message("# %zu octets%s\n", bodies[i].len, bodies[i].chunked ? ", chunked" : "");
        assert_int_equal(post(bodies[i].len, bodies[i].chunked, &header, &body), bodies[i].status);
        if (bodies[i].status == 201)
            assert_int_equal(body.len, bodies[i].len);
    }
}

static void the_signers_refusal_is_a_problem_document(void **state)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    int notes = front_fakes.notes;

    (void)state;
    front_fakes.signer_rc = CA_DENIED;
    assert_int_equal(post(10, false, &header, &body), 422);
    front_fakes.signer_rc = CA_OK;
    assert_non_null(strstr(ca_buf_cstr(&body), "\"errors\":[{\"pointer\":\"/csr\""));
    assert_non_null(strstr(ca_buf_cstr(&header), "application/problem+json"));
    assert_int_equal(front_fakes.notes, notes); /* the signer has audited it */
}

static const struct {
    bool wants_db;
    bool away;
    int status;
    int finishes;
} arrivals[] = {
    {false, false, 201, 1}, /* where the answer arrives */
    {true,  false, 201, 2}, /* and once more, on a worker */
    {true,  true,  503, 2},
    {false, true,  201, 1},
};

static void an_answer_goes_to_a_worker_only_for_the_database(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(arrivals); i++) {
        CA_AUTO(buf) struct ca_buf header = {0};
        CA_AUTO(buf) struct ca_buf body = {0};
        const char *field;
        int finishes;

        print_message("# %zu\n", i);
        assert_int_equal(ask("GET", "/api/v1/whoami", PKI_REQUESTER, &header, &body), 200);
        finishes = front_fakes.finishes; /* the caller is in the cache now */
        ca_buf_reset(&header);
        front_fakes.finish_wants_db = arrivals[i].wants_db;
        front_fakes.database_away = arrivals[i].away;
        assert_int_equal(post(10, false, &header, &body), arrivals[i].status);
        front_fakes.finish_wants_db = false;
        front_fakes.database_away = false;
        assert_int_equal(front_fakes.finishes - finishes, arrivals[i].finishes);
        field = strstr(ca_buf_cstr(&header), "X-Finish: ");
        assert_true(arrivals[i].status == 503 || field != NULL);
        assert_true(field == NULL || strstr(field + 1, "X-Finish: ") == NULL);
    }
}

/* I16 */
static void i16_a_silent_signer_gets_503_at_the_deadline(void **state)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    int64_t began = ca_mono_ms();

    (void)state;
    front_fakes.signer_delay_ms = 3000; /* comes after the deadline, and is dropped */
    assert_int_equal(post(10, false, &header, &body), 503);
    assert_true(ca_mono_ms() - began < 2500);
    assert_non_null(strstr(ca_buf_cstr(&header), "Retry-After: "));
    front_fakes.signer_delay_ms = 0;
}

static int batch(int n, struct ca_buf *body)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    const struct front_call call = {.method = "POST",
                                    .path = "/api/v1/request-batches",
                                    .who = PKI_REQUESTER,
                                    .body = "{}",
                                    .body_len = 2};

    front_fakes.batch = n;
    front_fakes.in_flight_most = 0;
    ca_buf_reset(body);
    return front_ask(c, &call, &header, body);
}

/* I16: a few at a time, each answered, refused or not taken, and one `finish` for all. */
static void i16_several_questions_are_asked_a_few_at_a_time(void **state)
{
    CA_AUTO(buf) struct ca_buf body = {0};
    int finishes = front_fakes.finishes;

    (void)state;
    front_fakes.signer_delay_ms = 20;
    assert_int_equal(batch(1, &body), 200);
    assert_string_equal(ca_buf_cstr(&body), "1 of 1");
    assert_int_equal(batch(200, &body), 200);
    assert_string_equal(ca_buf_cstr(&body), "200 of 200");
    assert_in_range(front_fakes.in_flight_most, 2, 16);
    front_fakes.signer_rc = CA_DENIED;
    assert_int_equal(batch(30, &body), 200);
    assert_string_equal(ca_buf_cstr(&body), "0 of 30");
    front_fakes.signer_rc = CA_OK;
    front_fakes.client_full = true;
    assert_int_equal(batch(30, &body), 200);
    assert_string_equal(ca_buf_cstr(&body), "0 of 30");
    front_fakes.client_full = false;
    assert_int_equal(front_fakes.finishes - finishes, 4);
    assert_int_equal(batch(0, &body), 500); /* our own bound */
    assert_int_equal(batch(257, &body), 500);
    front_fakes.signer_delay_ms = 1700; /* all of them too late */
    assert_int_equal(batch(30, &body), 503);
    front_fakes.signer_delay_ms = 0;
}

static int profile_ask(const char *path)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};

    return ask("GET", path, PKI_OFFICER, &header, &body);
}

/* "device" is built in, until the fake database says that it is out of use. */
static void what_is_activated_is_seen_within_seconds(void **state)
{
    int64_t deadline = ca_mono_ms() + 5000;

    (void)state;
    assert_int_equal(profile_ask("/api/v1/profiles/device"), 200);
    front_fakes.profile_sequence = 1;
    while (profile_ask("/api/v1/profiles/device") == 200 && ca_mono_ms() < deadline)
        (void)usleep(50000);
    assert_int_equal(profile_ask("/api/v1/profiles/device"), 404);
    assert_int_equal(profile_ask("/api/v1/profiles/https-ecc"), 200);
}

static void *slow_get(void *arg)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    int64_t began = ca_mono_ms();
    int status = ask("GET", "/api/v1/certificates/1", PKI_OFFICER, &header, &body);

    /* What is refused by the full queue is refused at once; what waited too long is not counted. */
    if (status == 503 &&
        (strstr(ca_buf_cstr(&body), "overloaded") == NULL || ca_mono_ms() - began >= 900))
        status = 0;
    *(int *)arg = status;
    return NULL;
}

static void i16_a_full_queue_refuses_at_once(void **state)
{
    pthread_t threads[12];
    int statuses[12];
    int served = 0;
    int refused = 0;

    (void)state;
    front_fakes.worker_delay_ms = 1000;
    for (size_t i = 0; i < CA_COUNT(threads); i++)
        (void)pthread_create(&threads[i], NULL, slow_get, &statuses[i]);
    for (size_t i = 0; i < CA_COUNT(threads); i++) {
        (void)pthread_join(threads[i], NULL);
        served += statuses[i] == 200;
        refused += statuses[i] == 503;
    }
    front_fakes.worker_delay_ms = 0;
    /* Two workers take one each, four wait, the others are refused. */
    assert_in_range(served, 2, 6);
    assert_in_range(refused, 4, 8);
}

static bool crl_served(const char *path, struct ca_buf *answer, int status)
{
    for (int i = 0; i < 50; i++) {
        char text[256];
        int n = snprintf(text, sizeof(text),
                         "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);

        ca_buf_reset(answer);
        if (front_raw(c, text, (size_t)n, answer) == status)
            return true;
        (void)usleep(100000);
    }
    return false;
}

static const char *metrics_text(struct ca_buf *body)
{
    CA_AUTO(buf) struct ca_buf header = {0};

    ca_buf_reset(body);
    assert_int_equal(ask("GET", "/metrics", PKI_OFFICER, &header, body), 200);
    return ca_buf_cstr(body);
}

static void i12_a_crl_is_published_and_read_back(void **state)
{
    CA_AUTO(buf) struct ca_buf answer = {0};
    CA_AUTO(buf) struct ca_buf body = {0};
    char text[512];
    char etag[80];
    int n;

    (void)state;
    assert_int_equal(crl_served("/crl/issuing.crl", &answer, 404), true);
    front_fakes.crl_damaged = true; /* other octets than its row says: not published */
    front_fakes.crl_number = 7;
    (void)usleep(1500000);
    assert_true(crl_served("/crl/issuing.crl", &answer, 404));
    front_fakes.crl_damaged = false;
    assert_true(crl_served("/crl/issuing.crl", &answer, 200));
    assert_non_null(strstr(ca_buf_cstr(&answer), "application/pkix-crl"));
    assert_non_null(strstr(ca_buf_cstr(&answer), "Cache-Control: public, max-age=300"));
    assert_int_equal(sscanf(strstr(ca_buf_cstr(&answer), "ETag: ") + 6, "%79[^\r]", etag), 1);
    n = snprintf(text, sizeof(text),
                 "GET /crl/issuing.crl HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"a\", %s\r\n\r\n",
                 etag);
    ca_buf_reset(&answer);
    assert_int_equal(front_raw(c, text, (size_t)n, &answer), 304);
    for (int i = 0;
         i < 50 && strstr(metrics_text(&body), "ca_front_crl_read_back{ca=\"issuing\"} 1") == NULL;
         i++)
        (void)usleep(100000);
    assert_non_null(strstr(ca_buf_cstr(&body), "ca_crl_readback_ok_total 1\n"));
    assert_non_null(strstr(ca_buf_cstr(&body), "ca_front_crl_number{ca=\"issuing\"} 7"));
    assert_non_null(strstr(ca_buf_cstr(&body), "signer_metric 1"));

    /* A number that goes back is not served. */
    front_fakes.crl_number = 6;
    (void)usleep(1500000);
    assert_non_null(strstr(metrics_text(&body), "ca_front_crl_number{ca=\"issuing\"} 7"));
}

static void issuers_certificates_are_served(void **state)
{
    CA_AUTO(buf) struct ca_buf answer = {0};

    (void)state;
    assert_true(crl_served("/aia/issuing.cer", &answer, 200));
    assert_non_null(strstr(ca_buf_cstr(&answer), "application/pkix-cert"));
    assert_true(crl_served("/aia/issuing.p7c", &answer, 200));
    assert_non_null(strstr(ca_buf_cstr(&answer), "application/pkcs7-mime"));
    assert_true(crl_served("/aia/other.cer", &answer, 404));
}

static bool becomes_ready(void)
{
    for (int i = 0; i < 50; i++) {
        CA_AUTO(buf) struct ca_buf header = {0};
        CA_AUTO(buf) struct ca_buf body = {0};

        if (ask("GET", "/readyz", -1, &header, &body) == 200)
            return true;
        (void)usleep(100000);
    }
    return false;
}

static void readiness_names_what_is_missing(void **state)
{
    CA_AUTO(buf) struct ca_buf header = {0};
    CA_AUTO(buf) struct ca_buf body = {0};

    (void)state;
    assert_int_equal(ask("GET", "/readyz", -1, &header, &body), 200);
    front_fakes.database_away = true;
    front_fakes.signer_rc = CA_UNAVAILABLE;
    (void)usleep(1500000);
    ca_buf_reset(&body);
    assert_int_equal(ask("GET", "/readyz", -1, &header, &body), 503);
    assert_non_null(strstr(ca_buf_cstr(&body), "[\"database\",\"signer\"]"));
}

static void crls_outlive_database_signer_and_restart(void **state)
{
    CA_AUTO(buf) struct ca_buf answer = {0};

    (void)state;
    front_fakes.database_away = true;
    front_case_restart(c);
    assert_true(crl_served("/crl/issuing.crl", &answer, 200));
    front_fakes.database_away = false;
    front_fakes.signer_rc = CA_OK;
    assert_true(becomes_ready());
}

static void draining_answers_what_is_under_way(void **state)
{
    pthread_t thread;
    int status = 0;

    (void)state;
    front_fakes.worker_delay_ms = 700;
    (void)pthread_create(&thread, NULL, slow_get, &status);
    (void)usleep(300000);
    front_drain(c->front, 3000);
    assert_int_equal(front_connect(c->https_port), -1);
    (void)pthread_join(thread, NULL);
    assert_int_equal(status, 200);
}

int main(void)
{
    const struct CMUnitTest ec[] = {
        cmocka_unit_test(each_caller_gets_what_is_his),
        cmocka_unit_test(operators_are_remembered_for_a_second),
        cmocka_unit_test(both_versions_of_tls_work),
        cmocka_unit_test(tls_reload_serves_the_new_certificate),
        cmocka_unit_test(a_body_is_taken_up_to_its_bound),
        cmocka_unit_test(the_signers_refusal_is_a_problem_document),
        cmocka_unit_test(an_answer_goes_to_a_worker_only_for_the_database),
        cmocka_unit_test(i16_several_questions_are_asked_a_few_at_a_time),
        cmocka_unit_test(i16_a_silent_signer_gets_503_at_the_deadline),
        cmocka_unit_test(what_is_activated_is_seen_within_seconds),
        cmocka_unit_test(i16_a_full_queue_refuses_at_once),
        cmocka_unit_test(i12_a_crl_is_published_and_read_back),
        cmocka_unit_test(issuers_certificates_are_served),
        cmocka_unit_test(readiness_names_what_is_missing),
        cmocka_unit_test(crls_outlive_database_signer_and_restart),
        cmocka_unit_test(draining_answers_what_is_under_way),
    };
    const struct CMUnitTest rsa[] = {cmocka_unit_test(both_versions_of_tls_work)};
    int failed;

    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    failed = cmocka_run_group_tests_name("EC", ec, ec_start, stop) +
             cmocka_run_group_tests_name("RSA", rsa, rsa_start, stop);
    curl_global_cleanup();
    return failed;
}
