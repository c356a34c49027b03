/* SPDX-License-Identifier: Apache-2.0 */
/* What webhooks that decide are asked, what they may answer, and how many are asked at a time. */
#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/scep/decider.h"
#include "api/scep/decision.h"
#include "base/time.h"
#include "tests/unit/support.h"

#define LONG_50  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_200 LONG_50 LONG_50 LONG_50 LONG_50

static const struct decision_case {
    const char *json;
    enum ca_rc rc;
    enum scep_decided kind;
    const char *says;
} decisions[] = {
    {"{\"decision\":\"allow\",\"proof\":\"QUJD\"}",               CA_OK,        SCEP_ALLOW, "QUJD"   },
    {" {\"proof\" : \"x\", \"decision\" : \"allow\"}\r\n",        CA_OK,        SCEP_ALLOW, "x"      },
    {"{\"decision\":\"deny\"}",                                   CA_OK,        SCEP_DENY,  ""       },
    {"{\"decision\":\"deny\",\"reason\":\"\"}",                   CA_OK,        SCEP_DENY,  ""       },
    {"{\"decision\":\"deny\",\"reason\":\"d\\u00fcrfte\"}",       CA_OK,        SCEP_DENY,  "dürfte"},
    {"{\"decision\":\"deny\",\"reason\":\"" LONG_200 "\"}",       CA_OK,        SCEP_DENY,  LONG_200 },
    {"{\"decision\":\"pass\"}",                                   CA_OK,        SCEP_PASS,  ""       },
    {"",                                                          CA_MALFORMED, SCEP_DENY,  NULL     },
    {"allow",                                                     CA_MALFORMED, SCEP_DENY,  NULL     },
    {"\"allow\"",                                                 CA_MALFORMED, SCEP_DENY,  NULL     },
    {"true",                                                      CA_MALFORMED, SCEP_DENY,  NULL     },
    {"[]",                                                        CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{}",                                                        CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\"}",                                  CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\",\"proof\":\"\"}",                   CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\",\"proof\":null}",                   CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\",\"proof\":\"" LONG_200 "\"}",       CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\",\"proof\":\"a\\u0000b\"}",          CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\",\"reason\":\"x\"}",                 CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allow\",\"proof\":\"x\",\"reason\":\"x\"}", CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allowed\",\"proof\":\"x\"}",                CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"allowallowallowallow\",\"proof\":\"x\"}",   CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":[\"allow\"],\"proof\":\"x\"}",                CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"deny\",\"decision\":\"pass\"}",             CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"deny\",\"reason\":\"" LONG_200 "x\"}",      CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"deny\",\"reason\":\"a\\nb\"}",              CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"pass\",\"proof\":\"x\"}",                   CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"pass\"} {\"decision\":\"pass\"}",           CA_MALFORMED, SCEP_DENY,  NULL     },
    {"{\"decision\":\"pass\"",                                    CA_MALFORMED, SCEP_DENY,  NULL     },
};

static void an_answer_is_one_of_three(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(decisions); i++) {
        const struct decision_case *c = &decisions[i];
        struct scep_decision got = {.reason = "untouched"};
        struct ca_err err = {0};

        test_note(c->json);
        assert_int_equal(scep_decision_read(ca_bytes_str(c->json), &got, &err), c->rc);
        if (c->rc != CA_OK) {
            assert_string_equal(got.reason, "untouched");
            continue;
        }
        assert_int_equal(got.kind, c->kind);
        assert_string_equal(c->kind == SCEP_ALLOW ? got.proof : got.reason, c->says);
    }
}

static void a_long_answer_is_not_read(void **state)
{
    static char text[SCEP_DECISION_MAX + 2];
    struct scep_decision got;
    struct ca_err err = {0};

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, "{\"decision\":\"pass\"}", 19);
    assert_int_equal(
        scep_decision_read((struct ca_bytes){(uint8_t *)text, SCEP_DECISION_MAX}, &got, &err),
        CA_OK);
    assert_int_equal(
        scep_decision_read((struct ca_bytes){(uint8_t *)text, SCEP_DECISION_MAX + 1}, &got, &err),
        CA_LIMIT);
}

