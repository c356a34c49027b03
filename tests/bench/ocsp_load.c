/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP requests over many connections from one thread, one on its way on each: how many are
 * answered a second, and how soon. It judges nothing but that each answer is a successful one.
 *
 *   ocsp_load --to HOST:PORT --path /ocsp/dev-issuing --requests FILE [--get] [--close]
 *             [--connections 64] [--seconds 10] [--rate N]
 *
 * FILE holds requests, DER in base64, one a line. --close: a connection for each. --rate: so many a
 * second at most, else as many as are answered. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/time.h"

enum { ANSWER_MAX = 16 * 1024, SAMPLES_MAX = 4 * 1024 * 1024, CONNECTIONS_MAX = 1024, EVENTS = 64 };

static struct {
    const char *host;
    const char *port;
    const char *path;
    const char *requests;
    bool get;
    bool close;
    unsigned connections;
    unsigned seconds;
    unsigned rate;
} opt = {.connections = 64, .seconds = 10};

struct link {
    int fd; /* -1: closed */
    bool busy;
    int64_t began_us;
    size_t len;
    char answer[ANSWER_MAX];
};

static struct link links[CONNECTIONS_MAX];
static struct ca_buf *texts; /* whole requests */
static size_t texts_n;
static uint32_t *samples_us;
static unsigned long asked, done, wrong, broken;
static struct addrinfo *address;
static int epoll_fd;

static void die(const char *what)
{
    (void)fprintf(stderr, "ocsp_load: %s\n", what);
    _exit(2);
}

static void path_put(struct ca_buf *to, struct ca_bytes base64)
{
    for (size_t i = 0; i < base64.len; i++) {
        char c = (char)base64.ptr[i];

        if (c == '+' || c == '/' || c == '=') {
            ca_buf_printf(to, "%%%02X", (unsigned)c);
        } else {
            ca_buf_u8(to, (uint8_t)c);
        }
    }
}

static void text_make(struct ca_bytes base64, struct ca_buf *ret)
{
    CA_AUTO(buf) struct ca_buf der = {0};
    const char *last = opt.close ? "Connection: close\r\n" : "";

    if (!ca_base64_read(base64, &der))
        die("a request that is not base64");
    if (opt.get) {
        ca_buf_printf(ret, "GET %s/", opt.path);
        path_put(ret, base64);
        ca_buf_printf(ret, " HTTP/1.1\r\nHost: %s:%s\r\n%s\r\n", opt.host, opt.port, last);
        return;
    }
    ca_buf_printf(ret,
                  "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/ocsp-request\r\n"
                  "%sContent-Length: %zu\r\n\r\n",
                  opt.path, opt.host, opt.port, last, der.len);
    ca_buf_bytes(ret, ca_buf_view(&der));
}

static void requests_read(void)
{
    CA_AUTO(buf) struct ca_buf file = {.max = CA_BUF_MAX};
    struct ca_err err = {0};
    const uint8_t *at;
    const uint8_t *end;

    if (ca_file_read(opt.requests, &file, &err) != CA_OK)
        die(err.text);
    at = file.ptr;
    end = file.ptr + file.len;
    texts = calloc(file.len / 8 + 1, sizeof(*texts));
    while (texts != NULL && at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));

        newline = newline != NULL ? newline : end;
        if (newline > at)
            text_make((struct ca_bytes){at, (size_t)(newline - at)}, &texts[texts_n++]);
        at = newline + 1;
    }
    if (texts_n == 0)
        die("no requests");
}

static void link_close(struct link *l)
{
    ca_fd_close(l->fd);
    l->fd = -1;
    l->busy = false;
}

static bool link_open(struct link *l)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = l};
    int one = 1;

    l->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0 || connect(l->fd, address->ai_addr, address->ai_addrlen) != 0)
        return false;
    (void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, l->fd, &event) == 0;
}

static void link_ask(struct link *l)
{
    const struct ca_buf *text = &texts[asked++ % texts_n];

    l->began_us = ca_mono_us();
    l->len = 0;
    if ((l->fd < 0 && !link_open(l)) ||
        send(l->fd, text->ptr, text->len, MSG_NOSIGNAL) != (ssize_t)text->len) {
        broken++;
        link_close(l);
        (void)usleep(1000);
        return;
    }
    l->busy = true;
}

/* The length of the whole answer; 0: its header is not complete. */
static size_t answer_length(const struct link *l, size_t *ret_head)
{
    const char *end = memmem(l->answer, l->len, "\r\n\r\n", 4);
    const char *field = end != NULL ? strcasestr(l->answer, "\r\nContent-Length:") : NULL;

    if (end == NULL || field == NULL || field > end)
        return 0;
    *ret_head = (size_t)(end - l->answer) + 4;
    return *ret_head + strtoul(field + 17, NULL, 10);
}

