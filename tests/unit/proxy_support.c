/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/proxy_support.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct proxy {
    int listener;
    pthread_t thread;
    atomic_int to_cut;
    atomic_int cuts;
    atomic_bool refuse;
    atomic_bool ended;
    char dir[64];
    char conninfo[160];
    struct sockaddr_un own;
    struct sockaddr_un server;
};

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)fprintf(stderr, "proxy: %s\n", #condition);                                      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Moves what there is; false at the end. */
static bool move(int from, int to, char *buf, size_t size, ssize_t *ret_n)
{
    ssize_t n = read(from, buf, size);

    if (n <= 0)
        return false;
    for (ssize_t done = 0; to >= 0 && done < n;) {
        ssize_t m = write(to, buf + done, (size_t)(n - done));

        if (m <= 0)
            return false;
        done += m;
    }
    *ret_n = n;
    return true;
}

/* One connection after the other is enough for these tests. */
static void connection_serve(struct proxy *p, int client, int server)
{
    static char buf[65536];
    static const char commit[] = "Q\0\0\0\x0b"
                                 "COMMIT"; /* a whole message, with its NUL */
    bool cut = false;

    for (;;) {
        struct pollfd fds[2] = {
            {.fd = client, .events = POLLIN},
            {.fd = server, .events = POLLIN}
        };
        ssize_t n = 0;

        if (atomic_load(&p->ended))
            return;
        if (poll(fds, 2, 20) <= 0)
            continue;
        if (fds[0].revents != 0) {
            if (!move(client, server, buf, sizeof(buf), &n))
                return;
            if (n == (ssize_t)sizeof(commit) && memcmp(buf, commit, sizeof(commit)) == 0 &&
                atomic_load(&p->to_cut) > 0)
                cut = true;
        }
        if (fds[1].revents != 0) {
            if (!move(server, cut ? -1 : client, buf, sizeof(buf), &n))
                return;
            if (cut) {
                atomic_fetch_sub(&p->to_cut, 1);
                atomic_fetch_add(&p->cuts, 1);
                return;
            }
        }
    }
}

static void *serve(void *arg)
{
    struct proxy *p = arg;

    while (!atomic_load(&p->ended)) {
        struct pollfd fd = {.fd = p->listener, .events = POLLIN};
        int client;
        int server;

        if (poll(&fd, 1, 20) <= 0)
            continue;
        client = accept(p->listener, NULL, NULL);
        server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        MUST(client >= 0 && server >= 0);
        if (!atomic_load(&p->refuse) &&
            connect(server, (const struct sockaddr *)&p->server, sizeof(p->server)) == 0)
            connection_serve(p, client, server);
        (void)close(server);
        (void)close(client);
    }
    return NULL;
}

struct proxy *proxy_start(const char *conninfo)
{
    struct proxy *p = calloc(1, sizeof(*p));
    char host[64];

    MUST(p != NULL && sscanf(conninfo, "host=%63s", host) == 1);
    (void)snprintf(p->dir, sizeof(p->dir), "/tmp/ca-proxy.XXXXXX");
    MUST(mkdtemp(p->dir) != NULL);
    (void)snprintf(p->conninfo, sizeof(p->conninfo), "host=%s user=postgres dbname=ca", p->dir);
    p->own.sun_family = p->server.sun_family = AF_UNIX;
    (void)snprintf(p->own.sun_path, sizeof(p->own.sun_path), "%s/.s.PGSQL.5432", p->dir);
    (void)snprintf(p->server.sun_path, sizeof(p->server.sun_path), "%s/.s.PGSQL.5432", host);
    p->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(p->listener >= 0);
    MUST(bind(p->listener, (const struct sockaddr *)&p->own, sizeof(p->own)) == 0);
    MUST(listen(p->listener, 8) == 0);
    MUST(pthread_create(&p->thread, NULL, serve, p) == 0);
    return p;
}

void proxy_end(struct proxy *p)
{
    atomic_store(&p->ended, true);
    (void)pthread_join(p->thread, NULL);
    (void)close(p->listener);
    (void)unlink(p->own.sun_path);
    (void)rmdir(p->dir);
    free(p);
}

const char *proxy_conninfo(const struct proxy *p)
{
    return p->conninfo;
}

void proxy_cut_commits(struct proxy *p, int n)
{
    atomic_store(&p->to_cut, n);
}

int proxy_cuts(const struct proxy *p)
{
    return atomic_load(&p->cuts);
}

void proxy_refuse(struct proxy *p)
{
    atomic_store(&p->refuse, true);
}
