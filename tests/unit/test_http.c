/* SPDX-License-Identifier: Apache-2.0 */
/* What the public door refuses, octet by octet. */
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "tests/unit/front_support.h"

static struct front_case *c;

#define LINE "GET /livez HTTP/1.1\r\nHost: x\r\n"

static const struct {
    const char *what;
    const char *text;
    int status;
    const char *says;
} cases[] = {
    {"plain",               LINE "\r\n",                                                             200, "ok"                     },
    {"absolute form",       "GET http://x/livez HTTP/1.1\r\nHost: x\r\n\r\n",                        200, "ok"                     },
    {"query",               "GET /livez?a=b HTTP/1.1\r\nHost: x\r\n\r\n",                            200, "ok"                     },
    {"HEAD",                "HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n",                               200, "Content-Length: 3"      },
    {"its own id",          LINE "X-Request-Id: abc-1\r\n\r\n",                                      200, "X-Request-Id: abc-1\r\n"},
    {"two Content-Length",  LINE "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",                   400, "twice"                  },
    {"length and chunked",  LINE "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400,                                                                                                 "both"                   },
    {"unknown coding",      LINE "Transfer-Encoding: gzip\r\n\r\n",                                  400, "coding"                 },
    {"coding list",         LINE "Transfer-Encoding: gzip, chunked\r\n\r\n",                         400, "coding"                 },
    {"two hosts",           LINE "Host: y\r\n\r\n",                                                  400, "twice"                  },
    {"no host",             "GET /livez HTTP/1.1\r\n\r\n",                                           400, ""                       },
    {"length is no number", LINE "Content-Length: +3\r\n\r\n123",                                    400, ""                       },
    {"control in target",   "GET /li\001vez HTTP/1.1\r\nHost: x\r\n\r\n",                            400, "octet 0x01"             },
    {"byte above ASCII",    "GET /li\303\244vez HTTP/1.1\r\nHost: x\r\n\r\n",                        400, "octet 0xc3"             },
    {"no slash",            "GET livez HTTP/1.1\r\nHost: x\r\n\r\n",                                 400, "start with"             },
    {"asterisk",            "GET * HTTP/1.1\r\nHost: x\r\n\r\n",                                     400, "start with"             },
    {"bad percent code",    "GET /crl/%zz.crl HTTP/1.1\r\nHost: x\r\n\r\n",                          400, "decoded"                },
    {"percent code of NUL", "GET /crl/%00.crl HTTP/1.1\r\nHost: x\r\n\r\n",                          400, "decoded"                },
    {"not UTF-8",           "GET /crl/%c3%28.crl HTTP/1.1\r\nHost: x\r\n\r\n",                       400, "decoded"                },
    {"folder",              "GET /crl/..%2f..%2fetc%2fpasswd.crl HTTP/1.1\r\nHost: x\r\n\r\n",       404,
     "no such CRL"                                                                                                                 },
    {"parameter twice",     "GET /livez?a=1&a=2 HTTP/1.1\r\nHost: x\r\n\r\n",                        400, "twice"                  },
    {"unknown path",        "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n",                              404, "/problems/not-found"    },
    {"REST is not here",    "GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n",                        404, "not-found"              },
    {"other method",        "TRACE /livez HTTP/1.1\r\nHost: x\r\n\r\n",                              405, "Allow: GET\r\n"         },
    {"a body",              "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",        413, "at most 0"              },
    {"a chunked body",
     "GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",    413, "more than 0"            },
    {"id with a quote",     LINE "X-Request-Id: a\"b\r\n\r\n",                                       200, "X-Request-Id: 0"        },
};

static void each_input_gets_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < CA_COUNT(cases); i++) {
        CA_AUTO(buf) struct ca_buf answer = {0};

        test_note(cases[i].what);
        assert_int_equal(front_raw(c, cases[i].text, strlen(cases[i].text), &answer),
                         cases[i].status);
        assert_non_null(strstr(ca_buf_cstr(&answer), cases[i].says));
    }
}

static void a_long_target_is_refused(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf answer = {0};

    (void)state;
    ca_buf_str(&text, "GET /");
    for (int i = 0; i < 17000; i++)
        ca_buf_u8(&text, 'a');
    ca_buf_str(&text, " HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(front_raw(c, (const char *)text.ptr, text.len, &answer), 414);
}

static void a_header_beyond_the_pool_is_refused(void **state)
{
    CA_AUTO(buf) struct ca_buf text = {0};
    CA_AUTO(buf) struct ca_buf answer = {0};
    int status;

    (void)state;
    ca_buf_str(&text, LINE);
    for (int i = 0; i < 5000; i++)
        ca_buf_printf(&text, "X-%d: aaaaaaaa\r\n", i);
    ca_buf_str(&text, "\r\n");
    status = front_raw(c, (const char *)text.ptr, text.len, &answer);
    assert_true(status == 0 || status == 413 || status == 431);
}

/* The peer sends an octet now and then. Answers how long it was tolerated. */
static int64_t drip(const char *first, const char *again)
{
    int fd = front_connect(c->http_port);
    int64_t began = ca_mono_ms();
    struct pollfd p = {fd, POLLIN, 0};
    char octet;

    (void)send(fd, first, strlen(first), MSG_NOSIGNAL);
    while (ca_mono_ms() - began < 6000) {
        if (poll(&p, 1, 100) == 1 && recv(fd, &octet, 1, 0) <= 0)
            break;
        (void)send(fd, again, 1, MSG_NOSIGNAL);
    }
    (void)close(fd);
    return ca_mono_ms() - began;
}

/* The read deadline is 1200 ms in this test. */
static void i16_slow_peers_are_cut_off_at_an_absolute_deadline(void **state)
{
    (void)state;
    assert_in_range(drip("", "G"), 900, 3000);              /* request line */
    assert_in_range(drip(LINE "X-Slow: ", "a"), 900, 3000); /* header */
    assert_in_range(drip("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", "a"), 900,
                    3000); /* body */
}

static void i16_an_address_gets_so_many_connections(void **state)
{
    enum { LIMIT = 20 }; /* of this test */
    int fds[40];
    int alive = 0;

    (void)state;
    for (size_t i = 0; i < CA_COUNT(fds); i++) {
        fds[i] = front_connect(c->http_port);
        (void)send(fds[i], LINE "\r\n", strlen(LINE) + 2, MSG_NOSIGNAL);
    }
    for (size_t i = 0; i < CA_COUNT(fds); i++) {
        struct pollfd p = {fds[i], POLLIN, 0};
        char octet;

        alive += poll(&p, 1, 200) == 1 && recv(fds[i], &octet, 1, 0) == 1;
    }
    for (size_t i = 0; i < CA_COUNT(fds); i++)
        (void)close(fds[i]);
    assert_in_range(alive, 10, LIMIT);
}

static int start(void **state)
{
    (void)state;
    c = front_case_start("P-256");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    front_case_stop(c);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_input_gets_its_answer),
        cmocka_unit_test(a_long_target_is_refused),
        cmocka_unit_test(a_header_beyond_the_pool_is_refused),
        cmocka_unit_test(i16_slow_peers_are_cut_off_at_an_absolute_deadline),
        cmocka_unit_test(i16_an_address_gets_so_many_connections),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