/* A status of 200, and an OCSPResponse that begins with "successful". */
static bool answer_right(const struct link *l, size_t head)
{
    return memcmp(l->answer + 9, "200", 3) == 0 && l->len > head + 8 &&
           memmem(l->answer + head, 8, "\x0a\x01\x00", 3) != NULL;
}

static void answer_done(struct link *l, size_t head)
{
    if (!answer_right(l, head)) {
        if (wrong++ == 0)
            (void)fprintf(stderr, "ocsp_load: first wrong answer: %.300s\n", l->answer);
    } else if (done++ < SAMPLES_MAX) {
        samples_us[done - 1] = (uint32_t)(ca_mono_us() - l->began_us);
    }
    l->busy = false;
    if (opt.close)
        link_close(l);
}

static void link_read(struct link *l)
{
    size_t head = 0;
    size_t whole;
    ssize_t n = recv(l->fd, l->answer + l->len, sizeof(l->answer) - 1 - l->len, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) { /* a server that keeps no connection: not while it owes an answer */
        broken += l->busy ? 1 : 0;
        link_close(l);
        return;
    }
    l->len += (size_t)n;
    l->answer[l->len] = '\0';
    whole = answer_length(l, &head);
    if (whole > 0 && l->len >= whole)
        answer_done(l, head);
}

/* How many may have been asked by now. */
static unsigned long allowance(int64_t elapsed_us)
{
    return opt.rate == 0 ? ULONG_MAX : (unsigned long)(elapsed_us * opt.rate / 1000000);
}

static int64_t run(void)
{
    int64_t began_us = ca_mono_us();
    int64_t end_us = began_us + (int64_t)opt.seconds * 1000000;
    struct epoll_event events[EVENTS];

    while (ca_mono_us() < end_us) {
        unsigned long allowed = allowance(ca_mono_us() - began_us);
        int n;

        for (unsigned i = 0; i < opt.connections && asked < allowed; i++) {
            if (!links[i].busy)
                link_ask(&links[i]);
        }
        n = epoll_wait(epoll_fd, events, EVENTS, opt.rate != 0 ? 1 : 100);
        for (int i = 0; i < n; i++)
            link_read(events[i].data.ptr);
    }
    return ca_mono_us() - began_us;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void report(int64_t us)
{
    unsigned long kept = done < SAMPLES_MAX ? done : SAMPLES_MAX;

    qsort(samples_us, kept, sizeof(*samples_us), by_value);
    printf("{\"done\": %lu, \"wrong\": %lu, \"broken\": %lu, \"seconds\": %.3f, \"rate\": %.1f, "
           "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           done, wrong, broken, (double)us / 1e6, (double)done / ((double)us / 1e6),
           kept > 0 ? samples_us[kept / 2] / 1e3 : 0.0,
           kept > 0 ? samples_us[kept * 99 / 100] / 1e3 : 0.0,
           kept > 0 ? samples_us[kept - 1] / 1e3 : 0.0);
}

static void target_read(char *text)
{
    char *colon = strrchr(text, ':');

    if (colon == NULL)
        die("--to HOST:PORT");
    *colon = '\0';
    opt.host = text;
    opt.port = colon + 1;
}

static void options_read(int argc, char **argv)
{
    static const struct option names[] = {
        {"to",          1, NULL, 't'},
        {"path",        1, NULL, 'p'},
        {"requests",    1, NULL, 'f'},
        {"get",         0, NULL, 'g'},
        {"close",       0, NULL, 'c'},
        {"connections", 1, NULL, 'n'},
        {"seconds",     1, NULL, 's'},
        {"rate",        1, NULL, 'r'},
        {NULL,          0, NULL, 0  },
    };

    for (int c = getopt_long(argc, argv, "", names, NULL); c != -1;
         c = getopt_long(argc, argv, "", names, NULL)) {
        unsigned number = optarg != NULL ? (unsigned)strtoul(optarg, NULL, 10) : 0;

        if (c == 't')
            target_read(optarg);
        else if (c == 'p')
            opt.path = optarg;
        else if (c == 'f')
            opt.requests = optarg;
        else if (c == 'g')
            opt.get = true;
        else if (c == 'c')
            opt.close = true;
        else if (c == 'n')
            opt.connections = number;
        else if (c == 's')
            opt.seconds = number;
        else if (c == 'r')
            opt.rate = number;
        else
            die("unknown option");
    }
    if (opt.host == NULL || opt.path == NULL || opt.requests == NULL || opt.connections == 0 ||
        opt.connections > CONNECTIONS_MAX)
        die("--to, --path and --requests are needed, and at most 1024 connections");
}

int main(int argc, char **argv)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};

    options_read(argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    requests_read();
    samples_us = calloc(SAMPLES_MAX, sizeof(*samples_us));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (samples_us == NULL || epoll_fd < 0 ||
        getaddrinfo(opt.host, opt.port, &hints, &address) != 0)
        die("cannot begin");
    for (unsigned i = 0; i < opt.connections; i++)
        links[i].fd = -1;
    report(run());
    return 0;
}