static void a_question_is_json_whatever_the_transaction_is_called(void **state)
{
    static const uint8_t csr[] = {1, 2, 3};
    const struct scep_asked_about about = {
        "plain", "\"}, \\ {", "192.0.2.1", "r-1", 19, {csr, sizeof(csr)}
    };
    CA_AUTO(buf) struct ca_buf text = {0};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(scep_question_write(&about, &text, &err), CA_OK);
    assert_non_null(strstr(ca_buf_cstr(&text), "\"transaction_id\":\"\\\"}, \\\\ {\""));
    assert_non_null(strstr(ca_buf_cstr(&text), "\"csr\":\"AQID\""));
    assert_non_null(strstr(ca_buf_cstr(&text), "\"csr_sha256\":\"039058c6"));
    assert_non_null(strstr(ca_buf_cstr(&text), "\"type\":\"scep.enrolment\""));
}

/* Connections are taken, and nobody answers. */
static int mute_listen(char url[40])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, DECIDER_MAX), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(url, 40, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    return fd;
}

static struct scep_call_out outs[DECIDER_MAX + 1];
static atomic_size_t told_n;

static void told(struct scep_call_out *out)
{
    assert_true(out->error[0] != '\0');
    assert_null(out->call.curl);
    (void)atomic_fetch_add(&told_n, 1);
}

static enum ca_rc put(struct scep_decider *d, struct scep_call_out *out, uint8_t endpoint,
                      const char *url, bool allow_private)
{
    const struct webhook_call_config to = {url, "", allow_private, 60000, 60000, SCEP_DECISION_MAX};
    struct ca_err err = {0};
    enum ca_rc rc;

    *out = (struct scep_call_out){.endpoint = {{endpoint}}, .told = told};
    out->call.body = ca_bytes_str("{}");
    assert_int_equal(webhook_call_make(&out->call, &to, out, &err), CA_OK);
    rc = scep_decider_put(d, out, &err);
    if (rc == CA_OK)
        return rc;
    assert_string_equal(err.problem, "overloaded");
    webhook_call_done(&out->call);
    return rc;
}

/* I16: a slow webhook takes the places of its endpoint, and all of them together so many. */
static void i16_so_many_calls_wait_and_no_more(void **state)
{
    struct scep_decider *d = NULL;
    struct ca_err err = {0};
    char url[40];
    int fd = mute_listen(url);
    size_t n = 0;

    (void)state;
    atomic_store(&told_n, 0);
    assert_int_equal(scep_decider_start(&d, &err), CA_OK);
    for (uint8_t endpoint = 1; endpoint <= DECIDER_MAX / DECIDER_ENDPOINT_MAX; endpoint++) {
        for (int i = 0; i < DECIDER_ENDPOINT_MAX; i++)
            assert_int_equal(put(d, &outs[n++], endpoint, url, true), CA_OK);
        assert_int_equal(put(d, &outs[n], endpoint, url, true), CA_LIMIT);
    }
    assert_int_equal(put(d, &outs[n], 99, url, true), CA_LIMIT);
    assert_int_equal(atomic_load(&told_n), 0);
    scep_decider_stop(d);
    assert_int_equal(atomic_load(&told_n), DECIDER_MAX); /* nobody is forgotten */
    (void)close(fd);
}

static void a_private_address_is_not_called(void **state)
{
    struct scep_decider *d = NULL;
    struct ca_err err = {0};
    char url[40];
    int fd = mute_listen(url);

    (void)state;
    atomic_store(&told_n, 0);
    assert_int_equal(scep_decider_start(&d, &err), CA_OK);
    assert_int_equal(put(d, &outs[0], 1, url, false), CA_OK);
    while (atomic_load(&told_n) == 0)
        (void)usleep(1000);
    scep_decider_stop(d);
    assert_int_equal(atomic_load(&told_n), 1);
    assert_non_null(strstr(outs[0].error, "webhooks.allow_private"));
    assert_int_equal(outs[0].status, 0);
    (void)close(fd);
}

static void without_a_thread_nothing_is_asked(void **state)
{
    struct scep_call_out out = {.told = told};
    struct ca_err err = {0};

    (void)state;
    assert_int_equal(scep_decider_put(NULL, &out, &err), CA_UNAVAILABLE);
    scep_decider_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_one_of_three),
        cmocka_unit_test(a_long_answer_is_not_read),
        cmocka_unit_test(a_question_is_json_whatever_the_transaction_is_called),
        cmocka_unit_test(i16_so_many_calls_wait_and_no_more),
        cmocka_unit_test(a_private_address_is_not_called),
        cmocka_unit_test(without_a_thread_nothing_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
